// SPDX-License-Identifier: GPL-2.0-only
/*
 * lines_plugin.c - a plugin of QEMU's that sees what the guest's kernel writes, by cache
 * line and processor, between two marks that a program in the guest makes (marks.h).
 *
 * A line that several processors write has to move between their caches. For each such line
 * it counts the writes, and the moves: writes by another processor than the last. What is
 * the module's is told from the rest by address: the instruction or what it writes lies in
 * the modules' part of the address space, and no other module may be loaded.
 *
 * Arguments: out=FILE, and profile=on to count instructions by address as well. One thread of
 * QEMU runs all processors (thread=single), so that nothing here is locked.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../marks.h"
#include "qemu_plugin_api.h"

PLUGIN_EXPORT int qemu_plugin_version = 1;
PLUGIN_EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

#define MODULES_BEGIN 0xffffffffc0000000UL
#define MODULES_END   0xffffffffff000000UL
/* With page tables of five levels, which `-cpu max` has. */
#define KERNEL_BEGIN  0xff00000000000000UL
#define LINE_SHIFT    6
#define TABLE_BITS    21

/* One cache line, or with @pc one instruction of the module's that writes to it. */
struct entry {
	uint64_t line;
	uint64_t pc;
	uint64_t writes[2]; /* by the kernel, by the module */
	uint64_t moves[2];
	uint32_t cpus;
	uint32_t last;
};

static struct entry table[1 << TABLE_BITS];
static size_t used;
static bool counting, overflowed;
static FILE *out;

/* A block of instructions, for the profile. */
struct block {
	uint64_t vaddr;
	uint64_t executed;
	struct block *next;
	uint32_t instructions;
};

static struct block *blocks;
static bool profiling;

static bool in_modules(uint64_t vaddr)
{
	return vaddr >= MODULES_BEGIN && vaddr < MODULES_END;
}

static struct entry *look_up(uint64_t line, uint64_t pc)
{
	uint64_t hash = (line ^ pc * 0x9e3779b97f4a7c15UL) * 0x9e3779b97f4a7c15UL;
	size_t at = hash >> (64 - TABLE_BITS);

	while (table[at].line && (table[at].line != line || table[at].pc != pc))
		at = (at + 1) & ((1 << TABLE_BITS) - 1);
	if (!table[at].line) {
		if (used > (1 << TABLE_BITS) / 2) {
			overflowed = true;
			return NULL;
		}
		used++;
		table[at] = (struct entry){ .line = line, .pc = pc, .last = UINT32_MAX };
	}
	return &table[at];
}

static void note(struct entry *entry, unsigned int cpu, bool by_module)
{
	if (!entry)
		return;
	entry->writes[by_module]++;
	if (entry->last != cpu && entry->last != UINT32_MAX)
		entry->moves[by_module]++;
	entry->last = cpu;
	entry->cpus |= 1U << cpu;
}

/* QEMU 7.2 calls for reads, too, whatever was asked for. */
static void on_access(unsigned int cpu, uint32_t info, uint64_t vaddr, void *data)
{
	uint64_t pc = (uint64_t)(uintptr_t)data;
	bool by_module = in_modules(pc) || in_modules(vaddr);

	if (!counting || vaddr < KERNEL_BEGIN || !qemu_plugin_mem_is_store(info))
		return;
	note(look_up(vaddr >> LINE_SHIFT, 0), cpu, by_module);
	if (by_module)
		note(look_up(vaddr >> LINE_SHIFT, pc), cpu, true);
}

static bool is_shared(const struct entry *entry)
{
	return entry->cpus & (entry->cpus - 1);
}

/* `total WHOSE writes shared-writes moves` of the kernel and of the module. */
static void tell_totals(void)
{
	for (int whose = 0; whose < 2; whose++) {
		uint64_t writes = 0, shared = 0, moves = 0;

		for (size_t i = 0; i < 1 << TABLE_BITS; i++) {
			if (!table[i].line || table[i].pc)
				continue;
			writes += table[i].writes[whose];
			moves += table[i].moves[whose];
			if (is_shared(&table[i]))
				shared += table[i].writes[whose];
		}
		fprintf(out, "total %s %lu %lu %lu\n", whose ? "module" : "kernel", writes, shared,
			moves);
	}
}

/* `line ADDRESS PC writes moves cpus` of each shared line that the module writes. */
static void tell_lines(void)
{
	for (size_t i = 0; i < 1 << TABLE_BITS; i++) {
		const struct entry *line;

		if (!table[i].line || !table[i].pc)
			continue;
		line = look_up(table[i].line, 0);
		if (line && is_shared(line))
			fprintf(out, "line %016lx %016lx %lu %lu %x\n", table[i].line << LINE_SHIFT,
				table[i].pc, table[i].writes[1], table[i].moves[1], line->cpus);
	}
}

/* `block ADDRESS executions instructions` */
static void tell_blocks(void)
{
	for (struct block *block = blocks; block; block = block->next) {
		if (block->executed)
			fprintf(out, "block %016lx %lu %u\n", block->vaddr, block->executed,
				block->instructions);
		block->executed = 0;
	}
}

static void on_begin(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	memset(table, 0, sizeof(table));
	used = 0;
	overflowed = false;
	for (struct block *block = blocks; block; block = block->next)
		block->executed = 0;
	counting = true;
}

static void on_end(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	counting = false;
	fprintf(out, "window %s\n", overflowed ? "overflowed" : "whole");
	tell_totals();
	tell_lines();
	tell_blocks();
	fflush(out);
}

static void on_block(unsigned int cpu, void *data)
{
	(void)cpu;
	((struct block *)data)->executed += counting;
}

static void watch_block(struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));

	if (!block)
		abort();
	*block = (struct block){ .vaddr = qemu_plugin_tb_vaddr(tb),
				 .next = blocks,
				 .instructions = (uint32_t)qemu_plugin_tb_n_insns(tb) };
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, PLUGIN_NO_REGISTERS, block);
}

static bool is_mark(const struct qemu_plugin_insn *insn, const char *mark)
{
	return qemu_plugin_insn_size(insn) == MARK_BYTES &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, MARK_BYTES);
}

static void watch(struct qemu_plugin_insn *insn)
{
	uint64_t pc = qemu_plugin_insn_vaddr(insn);

	if (pc >= KERNEL_BEGIN)
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, PLUGIN_NO_REGISTERS,
						 PLUGIN_READS_AND_WRITES, (void *)(uintptr_t)pc);
	else if (is_mark(insn, MARK_BEGIN))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, PLUGIN_NO_REGISTERS, NULL);
	else if (is_mark(insn, MARK_END))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, PLUGIN_NO_REGISTERS, NULL);
}

static void on_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		watch(qemu_plugin_tb_get_insn(tb, i));
	if (profiling && qemu_plugin_tb_vaddr(tb) >= KERNEL_BEGIN)
		watch_block(tb);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strcmp(argv[i], "profile=on"))
			profiling = true;
	}
	if (!out) {
		fprintf(stderr, "lines_plugin: out=FILE is missing or cannot be written\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * qemu_plugin_api.h - what lines_plugin.c calls of QEMU's interface for plugins, version 1:
 * Debian's package of QEMU 7.2 loads plugins but has no header for them.
 */
#ifndef QEMU_PLUGIN_API_H
#define QEMU_PLUGIN_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT __attribute__((visibility("default")))

enum plugin_registers { PLUGIN_NO_REGISTERS };
enum plugin_access { PLUGIN_READS_AND_WRITES = 3 };

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*plugin_translated)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*plugin_executed)(unsigned int cpu, void *data);
typedef void (*plugin_accessed)(unsigned int cpu, uint32_t info, uint64_t vaddr, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, plugin_translated callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, plugin_executed callback,
					  enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_executed callback,
					    enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, plugin_accessed callback,
				      enum plugin_registers registers, enum plugin_access access,
				      void *data);
bool qemu_plugin_mem_is_store(uint32_t info);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t nr);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#endif /* QEMU_PLUGIN_API_H */

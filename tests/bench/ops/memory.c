// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - memory taken by page faults and given back, in small pages and in huge
 * ones, and address space alone.
 */
#include <stdint.h>
#include <sys/mman.h>

#include "ops.h"

#define FAULT_BYTES (32UL << 20)
#define HUGE_BYTES (2UL << 20)
#define HUGE_PAGES 8

static char *map(size_t bytes)
{
	char *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("mmap");
	return area;
}

static unsigned long fault(void)
{
	char *area = map(FAULT_BYTES);

	madvise(area, FAULT_BYTES, MADV_NOHUGEPAGE);
	for (unsigned long i = 0; i < FAULT_BYTES; i += PAGE)
		area[i] = 1;
	munmap(area, FAULT_BYTES);
	return FAULT_BYTES / PAGE;
}

static unsigned long fault_huge(void)
{
	char *area = map((HUGE_PAGES + 1) * HUGE_BYTES);
	uintptr_t first = ((uintptr_t)area + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);

	if (madvise((void *)first, HUGE_PAGES * HUGE_BYTES, MADV_HUGEPAGE))
		die("madvise");
	for (unsigned long i = 0; i < HUGE_PAGES; i++)
		*(volatile char *)(first + i * HUGE_BYTES) = 1;
	munmap(area, (HUGE_PAGES + 1) * HUGE_BYTES);
	return HUGE_PAGES;
}

/* A stretch that nobody touches: no page, but an object for the mapping. */
static unsigned long map_and_unmap(void)
{
	enum { TIMES = 4000 };

	for (int i = 0; i < TIMES; i++)
		munmap(map(16 * PAGE), 16 * PAGE);
	return TIMES;
}

const struct operation op_fault = { "fault", "page of 4 KiB faulted and freed", .run = fault };
const struct operation op_thp = { "thp", "huge page of 2 MiB faulted and freed", .run = fault_huge };
const struct operation op_mmap = { "mmap", "64 KiB mapped and unmapped, not touched",
				   .run = map_and_unmap };

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample.h - one observation of one process, the currency between sources,
 * recordings and the detector. Plain data: whoever holds one owns it.
 */
#ifndef MW_SAMPLE_H
#define MW_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* A value that the source cannot give. Printed as `-` (text), null (JSON), empty (CSV). */
#define MW_UNKNOWN INT64_MIN

/* Longest name kept, with its NUL. The kernel's comm has 16; recordings may have more. */
#define MW_COMM_MAX 64

/**
 * struct mw_sample - one process at one moment
 * @time_s:             seconds, any origin, fractions allowed
 * @pid:                thread group id; with @start_ticks it names one process life
 * @start_ticks:        start of the process in clock ticks since boot, as in /proc/PID/stat
 * @comm:               name, unescaped, NUL-terminated, never longer than MW_COMM_MAX - 1
 * @rss_kb:             resident set size, KiB (always known)
 * @anon_kb:            resident anonymous memory, KiB, or MW_UNKNOWN
 * @file_kb:            resident file mappings, KiB, or MW_UNKNOWN
 * @shmem_kb:           resident shared memory, KiB, or MW_UNKNOWN
 * @swap_kb:            swapped-out anonymous memory, KiB, or MW_UNKNOWN
 * @threads:            number of threads, or MW_UNKNOWN
 * @minflt:             minor faults since the start, or MW_UNKNOWN
 * @page_allocs:        pages allocated since the start (module only), or MW_UNKNOWN
 * @page_frees:         pages freed since the start (module only), or MW_UNKNOWN
 * @owned_user_pages:   movable pages owned (module only), or MW_UNKNOWN
 * @owned_kernel_pages: other pages owned (module only), or MW_UNKNOWN
 * @slab_alloc_kb:      slab bytes allocated, KiB (module only), or MW_UNKNOWN
 * @stall_us:           time in direct reclaim and compaction (module only), or MW_UNKNOWN
 * @limit_kb:           the memory limit that this process meets first, KiB, or MW_UNKNOWN
 * @live_kb:            what the program holds of what it allocated, as its allocator counts
 *                      (mallinfo2().uordblks, a collector's live set), KiB, or MW_UNKNOWN
 */
struct mw_sample {
	double time_s;
	int32_t pid;
	uint64_t start_ticks;
	char comm[MW_COMM_MAX];
	int64_t rss_kb;
	int64_t anon_kb;
	int64_t file_kb;
	int64_t shmem_kb;
	int64_t swap_kb;
	int64_t threads;
	int64_t minflt;
	int64_t page_allocs;
	int64_t page_frees;
	int64_t owned_user_pages;
	int64_t owned_kernel_pages;
	int64_t slab_alloc_kb;
	int64_t stall_us;
	int64_t limit_kb;
	int64_t live_kb;
};

/* Of which nothing is known: what a source begins with. Name, moment and RSS are zero. */
static inline struct mw_sample mw_sample_unknown(void)
{
	return (struct mw_sample){
		.anon_kb = MW_UNKNOWN,
		.file_kb = MW_UNKNOWN,
		.shmem_kb = MW_UNKNOWN,
		.swap_kb = MW_UNKNOWN,
		.threads = MW_UNKNOWN,
		.minflt = MW_UNKNOWN,
		.page_allocs = MW_UNKNOWN,
		.page_frees = MW_UNKNOWN,
		.owned_user_pages = MW_UNKNOWN,
		.owned_kernel_pages = MW_UNKNOWN,
		.slab_alloc_kb = MW_UNKNOWN,
		.stall_us = MW_UNKNOWN,
		.limit_kb = MW_UNKNOWN,
		.live_kb = MW_UNKNOWN,
	};
}

#endif /* MW_SAMPLE_H */

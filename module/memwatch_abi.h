/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memwatch_abi.h - what the module and the reader agree on. The only header
 * that both include; names and meanings are only ever appended.
 */
#ifndef MEMWATCH_ABI_H
#define MEMWATCH_ABI_H

/* Raised only when a reader of an older number could misread a file. */
#define MEMWATCH_ABI_VERSION 1
#define MEMWATCH_VERSION "0.1.0"

#define MEMWATCH_PROC_DIR "memwatch"

/* Longest tag that a process can give itself, without the NUL. */
#define MEMWATCH_TAG_MAX 31

#define MEMWATCH_TASKS_HEADER \
	"# tgid start_ns comm tag state threads rss_kb anon_kb file_kb shmem_kb swap_kb " \
	"peak_rss_kb growth_kb growth10_kib_s growth60_kib_s growth300_kib_s " \
	"page_allocs page_frees owned_user_pages owned_kernel_pages slab_alloc_kb " \
	"stall_us first_seen_ns"

#define MEMWATCH_EXITED_HEADER MEMWATCH_TASKS_HEADER " exit_ns exit_code"

#define MEMWATCH_SLAB_HEADER \
	"# cache allocs frees live_objects live_kb growth_kb growth10_kib_s " \
	"growth60_kib_s growth300_kib_s"

#define MEMWATCH_FRAGMENTATION_HEADER \
	"# node zone order free_blocks free_kb unusable_index extfrag_index " \
	"fallbacks compactions alloc_failures stall_us " \
	"growth10_kib_s growth60_kib_s growth300_kib_s"

#endif /* MEMWATCH_ABI_H */

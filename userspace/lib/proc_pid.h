/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proc_pid.h - what the kernel writes into /proc/PID/stat and /proc/PID/status.
 * Pure parsing. smaps and smaps_rollup are left alone on purpose: reading them
 * walks page tables with mmap_lock held and stalls the process (4.5 s for one
 * of 200 GB).
 */
#ifndef MW_PROC_PID_H
#define MW_PROC_PID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/**
 * struct mw_proc_stat - /proc/PID/stat
 * @comm:        name as it is, not escaped
 * @state:       one letter: R, S, D, Z, ...
 * @vsize_bytes: address space; 0 for kernel threads and zombies
 * @rss_pages:   resident pages, of the system's page size
 */
struct mw_proc_stat {
	char comm[MW_COMM_MAX];
	char state;
	int32_t pid;
	int32_t ppid;
	int64_t minflt;
	int64_t majflt;
	int64_t threads;
	uint64_t start_ticks;
	int64_t vsize_bytes;
	int64_t rss_pages;
};

/**
 * struct mw_proc_status - the memory lines of /proc/PID/status, KiB
 * Each is MW_UNKNOWN where the line is missing (kernel threads, zombies).
 */
struct mw_proc_status {
	int64_t rss_kb;
	int64_t anon_kb;
	int64_t file_kb;
	int64_t shmem_kb;
	int64_t swap_kb;
};

/**
 * struct mw_proc_statm - /proc/PID/statm, in pages of the system's size
 * @size:     address space
 * @resident: resident set
 * @shared:   what of it is file mappings and shared memory; the rest is anonymous
 */
struct mw_proc_statm {
	int64_t size;
	int64_t resident;
	int64_t shared;
};

/** mw_proc_statm_parse() - returns false, the output untouched, when it is not that of a statm file */
bool mw_proc_statm_parse(const char *text, size_t len, struct mw_proc_statm *ret_statm);

/**
 * mw_proc_stat_parse() - read the text of /proc/PID/stat
 * The name ends at the last `)`: it may hold blanks, newlines and `)` itself.
 * Returns false, with the output untouched, when the text is not that of a
 * stat file.
 */
bool mw_proc_stat_parse(const char *text, size_t len, struct mw_proc_stat *ret_stat);

/**
 * mw_proc_status_parse() - read the text of /proc/PID/status
 * Lines that it does not know are skipped, and so is the Name: line, whatever
 * is in it.
 */
void mw_proc_status_parse(const char *text, size_t len, struct mw_proc_status *ret_status);

/**
 * mw_proc_sample() - what plain /proc tells of a process, as a sample
 * @page_kb: KiB of a page
 * What only the module knows, and the limit, are MW_UNKNOWN.
 */
void mw_proc_sample(const struct mw_proc_stat *stat, const struct mw_proc_status *status,
		    int64_t page_kb, double time_s, struct mw_sample *ret_sample);

#endif /* MW_PROC_PID_H */

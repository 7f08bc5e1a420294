/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff_load.h - the two sides of a comparison out of recordings or the daemon's
 * history, process lives grouped by name or by pid.
 */
#ifndef MW_DIFF_LOAD_H
#define MW_DIFF_LOAD_H

#include <stdbool.h>

#include "../lib/compare.h"
#include "../lib/filter.h"

/**
 * struct diff_group - processes that are compared as one
 * @comm, @pid: their name; the pid where processes are compared one by one, else 0
 * @side:       A and B
 */
struct diff_group {
	char comm[MW_COMM_MAX];
	int32_t pid;
	struct mw_side side[2];
	struct mw_comparison comparison;
};

/** struct diff_groups - all of them; all zero to begin with */
struct diff_groups {
	struct diff_group *group;
	size_t count;
	size_t size;
};

/**
 * struct diff_load - what is wanted
 * @state_path: the daemon's file, for spans of time
 * @filter:     which processes
 * @is_by_pid:  one by one
 * @now_s:      Unix time
 */
struct diff_load {
	const char *state_path;
	struct mw_filter filter;
	bool is_by_pid;
	double now_s;
};

/**
 * diff_load() - one side
 * @source: a file, or SINCE..UNTIL
 * @side:   0: A, 1: B
 * Returns CLI_OK, CLI_DATA when some lines were skipped, or CLI_USAGE or CLI_SYSTEM after a
 * message.
 */
int diff_load(const struct diff_load *load, const char *source, int side,
	      struct diff_groups *groups);

/** diff_groups_free() - release them */
void diff_groups_free(struct diff_groups *groups);

#endif /* MW_DIFF_LOAD_H */

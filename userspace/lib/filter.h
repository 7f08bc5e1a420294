/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter.h - which processes are wanted: some pids, some names, or all. Pure
 * but for the memory of its lists.
 */
#ifndef MW_FILTER_H
#define MW_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/**
 * struct mw_filter - all zero: everything
 * @pids, @pid_count:   wanted process ids
 * @comms, @comm_count: wanted names
 * A process is wanted when either list has it, or when both are empty.
 */
struct mw_filter {
	int32_t *pids;
	size_t pid_count;
	char (*comms)[MW_COMM_MAX];
	size_t comm_count;
};

/** mw_filter_add_pid() - returns 0 or -ENOMEM */
int mw_filter_add_pid(struct mw_filter *filter, int32_t pid);

/**
 * mw_filter_add_comm() - returns 0 or -ENOMEM
 * A name of more than 15 bytes matches the 15 that the kernel keeps of it.
 */
int mw_filter_add_comm(struct mw_filter *filter, const char *comm);

/** mw_filter_clear_pids() - forget the pids, keep the memory */
void mw_filter_clear_pids(struct mw_filter *filter);

/** mw_filter_free() - release the lists; the filter itself is the caller's */
void mw_filter_free(struct mw_filter *filter);

/** mw_filter_wants() - whether a process is wanted */
bool mw_filter_wants(const struct mw_filter *filter, int32_t pid, const char *comm);

/** mw_filter_is_pids_only() - whether the list of pids alone decides */
bool mw_filter_is_pids_only(const struct mw_filter *filter);

#endif /* MW_FILTER_H */

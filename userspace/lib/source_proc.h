/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_proc.h - plain /proc as a source, for hosts without the module. It
 * knows no ownership of pages and misses processes that live between two
 * rounds; kernel threads and zombies have no memory of their own and are left
 * out.
 */
#ifndef MW_SOURCE_PROC_H
#define MW_SOURCE_PROC_H

#include "filter.h"
#include "source.h"

/**
 * mw_source_proc_new() - watch processes by /proc/PID
 * @root:       the proc tree, usually "/proc"
 * @filter:     which processes; must outlive the source and may change between
 *              rounds. A list of pids alone spares the walk over all others.
 * @ret_source: the source
 * Returns 0 or a negative errno.
 */
int mw_source_proc_new(const char *root, const struct mw_filter *filter,
		       struct mw_source **ret_source);

#endif /* MW_SOURCE_PROC_H */

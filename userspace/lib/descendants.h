/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * descendants.h - a process and all that descend from it.
 */
#ifndef MW_DESCENDANTS_H
#define MW_DESCENDANTS_H

#include <stdint.h>

#include "filter.h"
#include "proc_dir.h"

struct mw_family;

/** mw_family_new() - a place to work in; NULL without memory */
struct mw_family *mw_family_new(void);

/** mw_family_free() - NULL is allowed */
void mw_family_free(struct mw_family *family);

/**
 * mw_family_find() - the children, grandchildren and so on of a process
 * @ancestor: their ancestor, who is not listed
 * @filter:   its list of pids is replaced by them
 * Walks all of @dir once, by the parents that /proc/PID/stat names. Returns 0
 * or a negative errno.
 */
int mw_family_find(struct mw_family *family, struct mw_proc_dir *dir, int32_t ancestor,
		   struct mw_filter *filter);

#endif /* MW_DESCENDANTS_H */

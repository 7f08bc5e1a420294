/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_table.h - slab caches out of the text of /proc/memwatch/slab or of
 * /proc/slabinfo. Pure.
 */
#ifndef MW_SLAB_TABLE_H
#define MW_SLAB_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define MW_SLAB_NAME_LEN 64

/* Called for each cache; @live_kb: objects in use, KiB. Non-zero ends the walk with that value. */
typedef int (*mw_slab_fn)(const char *name, int64_t live_kb, void *arg);

/**
 * mw_slab_table_module() - the caches of /proc/memwatch/slab; its totals are left out
 * Returns how many there were, 0 for text that is no such table, or what @fn returned below 0.
 */
int mw_slab_table_module(const char *text, size_t len, mw_slab_fn fn, void *arg);

/** mw_slab_table_slabinfo() - the same of /proc/slabinfo, version 2 */
int mw_slab_table_slabinfo(const char *text, size_t len, mw_slab_fn fn, void *arg);

#endif /* MW_SLAB_TABLE_H */

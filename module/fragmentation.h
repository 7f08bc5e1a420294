/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fragmentation.h - the free memory of each zone, read on demand.
 */
#ifndef _MW_FRAGMENTATION_H
#define _MW_FRAGMENTATION_H

#include "frag_index.h"

struct zone;

/* Called for each populated zone of each online node, nodes in order. */
typedef void (*mw_zone_fn)(int node, struct zone *zone, void *arg);

/* Process context. */
void mw_for_each_zone(mw_zone_fn fn, void *arg);

/* Without the zone's lock, as the kernel's own diagnostics may: under load the
 * orders are of moments a few nanoseconds apart.
 */
void mw_zone_free_blocks(const struct zone *zone, struct mw_free_blocks *ret_blocks);

#endif /* _MW_FRAGMENTATION_H */

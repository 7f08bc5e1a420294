/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zone_events.h - what happened to a zone's free memory: counts since load, and
 * the growth of each order's free blocks.
 */
#ifndef _MW_ZONE_EVENTS_H
#define _MW_ZONE_EVENTS_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mmzone.h>

#include "frag_index.h"
#include "growth.h"

/**
 * struct mw_zone_counts - of one zone
 * @fallbacks:      allocations that took a block of another migratetype
 *                  (mm_page_alloc_extfrag)
 * @compactions:    runs of compaction
 * @alloc_failures: allocations of order 1 and more that failed and would have
 *                  been served from this zone first
 * @stall_ns:       time that tasks spent compacting it
 */
struct mw_zone_counts {
	atomic64_t fallbacks;
	atomic64_t compactions;
	atomic64_t alloc_failures;
	atomic64_t stall_ns;
};

int mw_zone_events_init(void);
void mw_zone_events_exit(void);
size_t mw_zone_events_bytes(void);

/* From probes; any context, preemption off. */
void mw_zone_fallback(struct page *page);
void mw_zone_compaction_begin(unsigned long zone_start_pfn);
void mw_zone_compaction_end(unsigned long zone_start_pfn, u64 stall_ns);
void mw_zone_alloc_failed(unsigned int order, gfp_t gfp);

/* Process context. */
const struct mw_zone_counts *mw_zone_counts(int node, const struct zone *zone);

/* Takes the free blocks of every zone; from the tick. */
void mw_zone_tick(u64 held_ns, u64 now_ns);

/* Growth of the free memory in blocks of @order as of now, given it is @kb. */
void mw_zone_growth(int node, const struct zone *zone, unsigned int order, u64 now_ns, u64 kb,
		    struct mw_growth *ret_growth);

#endif /* _MW_ZONE_EVENTS_H */

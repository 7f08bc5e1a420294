// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_fragmentation.c - /proc/memwatch/fragmentation: free blocks and
 * indices of each node, zone and order.
 */
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/timekeeping.h>

#include "compat/compat.h"
#include "fragmentation.h"
#include "memwatch_abi.h"
#include "probes.h"
#include "procfs.h"
#include "zone_events.h"

/* A count whose events do not come is `-`. */
static void put_if_told(struct mw_text *text, enum mw_event event, u64 count)
{
	if (mw_probe_event_attached(event))
		mw_text_col_u64(text, count);
	else
		mw_text_str(text, " -");
}

static void put_order(struct mw_text *text, int node, const struct zone *zone,
		      const struct mw_free_blocks *blocks, unsigned int order)
{
	const struct mw_zone_counts *counts = mw_zone_counts(node, zone);
	u64 kb = mw_free_kb(blocks, order, PAGE_SHIFT);
	struct mw_growth growth;

	mw_zone_growth(node, zone, order, ktime_get_boottime_ns(), kb, &growth);
	mw_text_u64(text, node);
	mw_text_col_str(text, zone->name);
	mw_text_col_u64(text, order);
	mw_text_col_u64(text, blocks->nr[order]);
	mw_text_col_u64(text, kb);
	mw_text_col_milli(text, mw_unusable_index(blocks, order));
	mw_text_col_milli(text, mw_extfrag_index(blocks, order));
	put_if_told(text, MW_EVENT_FALLBACK, atomic64_read(&counts->fallbacks));
	put_if_told(text, MW_EVENT_COMPACTION_BEGIN, atomic64_read(&counts->compactions));
	put_if_told(text, MW_EVENT_PAGE_ALLOC, atomic64_read(&counts->alloc_failures));
	put_if_told(text, MW_EVENT_COMPACTION_END,
		    div_u64(atomic64_read(&counts->stall_ns), NSEC_PER_USEC));
	for (int window = 0; window < MW_WINDOWS; window++)
		mw_text_col_milli(text, mw_growth_milli(&growth, window));
	mw_text_char(text, '\n');
}

/* What is counted by zone stands in each of its lines. */
static void put_zone(int node, struct zone *zone, void *arg)
{
	struct mw_text *text = arg;
	struct mw_free_blocks blocks;

	mw_zone_free_blocks(zone, &blocks);
	for (unsigned int order = 0; order < blocks.orders; order++)
		put_order(text, node, zone, &blocks, order);
}

static int show_fragmentation(struct mw_text *text, const struct mw_reader *reader)
{
	mw_text_str(text, MEMWATCH_FRAGMENTATION_HEADER "\n");
	mw_for_each_zone(put_zone, text);
	return 0;
}

static size_t size_of_fragmentation(void)
{
	return 2 * PAGE_SIZE;
}

const struct mw_proc_file mw_proc_fragmentation = {
	.name = "fragmentation",
	.show = show_fragmentation,
	.size = size_of_fragmentation,
};

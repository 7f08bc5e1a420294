// SPDX-License-Identifier: GPL-2.0-only
/*
 * zone_events.c - counts and growth by zone. The events are rare beside page
 * faults: plain atomics do.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "compat/compat.h"
#include "fragmentation.h"
#include "zone_events.h"

/* One zone: its counts, and the growth of each order under @growth_lock. */
struct zone_record {
	struct mw_zone_counts counts;
	struct mw_growth growth[MW_NR_PAGE_ORDERS];
};

static struct zone_record *records;
static DEFINE_MUTEX(growth_lock);

static struct zone_record *record_of(int node, int zone_idx)
{
	return &records[node * MAX_NR_ZONES + zone_idx];
}

static struct zone_record *record_of_zone(const struct zone *zone)
{
	return record_of(zone->zone_pgdat->node_id, zone_idx(zone));
}

static void begin_zone(int node, struct zone *zone, void *arg)
{
	struct zone_record *record = record_of_zone(zone);
	struct mw_free_blocks blocks;

	mw_zone_free_blocks(zone, &blocks);
	for (unsigned int order = 0; order < blocks.orders; order++)
		mw_growth_begin(&record->growth[order], *(u64 *)arg,
				mw_free_kb(&blocks, order, PAGE_SHIFT));
}

int mw_zone_events_init(void)
{
	u64 now_ns = ktime_get_boottime_ns();

	records = kvcalloc(nr_node_ids * MAX_NR_ZONES, sizeof(*records), GFP_KERNEL);
	if (!records)
		return -ENOMEM;
	mw_for_each_zone(begin_zone, &now_ns);
	return 0;
}

void mw_zone_events_exit(void)
{
	kvfree(records);
	records = NULL;
}

size_t mw_zone_events_bytes(void)
{
	return nr_node_ids * MAX_NR_ZONES * sizeof(*records);
}

void mw_zone_fallback(struct page *page)
{
	atomic64_inc(&record_of(page_to_nid(page), page_zonenum(page))->counts.fallbacks);
}

/* The tracepoints tell a zone by where it begins. */
static struct zone_record *record_of_pfn(unsigned long zone_start_pfn)
{
	int node;

	for_each_online_node(node) {
		struct zone *zones = NODE_DATA(node)->node_zones;

		for (int i = 0; i < MAX_NR_ZONES; i++)
			if (populated_zone(&zones[i]) &&
			    zones[i].zone_start_pfn == zone_start_pfn)
				return record_of(node, i);
	}
	return NULL;
}

void mw_zone_compaction_begin(unsigned long zone_start_pfn)
{
	struct zone_record *record = record_of_pfn(zone_start_pfn);

	if (record)
		atomic64_inc(&record->counts.compactions);
}

void mw_zone_compaction_end(unsigned long zone_start_pfn, u64 stall_ns)
{
	struct zone_record *record = record_of_pfn(zone_start_pfn);

	if (record)
		atomic64_add(stall_ns, &record->counts.stall_ns);
}

/* The zone that such a request is served from first, on this CPU's node. */
void mw_zone_alloc_failed(unsigned int order, gfp_t gfp)
{
	int node = numa_mem_id();
	int i = gfp_zone(gfp);

	if (!order)
		return;
	while (i > 0 && !populated_zone(&NODE_DATA(node)->node_zones[i]))
		i--;
	atomic64_inc(&record_of(node, i)->counts.alloc_failures);
}

const struct mw_zone_counts *mw_zone_counts(int node, const struct zone *zone)
{
	return &record_of_zone(zone)->counts;
}

/**
 * struct moment - what a walk over the zones needs
 */
struct moment {
	u64 held_ns;
	u64 now_ns;
};

static void update_zone(int node, struct zone *zone, void *arg)
{
	struct zone_record *record = record_of_zone(zone);
	const struct moment *moment = arg;
	struct mw_free_blocks blocks;

	mw_zone_free_blocks(zone, &blocks);
	for (unsigned int order = 0; order < blocks.orders; order++)
		mw_growth_update_since(&record->growth[order], moment->held_ns, moment->now_ns,
				       mw_free_kb(&blocks, order, PAGE_SHIFT), NULL);
}

void mw_zone_tick(u64 held_ns, u64 now_ns)
{
	struct moment moment = { held_ns, now_ns };

	mutex_lock(&growth_lock);
	mw_for_each_zone(update_zone, &moment);
	mutex_unlock(&growth_lock);
}

void mw_zone_growth(int node, const struct zone *zone, unsigned int order, u64 now_ns, u64 kb,
		    struct mw_growth *ret_growth)
{
	mutex_lock(&growth_lock);
	*ret_growth = record_of_zone(zone)->growth[order];
	mutex_unlock(&growth_lock);
	mw_growth_update(ret_growth, now_ns, kb);
}

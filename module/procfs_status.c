// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_status.c - /proc/memwatch/status: what runs, what is missing and why,
 * and what the module itself costs.
 */
#include <linux/mm.h>

#include "cost.h"
#include "hooks.h"
#include "memwatch_abi.h"
#include "owners.h"
#include "page_owner.h"
#include "probes.h"
#include "procfs.h"
#include "slab.h"
#include "stall.h"
#include "tag.h"
#include "task_table.h"
#include "tick.h"
#include "zone_events.h"

/*
 * Events that were not counted as they should be: stalls that found no room to
 * be timed, slab events that are counted as [other]. No page event can be.
 */
static u64 events_dropped(enum mw_event event)
{
	switch (event) {
	case MW_EVENT_RECLAIM_BEGIN:
		return mw_stalls_dropped();
	case MW_EVENT_CACHE_ALLOC:
		return mw_slab_overflowed();
	default:
		return 0;
	}
}

static u64 events_of(enum mw_event event)
{
	switch (event) {
	case MW_EVENT_CACHE_ALLOC:
		return mw_slab_events(MW_SLAB_CACHE_ALLOC);
	case MW_EVENT_CACHE_FREE:
		return mw_slab_events(MW_SLAB_CACHE_FREE);
	case MW_EVENT_KMALLOC:
		return mw_slab_events(MW_SLAB_KMALLOC);
	case MW_EVENT_KFREE:
		return mw_slab_events(MW_SLAB_KFREE);
	default:
		return mw_events(event);
	}
}

static void put_probes(struct mw_text *text)
{
	for (enum mw_event event = 0; event < MW_EVENTS; event++) {
		const char *name = mw_probe_event_name(event);

		if (!name)
			continue;
		mw_text_str(text, "tracepoint.");
		mw_text_key_str(text, name, mw_probe_event_state(event));
		mw_text_sub_u64(text, "events", name, events_of(event));
		mw_text_sub_u64(text, "dropped", name, events_dropped(event));
		mw_text_sub_u64(text, "nested", name, mw_events_nested(event));
		if (mw_cost_samples(event))
			mw_text_sub_u64(text, "cost_ns", name, mw_cost_ns(event));
	}
}

static void put_hooks(struct mw_text *text)
{
	for (enum mw_hook hook = 0; hook < MW_HOOKS; hook++) {
		if (!mw_hook_name(hook))
			continue;
		mw_text_str(text, "hook.");
		mw_text_key_str(text, mw_hook_name(hook),
				mw_owns_pages() ? mw_hook_state(hook) : "off");
		mw_text_sub_u64(text, "missed", mw_hook_name(hook), mw_hook_missed(hook));
	}
}

static void put_slots(struct mw_text *text, const struct mw_table_stats *stats)
{
	mw_text_key_u64(text, "slots_max", stats->max);
	mw_text_key_u64(text, "slots_used", stats->used);
	mw_text_key_u64(text, "slots_exited", stats->exited);
	mw_text_key_u64(text, "slots_overflowed", stats->overflowed);
}

static void put_memory(struct mw_text *text, const struct mw_table_stats *stats)
{
	size_t page_map = mw_owns_pages() ? mw_page_owner_bytes() : 0;
	size_t zones = mw_zone_events_bytes();
	size_t per_cpu = sizeof(struct mw_cpu) * num_possible_cpus();

	mw_text_key_u64(text, "memory_task_table_bytes", stats->bytes);
	mw_text_key_u64(text, "memory_page_owner_bytes", page_map);
	mw_text_key_u64(text, "memory_per_cpu_bytes", per_cpu);
	mw_text_key_u64(text, "memory_zones_bytes", zones);
	mw_text_key_u64(text, "memory_slab_bytes", mw_slab_bytes());
	mw_text_key_u64(text, "memory_tags_bytes", mw_tags_bytes());
	mw_text_key_u64(text, "memory_bytes",
			stats->bytes + page_map + per_cpu + zones + mw_slab_bytes() +
			mw_tags_bytes());
}

static int show_status(struct mw_text *text, const struct mw_reader *reader)
{
	struct mw_table_stats stats;

	mw_task_table_stats(&stats);
	mw_text_key_u64(text, "abi", MEMWATCH_ABI_VERSION);
	mw_text_key_str(text, "version", MEMWATCH_VERSION);
	mw_text_key_u64(text, "uptime_s", mw_procfs_uptime_s());
	mw_text_key_u64(text, "page_size", PAGE_SIZE);
	mw_text_key_str(text, "page_owner", mw_owns_pages() ? "on" : "off");
	mw_text_key_u64(text, "ticks", mw_tick_count());
	mw_text_key_str(text, "tick", mw_tick_is_armed() ? "armed" : "stopped");
	put_probes(text);
	put_hooks(text);
	mw_text_key_u64(text, "failed_allocs", mw_failed_allocs());
	mw_text_key_u64(text, "unmapped_allocs", mw_unmapped_allocs());
	mw_text_key_u64(text, "unmapped_frees", mw_unmapped_frees());
	put_slots(text, &stats);
	put_memory(text, &stats);
	mw_text_key_str(text, "kmalloc_cache", mw_slab_page_state());
	return 0;
}

static size_t size_of_status(void)
{
	return 2 * PAGE_SIZE;
}

const struct mw_proc_file mw_proc_status = {
	.name = "status",
	.show = show_status,
	.size = size_of_status,
};

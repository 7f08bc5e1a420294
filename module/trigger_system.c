// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_system.c - triggers on what is not of a process: fragmentation of zones, and
 * slab memory. Process context, sleeps; what is here is under the system mutex.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "fragmentation.h"
#include "slab.h"
#include "tick.h"
#include "trigger_internal.h"

static void judge_locked(struct mw_trigger *trigger, s64 value, u64 threshold,
			 const struct mw_trigger_record *record)
{
	spin_lock(&mw_triggers.lock);
	mw_trigger_judge(trigger, value, threshold, record);
	spin_unlock(&mw_triggers.lock);
}

/* The zone with the highest unusable index, by order. */
struct worst_zones {
	struct {
		int index;
		int node;
		const char *zone;
	} of[MW_FRAG_ORDERS_MAX];
};

static void add_zone(int node, struct zone *zone, void *arg)
{
	struct worst_zones *worst = arg;
	struct mw_free_blocks blocks;

	mw_zone_free_blocks(zone, &blocks);
	for (unsigned int order = 0; order < blocks.orders; order++) {
		int index = mw_unusable_index(&blocks, order);

		if (worst->of[order].zone && index <= worst->of[order].index)
			continue;
		worst->of[order].index = index;
		worst->of[order].node = node;
		worst->of[order].zone = zone->name;
	}
}

static void see_frag(struct mw_trigger *trigger, const struct worst_zones *worst, u64 now_ns)
{
	unsigned int order = trigger->spec.order;
	struct mw_trigger_record record = { .time_ns = now_ns };

	record.value = worst->of[order].index;
	record.node = worst->of[order].node;
	record.zone = worst->of[order].zone;
	judge_locked(trigger, worst->of[order].index, trigger->spec.index, &record);
}

/* Slab memory of a cache, or of all for "". Returns false if it is not counted. */
static bool slab_now_kb(const char *cache, u64 *ret_kb)
{
	return mw_slab_live_kb(*cache ? cache : NULL, ret_kb);
}

static void see_slab(struct mw_trigger *trigger, u64 now_ns)
{
	struct mw_trigger_record record = { .time_ns = now_ns };
	s64 value;

	if (!slab_now_kb(trigger->spec.cache, &record.total_kb))
		return;
	value = mw_trigger_window_update(&trigger->window, now_ns, record.total_kb);
	record.value = value < 0 ? 0 : value;
	judge_locked(trigger, value, trigger->spec.size_kb, &record);
}

/* The zones are looked at once for all triggers; a slab cache, each time. */
void mw_triggers_see_system(u64 now_ns)
{
	struct worst_zones worst = {};
	struct mw_trigger *trigger;

	mutex_lock(&mw_triggers.system_lock);
	if (mw_triggers.nr_frag)
		mw_for_each_zone(add_zone, &worst);
	list_for_each_entry(trigger, &mw_triggers.system, link) {
		if (trigger->spec.kind == MW_TRIGGER_FRAG)
			see_frag(trigger, &worst, now_ns);
		else
			see_slab(trigger, now_ns);
		cond_resched();
	}
	mutex_unlock(&mw_triggers.system_lock);
}

int mw_trigger_arm_system(struct mw_trigger *trigger, u64 now_ns, const char **ret_why)
{
	u64 kb;
	int err;

	if (trigger->spec.kind == MW_TRIGGER_SLAB) {
		if (!slab_now_kb(trigger->spec.cache, &kb)) {
			*ret_why = "no such cache was seen: `slab 1` in config counts them";
			return -EINVAL;
		}
		mw_trigger_window_begin(&trigger->window,
					(u64)trigger->spec.window_s * NSEC_PER_SEC, now_ns, kb);
	}
	mutex_lock(&mw_triggers.system_lock);
	err = mw_trigger_join(trigger, HOME_SYSTEM, ret_why);
	mutex_unlock(&mw_triggers.system_lock);
	if (!err)
		mw_tick_hold();
	return err;
}

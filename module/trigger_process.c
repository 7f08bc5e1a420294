// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_process.c - triggers on processes: what they see of those whose RSS the tick
 * has taken. Process context.
 *
 * Cost. A tick looks for the triggers of a process it has taken by its slot, and
 * goes through those for any process only if it grew and is as large as the
 * smallest of their thresholds. Without triggers it reads one number.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "rss.h"
#include "task_table.h"
#include "trigger_internal.h"

static void fire_process(struct mw_trigger *trigger, const struct mw_trigger_sight *sight,
			 u64 value, bool judged)
{
	struct mw_trigger_record record = {
		.time_ns = sight->now_ns,
		.value = value,
		.total_kb = sight->after.last_kb,
		.start_ns = mw_slot(sight->slot)->start_ns,
		.tgid = pid_nr_ns(task_tgid(sight->leader), trigger->pid_ns),
	};

	memcpy(record.comm, sight->leader->comm, TASK_COMM_LEN);
	record.comm[TASK_COMM_LEN - 1] = '\0';
	if (judged)
		mw_trigger_fire(trigger, &record);
	else
		mw_trigger_judge(trigger, (s64)value, trigger->spec.size_kb, &record);
}

/* How much the window's growth is now, having looked at it when the last value ended. */
static s64 slide(struct mw_trigger *trigger, u64 held_ns, u64 now_ns, u64 kb)
{
	struct mw_trigger_window *window = &trigger->window;

	if (held_ns > window->last.ns && held_ns < now_ns &&
	    mw_trigger_window_update(window, held_ns, window->last.kb) <
	    (s64)trigger->spec.size_kb)
		trigger->below = true;
	return mw_trigger_window_update(window, now_ns, kb);
}

static void see_one(struct mw_trigger *trigger, const struct mw_trigger_sight *sight)
{
	s64 value = sight->after.last_kb;

	if (trigger->spec.kind == MW_TRIGGER_GROWTH)
		value = slide(trigger, sight->held_ns, sight->now_ns, sight->after.last_kb);
	fire_process(trigger, sight, value < 0 ? 0 : value, false);
}

/* The window of growth.h that is nearest, as a ratio: between them lie 24 s and 134 s. */
static enum mw_window nearest_window(u32 window_s)
{
	return window_s <= 24 ? MW_WINDOW_10 : window_s <= 134 ? MW_WINDOW_60 : MW_WINDOW_300;
}

/* As trigger.h promises for any process; KiB. A rate is under 2^40, a window under 2^17. */
static s64 pace(const struct mw_growth *growth, u64 first_kb, u32 window_s)
{
	s64 since_first = (s64)(growth->last_kb - first_kb);
	s64 milli;

	if (growth->last_ns - growth->since_ns <= (u64)window_s * NSEC_PER_SEC)
		return since_first;
	milli = mw_growth_milli(growth, nearest_window(window_s)) * window_s;
	return min(since_first, div_s64(milli, 1000));
}

/* Did this process fire within the window? If not, it does now. */
static bool fired_lately(struct mw_trigger *trigger, const struct mw_trigger_sight *sight)
{
	u64 window_ns = (u64)trigger->spec.window_s * NSEC_PER_SEC;
	struct mw_trigger_fired *next = &trigger->fired[trigger->next_fired % MW_TRIGGER_KEPT];

	for (unsigned int i = 0; i < MW_TRIGGER_KEPT; i++) {
		const struct mw_trigger_fired *fired = &trigger->fired[i];

		if (fired->time_ns && fired->slot == sight->slot && fired->gen == sight->gen &&
		    sight->now_ns < fired->time_ns + window_ns)
			return true;
	}
	*next = (struct mw_trigger_fired){ sight->now_ns, sight->gen, sight->slot };
	trigger->next_fired++;
	return false;
}

/*
 * A crossing is found from the process's own two last values, so that a trigger
 * needs to remember nothing of each process. @held is its growth just before it
 * changed.
 */
static void see_any(struct mw_trigger *trigger, const struct mw_trigger_sight *sight,
		    const struct mw_growth *held)
{
	u64 first_kb = MW_PAGES_TO_KB(sight->first_pages);
	s64 size_kb = (s64)trigger->spec.size_kb;
	s64 was = (s64)held->last_kb;
	s64 value = (s64)sight->after.last_kb;

	if (trigger->spec.kind == MW_TRIGGER_GROWTH) {
		was = pace(held, first_kb, trigger->spec.window_s);
		value = pace(&sight->after, first_kb, trigger->spec.window_s);
	}
	if (was >= size_kb || value < size_kb)
		return;
	if (!pid_nr_ns(task_tgid(sight->leader), trigger->pid_ns))
		return;
	if (trigger->spec.kind == MW_TRIGGER_GROWTH && fired_lately(trigger, sight))
		return;
	fire_process(trigger, sight, (u64)value, true);
}

bool mw_triggers_watch_processes(void)
{
	return READ_ONCE(mw_triggers.nr_process);
}

/*
 * No rate rises and no size is crossed without a change upwards, and nobody grew
 * by more than it is large.
 */
static bool may_cross(const struct mw_trigger_sight *sight)
{
	return sight->after.last_kb > sight->before.last_kb &&
	       sight->after.last_kb >= mw_triggers.smallest_kb;
}

void mw_triggers_process(const struct mw_trigger_sight *sight)
{
	struct mw_growth held = sight->before;
	struct mw_trigger *trigger;

	spin_lock(&mw_triggers.lock);
	hash_for_each_possible(mw_triggers.slots, trigger, by_slot, sight->slot)
		if (trigger->slot == sight->slot && trigger->gen == sight->gen)
			see_one(trigger, sight);
	if (may_cross(sight)) {
		if (sight->held_ns < sight->now_ns)
			mw_growth_update(&held, sight->held_ns, held.last_kb);
		list_for_each_entry(trigger, &mw_triggers.any_process, link)
			see_any(trigger, sight, &held);
	}
	spin_unlock(&mw_triggers.lock);
}

static bool is_gone(const struct mw_trigger *trigger)
{
	const struct mw_slot *slot = mw_slot(trigger->slot);

	return READ_ONCE(slot->gen) != trigger->gen || READ_ONCE(slot->state) != MW_SLOT_LIVE;
}

void mw_triggers_see_the_gone(void)
{
	struct mw_trigger *trigger;
	unsigned int bucket;

	hash_for_each(mw_triggers.slots, bucket, trigger, by_slot) {
		if (trigger->gone || !is_gone(trigger))
			continue;
		trigger->gone = true;
		wake_up_interruptible_poll(&trigger->wait, EPOLLERR | EPOLLHUP);
	}
}

/* Under rcu_read_lock(): the process's slot as it is now, and its first value. */
static int meet(struct mw_trigger *trigger, struct task_struct *leader, u64 now_ns,
		struct mw_trigger_sight *ret_sight)
{
	unsigned int nr = mw_task_slot(leader);
	struct mw_slot *slot = mw_slot(nr);
	struct mw_rss rss;

	if (nr == MW_SLOT_OVERFLOW)
		return -ENOSPC;
	if (nr < MW_SLOT_FIRST)
		return -ESRCH;
	trigger->slot = nr;
	trigger->gen = READ_ONCE(slot->gen);
	smp_rmb();	/* the generation first: what is read next is of it, or is_gone() */
	if (READ_ONCE(slot->pid) != task_tgid(leader) || is_gone(trigger))
		return -ESRCH;
	mw_rss_read(leader, &rss);
	*ret_sight = (struct mw_trigger_sight){
		.slot = nr, .gen = trigger->gen, .leader = leader, .held_ns = now_ns,
		.now_ns = now_ns, .after.last_kb = MW_PAGES_TO_KB(mw_rss_total(&rss)),
	};
	mw_trigger_window_begin(&trigger->window,
				(u64)trigger->spec.window_s * NSEC_PER_SEC, now_ns,
				ret_sight->after.last_kb);
	return 0;
}

int mw_trigger_arm_process(struct mw_trigger *trigger, u64 now_ns, const char **ret_why)
{
	struct mw_trigger_sight sight;
	struct task_struct *leader;
	int err = -ESRCH;

	rcu_read_lock();
	leader = pid_task(find_vpid(trigger->spec.tgid), PIDTYPE_TGID);
	if (leader)
		err = meet(trigger, leader, now_ns, &sight);
	*ret_why = err == -ENOSPC ? "the process has no slot: load with a larger max_tasks" :
				    "tgid is no process of the writer's pid namespace";
	if (!err)
		err = mw_trigger_join(trigger, HOME_SLOT, ret_why);
	if (!err && trigger->spec.kind == MW_TRIGGER_RSS) {
		spin_lock(&mw_triggers.lock);
		see_one(trigger, &sight);
		spin_unlock(&mw_triggers.lock);
	}
	rcu_read_unlock();
	return err;
}

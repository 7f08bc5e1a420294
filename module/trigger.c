// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger.c - descriptors and the lists of those that are armed; see trigger.h for
 * what is promised. Process context only: the tick, and whoever has a descriptor.
 * Nothing here is reached from a probe.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "features.h"
#include "tick.h"
#include "trigger_internal.h"

struct mw_triggers mw_triggers = {
	.system_lock = __MUTEX_INITIALIZER(mw_triggers.system_lock),
	.lock = __SPIN_LOCK_UNLOCKED(mw_triggers.lock),
	.open = LIST_HEAD_INIT(mw_triggers.open),
	.any_process = LIST_HEAD_INIT(mw_triggers.any_process),
	.system = LIST_HEAD_INIT(mw_triggers.system),
	.smallest_kb = U64_MAX,
};

struct mw_trigger *mw_trigger_new(void)
{
	struct mw_trigger *trigger = kzalloc(sizeof(*trigger), GFP_KERNEL_ACCOUNT);

	if (!trigger)
		return NULL;
	init_waitqueue_head(&trigger->wait);
	spin_lock(&mw_triggers.lock);
	list_add(&trigger->open, &mw_triggers.open);
	spin_unlock(&mw_triggers.lock);
	return trigger;
}

/* Under the lock, as the two below; these also under the mutex for HOME_SYSTEM. */
static void find_smallest(void)
{
	struct mw_trigger *trigger;

	mw_triggers.smallest_kb = U64_MAX;
	list_for_each_entry(trigger, &mw_triggers.any_process, link)
		mw_triggers.smallest_kb = min(mw_triggers.smallest_kb, trigger->spec.size_kb);
}

static void join(struct mw_trigger *trigger, enum mw_trigger_home home)
{
	trigger->home = home;
	mw_triggers.nr_armed++;
	mw_triggers.nr_process += home != HOME_SYSTEM;
	mw_triggers.nr_frag += trigger->spec.kind == MW_TRIGGER_FRAG;
	if (home == HOME_SLOT) {
		hash_add(mw_triggers.slots, &trigger->by_slot, trigger->slot);
	} else if (home == HOME_SYSTEM) {
		list_add_tail(&trigger->link, &mw_triggers.system);
	} else {
		list_add_tail(&trigger->link, &mw_triggers.any_process);
		mw_triggers.smallest_kb = min(mw_triggers.smallest_kb, trigger->spec.size_kb);
	}
}

static void leave(struct mw_trigger *trigger)
{
	mw_triggers.nr_armed--;
	mw_triggers.nr_process -= trigger->home != HOME_SYSTEM;
	mw_triggers.nr_frag -= trigger->spec.kind == MW_TRIGGER_FRAG;
	if (trigger->home == HOME_SLOT)
		hash_del(&trigger->by_slot);
	else
		list_del(&trigger->link);
	if (trigger->home == HOME_ANY_PROCESS && trigger->spec.size_kb == mw_triggers.smallest_kb)
		find_smallest();
}

/* Nobody polls: the last reference to the file is gone, or pollers were hung up. */
void mw_trigger_free(struct mw_trigger *trigger)
{
	mutex_lock(&mw_triggers.system_lock);
	spin_lock(&mw_triggers.lock);
	list_del(&trigger->open);
	if (trigger->home != HOME_NONE)
		leave(trigger);
	spin_unlock(&mw_triggers.lock);
	mutex_unlock(&mw_triggers.system_lock);
	if (trigger->home == HOME_SYSTEM)
		mw_tick_release();
	if (trigger->pid_ns)
		put_pid_ns(trigger->pid_ns);
	kfree(trigger);
}

bool mw_trigger_is_armed(const struct mw_trigger *trigger)
{
	return READ_ONCE(trigger->home) != HOME_NONE;
}

const struct mw_trigger_spec *mw_trigger_spec(const struct mw_trigger *trigger)
{
	return &trigger->spec;
}

/* Under the lock: room for one more, and time left? */
static int admit(const char **ret_why)
{
	if (mw_triggers.closing) {
		*ret_why = "the module is being unloaded";
		return -ENODEV;
	}
	if (mw_triggers.nr_armed >= MW_TRIGGERS_MAX) {
		*ret_why = "4096 triggers are open: close some";
		return -ENOSPC;
	}
	return 0;
}

int mw_trigger_join(struct mw_trigger *trigger, enum mw_trigger_home home, const char **ret_why)
{
	int err;

	spin_lock(&mw_triggers.lock);
	err = admit(ret_why);
	if (!err)
		join(trigger, home);
	spin_unlock(&mw_triggers.lock);
	return err;
}

int mw_trigger_arm(struct mw_trigger *trigger, const struct mw_trigger_spec *spec,
		   const char **ret_why)
{
	u64 now_ns = ktime_get_boottime_ns();

	trigger->spec = *spec;
	trigger->below = true;
	if (!trigger->pid_ns)
		trigger->pid_ns = get_pid_ns(task_active_pid_ns(current));
	if (spec->kind == MW_TRIGGER_FRAG || spec->kind == MW_TRIGGER_SLAB)
		return mw_trigger_arm_system(trigger, now_ns, ret_why);
	if (!mw_feature_on(MW_FEATURE_GROWTH)) {
		*ret_why = "no RSS is watched: `growth 1` in config does";
		return -EOPNOTSUPP;
	}
	if (spec->tgid)
		return mw_trigger_arm_process(trigger, now_ns, ret_why);
	return mw_trigger_join(trigger, HOME_ANY_PROCESS, ret_why);
}

bool mw_trigger_peek(struct mw_trigger *trigger, struct mw_trigger_record *ret_record)
{
	bool any;

	spin_lock(&mw_triggers.lock);
	any = trigger->nr_kept;
	if (any)
		*ret_record = *mw_trigger_kept(trigger, 0);
	spin_unlock(&mw_triggers.lock);
	return any;
}

/* What else is kept is news to whoever polls next. */
void mw_trigger_pop(struct mw_trigger *trigger)
{
	spin_lock(&mw_triggers.lock);
	trigger->first_kept++;
	trigger->nr_kept--;
	trigger->event = trigger->nr_kept ? EVENT_NEW : EVENT_NONE;
	spin_unlock(&mw_triggers.lock);
}

void mw_triggers_tick(u64 now_ns)
{
	if (!READ_ONCE(mw_triggers.nr_armed))
		return;
	mw_triggers_see_system(now_ns);
	spin_lock(&mw_triggers.lock);
	mw_triggers_see_the_gone();
	spin_unlock(&mw_triggers.lock);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_judge.c - when a trigger fires, and that it does. Under the lock of the
 * triggers, process context.
 */
#include <linux/ktime.h>

#include "trigger_internal.h"

void mw_trigger_fire(struct mw_trigger *trigger, const struct mw_trigger_record *record)
{
	if (trigger->nr_kept < MW_TRIGGER_KEPT)
		*mw_trigger_kept(trigger, trigger->nr_kept++) = *record;
	else
		mw_trigger_kept(trigger, MW_TRIGGER_KEPT - 1)->lost++;
	trigger->event = EVENT_NEW;
	wake_up_interruptible_poll(&trigger->wait, EPOLLPRI | EPOLLIN | EPOLLRDNORM);
}

void mw_trigger_judge(struct mw_trigger *trigger, s64 value, u64 threshold,
		      const struct mw_trigger_record *record)
{
	u64 window_ns = (u64)trigger->spec.window_s * NSEC_PER_SEC;

	if (value < (s64)threshold) {
		trigger->below = true;
		return;
	}
	if (!trigger->below ||
	    (trigger->fired_ns && record->time_ns < trigger->fired_ns + window_ns))
		return;
	trigger->below = false;
	trigger->fired_ns = record->time_ns;
	mw_trigger_fire(trigger, record);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_poll.c - who polls a descriptor: what poll(2) is told, and that all of them
 * are gone before the module is. Process context.
 */
#include <linux/delay.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>

#include "compat/compat.h"
#include "trigger_internal.h"

/* Before pollers are torn away, how often they are woken to leave by themselves. */
#define MW_HANG_UP_ROUNDS 10

/* Under the lock: is the firing to be reported? See enum mw_trigger_event. */
static bool report(struct mw_trigger *trigger, bool queues)
{
	enum mw_trigger_event event = trigger->event;

	trigger->event = event == EVENT_NEW && queues ? EVENT_SHOWN : EVENT_NONE;
	return event == EVENT_NEW || (event == EVENT_SHOWN && !queues);
}

/*
 * The full barrier between queueing and looking is the locks': whoever fires or
 * hangs up after we have looked finds us in the queue. Once it hangs up, nobody is
 * queued any more; EPOLLPRI is then for select(2), which knows of no EPOLLHUP.
 */
__poll_t mw_trigger_poll(struct mw_trigger *trigger, struct file *file,
			 struct poll_table_struct *wait)
{
	__poll_t mask = 0;

	if (!READ_ONCE(mw_triggers.closing))
		poll_wait(file, &trigger->wait, wait);
	spin_lock(&mw_triggers.lock);
	if (mw_triggers.closing)
		mask |= EPOLLERR | EPOLLHUP | EPOLLPRI;
	else if (trigger->gone)
		mask |= EPOLLERR | EPOLLHUP;
	else if (trigger->home == HOME_NONE)
		mask |= EPOLLERR;
	if (trigger->nr_kept)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (report(trigger, mw_poll_waits(wait)))
		mask |= EPOLLPRI;
	spin_unlock(&mw_triggers.lock);
	return mask;
}

/* Returns whether there were pollers to wake. */
static bool wake_pollers(__poll_t how)
{
	struct mw_trigger *trigger;
	bool any = false;

	spin_lock(&mw_triggers.lock);
	mw_triggers.closing = true;
	list_for_each_entry(trigger, &mw_triggers.open, open) {
		/* Whoever queues from now on finds @closing set, or is found the next time. */
		if (!waitqueue_active(&trigger->wait))
			continue;
		any = true;
		__wake_up(&trigger->wait, TASK_NORMAL, 0,
			  poll_to_key(EPOLLERR | EPOLLHUP | EPOLLPRI | how));
	}
	spin_unlock(&mw_triggers.lock);
	return any;
}

/*
 * A poller sleeps outside the file's operations, which is all that proc_remove()
 * waits for, with an entry in our queue. poll(2) and select(2) take theirs out
 * when they are told to return; epoll's stay until it is told, by POLLFREE, that
 * the queue goes. epoll looks at that under RCU.
 */
void mw_triggers_hang_up(void)
{
	for (unsigned int round = 0; wake_pollers(round < MW_HANG_UP_ROUNDS ? 0 : POLLFREE);
	     round++)
		msleep(20);
	synchronize_rcu();
}

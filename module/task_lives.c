// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_lives.c - the life events of processes: fork, exec, exit, and the release of
 * the leader. From probes, with preemption off. What is looked for where nobody followed
 * these is at the end, in process context.
 */
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "janitor.h"
#include "rss.h"
#include "task_table_internal.h"

/* Under the lock: from LIVE to @state, with what is known of the exit. */
static void note_exit(struct mw_slot *slot, const struct task_struct *task,
		      enum mw_slot_state state)
{
	const struct signal_struct *signal = task->signal;
	const struct task_struct *leader = task->group_leader;

	slot->exit = (struct mw_exit){
		.exit_ns = ktime_get_boottime_ns(),
		.peak_rss_pages = signal->maxrss,
		.exit_code = signal->flags & SIGNAL_GROUP_EXIT ?
			     signal->group_exit_code : leader->exit_code,
	};
	strscpy(slot->exit.comm, leader->comm, sizeof(slot->exit.comm));
	slot->state = state;
	mw_task_table.nr_exited++;
}

/* Threads belong to the slot of their group. */
void mw_task_forked(struct task_struct *child)
{
	if (!thread_group_leader(child))
		return;
	mw_task_first_sight(child, mw_rss_of_task(child));
	mw_task_inherit_tag(child);
}

/*
 * A new program begins: what its growth is measured from is the RSS of now,
 * not that of the process that forked it.
 */
void mw_task_execed(struct task_struct *task)
{
	mw_task_first_sight(task, mw_rss_of_task(task));
}

/*
 * signal->live has reached zero when the last thread comes here, and perhaps
 * already when the one before does: the first to see it notes the exit.
 */
void mw_task_exited(struct task_struct *task)
{
	unsigned long flags;
	unsigned int nr;

	if (atomic_read(&task->signal->live))
		return;
	nr = mw_task_slot(task);
	if (nr < MW_SLOT_FIRST)
		return;
	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	if (mw_slots[nr].state == MW_SLOT_LIVE)
		note_exit(&mw_slots[nr], task, MW_SLOT_EXITED);
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
}

/* The leader's task_struct is about to be freed: none of its threads runs. */
void mw_task_freed(struct task_struct *task)
{
	unsigned long flags;
	unsigned int nr;

	if (task->pid != task->tgid)
		return;
	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	nr = mw_task_table_find(task->tgid);
	if (nr && mw_slots[nr].start_ns == task->start_boottime) {
		if (mw_slots[nr].state == MW_SLOT_LIVE)
			note_exit(&mw_slots[nr], task, MW_SLOT_GONE);
		mw_slots[nr].state = MW_SLOT_GONE;
		mw_task_table_unhash(nr);
	}
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	if (mw_task_table_wants_cleaning())
		mw_janitor_kick();
}

/*
 * Under the lock and RCU: is the slot's process over? Its record, if it has one, is of
 * when that was noticed. A zombie's exit code stands when it is the last of its threads;
 * one that is released, and perhaps still runs its last instructions, has no pid any
 * more, and gets no slot again.
 */
static void look_at(unsigned int nr)
{
	struct mw_slot *slot = &mw_slots[nr];
	struct task_struct *leader = pid_task(slot->pid, PIDTYPE_TGID);

	if (leader) {
		if (slot->state == MW_SLOT_LIVE && leader->exit_state &&
		    get_nr_threads(leader) <= 1)
			note_exit(slot, leader, MW_SLOT_EXITED);
		return;
	}
	if (slot->state == MW_SLOT_LIVE) {
		slot->exit = (struct mw_exit){};
		mw_task_table.nr_exited++;
	}
	slot->state = MW_SLOT_GONE;
	mw_task_table_unhash(nr);
}

void mw_task_table_sweep(void)
{
	unsigned long flags;

	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++) {
		u8 state = READ_ONCE(mw_slots[nr].state);

		if (state != MW_SLOT_LIVE && state != MW_SLOT_EXITED)
			continue;
		rcu_read_lock();
		raw_spin_lock_irqsave(&mw_task_table.lock, flags);
		state = mw_slots[nr].state;
		if (state == MW_SLOT_LIVE || state == MW_SLOT_EXITED)
			look_at(nr);
		raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
		rcu_read_unlock();
	}
	if (mw_task_table_wants_cleaning())
		mw_janitor_run();
}

void mw_task_table_meet(void)
{
	struct task_struct *task;

	rcu_read_lock();
	for_each_process(task)
		if (atomic_read(&task->signal->live))
			mw_task_slot(task);
	rcu_read_unlock();
}

/*
 * The probes run already: a process that forks meanwhile is seen by them, one
 * that exits is gone or found by its sched_process_free.
 */
void mw_task_table_scan(void)
{
	struct task_struct *task;
	struct mw_rss rss;

	rcu_read_lock();
	for_each_process(task) {
		if (!atomic_read(&task->signal->live))
			continue;
		mw_rss_read(task, &rss);
		mw_task_first_sight(task, mw_rss_total(&rss));
	}
	rcu_read_unlock();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_table.c - the slots and their hash by tgid. Looked up in any context without
 * a lock; changed under one raw spinlock at fork, at exit and at first sight, never
 * on the common path.
 *
 * A tgid is unique among living processes but comes again; the start time
 * tells lives apart. A slot stays in the hash as long as a thread of its
 * process may run, that is until sched_process_free of the leader: the kernel
 * releases the leader last.
 */
#include <linux/jiffies.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat/compat.h"
#include "janitor.h"
#include "task_table_internal.h"

struct mw_slot *mw_slots;

struct mw_task_table mw_task_table = { .lock = __RAW_SPIN_LOCK_UNLOCKED(mw_task_table.lock) };

/* Records of the dead that are kept for people: as many as a page of history. */
#define MW_KEEP_EXITED 1024

static const char * const pseudo_names[MW_SLOT_FIRST] = {
	[MW_SLOT_UNSEEN] = "[unseen]",
	[MW_SLOT_UNKNOWN] = "[unknown]",
	[MW_SLOT_IRQ] = "[irq]",
	[MW_SLOT_OVERFLOW] = "[overflow]",
	[MW_SLOT_ORPHANS] = "[orphans]",
};

unsigned int mw_task_slots(void)
{
	return mw_task_table.nr_slots;
}

const char *mw_slot_pseudo_name(unsigned int number)
{
	return number < MW_SLOT_FIRST ? pseudo_names[number] : NULL;
}

int mw_task_table_init(unsigned int max_tasks, bool owns_pages)
{
	BUILD_BUG_ON(sizeof(struct mw_slot) > 192);

	mw_task_table.nr_slots = max_tasks + MW_SLOT_FIRST;
	mw_task_table.hash_bits = order_base_2(mw_task_table.nr_slots);
	mw_task_table.keep = min(max_tasks / 4, (unsigned int)MW_KEEP_EXITED);
	mw_task_table.low_water = max_tasks / 8;
	mw_task_table.owns_pages = owns_pages;
	mw_slots = kvcalloc(mw_task_table.nr_slots, sizeof(*mw_slots), GFP_KERNEL);
	mw_task_table.heads = kvcalloc(1U << mw_task_table.hash_bits,
				       sizeof(*mw_task_table.heads), GFP_KERNEL);
	if (!mw_slots || !mw_task_table.heads) {
		mw_task_table_exit();
		return -ENOMEM;
	}
	for (unsigned int nr = mw_task_table.nr_slots - 1; nr >= MW_SLOT_FIRST; nr--) {
		mw_slots[nr].next = mw_task_table.free;
		mw_task_table.free = nr;
	}
	mw_task_table.nr_free = max_tasks;
	return 0;
}

/* No probe, reader or janitor is left. */
void mw_task_table_exit(void)
{
	if (mw_slots)
		for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++)
			put_pid(mw_slots[nr].pid);
	kvfree(mw_task_table.heads);
	kvfree(mw_slots);
	mw_task_table.heads = NULL;
	mw_slots = NULL;
}

void mw_task_table_unhash(unsigned int nr)
{
	u16 *link = mw_task_table_head(mw_slots[nr].tgid);

	while (*link && *link != nr)
		link = &mw_slots[*link].next;
	if (*link)
		WRITE_ONCE(*link, mw_slots[nr].next);
}

/* Under the lock: a life whose end was not seen. */
static void note_vanished(struct mw_slot *slot)
{
	slot->exit = (struct mw_exit){ .comm = "?", .exit_ns = ktime_get_boottime_ns() };
	slot->state = MW_SLOT_GONE;
	mw_task_table.nr_exited++;
}

/* Under the lock: takes the first free slot for @task's process, 0 if none. */
static unsigned int take(struct task_struct *task, struct pid *pid)
{
	unsigned int nr = mw_task_table.free;
	struct mw_slot *slot = &mw_slots[nr];
	u16 *head = mw_task_table_head(task->tgid);

	if (!nr)
		return 0;
	mw_task_table.free = slot->next;
	mw_task_table.nr_free--;

	slot->gen++;
	smp_wmb();	/* before anything of it changes; mw_record_live() */
	slot->pid = get_pid(pid);
	slot->tgid = task->tgid;
	slot->start_ns = mw_task_life(task);
	slot->first_seen_ns = ktime_get_boottime_ns();
	slot->first_rss_pages = MW_RSS_UNSET;
	slot->growth = (struct mw_growth){};
	slot->state = MW_SLOT_LIVE;
	slot->next = *head;
	/* Whoever finds the slot by its number finds it filled in. */
	smp_store_release(head, (u16)nr);
	return nr;
}

/*
 * Under the lock: the slot of @task's process, taken if need be. A slot of the
 * same tgid but an earlier start belongs to a process whose pid was given
 * again: no thread of it is left. A later start means that @task itself is the
 * one that is about to vanish.
 */
static unsigned int find_or_take(struct task_struct *task)
{
	struct pid *pid = task_tgid(task);
	unsigned int nr = mw_task_table_find(task->tgid);

	if (nr) {
		struct mw_slot *slot = &mw_slots[nr];

		if (slot->start_ns == mw_task_life(task))
			return nr;
		if (slot->start_ns > mw_task_life(task))
			return MW_SLOT_UNKNOWN;
		mw_task_table_unhash(nr);
		if (slot->state == MW_SLOT_LIVE)
			note_vanished(slot);
		slot->state = MW_SLOT_GONE;
	}
	if (!pid || task->exit_state)
		return MW_SLOT_UNKNOWN;
	return take(task, pid);
}

/*
 * Could the janitor give a slot back that it could not before? A process without a slot
 * asks at each switch of tasks: in a table full of the living a kick each time made a fork
 * dearer by 45 % (6.12, 500 slots). What was left over may have become free unseen: once a
 * second it is tried again.
 */
static bool may_find_room(void)
{
	unsigned int exited = READ_ONCE(mw_task_table.nr_exited);

	return exited > READ_ONCE(mw_task_table.left_over) ||
	       (exited && time_after(jiffies, READ_ONCE(mw_task_table.cleaned) + HZ));
}

unsigned int mw_task_slot(struct task_struct *task)
{
	unsigned int nr;
	unsigned long flags;

	if (unlikely(!task->pid))
		return MW_SLOT_IRQ;
	nr = mw_task_table_find(task->tgid);
	if (likely(nr && READ_ONCE(mw_slots[nr].start_ns) == mw_task_life(task)))
		return nr;
	if (!nr && !READ_ONCE(mw_task_table.free))
		goto overflow;

	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	nr = find_or_take(task);
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	if (nr)
		return nr;
overflow:
	if (may_find_room())
		mw_janitor_kick();
	return MW_SLOT_OVERFLOW;
}

unsigned int mw_task_keep_exited(void)
{
	return READ_ONCE(mw_task_table.keep);
}

void mw_task_set_keep_exited(unsigned int keep)
{
	WRITE_ONCE(mw_task_table.keep, keep);
	mw_janitor_kick();
}

void mw_task_table_stats(struct mw_table_stats *ret_stats)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	ret_stats->max = mw_task_table.nr_slots - MW_SLOT_FIRST;
	ret_stats->used = ret_stats->max - mw_task_table.nr_free;
	ret_stats->exited = mw_task_table.nr_exited;
	ret_stats->overflowed = mw_task_table.overflowed;
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	ret_stats->bytes = mw_task_table.nr_slots * sizeof(*mw_slots) +
			   (sizeof(*mw_task_table.heads) << mw_task_table.hash_bits);
}

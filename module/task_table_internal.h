/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_table_internal.h - the table itself, for the files that own a part of it:
 * task_table.c (slots and their hash), task_lives.c (life events), task_growth.c,
 * task_tags.c and task_clean.c (what the janitor does). Nobody else includes it.
 */
#ifndef _MW_TASK_TABLE_INTERNAL_H
#define _MW_TASK_TABLE_INTERNAL_H

#include <linux/hash.h>
#include <linux/spinlock.h>

#include "task_table.h"

/**
 * struct mw_task_table - what is of no single slot
 * @lock:       @heads, @free, chains, and identity and state of every slot.
 *              Innermost; taken with interrupts off. Nothing is allocated
 *              and no other lock is taken under it.
 * @heads:      slot numbers by hash of tgid
 * @free:       first of the free slots
 * @nr_exited:  slots that are neither FREE nor LIVE
 * @keep:       records of exited processes that own nothing to keep for people
 *              to look at
 * @low_water:  free slots below which the janitor is called
 * @left_over:  of @nr_exited, those that it could not give back the last time
 * @cleaned:    when that was, jiffies
 * @owns_pages: frees are counted for the owner of a page, so that a slot whose
 *              counts differ must stay
 * @overflowed: processes that found the table full
 */
struct mw_task_table {
	raw_spinlock_t lock;
	u16 *heads;
	unsigned int hash_bits;
	unsigned int nr_slots;
	unsigned int nr_free;
	unsigned int nr_exited;
	unsigned int keep;
	unsigned int low_water;
	unsigned int left_over;
	unsigned long cleaned;
	bool owns_pages;
	u16 free;
	u64 overflowed;
};

extern struct mw_task_table mw_task_table;

static inline u16 *mw_task_table_head(pid_t tgid)
{
	return &mw_task_table.heads[hash_32(tgid, mw_task_table.hash_bits)];
}

/*
 * Without the lock the chain may change under us and lead into another one, or
 * in a circle; the bound ends that, and the caller looks again under the lock.
 * A slot that is found stays this process's: its state changes, not its owner.
 */
static inline unsigned int mw_task_table_find(pid_t tgid)
{
	unsigned int nr = READ_ONCE(*mw_task_table_head(tgid));

	for (unsigned int steps = 0; nr && steps < mw_task_table.nr_slots; steps++) {
		if (READ_ONCE(mw_slots[nr].tgid) == tgid)
			return nr;
		nr = READ_ONCE(mw_slots[nr].next);
	}
	return 0;
}

/* The start time by which lives of one tgid are told apart. */
static inline u64 mw_task_life(const struct task_struct *task)
{
	return task->group_leader->start_boottime;
}

/* Under the lock: takes the slot out of the hash. */
void mw_task_table_unhash(unsigned int nr);

/*
 * Does the janitor have enough to do to be worth waking? It looks at the whole table, so
 * that in one that the living nearly fill it comes for half as many as are free, not for
 * each that exits; for any when none is free.
 */
static inline bool mw_task_table_wants_cleaning(void)
{
	unsigned int exited = READ_ONCE(mw_task_table.nr_exited);
	unsigned int free = READ_ONCE(mw_task_table.nr_free);

	return exited > 2 * READ_ONCE(mw_task_table.keep) ||
	       (free < mw_task_table.low_water && exited > free / 2);
}

/* A process is seen for the first time, or anew: its slot, and growth from @rss_pages on. */
void mw_task_first_sight(struct task_struct *task, unsigned long rss_pages);

/* A child that was forked is of its parent's job; the parent is whoever runs. */
void mw_task_inherit_tag(struct task_struct *child);

#endif /* _MW_TASK_TABLE_INTERNAL_H */

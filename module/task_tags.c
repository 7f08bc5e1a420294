// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_tags.c - which slot has which tag (tag.h), and that children inherit it.
 */
#include "tag.h"
#include "task_table_internal.h"

bool mw_task_set_tag(struct task_struct *task, u16 tag)
{
	unsigned int nr = mw_task_slot(task);
	unsigned long flags;
	u16 old;

	if (nr < MW_SLOT_FIRST)
		return false;
	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	old = mw_slots[nr].tag;
	WRITE_ONCE(mw_slots[nr].tag, tag);
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	mw_tag_put(old);
	return true;
}

/* Under the lock the slot keeps its reference, and so the text stands still. */
void mw_task_tag(unsigned int nr, char ret_tag[MEMWATCH_TAG_MAX + 1])
{
	unsigned long flags;

	ret_tag[0] = '\0';
	if (!READ_ONCE(mw_slots[nr].tag))
		return;
	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	mw_tag_copy(mw_slots[nr].tag, ret_tag);
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
}

/* A child is of its parent's job; the parent is whoever runs. */
void mw_task_inherit_tag(struct task_struct *child)
{
	const struct mw_slot *from = mw_slot(mw_task_slot(current));
	unsigned long flags;
	unsigned int nr;

	if (likely(!READ_ONCE(from->tag)))
		return;
	nr = mw_task_slot(child);
	if (nr < MW_SLOT_FIRST)
		return;
	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	if (!mw_slots[nr].tag) {
		mw_tag_hold(from->tag);
		mw_slots[nr].tag = from->tag;
	}
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
}

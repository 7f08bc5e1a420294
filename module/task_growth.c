// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_growth.c - the growth of each process, as its slot keeps it. Under the table's
 * lock, for a few additions; any context.
 */
#include <linux/ktime.h>

#include "rss.h"
#include "task_table_internal.h"

/* Under the lock: growth is measured from @rss_pages on. */
static void begin_growth(struct mw_slot *slot, u64 now_ns, unsigned long rss_pages)
{
	slot->first_rss_pages = rss_pages;
	mw_growth_begin(&slot->growth, now_ns, MW_PAGES_TO_KB(rss_pages));
}

void mw_task_first_sight(struct task_struct *task, unsigned long rss_pages)
{
	unsigned int nr = mw_task_slot(task);
	unsigned long flags;

	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	if (nr == MW_SLOT_OVERFLOW)
		mw_task_table.overflowed++;
	else if (nr >= MW_SLOT_FIRST && mw_slots[nr].state == MW_SLOT_LIVE)
		begin_growth(&mw_slots[nr], ktime_get_boottime_ns(), rss_pages);
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
}

/* What changed while nobody looked is no growth of today. */
void mw_task_restart_growth(void)
{
	unsigned long flags;

	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++) {
		raw_spin_lock_irqsave(&mw_task_table.lock, flags);
		if (mw_slots[nr].state == MW_SLOT_LIVE)
			mw_slots[nr].first_rss_pages = MW_RSS_UNSET;
		raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	}
}

bool mw_task_growth(unsigned int nr, u32 gen, u64 held_ns, u64 now_ns,
		    unsigned long rss_pages, bool keep, struct mw_decays *decays,
		    struct mw_growth *ret_growth, unsigned long *ret_first_pages)
{
	struct mw_slot *slot = &mw_slots[nr];
	unsigned long flags;
	bool same;

	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	same = slot->gen == gen && slot->state == MW_SLOT_LIVE;
	if (same) {
		if (slot->first_rss_pages == MW_RSS_UNSET)
			begin_growth(slot, now_ns, rss_pages);
		*ret_growth = slot->growth;
		mw_growth_update_since(ret_growth, held_ns, now_ns, MW_PAGES_TO_KB(rss_pages),
				       decays);
		if (keep)
			slot->growth = *ret_growth;
		*ret_first_pages = slot->first_rss_pages;
	}
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	return same;
}

bool mw_task_growth_last(unsigned int nr, u32 gen, struct mw_growth *ret_growth)
{
	const struct mw_slot *slot = &mw_slots[nr];
	unsigned long flags;
	bool known;

	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	known = slot->gen == gen && slot->state == MW_SLOT_LIVE &&
		slot->first_rss_pages != MW_RSS_UNSET;
	if (known)
		*ret_growth = slot->growth;
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	return known;
}

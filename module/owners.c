// SPDX-License-Identifier: GPL-2.0-only
/*
 * owners.c - the bookkeeping of owners as a whole: whether pages have owners,
 * and what the sums of the pseudo-owners are made of.
 */
#include <linux/sched.h>

#include "owners.h"
#include "page_owner.h"

static bool owns_pages;

int mw_owners_init(bool page_owner)
{
	owns_pages = page_owner;
	return page_owner ? mw_page_owner_init() : 0;
}

void mw_owners_exit(void)
{
	if (owns_pages)
		mw_page_owner_exit();
}

bool mw_owns_pages(void)
{
	return owns_pages;
}

void mw_owners_adopt(void)
{
	mw_page_owner_adopt();
}

/*
 * The stocks keep what they hold: no probe counts pages, so that what is read
 * with them stays true, and a later fold adds to both sides of nothing.
 */
void mw_owners_forget(void)
{
	struct mw_slot_pages pages;

	mw_page_owner_clear();
	for (unsigned int nr = MW_SLOT_UNKNOWN; nr < mw_task_slots(); nr++) {
		mw_slot_read(nr, NULL, &pages);
		for (int kind = 0; kind < MW_KINDS; kind++)
			atomic64_add(pages.allocs[kind] - pages.frees[kind],
				     &mw_slot(nr)->frees[kind]);
		cond_resched();
	}
}

/* Pages whose allocation or whole life the tracepoints did not tell of. */
static void add_unseen(const struct mw_stock_view *view, struct mw_slot_pages *pages)
{
	struct mw_slot_pages unseen;

	mw_slot_read(MW_SLOT_UNSEEN, view, &unseen);
	pages->allocs[MW_KERNEL] += unseen.frees[MW_KERNEL] + mw_unmapped_allocs();
	pages->frees[MW_KERNEL] += unseen.frees[MW_KERNEL] + mw_unmapped_frees();
}

/*
 * A slot that was given up, and waits for a stock to let go of it, stands in no
 * table any more: what it counted is on its way to [orphans].
 */
static void add_dying(const struct mw_stock_view *view, struct mw_slot_pages *pages)
{
	const struct mw_slot *slot = mw_slot(MW_SLOT_FIRST);
	unsigned int end = mw_task_slots();

	for (unsigned int nr = MW_SLOT_FIRST; nr < end; nr++, slot++) {
		struct mw_slot_pages dying;

		if (READ_ONCE(slot->state) != MW_SLOT_DYING)
			continue;
		mw_slot_read(nr, view, &dying);
		for (int kind = 0; kind < MW_KINDS; kind++) {
			pages->allocs[kind] += dying.allocs[kind];
			pages->frees[kind] += dying.frees[kind];
		}
		pages->slab_bytes += dying.slab_bytes;
	}
}

/*
 * Frees are read before allocations: of the unmapped pages, which are counted
 * apart, a few may show as owned that are not any more.
 */
void mw_owner_read(unsigned int slot, const struct mw_stock_view *view,
		   struct mw_slot_pages *ret_pages)
{
	mw_slot_read(slot, view, ret_pages);
	if (slot == MW_SLOT_UNKNOWN)
		add_unseen(view, ret_pages);
	if (slot == MW_SLOT_ORPHANS)
		add_dying(view, ret_pages);
}

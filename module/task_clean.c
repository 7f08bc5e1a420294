// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_clean.c - puts the slots of processes that exited long ago back on the free
 * list. The janitor's work: process context, sleeps, one caller at a time.
 */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "page_owner.h"
#include "stock.h"
#include "tag.h"
#include "task_table_internal.h"

/* What the janitor works with; only mw_task_table_clean() touches it. */
static struct mw_stock_view view;

/* Every allocated page was freed. Without owners frees count for others: always. */
static bool owns_nothing(unsigned int nr)
{
	const struct mw_slot *slot = &mw_slots[nr];

	for (int kind = 0; kind < MW_KINDS; kind++)
		if (mw_task_table.owns_pages &&
		    atomic64_read(&slot->allocs[kind]) != atomic64_read(&slot->frees[kind]))
			return false;
	return true;
}

static bool is_in_no_stock(unsigned int nr)
{
	return !test_bit(nr, view.pending);
}

/* Nothing in the slot, nothing in a stock: nothing refers to it. */
static bool is_clear(unsigned int nr)
{
	return is_in_no_stock(nr) && owns_nothing(nr);
}

static bool is_owing(unsigned int nr)
{
	return !owns_nothing(nr);
}

static int by_exit_time(const void *a, const void *b)
{
	u64 x = mw_slots[*(const u16 *)a].exit.exit_ns;
	u64 y = mw_slots[*(const u16 *)b].exit.exit_ns;

	return x < y ? -1 : x > y;
}

/* Slots of a state that @matches, oldest exit first; returns how many. */
static unsigned int list_slots(enum mw_slot_state state, bool (*matches)(unsigned int),
			       u16 *ret_list)
{
	unsigned int count = 0;

	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++)
		if (READ_ONCE(mw_slots[nr].state) == state && matches(nr))
			ret_list[count++] = nr;
	sort(ret_list, count, sizeof(*ret_list), by_exit_time, NULL);
	return count;
}

/* How many slots are wanted on the free list, beside those that are. */
static unsigned int wanted(void)
{
	unsigned int free = READ_ONCE(mw_task_table.nr_free);

	return free < 2 * mw_task_table.low_water ? 2 * mw_task_table.low_water - free : 0;
}

static void set_dying(const u16 *list, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		WRITE_ONCE(mw_slots[list[i]].state, MW_SLOT_DYING);
}

/* The totals of the forgotten live on in [orphans]: sums over all owners only rise. */
static void bequeath(struct mw_slot *slot)
{
	struct mw_slot *heir = &mw_slots[MW_SLOT_ORPHANS];

	for (int kind = 0; kind < MW_KINDS; kind++) {
		atomic64_add(atomic64_xchg(&slot->allocs[kind], 0), &heir->allocs[kind]);
		atomic64_add(atomic64_xchg(&slot->frees[kind], 0), &heir->frees[kind]);
	}
	atomic64_add(atomic64_xchg(&slot->slab_bytes, 0), &heir->slab_bytes);
	atomic64_add(atomic64_xchg(&slot->stall_ns, 0), &heir->stall_ns);
}

static void give_back(unsigned int nr)
{
	struct mw_slot *slot = &mw_slots[nr];
	struct pid *pid = slot->pid;
	unsigned long flags;

	bequeath(slot);
	raw_spin_lock_irqsave(&mw_task_table.lock, flags);
	slot->gen++;
	smp_wmb();	/* before anything of it changes; mw_record_live() */
	mw_tag_put(slot->tag);
	slot->tag = MW_TAG_NONE;
	slot->pid = NULL;
	slot->tgid = 0;
	slot->state = MW_SLOT_FREE;
	slot->next = mw_task_table.free;
	mw_task_table.free = nr;
	mw_task_table.nr_free++;
	mw_task_table.nr_exited--;
	raw_spin_unlock_irqrestore(&mw_task_table.lock, flags);
	put_pid(pid);
}

/* DYING slots that no stock stands for any more. */
static void bury(u16 *list)
{
	unsigned int count;

	mw_stock_view_take(&view);
	count = list_slots(MW_SLOT_DYING, is_in_no_stock, list);
	for (unsigned int i = 0; i < count; i++)
		give_back(list[i]);
}

/* Records that are too old, or whose place is needed, of those that own nothing. */
static unsigned int pick_clear(u16 *list)
{
	unsigned int count, unseen = 0, too_old;

	mw_stock_view_take(&view);
	count = list_slots(MW_SLOT_GONE, is_clear, list);
	/* Lives whose end nobody followed have no record, and come first. */
	while (unseen < count && !mw_slots[list[unseen]].exit.exit_ns)
		unseen++;
	too_old = max(count - unseen, mw_task_table.keep) - mw_task_table.keep;
	return min(count, max(unseen + too_old, wanted()));
}

/*
 * With the table nearly full of dead that own pages: the pages of the oldest of
 * them go to [orphans]. One pass over the page map for all of them.
 */
static unsigned int pick_owing(u16 *list)
{
	unsigned int count;

	if (!mw_task_table.owns_pages ||
	    READ_ONCE(mw_task_table.nr_free) >= mw_task_table.low_water)
		return 0;
	count = min(list_slots(MW_SLOT_GONE, is_owing, list), wanted());
	if (count) {
		set_dying(list, count);
		mw_page_owner_disown();
	}
	return count;
}

/*
 * GONE slots are out of the hash. After a grace period no probe is left that
 * found one there or in the page map before, and no reader that looks at its
 * pid; what a stock still holds keeps a slot until that stock is folded.
 */
void mw_task_table_clean(void)
{
	u16 *list;
	unsigned int count;

	if (!mw_task_table_wants_cleaning())
		return;
	list = kvmalloc_array(mw_task_table.nr_slots, sizeof(*list), GFP_KERNEL);
	if (!list)
		return;	/* the next exit calls again */
	count = pick_clear(list);
	set_dying(list, count);
	if (count)
		synchronize_rcu();
	bury(list);
	if (pick_owing(list)) {
		synchronize_rcu();
		bury(list);
	}
	kvfree(list);
	WRITE_ONCE(mw_task_table.left_over, READ_ONCE(mw_task_table.nr_exited));
	WRITE_ONCE(mw_task_table.cleaned, jiffies);
}

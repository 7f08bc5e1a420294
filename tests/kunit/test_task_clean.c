// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_task_clean.c - the janitor's work in the table: which records are forgotten,
 * who inherits what they counted, and what a slot waits for before it is free. The
 * janitor does not come by itself here: calls for it are counted, and a test cleans
 * when it wants to.
 */
#include "../../module/task_table_internal.h"
#include "world.h"

#define SEC NSEC_PER_SEC

/* The janitor looks at the whole table: it comes for half as many as are free. */
static void a_nearly_full_table_is_cleaned_in_batches(struct kunit *test)
{
	/* Our own slot and these leave 6 of 64. */
	enum { LIVING = MW_MAX_TASKS_MIN - 7 };

	for (int i = 1; i <= LIVING; i++)
		world_forked(test, i);
	for (int i = 1; i <= 3; i++) {
		struct task_struct *task = world_forked(test, LIVING + i);

		world_exits(task, 0);
		world_is_reaped(task);
		KUNIT_EXPECT_EQ_MSG(test, world_kicks, i == 3, "exit %d", i);
	}
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 0);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_free, 6);
}

/*
 * @exits of the made-up have gone, @keep records are to be kept: the oldest are
 * forgotten, and not before there are twice as many as are kept.
 */
static void old_records_are_forgotten(struct kunit *test)
{
	static const struct {
		unsigned int keep, exits, left;
	} cases[] = {
		{ 16, 16, 16 }, { 16, 32, 32 }, { 16, 33, 16 }, { 0, 1, 0 }, { 4, 40, 4 },
		/* 64 slots, less our own and the 62 that have gone: 16 free ones are wanted. */
		{ 64, 62, 47 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_table_stats stats;
		unsigned int oldest = 0;

		mw_task_set_keep_exited(0);
		mw_task_table_clean();
		mw_task_set_keep_exited(cases[i].keep);
		KUNIT_EXPECT_EQ(test, mw_task_keep_exited(), cases[i].keep);
		for (int n = 0; n < cases[i].exits; n++) {
			struct task_struct *task = world_forked(test, 100 * i + n);
			unsigned int nr = mw_task_slot(task);

			world_exits(task, 0);
			/* The clock may not have moved between two. */
			mw_slots[nr].exit.exit_ns = 1 + n;
			world_is_reaped(task);
		}
		mw_task_table_clean();
		mw_task_table_stats(&stats);
		KUNIT_EXPECT_EQ_MSG(test, stats.exited, cases[i].left, "case %d", i);
		for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++)
			if (world_state(nr) == MW_SLOT_GONE &&
			    (!oldest || mw_slots[nr].exit.exit_ns < oldest))
				oldest = mw_slots[nr].exit.exit_ns;
		if (cases[i].left)
			KUNIT_EXPECT_EQ_MSG(test, oldest, cases[i].exits - cases[i].left + 1,
					    "case %d", i);
	}
}

/* Counted for @task, as its own CPU would have. */
static void owns(struct task_struct *task, unsigned int pages)
{
	struct mw_slot *slot = mw_slot(mw_task_slot(task));

	atomic64_add(pages + 7, &slot->allocs[MW_USER]);
	atomic64_add(7, &slot->frees[MW_USER]);
	atomic64_add(100, &slot->slab_bytes);
	atomic64_add(5, &slot->stall_ns);
}

/* Who owns pages stays; what the others counted goes to [orphans], and no sum falls. */
static void what_the_forgotten_counted_is_inherited(struct kunit *test)
{
	struct task_struct *owner = world_forked(test, 1), *poor = world_forked(test, 2);
	struct mw_slot *orphans = mw_slot(MW_SLOT_ORPHANS);
	unsigned int kept = mw_task_slot(owner), freed = mw_task_slot(poor);
	struct mw_slot_pages before;
	u32 gen = mw_slots[freed].gen;

	owns(owner, 3);
	owns(poor, 0);
	before = world_sums();
	world_exits(owner, 0);
	world_exits(poor, 0);
	world_is_reaped(owner);
	world_is_reaped(poor);
	mw_task_set_keep_exited(0);
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, world_state(kept), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, world_state(freed), MW_SLOT_FREE);
	KUNIT_EXPECT_NE(test, mw_slots[freed].gen, gen);
	KUNIT_EXPECT_EQ(test, atomic64_read(&orphans->allocs[MW_USER]), 7);
	KUNIT_EXPECT_EQ(test, atomic64_read(&orphans->frees[MW_USER]), 7);
	KUNIT_EXPECT_EQ(test, atomic64_read(&orphans->slab_bytes), 100);
	KUNIT_EXPECT_EQ(test, atomic64_read(&orphans->stall_ns), 5);
	KUNIT_EXPECT_MEMEQ(test, &before, &((struct mw_slot_pages[]){ world_sums() })[0],
			   sizeof(before));
}

/* A slot that a stock stands for is dying until the stock is folded. */
static void a_stock_keeps_its_slot(struct kunit *test)
{
	struct task_struct *task = world_forked(test, 1);
	unsigned int nr = mw_task_slot(task);

	mw_task_set_keep_exited(0);
	world_exits(task, 0);
	world_is_reaped(task);
	world_counts_for(nr);
	world_counts_end();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_GONE);
	world_fold();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_FREE);
}

/* It took up the stock behind the janitor's look: DYING waits for it. */
static void a_dying_slot_waits_for_its_stock(struct kunit *test)
{
	struct task_struct *task = world_forked(test, 1);
	unsigned int nr = mw_task_slot(task);

	mw_task_set_keep_exited(0);
	world_exits(task, 0);
	world_is_reaped(task);
	mw_slots[nr].state = MW_SLOT_DYING;
	world_counts_for(nr);
	world_counts_end();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_DYING);
	world_fold();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_FREE);
}

/* A table full of dead that own pages: the oldest give theirs to [orphans]. */
static void under_pressure_the_oldest_owners_are_orphaned(struct kunit *test)
{
	struct task_struct *tasks[MW_MAX_TASKS_MIN];
	/* Of the slab's: @test itself may be on a stack, which is no page that has an address. */
	void *memory = kunit_kzalloc(test, 8, GFP_KERNEL);
	unsigned int first;
	u16 *entry, was;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	for (int i = 1; i < MW_MAX_TASKS_MIN; i++)
		tasks[i] = world_forked(test, i);
	first = mw_task_slot(tasks[1]);
	preempt_disable();
	entry = mw_page_entry(page_to_pfn(virt_to_page(memory)));
	was = *entry;
	*entry = first << 1 | MW_USER;
	preempt_enable();
	for (int i = 1; i < MW_MAX_TASKS_MIN; i++) {
		struct mw_slot *slot = mw_slot(mw_task_slot(tasks[i]));

		atomic64_inc(&slot->allocs[MW_USER]);
		world_exits(tasks[i], 0);
		slot->exit.exit_ns = i;
		world_is_reaped(tasks[i]);
	}
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_free, 0);
	mw_task_table_clean();
	/* Twice the low water, 8 of 64: the 16 oldest. */
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_free, 16);
	KUNIT_EXPECT_EQ(test, *entry, MW_SLOT_ORPHANS << 1 | MW_USER);
	KUNIT_EXPECT_EQ(test, atomic64_read(&mw_slot(MW_SLOT_ORPHANS)->allocs[MW_USER]), 16);
	for (int i = 1; i < MW_MAX_TASKS_MIN; i++) {
		struct task_struct *again = world_process(test, WORLD_PID + 100 + i, SEC);

		if (i <= 16)
			KUNIT_EXPECT_GE(test, mw_task_slot(again), MW_SLOT_FIRST);
		else
			KUNIT_EXPECT_EQ(test, mw_task_slot(again), MW_SLOT_OVERFLOW);
	}
	*entry = was;
}

/* It has no record to be kept, and is no reason to forget another. */
static void who_was_not_seen_to_end_is_forgotten_first(struct kunit *test)
{
	struct task_struct *seen[3], *unseen[3];
	unsigned int nr[3];

	mw_task_set_keep_exited(2);
	for (int i = 0; i < 3; i++) {
		seen[i] = world_forked(test, 1 + i);
		unseen[i] = world_forked(test, 11 + i);
		nr[i] = mw_task_slot(seen[i]);
		world_exits(seen[i], 0);
		mw_slots[nr[i]].exit.exit_ns = 1 + i;
		world_is_reaped(seen[i]);
	}
	mw_task_table_sweep();	/* no made-up pid leads to anybody */
	/* More than twice as many as are to be kept: it had the janitor run. */
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 2);
	KUNIT_EXPECT_EQ(test, world_state(nr[0]), MW_SLOT_FREE);
	KUNIT_EXPECT_EQ(test, world_state(nr[1]), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, world_state(nr[2]), MW_SLOT_GONE);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, mw_task_table_find(unseen[i]->tgid), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_nearly_full_table_is_cleaned_in_batches),
	KUNIT_CASE(old_records_are_forgotten),
	KUNIT_CASE(what_the_forgotten_counted_is_inherited),
	KUNIT_CASE(a_stock_keeps_its_slot),
	KUNIT_CASE(a_dying_slot_waits_for_its_stock),
	KUNIT_CASE(under_pressure_the_oldest_owners_are_orphaned),
	KUNIT_CASE(who_was_not_seen_to_end_is_forgotten_first),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_task_clean",
	.init = world_begin,
	.exit = world_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

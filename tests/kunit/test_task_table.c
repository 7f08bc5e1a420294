// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_task_table.c - the table of slots: lives, pids that come again, a table that
 * is full, and the janitor's work. The janitor does not come by itself here: calls
 * for it are counted, and a test cleans when it wants to. The processes are made
 * up, but for the test's own.
 */
#include "../../module/janitor.h"
#include "world.h"

static void kick(void)
{
	world_kicks++;
	if (!world_is_made_up)
		mw_janitor_kick();
}

#define mw_janitor_kick kick
#include "../../module/task_table.c"
#include "../../module/task_lives.c"
#undef mw_janitor_kick

#include "../../module/tag.h"
#include "hammer.h"

#define SEC NSEC_PER_SEC

void world_reset_table(void)
{
	mw_task_table.nr_exited = 0;
	mw_task_table.free = 0;
	mw_task_table.overflowed = 0;
	mw_task_table.left_over = 0;
	mw_task_table.cleaned = jiffies;
}

static struct task_struct *forked(struct kunit *test, int nr)
{
	struct task_struct *task = world_process(test, WORLD_PID + nr, nr * SEC + 1);

	mw_task_forked(task);
	return task;
}

static unsigned int state_of(unsigned int nr)
{
	return mw_slots[nr].state;
}

/* The test's own slot is the first: what is made up comes behind it. */
static int begin(struct kunit *test)
{
	world_init(test, MW_MAX_TASKS_MIN, true);
	mw_task_slot(current);
	return 0;
}

static void end(struct kunit *test)
{
	world_exit(test);
}

static void a_process_has_one_slot(struct kunit *test)
{
	struct task_struct *a = forked(test, 1), *b = forked(test, 2);
	struct task_struct *thread = world_thread(test, a, WORLD_PID + 3);
	unsigned int nr = mw_task_slot(a);

	mw_task_forked(thread);
	KUNIT_EXPECT_GE(test, nr, MW_SLOT_FIRST);
	KUNIT_EXPECT_EQ(test, mw_task_slot(a), nr);
	KUNIT_EXPECT_EQ(test, mw_task_slot(thread), nr);
	KUNIT_EXPECT_NE(test, mw_task_slot(b), nr);
	KUNIT_EXPECT_EQ(test, mw_slots[nr].start_ns, a->start_boottime);
	KUNIT_EXPECT_EQ(test, mw_slots[nr].tgid, a->tgid);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_free, MW_MAX_TASKS_MIN - 3);
}

/*
 * Slots of every place in a chain are found, and are not once they are taken out:
 *
 *	head -> 3 -> 2 -> 1       out: 2, then 3 (the head), then 1 (the last)
 */
static void chains_hold_together(struct kunit *test)
{
	struct task_struct *tasks[3];
	unsigned int nr[3];
	static const int order[] = { 1, 2, 0 };
	int tgid = WORLD_PID;

	for (int i = 0; i < 3; i++) {
		/* The next pid of the same chain. */
		do
			tgid++;
		while (i && mw_task_table_head(tgid) != mw_task_table_head(tasks[0]->tgid));
		tasks[i] = world_process(test, tgid, SEC);
		nr[i] = mw_task_slot(tasks[i]);
	}
	for (int gone = 0; gone < 3; gone++) {
		mw_task_table_unhash(nr[order[gone]]);
		for (int i = 0; i < 3; i++) {
			bool is_out = false;

			for (int j = 0; j <= gone; j++)
				is_out |= order[j] == i;
			KUNIT_EXPECT_EQ(test, mw_task_table_find(tasks[i]->tgid),
					is_out ? 0 : nr[i]);
		}
	}
}

/* What a reader without the lock may meet while slots move: it gives up. */
static void a_chain_that_is_a_circle_ends(struct kunit *test)
{
	struct task_struct *a = forked(test, 1);
	unsigned int nr = mw_task_slot(a);

	mw_slots[nr].next = nr;
	KUNIT_EXPECT_EQ(test, mw_task_table_find(a->tgid), nr);
	mw_slots[nr].tgid++;
	KUNIT_EXPECT_EQ(test, mw_task_table_find(a->tgid), 0);
	mw_slots[nr].tgid--;
	mw_slots[nr].next = 0;
}

/*
 * A life, and what each event makes of it:
 *
 *	fork      a thread   the leader  the thread  thread    leader
 *	          more       ends        ends        is freed  is freed
 *	LIVE ---- LIVE ----- LIVE ------ EXITED ---- EXITED -- GONE
 */
static void a_life_ends_with_its_last_thread(struct kunit *test)
{
	struct task_struct *leader = forked(test, 1);
	struct task_struct *thread = world_thread(test, leader, WORLD_PID + 2);
	unsigned int nr = mw_task_slot(leader);

	mw_task_forked(thread);
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_LIVE);
	atomic_dec(&leader->signal->live);
	mw_task_exited(leader);
	leader->exit_state = EXIT_ZOMBIE;
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_LIVE);
	atomic_dec(&leader->signal->live);
	mw_task_exited(thread);
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_EXITED);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	/* The zombie still counts for itself. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(leader), nr);
	mw_task_freed(thread);
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_EXITED);
	mw_task_freed(leader);
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	/* Its last breath, behind the end. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(leader), MW_SLOT_UNKNOWN);
}

/* sched_process_exit was not seen: the module came in between. */
static void a_life_may_end_with_its_free_alone(struct kunit *test)
{
	struct task_struct *task = forked(test, 1);
	unsigned int nr = mw_task_slot(task);

	mw_task_freed(task);
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	mw_task_freed(task);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
}

static void an_exit_is_noted(struct kunit *test)
{
	static const struct {
		unsigned int flags;
		int group_code, leader_code, noted;
	} cases[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, 3 << 8, 3 << 8 },
		{ SIGNAL_GROUP_EXIT, 9, 0, 9 },
		{ SIGNAL_GROUP_EXIT, 7 << 8, 9, 7 << 8 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct task_struct *task = forked(test, 1 + i);
		const struct mw_exit *noted = &mw_slots[mw_task_slot(task)].exit;

		task->signal->flags = cases[i].flags;
		task->signal->group_exit_code = cases[i].group_code;
		task->signal->maxrss = 100 + i;
		world_exits(task, cases[i].leader_code);
		KUNIT_EXPECT_EQ(test, noted->exit_code, cases[i].noted);
		KUNIT_EXPECT_EQ(test, noted->peak_rss_pages, 100 + i);
		KUNIT_EXPECT_STREQ(test, noted->comm, task->comm);
		KUNIT_EXPECT_GT(test, noted->exit_ns, 0);
	}
}

static void who_has_no_slot_is_told_by_name(struct kunit *test)
{
	struct task_struct *idle = world_process(test, 0, 0);
	struct task_struct *dead = world_process(test, WORLD_PID + 1, SEC);
	struct task_struct *detached = world_process(test, WORLD_PID + 2, SEC);

	dead->exit_state = EXIT_DEAD;
	detached->signal->pids[PIDTYPE_TGID] = NULL;
	KUNIT_EXPECT_EQ(test, mw_task_slot(idle), MW_SLOT_IRQ);
	KUNIT_EXPECT_EQ(test, mw_task_slot(dead), MW_SLOT_UNKNOWN);
	KUNIT_EXPECT_EQ(test, mw_task_slot(detached), MW_SLOT_UNKNOWN);
	for (unsigned int nr = 0; nr < MW_SLOT_FIRST; nr++)
		KUNIT_EXPECT_NOT_NULL(test, mw_slot_pseudo_name(nr));
	KUNIT_EXPECT_NULL(test, mw_slot_pseudo_name(MW_SLOT_FIRST));
}

/* The life before was not seen to end, nor this one to begin. */
static void a_pid_that_comes_again_is_another_process(struct kunit *test)
{
	struct task_struct *first = forked(test, 1);
	struct task_struct *second = world_process(test, first->tgid, first->start_boottime + 1);
	unsigned int old = mw_task_slot(first);
	unsigned int new = mw_task_slot(second);

	KUNIT_EXPECT_NE(test, new, old);
	KUNIT_EXPECT_EQ(test, state_of(old), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, state_of(new), MW_SLOT_LIVE);
	KUNIT_EXPECT_STREQ(test, mw_slots[old].exit.comm, "?");
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	/* Whoever is late finds that its place is taken. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(first), MW_SLOT_UNKNOWN);
	mw_task_freed(first);
	KUNIT_EXPECT_EQ(test, mw_task_slot(second), new);

	/* The same after an exit that was seen. */
	world_exits(second, 0);
	first = world_process(test, second->tgid, second->start_boottime + 1);
	KUNIT_EXPECT_NE(test, mw_task_slot(first), new);
	KUNIT_EXPECT_EQ(test, state_of(new), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 2);
}

static void a_full_table_overflows_and_recovers(struct kunit *test)
{
	struct task_struct *tasks[MW_MAX_TASKS_MIN];
	struct mw_table_stats stats;

	for (int i = 1; i < MW_MAX_TASKS_MIN; i++)
		tasks[i] = forked(test, i);
	tasks[0] = forked(test, MW_MAX_TASKS_MIN);
	/* All live: the janitor is not called for nothing, however often it is asked. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(tasks[0]), MW_SLOT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, world_kicks, 0);
	mw_task_table_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.max, MW_MAX_TASKS_MIN);
	KUNIT_EXPECT_EQ(test, stats.used, MW_MAX_TASKS_MIN);
	KUNIT_EXPECT_EQ(test, stats.overflowed, 1);

	/* Nobody has gone: there is nothing to clean. */
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, mw_task_slot(tasks[0]), MW_SLOT_OVERFLOW);
	world_exits(tasks[1], 0);
	KUNIT_EXPECT_EQ(test, mw_task_slot(tasks[0]), MW_SLOT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, world_kicks, 1);
	/* It could do nothing for a zombie: not again, until a second has gone by. */
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, mw_task_slot(tasks[0]), MW_SLOT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, world_kicks, 1);
	mw_task_table.cleaned -= HZ + 1;
	KUNIT_EXPECT_EQ(test, mw_task_slot(tasks[0]), MW_SLOT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, world_kicks, 2);
	world_is_reaped(tasks[1]);
	KUNIT_EXPECT_EQ(test, world_kicks, 3);
	mw_task_table_clean();
	KUNIT_EXPECT_GE(test, mw_task_slot(tasks[0]), MW_SLOT_FIRST);
	mw_task_table_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.overflowed, 1);
	KUNIT_EXPECT_EQ(test, stats.exited, 0);
}

/* The janitor looks at the whole table: it comes for half as many as are free. */
static void a_nearly_full_table_is_cleaned_in_batches(struct kunit *test)
{
	/* Our own slot and these leave 6 of 64. */
	enum { LIVING = MW_MAX_TASKS_MIN - 7 };

	for (int i = 1; i <= LIVING; i++)
		forked(test, i);
	for (int i = 1; i <= 3; i++) {
		struct task_struct *task = forked(test, LIVING + i);

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
			struct task_struct *task = forked(test, 100 * i + n);
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
			if (state_of(nr) == MW_SLOT_GONE &&
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
	struct task_struct *owner = forked(test, 1), *poor = forked(test, 2);
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
	KUNIT_EXPECT_EQ(test, state_of(kept), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, state_of(freed), MW_SLOT_FREE);
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
	struct task_struct *task = forked(test, 1);
	unsigned int nr = mw_task_slot(task);

	mw_task_set_keep_exited(0);
	world_exits(task, 0);
	world_is_reaped(task);
	world_counts_for(nr);
	world_counts_end();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_GONE);
	world_fold();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_FREE);
}

/* It took up the stock behind the janitor's look: DYING waits for it. */
static void a_dying_slot_waits_for_its_stock(struct kunit *test)
{
	struct task_struct *task = forked(test, 1);
	unsigned int nr = mw_task_slot(task);

	mw_task_set_keep_exited(0);
	world_exits(task, 0);
	world_is_reaped(task);
	mw_slots[nr].state = MW_SLOT_DYING;
	world_counts_for(nr);
	world_counts_end();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_DYING);
	world_fold();
	mw_task_table_clean();
	KUNIT_EXPECT_EQ(test, state_of(nr), MW_SLOT_FREE);
}

/* A table full of dead that own pages: the oldest give theirs to [orphans]. */
static void under_pressure_the_oldest_owners_are_orphaned(struct kunit *test)
{
	struct task_struct *tasks[MW_MAX_TASKS_MIN];
	unsigned long pfn = page_to_pfn(virt_to_page(test));
	unsigned int first;
	u16 *entry, was;

	for (int i = 1; i < MW_MAX_TASKS_MIN; i++)
		tasks[i] = forked(test, i);
	first = mw_task_slot(tasks[1]);
	preempt_disable();
	entry = mw_page_entry(pfn);
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

static void growth_is_of_one_life(struct kunit *test)
{
	struct task_struct *task = forked(test, 1);
	unsigned int nr = mw_task_slot(task);
	struct mw_slot *slot = mw_slot(nr);
	u64 begin_ns = slot->growth.last_ns;
	struct mw_growth growth;
	struct mw_decays decays = {};
	unsigned long first;
	u32 gen = slot->gen;

	KUNIT_EXPECT_TRUE(test, mw_task_growth_last(nr, gen, &growth));
	KUNIT_EXPECT_TRUE(test, mw_task_growth(nr, gen, begin_ns, begin_ns + 2 * SEC, 512, true,
					       &decays, &growth, &first));
	KUNIT_EXPECT_EQ(test, first, 0);
	KUNIT_EXPECT_EQ(test, growth.last_kb, MW_PAGES_TO_KB(512));
	KUNIT_EXPECT_EQ(test, mw_growth_milli(&growth, MW_WINDOW_10), 1024000);
	/* Readers leave it as it is. */
	KUNIT_EXPECT_TRUE(test, mw_task_growth(nr, gen, begin_ns, begin_ns + 4 * SEC, 1024, false,
					       &decays, &growth, &first));
	KUNIT_EXPECT_EQ(test, slot->growth.last_kb, MW_PAGES_TO_KB(512));

	mw_task_restart_growth();
	KUNIT_EXPECT_FALSE(test, mw_task_growth_last(nr, gen, &growth));
	KUNIT_EXPECT_TRUE(test, mw_task_growth(nr, gen, begin_ns, begin_ns + 6 * SEC, 2048, true,
					       &decays, &growth, &first));
	KUNIT_EXPECT_EQ(test, first, 2048);
	KUNIT_EXPECT_EQ(test, mw_growth_milli(&growth, MW_WINDOW_10), 0);

	/* A new program starts anew. */
	mw_task_execed(task);
	KUNIT_EXPECT_EQ(test, slot->first_rss_pages, 0);

	KUNIT_EXPECT_FALSE(test, mw_task_growth(nr, gen + 1, begin_ns, begin_ns, 0, true, &decays,
						&growth, &first));
	world_exits(task, 0);
	KUNIT_EXPECT_FALSE(test, mw_task_growth(nr, gen, begin_ns, begin_ns, 0, true, &decays,
						&growth, &first));
	KUNIT_EXPECT_FALSE(test, mw_task_growth_last(nr, gen, &growth));
}

static void tags_are_held_by_slots(struct kunit *test)
{
	struct task_struct *child;
	char text[MEMWATCH_TAG_MAX + 1];
	u16 tag;

	KUNIT_ASSERT_EQ(test, mw_tag_get("job 7", 5, &tag), 0);
	KUNIT_EXPECT_TRUE(test, mw_task_set_tag(current, tag));
	child = forked(test, 1);
	mw_task_tag(mw_task_slot(child), text);
	KUNIT_EXPECT_STREQ(test, text, "job 7");
	KUNIT_EXPECT_TRUE(test, mw_task_set_tag(current, MW_TAG_NONE));
	mw_task_tag(mw_task_slot(current), text);
	KUNIT_EXPECT_STREQ(test, text, "");
	mw_task_tag(mw_task_slot(child), text);
	KUNIT_EXPECT_STREQ(test, text, "job 7");
	KUNIT_EXPECT_FALSE(test, mw_task_set_tag(world_process(test, 0, 0), MW_TAG_NONE));

	world_exits(child, 0);
	world_is_reaped(child);
	mw_task_set_keep_exited(0);
	mw_task_table_clean();
	/* The last reference went with the slot: the place is free for another. */
	KUNIT_ASSERT_EQ(test, mw_tag_get("job 8", 5, &tag), 0);
	KUNIT_EXPECT_EQ(test, tag, 1);
	mw_tag_put(tag);
	mw_tags_exit();
}

/* Every process that runs, and of threads only the leaders. */
static void the_scan_finds_the_living(struct kunit *test)
{
	world_exit(test);
	world_init(test, 4096, false);
	mw_task_table_scan();
	KUNIT_EXPECT_GT(test, 4096 - mw_task_table.nr_free, 5);
	KUNIT_EXPECT_EQ(test, mw_task_table_find(task_tgid_nr(current)), mw_task_slot(current));
	KUNIT_EXPECT_NE(test, mw_task_table_find(1), 0);
	KUNIT_EXPECT_EQ(test, mw_task_table.overflowed, 0);
}

/* Makes @task what its pid leads to, or nobody: it was released. */
static void lead(struct task_struct *task, bool to_it)
{
	struct hlist_node *link = &task->pid_links[PIDTYPE_TGID];

	if (to_it)
		hlist_add_head_rcu(link, &task_tgid(task)->tasks[PIDTYPE_TGID]);
	else
		hlist_del_rcu(link);
}

/* Ends and begins while no probe is attached, as the sweep finds them. */
static void the_sweep_ends_what_nobody_followed(struct kunit *test)
{
	enum { LIVES, DIES, VANISHES, WAS_ZOMBIE, TASKS };
	struct task_struct *tasks[TASKS];
	unsigned int nr[TASKS];

	for (int i = 0; i < TASKS; i++) {
		tasks[i] = forked(test, 1 + i);
		tasks[i]->signal->nr_threads = 1;
		nr[i] = mw_task_slot(tasks[i]);
		lead(tasks[i], true);
	}
	world_exits(tasks[WAS_ZOMBIE], 3);
	lead(tasks[WAS_ZOMBIE], false);
	tasks[DIES]->exit_state = EXIT_ZOMBIE;
	tasks[DIES]->exit_code = 5;
	lead(tasks[VANISHES], false);

	/* Another thread of it still runs. */
	tasks[DIES]->signal->nr_threads = 2;
	mw_task_table_sweep();
	KUNIT_EXPECT_EQ(test, state_of(nr[DIES]), MW_SLOT_LIVE);
	tasks[DIES]->signal->nr_threads = 1;
	mw_task_table_sweep();
	KUNIT_EXPECT_EQ(test, state_of(nr[LIVES]), MW_SLOT_LIVE);
	KUNIT_EXPECT_EQ(test, state_of(nr[DIES]), MW_SLOT_EXITED);
	KUNIT_EXPECT_EQ(test, mw_slots[nr[DIES]].exit.exit_code, 5);
	KUNIT_EXPECT_EQ(test, state_of(nr[VANISHES]), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_slots[nr[VANISHES]].exit.exit_ns, 0);
	KUNIT_EXPECT_EQ(test, mw_task_table_find(tasks[VANISHES]->tgid), 0);
	KUNIT_EXPECT_EQ(test, state_of(nr[WAS_ZOMBIE]), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_slots[nr[WAS_ZOMBIE]].exit.exit_code, 3);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 3);
	/* What comes too late finds nothing to end twice. */
	mw_task_freed(tasks[VANISHES]);
	mw_task_freed(tasks[WAS_ZOMBIE]);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 3);

	lead(tasks[LIVES], false);
	lead(tasks[DIES], false);
	mw_task_freed(tasks[LIVES]);
	mw_task_freed(tasks[DIES]);
}

/* It has no record to be kept, and is no reason to forget another. */
static void who_was_not_seen_to_end_is_forgotten_first(struct kunit *test)
{
	struct task_struct *seen[3], *unseen[3];
	unsigned int nr[3];

	mw_task_set_keep_exited(2);
	for (int i = 0; i < 3; i++) {
		seen[i] = forked(test, 1 + i);
		unseen[i] = forked(test, 11 + i);
		nr[i] = mw_task_slot(seen[i]);
		world_exits(seen[i], 0);
		mw_slots[nr[i]].exit.exit_ns = 1 + i;
		world_is_reaped(seen[i]);
	}
	mw_task_table_sweep();	/* no made-up pid leads to anybody */
	/* More than twice as many as are to be kept: it had the janitor run. */
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 2);
	KUNIT_EXPECT_EQ(test, state_of(nr[0]), MW_SLOT_FREE);
	KUNIT_EXPECT_EQ(test, state_of(nr[1]), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, state_of(nr[2]), MW_SLOT_GONE);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, mw_task_table_find(unseen[i]->tgid), 0);
}

/* Who has a slot keeps it, with the growth that is known of it. */
static void who_has_no_slot_is_met(struct kunit *test)
{
	struct mw_slot *own;

	world_exit(test);
	world_init(test, 4096, false);
	mw_task_first_sight(current, 77);
	own = mw_slot(mw_task_slot(current));
	mw_task_table_meet();
	KUNIT_EXPECT_GT(test, 4096 - mw_task_table.nr_free, 5);
	KUNIT_EXPECT_EQ(test, own->first_rss_pages, 77);
	KUNIT_EXPECT_NE(test, mw_task_table_find(1), 0);
	KUNIT_EXPECT_EQ(test, mw_slot(mw_task_table_find(1))->first_rss_pages, MW_RSS_UNSET);
	mw_task_table_sweep();
	KUNIT_EXPECT_NE(test, mw_task_table_find(1), 0);
	KUNIT_EXPECT_EQ(test, mw_task_table_find(task_tgid_nr(current)), mw_task_slot(current));
}

/* --- everything at once ------------------------------------------------------- */

#define STORM_TASKS 24

/* @tasks: lives that threads begin and end; interrupts look all of them up */
struct storm {
	struct task_struct *tasks[STORM_TASKS];
	struct task_struct *bystander;
	unsigned int bystander_slot;
	atomic_t wrong;
};

/* Thread 0 is the janitor; each of the others has tasks of its own, life after life. */
static void storm_thread(void *arg, unsigned int nr)
{
	struct storm *storm = arg;
	static u64 lives;

	if (!nr) {
		mw_task_table_clean();
		return;
	}
	for (int i = nr - 1; i < STORM_TASKS; i += 3) {
		struct task_struct *task = storm->tasks[i];
		unsigned int slot;

		task->start_boottime = atomic64_inc_return((atomic64_t *)&lives) * 1000;
		task->exit_state = 0;
		atomic_set(&task->signal->live, 1);
		preempt_disable();
		mw_task_forked(task);
		preempt_enable();
		slot = mw_task_slot(task);
		if (slot != MW_SLOT_OVERFLOW && mw_slots[slot].tgid != task->tgid)
			atomic_inc(&storm->wrong);
		preempt_disable();
		world_exits(task, 0);
		world_is_reaped(task);
		preempt_enable();
	}
}

static void storm_interrupt(void *arg)
{
	struct storm *storm = arg;

	if (mw_task_slot(storm->bystander) != storm->bystander_slot)
		atomic_inc(&storm->wrong);
	for (int i = 0; i < STORM_TASKS; i += 5)
		mw_task_table_find(READ_ONCE(storm->tasks[i])->tgid);
}

static void storm_watch(struct kunit *test, void *arg)
{
	struct mw_table_stats stats;

	mw_task_table_stats(&stats);
	KUNIT_EXPECT_LE(test, stats.used, stats.max);
	KUNIT_EXPECT_LE(test, stats.exited, stats.used);
}

/* Each slot is on the free list or in the hash, once, or waits for the janitor. */
static void expect_whole(struct kunit *test)
{
	unsigned int free = 0, hashed = 0, waiting = 0, steps = 0;

	for (u16 nr = mw_task_table.free; nr && steps <= mw_task_table.nr_slots;
	     nr = mw_slots[nr].next, steps++)
		free += state_of(nr) == MW_SLOT_FREE;
	for (unsigned int head = 0; head < 1U << mw_task_table.hash_bits; head++)
		for (u16 nr = mw_task_table.heads[head]; nr && steps <= mw_task_table.nr_slots;
		     nr = mw_slots[nr].next, steps++)
			hashed += state_of(nr) == MW_SLOT_LIVE || state_of(nr) == MW_SLOT_EXITED;
	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++)
		waiting += state_of(nr) == MW_SLOT_GONE || state_of(nr) == MW_SLOT_DYING;
	KUNIT_EXPECT_EQ(test, free, mw_task_table.nr_free);
	KUNIT_EXPECT_EQ(test, steps, free + hashed);
	KUNIT_EXPECT_EQ(test, free + hashed + waiting, mw_task_table.nr_slots - MW_SLOT_FIRST);
	KUNIT_EXPECT_EQ(test, waiting, mw_task_table.nr_exited);
}

static void lives_begin_and_end_everywhere_at_once(struct kunit *test)
{
	struct storm *storm = kunit_kzalloc(test, sizeof(*storm), GFP_KERNEL);
	const struct hammer hammer = {
		storm_thread, storm_interrupt, storm_interrupt, storm,
	};

	KUNIT_ASSERT_NOT_NULL(test, storm);
	for (int i = 0; i < STORM_TASKS; i++)
		storm->tasks[i] = world_process(test, WORLD_PID + 1 + i, 0);
	storm->bystander = forked(test, 100);
	storm->bystander_slot = mw_task_slot(storm->bystander);
	mw_task_set_keep_exited(8);
	hammer_run(test, &hammer, 4, 1500, storm_watch);
	KUNIT_EXPECT_EQ(test, atomic_read(&storm->wrong), 0);
	expect_whole(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_process_has_one_slot),
	KUNIT_CASE(chains_hold_together),
	KUNIT_CASE(a_chain_that_is_a_circle_ends),
	KUNIT_CASE(a_life_ends_with_its_last_thread),
	KUNIT_CASE(a_life_may_end_with_its_free_alone),
	KUNIT_CASE(an_exit_is_noted),
	KUNIT_CASE(who_has_no_slot_is_told_by_name),
	KUNIT_CASE(a_pid_that_comes_again_is_another_process),
	KUNIT_CASE(a_full_table_overflows_and_recovers),
	KUNIT_CASE(a_nearly_full_table_is_cleaned_in_batches),
	KUNIT_CASE(old_records_are_forgotten),
	KUNIT_CASE(what_the_forgotten_counted_is_inherited),
	KUNIT_CASE(a_stock_keeps_its_slot),
	KUNIT_CASE(a_dying_slot_waits_for_its_stock),
	KUNIT_CASE(under_pressure_the_oldest_owners_are_orphaned),
	KUNIT_CASE(growth_is_of_one_life),
	KUNIT_CASE(tags_are_held_by_slots),
	KUNIT_CASE(the_scan_finds_the_living),
	KUNIT_CASE(the_sweep_ends_what_nobody_followed),
	KUNIT_CASE(who_was_not_seen_to_end_is_forgotten_first),
	KUNIT_CASE(who_has_no_slot_is_met),
	KUNIT_CASE_SLOW(lives_begin_and_end_everywhere_at_once),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_task_table",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of memwatch");

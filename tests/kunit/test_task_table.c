// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_task_table.c - the table of slots: who has one, its chains, a table that is
 * full, what a slot holds; and lives that begin and end everywhere at once. The
 * processes are made up, but for the test's own.
 */
#include "../../module/janitor.h"
#include "world.h"

#define mw_janitor_kick world_kick
#include "../../module/task_table.c"
#undef mw_janitor_kick

#include "../../module/rss.h"
#include "../../module/tag.h"
#include "hammer.h"

#define SEC NSEC_PER_SEC

static void a_process_has_one_slot(struct kunit *test)
{
	struct task_struct *a = world_forked(test, 1), *b = world_forked(test, 2);
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
	struct task_struct *a = world_forked(test, 1);
	unsigned int nr = mw_task_slot(a);

	mw_slots[nr].next = nr;
	KUNIT_EXPECT_EQ(test, mw_task_table_find(a->tgid), nr);
	mw_slots[nr].tgid++;
	KUNIT_EXPECT_EQ(test, mw_task_table_find(a->tgid), 0);
	mw_slots[nr].tgid--;
	mw_slots[nr].next = 0;
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

static void a_full_table_overflows_and_recovers(struct kunit *test)
{
	struct task_struct *tasks[MW_MAX_TASKS_MIN];
	struct mw_table_stats stats;

	for (int i = 1; i < MW_MAX_TASKS_MIN; i++)
		tasks[i] = world_forked(test, i);
	tasks[0] = world_forked(test, MW_MAX_TASKS_MIN);
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

static void growth_is_of_one_life(struct kunit *test)
{
	struct task_struct *task = world_forked(test, 1);
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
	child = world_forked(test, 1);
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
		free += world_state(nr) == MW_SLOT_FREE;
	for (unsigned int head = 0; head < 1U << mw_task_table.hash_bits; head++)
		for (u16 nr = mw_task_table.heads[head]; nr && steps <= mw_task_table.nr_slots;
		     nr = mw_slots[nr].next, steps++)
			hashed += world_state(nr) == MW_SLOT_LIVE || world_state(nr) == MW_SLOT_EXITED;
	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_table.nr_slots; nr++)
		waiting += world_state(nr) == MW_SLOT_GONE || world_state(nr) == MW_SLOT_DYING;
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
	storm->bystander = world_forked(test, 100);
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
	KUNIT_CASE(who_has_no_slot_is_told_by_name),
	KUNIT_CASE(a_full_table_overflows_and_recovers),
	KUNIT_CASE(growth_is_of_one_life),
	KUNIT_CASE(tags_are_held_by_slots),
	KUNIT_CASE_SLOW(lives_begin_and_end_everywhere_at_once),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_task_table",
	.init = world_begin,
	.exit = world_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of memwatch");

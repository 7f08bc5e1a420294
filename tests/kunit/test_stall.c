// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_stall.c - stalls under way, in the test's own thread: nested, unmatched,
 * and more than there is room for.
 */
#include "../../module/stall.c"

#include <linux/delay.h>

#include "hammer.h"
#include "world.h"

static int begin(struct kunit *test)
{
	world_init(test, MW_MAX_TASKS_MIN, false);
	return 0;
}

static void end(struct kunit *test)
{
	world_exit(test);
}

static unsigned int under_way(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < MW_STALLS; i++)
		count += stalls[i].task != NULL;
	return count;
}

/*
 *	begin   begin        end     end
 *	|-------|---- 2 ms --|-------|	the outer one counts, once
 */
static void only_the_outermost_counts(struct kunit *test)
{
	struct mw_slot *slot = mw_slot(mw_task_slot(current));
	u64 outer, begin_ns = ktime_get_ns();

	mw_stall_begin();
	mw_stall_begin();
	usleep_range(2000, 3000);
	KUNIT_EXPECT_EQ(test, mw_stall_end(), 0);
	outer = mw_stall_end();
	KUNIT_EXPECT_GE(test, outer, 2 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, outer, ktime_get_ns() - begin_ns);
	KUNIT_EXPECT_EQ(test, atomic64_read(&slot->stall_ns), outer);
	KUNIT_EXPECT_EQ(test, under_way(), 0);
}

static void an_end_without_a_beginning_is_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mw_stall_end(), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&mw_slot(mw_task_slot(current))->stall_ns), 0);
}

static void without_room_it_is_dropped(struct kunit *test)
{
	u64 before = mw_stalls_dropped();

	for (unsigned int i = 0; i < MW_NEIGHBOURHOOD; i++)
		neighbour(i)->task = &init_task;
	mw_stall_begin();
	KUNIT_EXPECT_EQ(test, mw_stalls_dropped(), before + 1);
	KUNIT_EXPECT_EQ(test, mw_stall_end(), 0);
	for (unsigned int i = 0; i < MW_NEIGHBOURHOOD; i++)
		neighbour(i)->task = NULL;
}

static void storm_thread(void *arg, unsigned int nr)
{
	mw_stall_begin();
	if (nr % 2)
		usleep_range(20, 100);
	mw_stall_begin();
	mw_stall_end();
	mw_stall_end();
}

static void stalls_of_many_end_in_order(struct kunit *test)
{
	const struct hammer hammer = { .thread = storm_thread };

	hammer_run(test, &hammer, HAMMER_THREADS_MAX, 500, NULL);
	KUNIT_EXPECT_EQ(test, under_way(), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(only_the_outermost_counts),
	KUNIT_CASE(an_end_without_a_beginning_is_nothing),
	KUNIT_CASE(without_room_it_is_dropped),
	KUNIT_CASE(stalls_of_many_end_in_order),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_stall",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

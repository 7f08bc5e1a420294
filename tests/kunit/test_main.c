// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_main.c - the ladder of inits and its mirror, with the probes attached to the
 * kernel that runs: loads of every kind, features switched under load, and the sums
 * that have to hold.
 */
#include <linux/init.h>
#include <linux/module.h>

/* They are called by us, again and again. */
#undef module_init
#undef module_exit
#undef __init
#undef __exit
#define module_init(function)
#define module_exit(function)
#define __init
#define __exit
#include "../../module/main.c"

#include <linux/delay.h>
#include <linux/slab.h>

#include "hammer.h"
#include "world.h"

static int begin(struct kunit *test)
{
	world_reset_table();
	max_tasks = 1024;
	page_owner = true;
	proc_gid = 0;
	slab = 0;
	off = false;
	return 0;
}

static void parameters_out_of_range_are_refused(struct kunit *test)
{
	static const unsigned int bad[] = { 0, MW_MAX_TASKS_MIN - 1, MW_MAX_TASKS_MAX + 1, ~0U };

	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		max_tasks = bad[i];
		KUNIT_EXPECT_EQ(test, memwatch_init(), -ERANGE);
	}
	max_tasks = 1024;
	proc_gid = ~0U;
	KUNIT_EXPECT_EQ(test, memwatch_init(), -ERANGE);
}

/* What a process allocates is its own, and goes with it. */
static void every_kind_of_load_counts(struct kunit *test)
{
	static const struct {
		bool page_owner;
		unsigned int slab;
		bool off;
	} cases[] = {
		{ true, 0, false }, { true, 1, false }, { false, 0, false }, { true, 2, false },
		{ false, 2, false }, { true, 1, true },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_slot_pages before, after;
		struct page *page;
		unsigned int slot;

		begin(test);
		page_owner = cases[i].page_owner;
		slab = cases[i].slab;
		off = cases[i].off;
		KUNIT_ASSERT_EQ(test, memwatch_init(), 0);
		slot = mw_task_slot(current);
		KUNIT_EXPECT_GE(test, slot, MW_SLOT_FIRST);
		mw_slot_read(slot, NULL, &before);
		page = alloc_pages(GFP_KERNEL, 4);
		KUNIT_ASSERT_NOT_NULL(test, page);
		mw_slot_read(slot, NULL, &after);
		if (cases[i].off)
			KUNIT_EXPECT_EQ(test, after.allocs[MW_KERNEL], before.allocs[MW_KERNEL]);
		else
			KUNIT_EXPECT_GE(test, after.allocs[MW_KERNEL],
					before.allocs[MW_KERNEL] + 16);
		__free_pages(page, 4);
		mw_slot_read(slot, NULL, &after);
		if (!cases[i].off)
			KUNIT_EXPECT_GE(test, after.frees[MW_KERNEL],
					before.frees[MW_KERNEL] + 16);
		memwatch_exit();
	}
}

/* --- everything at once ------------------------------------------------------- */

/* Real pages and objects, allocated and freed in every context. */
static void storm_thread(void *arg, unsigned int nr)
{
	struct page *page = alloc_pages(GFP_KERNEL, nr % 4);
	void *object = kmalloc(64 << (nr % 5), GFP_KERNEL);

	if (page)
		__free_pages(page, nr % 4);
	kfree(object);
	usleep_range(20, 60);
}

static void storm_interrupt(void *arg)
{
	struct page *page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);
	void *object = kmalloc(128, GFP_ATOMIC | __GFP_NOWARN);

	if (page)
		__free_pages(page, 0);
	kfree(object);
}

/* One after the other goes off and on again while all that goes on. */
static void storm_watch(struct kunit *test, void *arg)
{
	static unsigned int round;
	enum mw_feature feature = MW_FEATURE_PAGES + round++ % (MW_FEATURES - MW_FEATURE_PAGES);

	mw_feature_set(feature, false);
	KUNIT_EXPECT_FALSE(test, mw_feature_on(feature));
	mw_feature_set(feature, true);
	KUNIT_EXPECT_TRUE(test, mw_feature_on(feature));
}

static void features_change_under_load(struct kunit *test)
{
	const struct hammer hammer = { storm_thread, storm_interrupt, storm_interrupt, NULL };
	struct mw_slot_pages sums;

	slab = 2;
	KUNIT_ASSERT_EQ(test, memwatch_init(), 0);
	hammer_run(test, &hammer, 3, 2000, storm_watch);
	mw_features_off();
	for (enum mw_feature feature = 0; feature < MW_FEATURES; feature++)
		KUNIT_EXPECT_FALSE(test, mw_feature_on(feature));
	sums = world_sums();
	/* Pages were forgotten: nobody owns any. Frees of the unseen are both. */
	KUNIT_EXPECT_EQ(test, sums.allocs[MW_USER], sums.frees[MW_USER]);
	memwatch_exit();
}

/* However long one takes: the storm ends with the last of them. */
static void load_and_unload(struct kunit *test, void *arg)
{
	for (unsigned int load = 0; load < 4; load++) {
		begin(test);
		slab = load % 3;
		page_owner = load < 3;
		KUNIT_ASSERT_EQ(test, memwatch_init(), 0);
		msleep(5);
		memwatch_exit();
	}
}

static void loads_and_unloads_under_load(struct kunit *test)
{
	const struct hammer hammer = { storm_thread, storm_interrupt, storm_interrupt, NULL };

	hammer_run(test, &hammer, 3, 1, load_and_unload);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(parameters_out_of_range_are_refused),
	KUNIT_CASE(every_kind_of_load_counts),
	KUNIT_CASE_SLOW(features_change_under_load),
	KUNIT_CASE_SLOW(loads_and_unloads_under_load),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_main",
	.init = begin,
	.test_cases = cases,
};
kunit_test_suite(suite);

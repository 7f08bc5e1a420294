// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_zone_events.c - what happens to zones, told as the tracepoints tell it: each
 * event counts in the zone that it names, and in no other.
 */
#include <kunit/test.h>

#include "../../module/zone_events.h"

static int begin(struct kunit *test)
{
	return mw_zone_events_init();
}

static void end(struct kunit *test)
{
	mw_zone_events_exit();
}

struct sums {
	s64 compactions;
	s64 stall_ns;
	s64 alloc_failures;
};

/* Over all zones of all nodes. */
static struct sums sums(void)
{
	struct sums sums = { 0 };
	int node;

	for_each_online_node(node) {
		for (int i = 0; i < MAX_NR_ZONES; i++) {
			const struct mw_zone_counts *counts =
				mw_zone_counts(node, &NODE_DATA(node)->node_zones[i]);

			sums.compactions += atomic64_read(&counts->compactions);
			sums.stall_ns += atomic64_read(&counts->stall_ns);
			sums.alloc_failures += atomic64_read(&counts->alloc_failures);
		}
	}
	return sums;
}

static s64 alloc_failures(struct zone *zone)
{
	return atomic64_read(&mw_zone_counts(zone_to_nid(zone), zone)->alloc_failures);
}

static void compaction_counts_in_the_zone_that_begins_there(struct kunit *test)
{
	unsigned int zones = 0;
	int node;

	for_each_online_node(node) {
		for (int i = 0; i < MAX_NR_ZONES; i++) {
			struct zone *zone = &NODE_DATA(node)->node_zones[i];
			const struct mw_zone_counts *counts;

			if (!populated_zone(zone))
				continue;
			counts = mw_zone_counts(node, zone);
			mw_zone_compaction_begin(zone->zone_start_pfn);
			mw_zone_compaction_end(zone->zone_start_pfn, 100 + i);
			KUNIT_EXPECT_EQ(test, atomic64_read(&counts->compactions), 1);
			KUNIT_EXPECT_EQ(test, atomic64_read(&counts->stall_ns), 100 + i);
			zones++;
		}
	}
	KUNIT_EXPECT_GT(test, zones, 0);
	KUNIT_EXPECT_EQ(test, sums().compactions, zones);
}

static void a_zone_that_nobody_knows_is_left_out(struct kunit *test)
{
	mw_zone_compaction_begin(ULONG_MAX);
	mw_zone_compaction_end(ULONG_MAX, 100);
	KUNIT_EXPECT_EQ(test, sums().compactions, 0);
	KUNIT_EXPECT_EQ(test, sums().stall_ns, 0);
}

/* Whatever zone it asks for, it counts in one that has memory. */
static void failures_of_order_0_do_not_count(struct kunit *test)
{
	mw_zone_alloc_failed(0, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, sums().alloc_failures, 0);
	mw_zone_alloc_failed(3, GFP_KERNEL);
	mw_zone_alloc_failed(1, GFP_HIGHUSER_MOVABLE);
	KUNIT_EXPECT_EQ(test, sums().alloc_failures, 2);
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &NODE_DATA(numa_mem_id())->node_zones[i];

		if (!populated_zone(zone))
			KUNIT_EXPECT_EQ(test, alloc_failures(zone), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(compaction_counts_in_the_zone_that_begins_there),
	KUNIT_CASE(a_zone_that_nobody_knows_is_left_out),
	KUNIT_CASE(failures_of_order_0_do_not_count),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_zone_events",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

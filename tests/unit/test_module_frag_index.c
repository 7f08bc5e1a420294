// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_frag_index.c - fragmentation indices, against values worked out
 * by hand from the kernel's formulas (mm/vmstat.c).
 */
#include "../../module/frag_index.c"
#include "module_test.h"

MODULE_TEST(indices_of_known_zones)
{
	static const struct {
		unsigned long nr[4];
		u64 pages;
		unsigned int order;
		int unusable;
		int extfrag;
	} cases[] = {
		/* The worked example of frag_index.c. */
		{ { 8, 4, 2, 1 }, 32, 2, 500, -1000 },
		{ { 8, 4, 2, 1 }, 32, 0, 0, -1000 },
		{ { 8, 4, 2, 1 }, 32, 3, 750, -1000 },
		/* No memory at all: all of it is unusable, nothing is fragmented. */
		{ { 0, 0, 0, 0 }, 0, 1, 1000, 0 },
		/* 100 single pages, order 3: 1000 - (1000 + 100000/8) / 100 = 865. */
		{ { 100, 0, 0, 0 }, 100, 3, 1000, 865 },
		/* 2 single pages, order 3: 1000 - (1000 + 2000/8) / 2 = 375. */
		{ { 2, 0, 0, 0 }, 2, 3, 1000, 375 },
		/* 1 pair, order 2: 1000 - (1000 + 2000/4) / 1 = -500. */
		{ { 0, 1, 0, 0 }, 2, 2, 1000, -500 },
		{ { 0, 0, 0, 5 }, 40, 3, 0, -1000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_free_blocks blocks = { .orders = 4 };

		memcpy(blocks.nr, cases[i].nr, sizeof(cases[i].nr));
		assert_int_equal(mw_free_pages(&blocks), cases[i].pages);
		assert_int_equal(mw_unusable_index(&blocks, cases[i].order), cases[i].unusable);
		assert_int_equal(mw_extfrag_index(&blocks, cases[i].order), cases[i].extfrag);
	}
}

MODULE_TEST(unusable_never_falls_with_the_order)
{
	struct mw_free_blocks blocks = { .orders = MW_FRAG_ORDERS_MAX };

	random_state = 1;
	for (int round = 0; round < 1000; round++) {
		int last = 0;

		for (unsigned int i = 0; i < blocks.orders; i++) {
			blocks.nr[i] = random_below(1U << random_below(20));
		}
		for (unsigned int order = 0; order < blocks.orders; order++) {
			int index = mw_unusable_index(&blocks, order);

			assert_in_range(index, last, 1000);
			last = index;
		}
	}
}

MODULE_TEST(huge_zones_do_not_overflow)
{
	/* 64 TiB in single pages, and an order that none has. */
	struct mw_free_blocks blocks = { .nr = { 1UL << 34 }, .orders = 11 };

	assert_int_equal(mw_unusable_index(&blocks, 10), 1000);
	assert_in_range(mw_extfrag_index(&blocks, 10), 999, 1000);
	assert_int_equal(mw_extfrag_index(&blocks, 11), 0);
}

MODULE_TEST_SUITE(frag_index,
	MODULE_TEST_CASE(indices_of_known_zones),
	MODULE_TEST_CASE(unusable_never_falls_with_the_order),
	MODULE_TEST_CASE(huge_zones_do_not_overflow));

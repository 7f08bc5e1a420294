// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_address_space.c - RLIMIT_AS is met by what is mapped, and told in RSS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "address_space.h"
#include "sample.h"

#define MIB 1024
#define GIB (1024 * MIB)

static void alike_at_first(void **state)
{
	struct mw_space space = { 0 };

	(void)state;
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, GIB, 200 * MIB, 0),
			 3 * GIB + 200 * MIB);
	/* Below 1 MiB of growth nothing is known; a process that shrinks tells nothing, either. */
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, GIB + 9, 200 * MIB + 1000, 10),
			 3 * GIB - 9 + 200 * MIB + 1000);
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, GIB, 100 * MIB, 20),
			 3 * GIB + 100 * MIB);
}

/* The worked example of address_space.c. */
static void half_of_what_is_mapped_is_touched(void **state)
{
	struct mw_space space = { 0 };

	(void)state;
	mw_space_limit_kb(&space, 4 * GIB, GIB - 60 * MIB, 170 * MIB, 0);
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, GIB, 200 * MIB, 3000),
			 GIB + GIB / 2 + 200 * MIB);
}

/* A leak of threads: 8 MiB of address space for 12 KiB of memory each. */
static void threads(void **state)
{
	struct mw_space space = { 0 };
	int64_t limit_kb;

	(void)state;
	for (int i = 0; i <= 200; i++)
		limit_kb = mw_space_limit_kb(&space, 4 * GIB, GIB + i * 8 * MIB, 9000 + i * 12,
					     i * 10);
	/* 384 threads fit into the 3 GiB, 184 more than there are. */
	assert_int_equal(limit_kb, 9000 + 200 * 12 + 184 * 12);
	/* Full already. */
	assert_int_equal(mw_space_limit_kb(&space, GIB, 3 * GIB, 12000, 2010), 12000);
}

/* A heap that was reserved in one piece: RLIMIT_AS is not what it will meet. */
static void only_rss_grows(void **state)
{
	struct mw_space space = { 0 };

	(void)state;
	mw_space_limit_kb(&space, 4 * GIB, 3 * GIB, 100 * MIB, 0);
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, 3 * GIB, 200 * MIB, 600), MW_UNKNOWN);
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, 3 * GIB + 6 * MIB, 200 * MIB, 700),
			 MW_UNKNOWN);
	/* And from the next hour on it maps what it touches. */
	for (int i = 0; i < 300; i++)
		mw_space_limit_kb(&space, 4 * GIB, 3 * GIB + i * MIB, 200 * MIB + i * MIB,
				  1000 + i * 60);
	assert_int_equal(mw_space_limit_kb(&space, 4 * GIB, 3 * GIB + 300 * MIB, 500 * MIB, 19000),
			 GIB - 300 * MIB + 500 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike_at_first),
		cmocka_unit_test(half_of_what_is_mapped_is_touched),
		cmocka_unit_test(threads),
		cmocka_unit_test(only_rss_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

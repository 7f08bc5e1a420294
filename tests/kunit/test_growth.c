// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_growth.c - the windows of growth.h in the kernel, which has no floating
 * point: values worked out beforehand. tests/unit/test_module_growth.c holds them
 * against exact exponentials.
 */
#include <kunit/test.h>

#include "../../module/growth.c"

#define SEC 1000000000ULL

/* e^(-dt/tau), millionths: tau is 7.669, 46.01 and 230.1 s. */
static void decay_is_exponential(struct kunit *test)
{
	static const struct {
		u64 dt_ms;
		u32 millionths[MW_WINDOWS];
	} cases[] = {
		{ 0, { 1000000, 1000000, 1000000 } },
		{ 2000, { 770443, 957464, 991344 } },
		{ 30000, { 20000, 521000, 877764 } },
		{ 180000, { 0, 20000, 457305 } },
		{ 900000, { 0, 0, 20000 } },
		{ 90000000, { 0, 0, 0 } },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int w = 0; w < MW_WINDOWS; w++) {
			u64 decay = mw_growth_decay(cases[i].dt_ms * 1000000, w);
			s64 millionths = (s64)((decay * 1000000) >> 32);

			KUNIT_EXPECT_LE_MSG(test, abs(millionths - cases[i].millionths[w]), 30,
					    "case %d window %d: %lld", i, w, millionths);
		}
	}
}

/*
 * The worked example of growth.h: 100 KiB/s, and then nothing:
 *
 *	age    2 s    4 s    6 s
 *	shown  100    100    57.7 KiB/s
 */
static void the_worked_example_comes_out(struct kunit *test)
{
	struct mw_growth growth;

	mw_growth_begin(&growth, SEC, 5000);
	mw_growth_update(&growth, 3 * SEC, 5200);
	KUNIT_EXPECT_EQ(test, mw_growth_milli(&growth, MW_WINDOW_10), 100000);
	mw_growth_update(&growth, 5 * SEC, 5400);
	KUNIT_EXPECT_EQ(test, mw_growth_milli(&growth, MW_WINDOW_10), 100000);
	mw_growth_update(&growth, 7 * SEC, 5400);
	KUNIT_EXPECT_LE(test, abs(mw_growth_milli(&growth, MW_WINDOW_10) - 57700), 50);
}

static void shrinking_is_the_mirror_of_growing(struct kunit *test)
{
	struct mw_growth up, down;
	u64 now = SEC;

	mw_growth_begin(&up, now, 1 << 20);
	mw_growth_begin(&down, now, 1 << 20);
	for (int i = 1; i < 500; i++) {
		now += SEC * (1 + i % 3);
		mw_growth_update(&up, now, (1 << 20) + i * 777);
		mw_growth_update(&down, now, (1 << 20) - i * 777);
		for (int w = 0; w < MW_WINDOWS; w++)
			KUNIT_EXPECT_LE(test, abs(mw_growth_milli(&up, w) +
						  mw_growth_milli(&down, w)), 1);
	}
}

/* What nobody sends: the sanitizers watch that nothing overflows. */
static void hostile_values_do_no_harm(struct kunit *test)
{
	static const u64 values[] = { 0, 1, 1ULL << 31, 1ULL << 42, S64_MAX, U64_MAX };

	for (int a = 0; a < ARRAY_SIZE(values); a++) {
		for (int b = 0; b < ARRAY_SIZE(values); b++) {
			for (int t = 0; t < ARRAY_SIZE(values); t++) {
				struct mw_growth growth;

				mw_growth_begin(&growth, 1, values[a]);
				mw_growth_update(&growth, values[t], values[b]);
				mw_growth_update_since(&growth, values[t], U64_MAX, values[a],
						       NULL);
				for (int w = 0; w < MW_WINDOWS; w++)
					KUNIT_EXPECT_LE(test,
							abs(mw_growth_milli(&growth, w)),
							MW_RATE_MAX * 1000);
			}
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(decay_is_exponential),
	KUNIT_CASE(the_worked_example_comes_out),
	KUNIT_CASE(shrinking_is_the_mirror_of_growing),
	KUNIT_CASE(hostile_values_do_no_harm),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_growth",
	.test_cases = cases,
};
kunit_test_suite(suite);

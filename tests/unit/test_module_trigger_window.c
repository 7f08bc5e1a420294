// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_trigger_window.c - growth within a window, against a history that
 * forgets nothing.
 */
#include "../../module/trigger_window.c"
#include "module_test.h"

#define SECOND 1000000000ULL
#define HISTORY 20000

static struct {
	u64 ns[HISTORY];
	s64 kb[HISTORY];
	unsigned int count;
} history;

static void remember(u64 ns, s64 kb)
{
	history.ns[history.count] = ns;
	history.kb[history.count++] = kb;
}

/* The lowest and highest growth from anywhere in [from_ns, to_ns] until now. */
static void bounds(u64 from_ns, u64 to_ns, s64 *ret_low, s64 *ret_high)
{
	s64 now = history.kb[history.count - 1];
	s64 low = S64_MAX, high = S64_MIN;

	for (unsigned int i = 0; i < history.count; i++) {
		/* The last one before the interval holds at its beginning. */
		if (i + 1 < history.count && history.ns[i + 1] < from_ns)
			continue;
		low = history.kb[i] < low ? history.kb[i] : low;
		high = history.kb[i] > high ? history.kb[i] : high;
		if (history.ns[i] > to_ns)
			break;
	}
	*ret_low = now - high;
	*ret_high = now - low;
}

/* Ticks of any spacing, values that go anywhere: within what moved in the step. */
MODULE_TEST(is_within_its_bound_for_any_history)
{
	static const u64 sizes_s[] = { 2, 7, 60, 601, 3600, 86400 };

	random_state = 7;
	for (size_t size = 0; size < ARRAY_SIZE(sizes_s); size++) {
		u64 w = sizes_s[size] * SECOND, step = w / 16;
		struct mw_trigger_window window;
		u64 now = 5 * SECOND;
		s64 kb = 1 << 20;

		history.count = 0;
		mw_trigger_window_begin(&window, w, now, (u64)kb);
		remember(now, kb);
		for (int i = 1; i < 3000; i++) {
			s64 low, high, got;
			u64 start;

			now += random_below(20) ? step / 40 * (1 + random_below(60)) :
			       random_below(3) * w + 1;
			kb += (s64)random_below(4001) - 1990;
			remember(now, kb);
			got = mw_trigger_window_update(&window, now, (u64)kb);
			assert_true(window.count <= MW_TRIGGER_POINTS);
			start = now > w ? now - w : 0;
			bounds(start > step ? start - step : 0, start + step, &low, &high);
			assert_in_range(got - low + 1, 0, high - low + 2);
		}
	}
}

/* A steady rate is told to the KiB whatever the spacing of ticks. */
MODULE_TEST(a_steady_rate_is_exact)
{
	struct mw_trigger_window window;
	u64 now = SECOND;

	random_state = 3;
	mw_trigger_window_begin(&window, 60 * SECOND, now, 1000);
	for (int i = 0; i < 1000; i++) {
		u64 age;
		s64 want;

		now += SECOND / 100 * (1 + random_below(1000));
		age = now - SECOND;
		want = (s64)(100 * (age < 60 * SECOND ? age : 60 * SECOND) / SECOND);
		assert_in_range(mw_trigger_window_update(&window, now, 1000 + 100 * age / SECOND) -
				want + 2, 0, 4);
	}
}

/* It stays for a window, and is gone a step later. */
MODULE_TEST(a_jump_counts_for_one_window)
{
	struct mw_trigger_window window;
	u64 now = SECOND;

	mw_trigger_window_begin(&window, 60 * SECOND, now, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(mw_trigger_window_update(&window, now += 2 * SECOND, 0), 0);
	for (int i = 0; i < 30; i++)
		assert_int_equal(mw_trigger_window_update(&window, now += 2 * SECOND, 500), 500);
	now += 4 * SECOND;
	for (int i = 0; i < 100; i++)
		assert_int_equal(mw_trigger_window_update(&window, now += 2 * SECOND, 500), 0);
}

MODULE_TEST(after_a_pause_of_years_only_the_last_tick_counts)
{
	struct mw_trigger_window window;
	u64 now = SECOND;

	mw_trigger_window_begin(&window, 2 * SECOND, now, 10);
	now += 5ULL * 365 * 86400 * SECOND;
	assert_int_equal(mw_trigger_window_update(&window, now, 10), 0);
	assert_int_equal(mw_trigger_window_update(&window, now + 2 * SECOND, 4010), 4000);
	/* In a tick nobody saw, it is linear. */
	assert_int_equal(mw_trigger_window_update(&window, now + 6 * SECOND, 8010), 2000);
}

MODULE_TEST(shrinking_is_negative_growth)
{
	struct mw_trigger_window window;

	mw_trigger_window_begin(&window, 10 * SECOND, SECOND, 5000);
	assert_int_equal(mw_trigger_window_update(&window, 3 * SECOND, 2000), -3000);
	assert_int_equal(mw_trigger_window_update(&window, 5 * SECOND, 2500), -2500);
}

MODULE_TEST(a_clock_that_stands_replaces_the_value)
{
	struct mw_trigger_window window;

	mw_trigger_window_begin(&window, 10 * SECOND, 5 * SECOND, 100);
	assert_int_equal(mw_trigger_window_update(&window, 5 * SECOND, 150), 50);
	assert_int_equal(mw_trigger_window_update(&window, 4 * SECOND, 170), 70);
	assert_int_equal(mw_trigger_window_update(&window, 6 * SECOND, 180), 80);
}

MODULE_TEST_SUITE(trigger_window,
	MODULE_TEST_CASE(is_within_its_bound_for_any_history),
	MODULE_TEST_CASE(a_steady_rate_is_exact),
	MODULE_TEST_CASE(a_jump_counts_for_one_window),
	MODULE_TEST_CASE(after_a_pause_of_years_only_the_last_tick_counts),
	MODULE_TEST_CASE(shrinking_is_negative_growth),
	MODULE_TEST_CASE(a_clock_that_stands_replaces_the_value));

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rate_change.c - an abrupt change against noise, trends and broken counters.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rate_change.h"

static struct mw_rate_change rate;
static double count;

static void begin(void)
{
	rate = (struct mw_rate_change){ 0 };
	count = 0;
}

/* The counter rises by @per_s until @now_s. */
static bool add(double now_s, double interval_s, double per_s)
{
	count += per_s * interval_s;
	return mw_rate_change_add(&rate, now_s, (int64_t)count, 5, 30);
}

/* The worked example of rate_change.c. */
static void a_jump_is_seen_and_passes(void **state)
{
	double began = NAN, ended = NAN;

	(void)state;
	begin();
	for (int t = 0; t < 400; t++)
		if (add(t, 1, t <= 200 ? 100 : 500)) {
			if (isnan(began)) {
				began = t;
				assert_true(fabs(rate.since_s - 200) < 5);
				assert_true(mw_rate_change_factor(&rate) > 2);
			} else {
				ended = t;
			}
		}
	assert_true(began > 200 && began <= 206);
	assert_true(ended > 230 && ended < 260);
	assert_true(mw_rate_change_factor(&rate) == 1);
}

static void a_fall_is_a_change(void **state)
{
	bool changed = false;

	(void)state;
	begin();
	for (int t = 0; t < 230; t++)
		changed = add(t, 1, t <= 200 ? 500 : 50) || changed;
	assert_true(changed && mw_rate_change_factor(&rate) < 0.5);
}

/* Sampled every 10 s the windows are 20 and 120 s. */
static void coarse_samples(void **state)
{
	int changes = 0;

	(void)state;
	begin();
	for (int t = 0; t < 3000; t += 10)
		changes += add(t, 10, t <= 2000 ? 100 : 1000);
	assert_int_equal(changes, 2);
}

/* A rate that grows tenfold in an hour, noise, and a steady one are no changes. */
static void trends_and_noise(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		begin();
		for (int t = 0; t < 3600; t++) {
			double part;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			part = (double)(seed >> 11) * 0x1p-53;
			assert_false(add(t, 1,
					 kind == 0   ? 100 + t / 4.0
					 : kind == 1 ? 1000 * part
						     : 100));
		}
	}
}

static void broken_counters(void **state)
{
	static const int64_t counts[] = { 5, INT64_MAX, 0, INT64_MIN, -1, 3, 3 };

	(void)state;
	begin();
	assert_true(mw_rate_change_factor(&rate) == 1);
	for (int i = 0; i < 700; i++) {
		mw_rate_change_add(&rate, i / 2 - (i % 50 ? 0 : 20), counts[i % 7], 5, 30);
		assert_false(isnan(mw_rate_change_factor(&rate)));
		assert_true(rate.fast >= 0 && rate.slow >= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jump_is_seen_and_passes),
		cmocka_unit_test(a_fall_is_a_change),
		cmocka_unit_test(coarse_samples),
		cmocka_unit_test(trends_and_noise),
		cmocka_unit_test(broken_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

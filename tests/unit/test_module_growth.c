// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_growth.c - the windows of growth.h against exact exponentials.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../module/growth.c"

#define SEC 1000000000ULL

static const double window_s[MW_WINDOWS] = { 10, 60, 300 };

static double tau(int window)
{
	return window_s[window] * 3 / log(50);
}

static void assert_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.9g is not within %.3g of %.9g", value, tolerance, expected);
}

static void decay_is_exponential(void **state)
{
	static const double dts[] = { 1e-6, 0.001, 0.5, 2, 7.67, 30, 61, 299, 900, 5000 };

	(void)state;
	for (int w = 0; w < MW_WINDOWS; w++)
		for (size_t i = 0; i < ARRAY_SIZE(dts); i++)
			assert_near(mw_growth_decay((u64)(dts[i] * 1e9), w) / 4294967296.0,
				    exp(-dts[i] / tau(w)), 2e-5);
	assert_int_equal(mw_growth_decay(MW_DT_MAX_NS, MW_WINDOW_300), 0);
}

static void decay_never_rises(void **state)
{
	(void)state;
	for (int w = 0; w < MW_WINDOWS; w++) {
		u64 last = 1ULL << 32;

		for (u64 dt = 0; dt < 400 * SEC; dt += 37 * SEC / 100) {
			u64 decay = mw_growth_decay(dt, w);

			assert_true(decay <= last);
			last = decay;
		}
	}
}

/* rate per second held by ticks of any length: shown right at every moment. */
static void constant_rate_is_shown_from_the_start(void **state)
{
	static const double rates[] = { 0.139, 1, 100, 12345, -77, 5e6 };

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rates); r++) {
		struct mw_growth g;
		double kb = 1e10;
		u64 now = SEC;

		mw_growth_begin(&g, now, (u64)kb);
		for (int tick = 1; tick <= 1000; tick++) {
			u64 dt = tick % 7 ? 2 * SEC : 5 * SEC;

			now += dt;
			kb += rates[r] * dt / 1e9;
			mw_growth_update(&g, now, (u64)kb);
			if (tick < 50)
				continue;
			for (int w = 0; w < MW_WINDOWS; w++)
				/* Values are whole KiB: one of them in a short window is noise. */
				assert_near(mw_growth_milli(&g, w) / 1000.0, rates[r],
					    fabs(rates[r]) * 0.001 + 2.1 / tau(w));
		}
	}
}

/* Idle for an hour, then a leak: within 2 % after three windows. */
static void a_leak_after_idling_is_shown_after_three_windows(void **state)
{
	(void)state;
	for (int w = 0; w < MW_WINDOWS; w++) {
		struct mw_growth g;
		u64 kb = 500000, now = 3600 * SEC;

		mw_growth_begin(&g, SEC, kb);
		mw_growth_update(&g, now, kb);
		for (int t = 0; t < 3 * window_s[w]; t += 2) {
			now += 2 * SEC;
			kb += 200;
			mw_growth_update(&g, now, kb);
		}
		assert_near(mw_growth_milli(&g, w) / 1000.0, 100, 2.1);
	}
}

/* The change came after the idling, not spread over it. */
static void growth_after_a_long_idle_is_recent(void **state)
{
	struct mw_growth lumped, told;
	u64 idle = 3600 * SEC;

	(void)state;
	mw_growth_begin(&lumped, SEC, 1000);
	mw_growth_begin(&told, SEC, 1000);
	mw_growth_update(&lumped, idle + 2 * SEC, 101000);
	mw_growth_update_since(&told, idle, idle + 2 * SEC, 101000, NULL);
	assert_near(mw_growth_milli(&told, MW_WINDOW_10) / 1000.0,
		    50000 * (1 - exp(-2 / tau(MW_WINDOW_10))), 20);
	assert_true(mw_growth_milli(&lumped, MW_WINDOW_10) < 50000);
}

static void it_decays_when_growth_stops(void **state)
{
	struct mw_growth g;
	u64 now = SEC;

	(void)state;
	mw_growth_begin(&g, now, 0);
	for (int i = 0; i < 100; i++)
		mw_growth_update(&g, now += 2 * SEC, (i + 1) * 1000);
	mw_growth_update(&g, now += 30 * SEC, 100000);
	assert_near(mw_growth_milli(&g, MW_WINDOW_10) / 1000.0, 500 * 0.02, 0.5);
	mw_growth_update(&g, now += 7200 * SEC, 100000);
	for (int w = 0; w < MW_WINDOWS; w++)
		assert_int_equal(mw_growth_milli(&g, w), 0);
}

static void hostile_values_do_no_harm(void **state)
{
	struct mw_growth g, before;

	(void)state;
	mw_growth_begin(&g, 10 * SEC, 1000);
	mw_growth_update(&g, 12 * SEC, 2000);
	before = g;
	mw_growth_update(&g, 12 * SEC, 9999);
	mw_growth_update(&g, 3 * SEC, 9999);
	assert_memory_equal(&g, &before, sizeof(g));

	mw_growth_update(&g, 12 * SEC + 1, UINT64_MAX / 2);
	mw_growth_update(&g, 14 * SEC, 0);
	mw_growth_update(&g, UINT64_MAX, 1ULL << 40);
	for (int w = 0; w < MW_WINDOWS; w++)
		assert_true(llabs(mw_growth_milli(&g, w)) <= MW_RATE_MAX * 1000);
}

/* A page in the first millisecond is no rate of megabytes a second. */
static void a_newborn_has_no_rate_of_its_first_page(void **state)
{
	struct mw_growth g;

	(void)state;
	mw_growth_begin(&g, SEC, 0);
	mw_growth_update(&g, SEC + 1000000, 1000);
	assert_true(mw_growth_milli(&g, MW_WINDOW_10) / 1000.0 < 1000 / 2 * 1.2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decay_is_exponential),
		cmocka_unit_test(decay_never_rises),
		cmocka_unit_test(constant_rate_is_shown_from_the_start),
		cmocka_unit_test(a_leak_after_idling_is_shown_after_three_windows),
		cmocka_unit_test(growth_after_a_long_idle_is_recent),
		cmocka_unit_test(it_decays_when_growth_stops),
		cmocka_unit_test(hostile_values_do_no_harm),
		cmocka_unit_test(a_newborn_has_no_rate_of_its_first_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_stats.c - the statistics against values worked by hand or published,
 * and their error rates by simulation with fixed seeds.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "stats.h"

#define assert_near(value, expected, error) assert_true(fabs((value) - (expected)) <= (error))

static double uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return ((double)(*state >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
	double r = sqrt(-2.0 * log(uniform(state)));

	return r * cos(2.0 * M_PI * uniform(state));
}

static void medians_and_order(void **state)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 }, one[] = { 7 },
	       equal[] = { 5, 5, 5, 5 };
	double values[MW_STATS_MAX];
	uint64_t seed = 1;

	(void)state;
	assert_near(mw_stats_median(odd, 3), 2, 0);
	assert_near(mw_stats_median(even, 4), 2.5, 0);
	assert_near(mw_stats_median(one, 1), 7, 0);
	assert_near(mw_stats_median(equal, 4), 5, 0);
	for (size_t n = 1; n <= MW_STATS_MAX; n++)
		for (size_t k = 0; k < n; k++) {
			size_t below = 0, equals = 0;
			double found;

			for (size_t i = 0; i < n; i++)
				values[i] = floor(uniform(&seed) * 20);
			found = mw_stats_select(values, n, k);
			for (size_t i = 0; i < n; i++) {
				below += values[i] < found;
				equals += values[i] == found;
			}
			assert_true(below <= k && k < below + equals);
		}
}

/* 1 1 2 2 4 6 9: median 2, distances 1 1 0 0 2 4 7, their median 1 (Wikipedia, Median absolute deviation) */
static void median_absolute_deviation(void **state)
{
	const double values[] = { 1, 1, 2, 2, 4, 6, 9 };

	(void)state;
	assert_near(mw_stats_mad(values, 7, 2), 1.4826, 1e-12);
}

static void normal_distribution(void **state)
{
	static const struct {
		double tail;
		double z;
	} cases[] = {
		{ 0.5, 0 },	    { 0.1, 1.281552 },	 { 0.05, 1.644854 }, { 0.025, 1.959964 },
		{ 0.01, 2.326348 }, { 0.001, 3.090232 }, { 1e-6, 4.753424 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_near(mw_stats_normal_quantile(cases[i].tail), cases[i].z, 4.5e-4);
		assert_near(mw_stats_normal_tail(cases[i].z), cases[i].tail,
			    1e-5 * cases[i].tail + 1e-9);
	}
}

static void mann_kendall_by_hand(void **state)
{
	static const struct {
		double y[6];
		size_t n;
		double s, variance;
	} cases[] = {
		/* Gilbert 1987, ch. 16: S = 5 - 1 */
		{ { 10, 15, 14, 20 }, 4, 4, 26.0 / 3.0 },
		/* stats.c */
		{ { 1, 3, 2, 5, 6 }, 5, 8, 50.0 / 3.0 },
		/* a pair of ties takes 2*1*9/18 = 1 off, and its S is 0 */
		{ { 1, 3, 3, 5, 6 }, 5, 9, 47.0 / 3.0 },
		/* three equal: 3*2*11/18 off */
		{ { 2, 2, 2, 5, 6 }, 5, 7, 50.0 / 3.0 - 11.0 / 3.0 },
		{ { 6, 5, 4, 3, 2, 1 }, 6, -15, 85.0 / 3.0 },
		{ { 4, 4, 4, 4 }, 4, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_mann_kendall test;

		mw_stats_mann_kendall(cases[i].y, cases[i].n, 1.0, &test);
		assert_near(test.s, cases[i].s, 0);
		assert_near(test.variance, cases[i].variance, 1e-9);
		if (cases[i].s > 0)
			assert_near(test.z, (test.s - 1) / sqrt(test.variance), 1e-12);
		else if (cases[i].s < 0)
			assert_near(test.z, (test.s + 1) / sqrt(test.variance), 1e-12);
		else
			assert_near(test.p_rising, 0.5, 1e-12);
	}
}

static void theil_sen_by_hand(void **state)
{
	const double t[] = { 1, 2, 3, 4, 5 }, y[] = { 1, 3, 2, 5, 6 };
	struct mw_slope line;

	(void)state;
	mw_stats_theil_sen(t, y, 5, 1.0, 0.8, &line);
	assert_near(line.slope, 1.125, 1e-12);
	assert_near(line.low, 0.5, 1e-12);
	assert_near(line.high, 2.0, 1e-12);
}

/* A quarter of wild values leaves the slope where it was. */
static void theil_sen_resists(void **state)
{
	double t[40], y[40];
	struct mw_slope line;

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		t[i] = (double)i * 60.0;
		y[i] = 1e6 + 3.0 * t[i] + (i % 4 == 0 ? 1e7 : 0.0);
	}
	mw_stats_theil_sen(t, y, 40, 1.0, 0.95, &line);
	assert_near(line.slope, 3.0, 1e-6);
	assert_near(line.intercept, 1e6, 1.0);
}

static void draw_ar1(uint64_t *seed, double r, double *y, size_t n)
{
	double value = normal(seed);

	for (size_t i = 0; i < n; i++) {
		y[i] = value;
		value = r * value + sqrt(1.0 - r * r) * normal(seed);
	}
}

static void interval_covers(void **state)
{
	uint64_t seed = 7;
	int covered = 0;
	const int runs = 2000;

	(void)state;
	for (int run = 0; run < runs; run++) {
		double t[20], y[20];
		struct mw_slope line;

		draw_ar1(&seed, 0.0, y, 20);
		for (size_t i = 0; i < 20; i++) {
			t[i] = (double)i;
			y[i] += 0.3 * t[i];
		}
		mw_stats_theil_sen(t, y, 20, 1.0, 0.95, &line);
		covered += line.low <= 0.3 && 0.3 <= line.high;
	}
	assert_in_range(covered, runs * 94 / 100, runs * 98 / 100);
}

/* Part of trendless AR(1) series that are called rising at 5 %, in thousandths. */
static int false_positives(double r, bool corrected)
{
	uint64_t seed = 11;
	int rising = 0;
	const int runs = 2000;

	for (int run = 0; run < runs; run++) {
		double y[40];
		struct mw_mann_kendall test;

		draw_ar1(&seed, r, y, 40);
		mw_stats_mann_kendall(y, 40, corrected ? mw_stats_inflation(y, 40) : 1.0, &test);
		rising += test.p_rising < 0.05;
	}
	return rising * 1000 / runs;
}

static void correction_for_autocorrelation(void **state)
{
	(void)state;
	/* Independent values: both keep their level. */
	assert_in_range(false_positives(0.0, false), 35, 65);
	assert_in_range(false_positives(0.0, true), 25, 60);
	/* Autocorrelated: three times too many without the correction, most of that gone with it. */
	assert_in_range(false_positives(0.6, false), 130, 250);
	assert_in_range(false_positives(0.6, true), 40, 110);
}

static void autocorrelation_by_hand(void **state)
{
	/* Mean 2.5, squares 5; lag 1: 0.75 - 0.25 + 0.75 = 1.25; lag 3: -2.25 */
	const double rising[] = { 1, 2, 3, 4 }, constant[] = { 3, 3, 3 };
	double wave[32];

	(void)state;
	assert_near(mw_stats_autocorrelation(rising, 4, 1), 0.25, 1e-12);
	assert_near(mw_stats_autocorrelation(rising, 4, 3), -0.45, 1e-12);
	assert_near(mw_stats_autocorrelation(constant, 3, 1), 0, 0);
	assert_near(mw_stats_inflation(constant, 3), 1, 0);
	/* What turns from one value to the next never gives less variance than independence. */
	for (size_t i = 0; i < 32; i++)
		wave[i] = i % 2 ? 1 : -1;
	assert_near(mw_stats_inflation(wave, 32), 1, 0);
}

static void kolmogorov_smirnov(void **state)
{
	/* D by hand; the chances as R's ks.test(exact = FALSE) with Stephens' correction. */
	const double a[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	const double b[] = { 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5 };
	double p;

	(void)state;
	assert_true(mw_stats_ks(a, 10, a, 10, &p) == 0 && p == 1);
	assert_true(fabs(mw_stats_ks(a, 10, b, 10, &p) - 0.3) < 1e-12);
	assert_true(fabs(p - 0.675) < 0.01);
	assert_true(mw_stats_ks(a, 3, b + 4, 6, &p) == 1 && p < 0.02 && p > 0.005);
	assert_true(mw_stats_ks(a, 1, b, 1, &p) == 1 && p > 0.2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kolmogorov_smirnov),
		cmocka_unit_test(medians_and_order),
		cmocka_unit_test(median_absolute_deviation),
		cmocka_unit_test(normal_distribution),
		cmocka_unit_test(mann_kendall_by_hand),
		cmocka_unit_test(theil_sen_by_hand),
		cmocka_unit_test(theil_sen_resists),
		cmocka_unit_test(interval_covers),
		cmocka_unit_test(correction_for_autocorrelation),
		cmocka_unit_test(autocorrelation_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

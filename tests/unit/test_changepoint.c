// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_changepoint.c - where a course changed, what saturates, and what wave a
 * floor rides on.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "changepoint.h"
#include "season.h"

#define N 32

static double noise(uint64_t *state)
{
	double sum = -6.0;

	for (int i = 0; i < 12; i++) {
		*state = *state * 6364136223846793005u + 1442695040888963407u;
		sum += (double)(*state >> 11) * 0x1p-53;
	}
	return sum;
}

static void worked_example(void **state)
{
	const double t[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
		     y[] = { 0, 0, 0, 0, 0, 2, 4, 6, 8, 10 };
	struct mw_change change;

	(void)state;
	mw_changepoint_find(t, y, 10, 3, &change);
	assert_in_range(change.at, 4, 5);
	assert_true(fabs(change.before) < 1e-9 && fabs(change.after - 2) < 1e-9);
}

static void places_of_changes(void **state)
{
	double t[N], y[N];
	struct mw_change change;
	uint64_t seed = 5;

	(void)state;
	for (size_t at = 6; at <= N - 6; at++) {
		for (size_t i = 0; i < N; i++) {
			t[i] = 1e4 + 60.0 * (double)i;
			y[i] = 1e7 + (i > at ? 0.5 * 60.0 * (double)(i - at) : 0) +
			       2 * noise(&seed);
		}
		mw_changepoint_find(t, y, N, 3, &change);
		assert_true(change.at + 3 >= at && change.at <= at + 3);
		assert_true(fabs(change.after - 0.5) < 0.1 && fabs(change.before) < 0.1);
	}
}

static void no_change(void **state)
{
	double t[N], line[N], constant[N];
	struct mw_change change;
	uint64_t seed = 9;
	int found = 0;

	(void)state;
	for (int run = 0; run < 200; run++) {
		for (size_t i = 0; i < N; i++) {
			t[i] = (double)i;
			line[i] = 3.0 * t[i] + noise(&seed);
			constant[i] = 12;
		}
		mw_changepoint_find(t, line, N, 3, &change);
		found += change.at > 0;
	}
	assert_true(found <= 10);
	mw_changepoint_find(t, constant, N, 3, &change);
	assert_int_equal(change.at, 0);
	mw_changepoint_find(t, line, 5, 3, &change);
	assert_int_equal(change.at, 0);
}

static void saturation(void **state)
{
	/* A line and slow curves are not called saturating, faster ones are, and their tau is found. */
	static const struct {
		double tau; /* 0: a line */
		bool saturates;
	} cases[] = { { 0, false }, { 10, false }, { 0.9, true }, { 0.4, true }, { 0.18, true } };
	double t[N], y[N];
	uint64_t seed = 2;

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		double tau = -1, gain;

		for (size_t i = 0; i < N; i++) {
			double x = (double)i / (N - 1);

			t[i] = 500 * x;
			y[i] = 1000 * (cases[c].tau > 0 ? (1 - exp(-x / cases[c].tau)) /
								  (1 - exp(-1 / cases[c].tau))
							: x) +
			       5 * noise(&seed);
		}
		gain = mw_saturation_gain(t, y, N, &tau);
		assert_int_equal(gain > 15 && tau < 1.5, cases[c].saturates);
		if (cases[c].saturates)
			assert_true(fabs(log(tau / cases[c].tau)) < 0.45);
	}
	for (size_t i = 0; i < N; i++)
		y[i] = 4;
	assert_true(mw_saturation_gain(t, y, N, &(double){ 0 }) == 0.0);
}

static void wave_is_taken_off(void **state)
{
	double t[40], y[40], rest[40], height;

	(void)state;
	for (double periods = 3.1; periods < 7.5; periods += 0.37) {
		for (size_t i = 0; i < 40; i++) {
			double angle = 2 * M_PI * periods * (double)i / 39;

			t[i] = 3 * 3600.0 * (double)i;
			y[i] = 4e5 + 0.01 * t[i] +
			       50 * 1024 * (sin(angle + 1) + 0.2 * cos(2 * angle));
		}
		assert_true(mw_season_remove(t, y, 40, rest, &height));
		assert_true(height > 90 * 1024 && height < 125 * 1024);
		assert_true(fabs(mw_changepoint_slope(t, rest, 40) - 0.01) < 0.002);
		for (size_t i = 0; i < 40; i++)
			assert_true(fabs(rest[i] - 4e5 - 0.01 * t[i]) < 0.1 * 50 * 1024);
	}
}

static void no_wave(void **state)
{
	double t[40], y[40], rest[40], height, walk = 0;
	uint64_t seed = 4;
	int found = 0;

	(void)state;
	for (int run = 0; run < 200; run++) {
		for (size_t i = 0; i < 40; i++) {
			t[i] = (double)i;
			y[i] = walk += noise(&seed);
		}
		found += mw_season_remove(t, y, 40, rest, &height);
	}
	assert_true(found <= 10);
	for (size_t i = 0; i < 40; i++)
		y[i] = 3 * t[i];
	assert_false(mw_season_remove(t, y, 40, rest, &height));
	assert_false(mw_season_remove(t, y, 8, rest, &height));
}

/* How far along a curve towards a level, with its error: of @span time constants. */
static void curvature(void **state)
{
	static const double spans[] = { 0, 0.3, 0.6, 1.0 };
	double t[N], y[N], error;

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		uint64_t seed = 11 + k;
		int inside = 0;

		for (int run = 0; run < 200; run++) {
			for (size_t i = 0; i < N; i++) {
				double x = (double)i / (N - 1);

				t[i] = 50 + 3 * (double)i;
				y[i] = spans[k] > 0 ? (1 - exp(-x * spans[k])) / spans[k] : x;
				y[i] = 500 * y[i] + (run ? 5 * noise(&seed) : 0);
			}
			if (run == 0)
				assert_true(fabs(mw_curvature(t, y, N, &error) - spans[k]) < 0.05);
			else
				inside +=
					fabs(mw_curvature(t, y, N, &error) - spans[k]) < 2 * error;
		}
		assert_true(inside > 170);
	}
	for (size_t i = 0; i < N; i++)
		y[i] = -(double)i;
	assert_true(isnan(mw_curvature(t, y, N, &error)) && isinf(error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_example),    cmocka_unit_test(places_of_changes),
		cmocka_unit_test(no_change),	     cmocka_unit_test(saturation),
		cmocka_unit_test(wave_is_taken_off), cmocka_unit_test(no_wave),
		cmocka_unit_test(curvature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

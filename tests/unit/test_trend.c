// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_trend.c - courses of a floor and why they are, or are not, rising.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "trend.h"

#define N 36

static const struct mw_trend_config config = {
	.min_windows = 10,
	.p_value = 0.01,
	.coverage = 0.95,
	.min_growth = 256,
	.max_departure = 0.2,
	.min_tail = 0.45,
};

static double noise(uint64_t *state)
{
	double sum = -6.0;

	for (int i = 0; i < 12; i++) {
		*state = *state * 6364136223846793005u + 1442695040888963407u;
		sum += (double)(*state >> 11) * 0x1p-53;
	}
	return sum;
}

/* Courses over x = 0..1, height 1. */
static double line(double x)
{
	return x;
}

static double flat(double x)
{
	return 0 * x;
}

static double falling(double x)
{
	return -x;
}

static double filling(double x)
{
	return 1 - exp(-x / 0.3);
}

static double plateau(double x)
{
	return fmin(1, x / 0.6);
}

static double one_step(double x)
{
	return x > 0.5;
}

static double three_steps(double x)
{
	return ((x > 0.2) + (x > 0.5) + (x > 0.8)) / 3.0;
}

/* Near to a line, but not as regular as a wave. */
static double five_steps(double x)
{
	return ((x > 0.06) + (x > 0.29) + (x > 0.51) + (x > 0.75) + (x > 0.86)) / 5.0;
}

static double twelve_steps(double x)
{
	return floor(x * 12) / 12;
}

static double hill(double x)
{
	return 1 - fabs(2 * x - 1);
}

static double wave(double x)
{
	return 0.5 - 0.5 * cos(2 * M_PI * 5 * x);
}

static double second_wave_rises(double x)
{
	return 0.5 - 0.5 * cos(2 * M_PI * 1.45 * x);
}

static double wave_and_line(double x)
{
	return x + wave(x);
}

static double late(double x)
{
	return fmax(0, x - 0.5) * 2;
}

static double warm_up_then_line(double x)
{
	return 0.5 * (1 - exp(-x / 0.04)) + 0.5 * x;
}

static double teeth(double x)
{
	return fmod(x * (N - 1), 3) / 3;
}

static double line_under_teeth(double x)
{
	return x + 0.7 * teeth(x);
}

static bool judge(double (*course)(double), double height, double sd, struct mw_trend *trend)
{
	double t[N], y[N];
	uint64_t seed = 77;

	for (int i = 0; i < N; i++) {
		double x = (double)i / (N - 1);

		t[i] = 5000 + 100.0 * i;
		y[i] = 1e6 + height * course(x) + sd * noise(&seed);
	}
	return mw_trend_judge(&config, t, y, N, -INFINITY, trend);
}

static void courses(void **state)
{
	static const struct {
		double (*course)(double);
		double height, sd;
		bool rises;
		double rate; /* of the rise, 0: not compared */
	} cases[] = {
		{ line, 35000, 0, true, 10 },
		{ line, 35000, 1500, true, 10 },
		{ line, 200, 0, false, 0 }, /* under min_growth */
		{ line, 35000, 40000, false, 0 },
		{ flat, 0, 0, false, 0 },
		{ flat, 0, 2000, false, 0 },
		{ falling, 35000, 100, false, 0 },
		{ filling, 35000, 100, false, 0 },
		{ plateau, 35000, 100, false, 0 },
		{ one_step, 35000, 100, false, 0 },
		{ three_steps, 35000, 100, false, 0 },
		{ five_steps, 35000, 0, false, 0 },
		{ five_steps, 35000, 100, false, 0 },
		{ twelve_steps, 35000, 100, true, 0 },
		{ hill, 35000, 100, false, 0 },
		{ wave, 35000, 100, false, 0 },
		{ second_wave_rises, 35000, 100, false, 0 },
		{ wave_and_line, 35000, 100, true, 10 },
		{ late, 35000, 100, true, 20 },
		{ warm_up_then_line, 35000, 100, true, 5 },
		{ teeth, 35000, 100, false, 0 },
		{ line_under_teeth, 35000, 100, true, 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_trend trend;
		bool rises = judge(cases[i].course, cases[i].height, cases[i].sd, &trend);

		if (rises != cases[i].rises)
			fail_msg("course %zu: rises %d, why %d", i, rises, trend.why);
		assert_int_equal(rises, trend.why == MW_TREND_RISING);
		if (cases[i].rate == 0)
			continue;
		if (fabs(trend.line.slope / cases[i].rate - 1) > 0.1)
			fail_msg("course %zu: %g instead of %g", i, trend.line.slope,
				 cases[i].rate);
		assert_true(trend.line.low <= trend.line.slope &&
			    trend.line.slope <= trend.line.high);
	}
}

static void reasons(void **state)
{
	static const struct {
		double (*course)(double);
		double sd;
		enum mw_trend_why why;
	} cases[] = {
		{ flat, 0, MW_TREND_FLAT },
		{ falling, 100, MW_TREND_FLAT },
		{ line, 20000, MW_TREND_NOISE },
		{ hill, 100, MW_TREND_FLAT },
		{ filling, 100, MW_TREND_SATURATING },
		{ plateau, 100, MW_TREND_STOPPED },
		{ one_step, 100, MW_TREND_STOPPED },
		{ three_steps, 100, MW_TREND_UNEVEN },
	};
	struct mw_trend trend;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		judge(cases[i].course, 35000, cases[i].sd, &trend);
		if (trend.why != cases[i].why)
			fail_msg("course %zu: why %d", i, trend.why);
	}
}

static void where_it_began(void **state)
{
	struct mw_trend trend;

	(void)state;
	assert_true(judge(late, 35000, 100, &trend));
	assert_true(fabs(trend.since_t - (5000 + 100 * 17.5)) <= 200);
	assert_true(judge(line, 35000, 100, &trend));
	assert_true(trend.since_t == 5000);
	assert_true(fabs(trend.level - 1e6) < 300 && fabs(trend.growth - 35000) < 500);
	assert_int_equal(trend.windows, N);
	assert_int_equal(trend.risen, N - 1);
}

/* What is not above the watermark is not new. */
static void known_heights(void **state)
{
	const double floors[] = { 10, 12, 11, 30, 12, 10, 12, 11, 10, 12 };
	const double tops[] = { 11, 13, 12, 90, 13, 11, 13, 12, 11, 13 };
	double t[N], y[N];
	struct mw_trend trend;

	(void)state;
	for (int i = 0; i < N; i++) {
		t[i] = i;
		y[i] = 1000.0 * i;
	}
	assert_true(mw_trend_judge(&config, t, y, N, 30000, &trend));
	assert_false(mw_trend_judge(&config, t, y, N, 40000, &trend));
	assert_int_equal(trend.why, MW_TREND_KNOWN);
	/* The spike's top is above the ninth decile; the deepest fall is 30 to 10. */
	assert_true(mw_trend_reached(tops, floors, 10) == 13 + 20);
	assert_true(isinf(mw_trend_reached(tops, floors, 0)));
}

static void too_short(void **state)
{
	double t[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, y[9];
	struct mw_trend trend;

	(void)state;
	for (int i = 0; i < 9; i++)
		y[i] = 1e6 * i;
	for (size_t n = 0; n <= 9; n++) {
		assert_false(mw_trend_judge(&config, t, y, n, -INFINITY, &trend));
		assert_int_equal(trend.why, MW_TREND_SHORT);
	}
}

static void ends(void **state)
{
	double t[N], y[N];

	(void)state;
	for (int i = 0; i < N; i++) {
		t[i] = i;
		y[i] = 1000.0 * i;
	}
	assert_false(mw_trend_has_stopped(t, y, N, 0, 0, 35000, 1000));
	for (int i = 22; i < N; i++)
		y[i] = 22000;
	assert_true(mw_trend_has_stopped(t, y, N, 0, 0, 22000, 1000));
	/* Most of it given back. */
	for (int i = 0; i < N; i++)
		y[i] = i < N - 4 ? 1000.0 * i : 3000;
	assert_true(mw_trend_has_stopped(t, y, N, 0, 0, 31000, 1000));
	assert_false(mw_trend_has_stopped(t, y, 2, 0, 0, 2000, 1000));
}

/* A saw of @teeth teeth, @height high, over a floor of height 10,000. */
static bool has_rising_troughs(double (*floor_of)(double), double teeth, double height,
			       struct mw_trend *ret_trend)
{
	double t[N], y[N];

	for (size_t i = 0; i < N; i++) {
		double x = (double)i / (N - 1);

		t[i] = 10 * (double)i;
		y[i] = 1e4 * floor_of(x) + height * fmod(x * teeth, 1);
	}
	return mw_trend_judge_teeth(&config, t, y, N, -INFINITY, ret_trend);
}

static void troughs_of_long_teeth(void **state)
{
	struct mw_trend trend;

	(void)state;
	assert_true(has_rising_troughs(line, 3.4, 5000, &trend) && trend.windows == 4);
	assert_true(trend.is_troughs && trend.why == MW_TREND_RISING);
	assert_true(fabs(trend.line.slope / (1e4 / 350) - 1) < 0.05);
	assert_true(has_rising_troughs(line, 7.3, 8000, &trend) && trend.windows == 8);
	/* Three are too few, and a floor that stands, fills, jumps or hardly moves is none. */
	assert_false(has_rising_troughs(line, 2.4, 5000, &trend));
	assert_false(has_rising_troughs(flat, 7.3, 5000, &trend));
	assert_false(has_rising_troughs(filling, 3.4, 5000, &trend));
	assert_false(has_rising_troughs(filling, 7.3, 5000, &trend));
	assert_false(has_rising_troughs(one_step, 7.3, 5000, &trend));
	assert_false(has_rising_troughs(hill, 7.3, 5000, &trend));
	assert_false(has_rising_troughs(line, 7.3, 60000, &trend));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(troughs_of_long_teeth),
		cmocka_unit_test(courses),
		cmocka_unit_test(reasons),
		cmocka_unit_test(where_it_began),
		cmocka_unit_test(known_heights),
		cmocka_unit_test(too_short),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_series.c - the windows against the samples that went into them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "series.h"

static double uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 11) * 0x1p-53;
}

static void add(struct mw_series *series, double t, double heap)
{
	const double values[MW_MEASURES] = { heap, NAN, NAN, NAN, NAN };

	mw_series_add(series, t, values);
}

#define KEPT 20000

struct record {
	double t[KEPT];
	double y[KEPT];
	size_t n;
};

/* Every window that is given is the minimum and maximum of the samples of its time. */
static void check(const struct mw_series *series, const struct mw_points *points, double width,
		  const struct record *record)
{
	for (size_t i = 0; i < points->count; i++) {
		double from = series->origin_s + points->t[i] - width / 2;
		double low = INFINITY, high = -INFINITY;

		for (size_t j = 0; j < record->n; j++) {
			if (record->t[j] < from - 1e-9 || record->t[j] >= from + width - 1e-9)
				continue;
			low = fmin(low, record->y[j]);
			high = fmax(high, record->y[j]);
		}
		assert_true(fabs(points->min[i] - low) < 0.01);
		assert_true(fabs(points->max[i] - high) < 0.01);
		assert_true(i == 0 || points->t[i] > points->t[i - 1]);
	}
}

static void windows_hold_their_extremes(void **state)
{
	static struct record record;
	uint64_t seed = 3;

	(void)state;
	for (int run = 0; run < 8; run++) {
		struct mw_series series;
		struct mw_points points;
		double t = 1e9 * run;
		/* A power of two, so that window borders are exact. */
		double interval = ldexp(1.0, run - 4);

		mw_series_init(&series);
		record.n = 0;
		for (int i = 0; i < 3000; i++) {
			double y = floor(1e5 + 1e4 * uniform(&seed));

			add(&series, t, y);
			record.t[record.n] = t;
			record.y[record.n++] = y;
			/* a tenth is missing, and now and then much more */
			t += interval * (i < 3 ? 1 : uniform(&seed) < 0.1 ? 2 : 1);
			if (i > 100 && uniform(&seed) < 0.002)
				t += interval * floor(200 * uniform(&seed));
			if (i % 37 && i < 2990)
				continue;
			mw_series_life(&series, MW_MEASURE_HEAP, &points);
			check(&series, &points, series.width_s, &record);
			mw_series_recent(&series, &points);
			check(&series, &points, mw_series_recent_width_s(&series), &record);
		}
		assert_true(series.samples == 3000);
		mw_series_end(&series);
	}
}

static void whole_life_is_covered(void **state)
{
	struct mw_series series;
	struct mw_points points;

	(void)state;
	mw_series_init(&series);
	for (int i = 0; i < 100000; i++) {
		add(&series, i * 10.0, i);
		if (i < 1000)
			continue;
		mw_series_life(&series, MW_MEASURE_HEAP, &points);
		assert_in_range(points.count, MW_SERIES_LIFE / 2, MW_SERIES_LIFE - 1);
		assert_true(points.t[0] < series.width_s);
		assert_true(i * 10.0 - points.t[points.count - 1] < 1.6 * series.width_s);
		mw_series_recent(&series, &points);
		assert_in_range(points.count, MW_SERIES_RECENT / 4, MW_SERIES_RECENT);
	}
	/* series.c: 26.7 min fill 40 windows of 40 s */
	assert_true(series.first_s == 40.0);
	assert_true(series.width_s == 40.0 * 1024);
	mw_series_end(&series);
}

static void unknown_values_are_left_out(void **state)
{
	const double only_threads[MW_MEASURES] = { NAN, NAN, NAN, 12, NAN };
	struct mw_series series;
	struct mw_points points;

	(void)state;
	mw_series_init(&series);
	for (int i = 0; i < 100; i++)
		mw_series_add(&series, i, only_threads);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	assert_int_equal(points.count, 0);
	mw_series_life(&series, MW_MEASURE_THREADS, &points);
	assert_true(points.count > 20);
	assert_true(points.min[0] == 12 && points.max[0] == 12);
	mw_series_end(&series);
}

/* A gap is empty windows, not values; and a first interval that was a gap is corrected. */
static void gaps(void **state)
{
	struct mw_series series;
	struct mw_points points;

	(void)state;
	mw_series_init(&series);
	for (int i = 0; i < 80; i++)
		add(&series, i, 100);
	add(&series, 300, 100);
	add(&series, 400, 100);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	/* 40 windows now need 16 s each: five were lived through, then one and the open one. */
	assert_true(series.width_s == 16.0);
	assert_int_equal(points.count, 6);
	assert_true(points.t[4] == 72.0 && points.t[5] == 296.0);
	mw_series_end(&series);
	mw_series_init(&series);
	add(&series, 0, 100);
	for (int i = 0; i < 100; i++)
		add(&series, 5000 + i, 100);
	assert_true(series.width_s <= 8.0);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	assert_true(points.count > 12);
	mw_series_end(&series);
}

/* A host that slept, or a clock that was set: the life before it keeps its windows. */
static void long_gap_is_cut(void **state)
{
	struct mw_series series;
	struct mw_points points;

	(void)state;
	mw_series_init(&series);
	for (int i = 0; i < 200; i++)
		add(&series, i, 100 + i);
	for (int i = 0; i < 50; i++)
		add(&series, 1e9 + i, 300 + i);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	assert_true(series.width_s == 8.0);
	assert_in_range(points.count, 30, 31);
	assert_true(points.min[0] == 100 && points.min[points.count - 1] > 335);
	mw_series_end(&series);
}

/* What stands still takes no windows; when it moves at last, they are as if it always had. */
static void windows_come_with_the_first_change(void **state)
{
	static const double nothing_else[] = { 64, NAN, NAN, NAN, NAN };
	struct mw_series still, moving;
	struct mw_points a, b;

	(void)state;
	mw_series_init(&still);
	mw_series_init(&moving);
	mw_series_add(&moving, 0, (const double[MW_MEASURES]){ 64, 5, NAN, NAN, NAN });
	mw_series_add(&still, 0, nothing_else);
	for (int i = 1; i < 500; i++) {
		if (i % 90 > 80)
			continue;
		mw_series_add(&still, i, nothing_else);
		mw_series_add(&moving, i, nothing_else);
	}
	assert_int_equal(mw_series_bytes(&still), 0);
	mw_series_life(&still, MW_MEASURE_HEAP, &a);
	assert_true(a.count > 20 && a.min[3] == 64 && a.max[3] == 64);
	mw_series_recent(&still, &a);
	assert_true(a.count > 8 && a.min[0] == 64);
	for (int i = 500; i < 560; i++) {
		add(&still, i, 64 + i);
		add(&moving, i, 64 + i);
	}
	assert_true(mw_series_bytes(&still) > 0 && mw_series_bytes(&still) < 1024);
	for (int recent = 0; recent < 2; recent++) {
		recent ? mw_series_recent(&still, &a) : mw_series_life(&still, MW_MEASURE_HEAP, &a);
		recent ? mw_series_recent(&moving, &b)
		       : mw_series_life(&moving, MW_MEASURE_HEAP, &b);
		assert_int_equal(a.count, b.count);
		for (size_t i = 0; i < a.count; i++)
			assert_true(a.t[i] == b.t[i] && a.min[i] == b.min[i] &&
				    a.max[i] == b.max[i]);
	}
	/* A measure that becomes known late has no past. */
	mw_series_add(&still, 560, (const double[MW_MEASURES]){ 64, NAN, 8, NAN, NAN });
	for (int i = 561; i < 600; i++)
		mw_series_add(&still, i, (const double[MW_MEASURES]){ 64, NAN, 9, NAN, NAN });
	mw_series_life(&still, MW_MEASURE_KERNEL, &a);
	assert_true(a.count > 0 && a.t[0] > 540 && a.min[0] == 8 && a.min[a.count - 1] == 9);
	mw_series_end(&still);
	mw_series_end(&moving);
}

static void strange_times(void **state)
{
	struct mw_series series;
	struct mw_points points;

	(void)state;
	mw_series_init(&series);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	assert_int_equal(points.count, 0);
	for (int i = 0; i < 50; i++)
		add(&series, 5, i);
	mw_series_recent(&series, &points);
	assert_int_equal(points.count, 0);
	add(&series, 5.001, 7);
	add(&series, 1e300, 7);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	assert_int_equal(points.count, 0);
	assert_int_equal(series.samples, 52);
	mw_series_end(&series);
}

/* Small changes of a large process are not lost in the float. */
static void resolution(void **state)
{
	struct mw_series series;
	struct mw_points points;

	(void)state;
	mw_series_init(&series);
	for (int i = 0; i < 160; i++)
		add(&series, i, 2e9 + i);
	mw_series_life(&series, MW_MEASURE_HEAP, &points);
	for (size_t i = 1; i < points.count; i++)
		assert_true(points.min[i] - points.min[i - 1] == series.width_s);
	mw_series_end(&series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_hold_their_extremes),
		cmocka_unit_test(whole_life_is_covered),
		cmocka_unit_test(unknown_values_are_left_out),
		cmocka_unit_test(gaps),
		cmocka_unit_test(long_gap_is_cut),
		cmocka_unit_test(windows_come_with_the_first_change),
		cmocka_unit_test(strange_times),
		cmocka_unit_test(resolution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

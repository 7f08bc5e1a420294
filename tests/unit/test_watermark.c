// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_watermark.c - percentiles of a bounded histogram against those of the data.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watermark.h"

#define HOUR 3600.0

static double uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 11) * 0x1p-53;
}

/* The worked example of watermark.c. */
static void percentiles(void **state)
{
	struct mw_watermark watermark = { 0 };
	uint64_t seed = 1;

	(void)state;
	assert_true(isnan(mw_watermark_quantile(&watermark, 0.5)));
	for (int i = 0; i < 20000; i++)
		mw_watermark_add(&watermark, i * 10.0, 900 + 200 * uniform(&seed), 100, 3);
	assert_true(fabs(mw_watermark_quantile(&watermark, 0.95) - 1090) < watermark.width);
	assert_true(fabs(mw_watermark_quantile(&watermark, 0.5) - 1000) < watermark.width);
	assert_true(watermark.width <= 200.0 / 8);
	assert_true(fabs(mw_watermark_level(&watermark, 3) - 1294) < 2 * watermark.width);
}

static void nothing_is_usual_within_an_hour(void **state)
{
	struct mw_watermark watermark = { 0 };

	(void)state;
	for (int i = 0; i < 350; i++)
		mw_watermark_add(&watermark, i * 10.0, i < 300 ? 100 : 900, 100, 3);
	assert_true(isnan(mw_watermark_level(&watermark, 3)) && isnan(watermark.above_s));
}

/* A new level is unusual for 4.2 to 8.4 h, and usual then. */
static void a_new_level_becomes_usual(void **state)
{
	struct mw_watermark watermark = { 0 };
	double t = 0, began, over = NAN;
	uint64_t seed = 2;

	(void)state;
	for (; t < 160 * HOUR; t += 60)
		mw_watermark_add(&watermark, t, 1000 + 20 * uniform(&seed), 600, 3);
	assert_true(isnan(watermark.above_s));
	began = t;
	for (; t < began + 30 * HOUR && isnan(over); t += 60) {
		mw_watermark_add(&watermark, t, 1400 + 20 * uniform(&seed), 600, 3);
		if (isnan(watermark.above_s))
			over = t;
		else
			assert_true(watermark.above_s == began);
	}
	assert_true(over - began > 4 * HOUR && over - began < 9 * HOUR);
}

/* The week rolls: what was a month ago hardly counts. */
static void the_past_is_forgotten(void **state)
{
	struct mw_watermark watermark = { 0 };

	(void)state;
	for (double t = 0; t < 37 * 24 * HOUR; t += 60)
		mw_watermark_add(&watermark, t, t < 7 * 24 * HOUR ? 5000 : 1000, 600, 3);
	assert_true(mw_watermark_quantile(&watermark, 0.95) < 1000 + 2 * watermark.width);
	assert_true(watermark.total <= 604800.0f);
}

static void strange_values(void **state)
{
	static const double values[] = { NAN, INFINITY, -INFINITY, 1e300, -5, 0, 1e14, -1e14, 3 };
	struct mw_watermark watermark = { 0 };

	(void)state;
	for (int i = 0; i < 900; i++)
		mw_watermark_add(&watermark, i * 60.0 - (i % 10 ? 0 : 1000), values[i % 9], 100, 3);
	assert_true(isfinite(mw_watermark_level(&watermark, 3)));
	assert_true(watermark.total > 0 && watermark.total < 900 * 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles),
		cmocka_unit_test(nothing_is_usual_within_an_hour),
		cmocka_unit_test(a_new_level_becomes_usual),
		cmocka_unit_test(the_past_is_forgotten),
		cmocka_unit_test(strange_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

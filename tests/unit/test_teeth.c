// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_teeth.c - the turning points of saws of any height and length.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "teeth.h"

#define N 40

static struct mw_teeth find(const double *y, size_t n)
{
	struct mw_teeth teeth;
	double t[MW_STATS_MAX];

	for (size_t i = 0; i < n; i++)
		t[i] = (double)i;
	mw_teeth_find(t, y, n, &teeth);
	return teeth;
}

static void worked_example(void **state)
{
	const double y[] = { 0, 4, 8, 2, 6, 10, 4, 8 };
	struct mw_teeth teeth = find(y, 8);

	(void)state;
	assert_int_equal(teeth.count, 3);
	assert_true(teeth.has_begun && teeth.y[0] == 0 && teeth.y[1] == 2 && teeth.y[2] == 4);
	assert_true(teeth.t[1] == 3 && teeth.t[2] == 6);
	assert_true(teeth.fall == 6 && teeth.falls == 2 && teeth.fell_t == 6);
}

static void what_has_no_teeth(void **state)
{
	double rising[N], flat[N], falling[N];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		rising[i] = (double)i;
		flat[i] = 7;
		falling[i] = -(double)i;
	}
	assert_int_equal(find(rising, N).count + find(rising, N).falls, 0);
	assert_int_equal(find(flat, N).count + find(flat, N).falls, 0);
	assert_int_equal(find(falling, N).count, 0);
	assert_true(find(falling, N).falls == 1 && find(falling, N).fall == N - 1);
}

/* What scatters by less than a third of a tooth is no tooth; small falls are not counted. */
static void scatter_and_small_falls(void **state)
{
	double y[N];
	struct mw_teeth teeth;

	(void)state;
	for (size_t i = 0; i < N; i++)
		y[i] = 10.0 * (double)(i % 8) + 8.0 * (double)(i % 2);
	teeth = find(y, N);
	assert_int_equal(teeth.count, 5);
	assert_int_equal(teeth.falls, 4);
	assert_true(teeth.fall == 78 && teeth.fell_t == 32);
	for (size_t i = 0; i < N; i++)
		y[i] = i < 20 ? 10.0 * (double)(i % 10) : 4.0 * (double)(i % 10);
	teeth = find(y, N);
	assert_true(teeth.fall == 90 && teeth.falls == 2 && teeth.fell_t == 20);
}

/* The last trough counts once it has been left after a real fall; before, only its fall does. */
static void the_last_fall(void **state)
{
	const double y[] = { 0, 5, 10, 3, 8, 13, 6, 6.5 };

	(void)state;
	assert_int_equal(find(y, 8).count, 3);
	assert_int_equal(find(y, 7).count, 2);
	assert_int_equal(find(y, 7).falls, 2);
}

/* A climb counts when nearly all of it was given back. */
static void climbs_that_were_given_back(void **state)
{
	const double y[] = { 0, 3, 6, 9, 1, 3, 5, 7, 9, 1, 2 };
	const double kept[] = { 0, 3, 6, 9, 5, 8, 11, 14, 10, 12 };
	struct mw_teeth teeth = find(y, 11);

	(void)state;
	assert_int_equal(find(y, 4).climbs, 0);
	assert_int_equal(teeth.climbs, 2);
	assert_true(teeth.slowest == 2 && teeth.fastest == 3);
	assert_int_equal(find(kept, 10).falls, 2);
	assert_int_equal(find(kept, 10).climbs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_example),
		cmocka_unit_test(what_has_no_teeth),
		cmocka_unit_test(scatter_and_small_falls),
		cmocka_unit_test(the_last_fall),
		cmocka_unit_test(climbs_that_were_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

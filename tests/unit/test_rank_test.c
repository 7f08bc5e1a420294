// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rank_test.c - Mann-Whitney against published values, its own definition by
 * trying all orders, and against chance.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "backoff.h"
#include "rank_test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_near(double value, double expected, double error)
{
	return fabs(value - expected) <= error;
}

/* Hollander and Wolfe (1973), p. 69, as in R's ?wilcox.test: W = 35, one-sided p = 0.1272. */
static void published(void **state)
{
	static const double a[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
	static const double b[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	struct mw_mann_whitney test;

	(void)state;
	mw_mann_whitney(a, COUNT(a), b, COUNT(b), &test);
	assert_true(test.u == 35);
	assert_true(is_near(test.p, 2 * 0.1272, 1e-4));
	mw_mann_whitney(b, COUNT(b), a, COUNT(a), &test);
	assert_true(test.u == 15);
	assert_true(is_near(test.p, 2 * 0.1272, 1e-4));
}

/* The example at the head of rank_test.c, and the ends of the scale. */
static void small(void **state)
{
	static const double a[] = { 3, 5, 9 }, b[] = { 1, 2, 4 };
	double low[20], high[20];
	struct mw_mann_whitney test;

	(void)state;
	mw_mann_whitney(a, 3, b, 3, &test);
	assert_true(test.u == 8);
	assert_true(is_near(test.p, 0.2, 1e-12));
	mw_mann_whitney(a, 0, b, 3, &test);
	assert_true(test.p == 1.0);
	for (int i = 0; i < 20; i++) {
		low[i] = i;
		high[i] = 100 + i;
	}
	mw_mann_whitney(low, 20, high, 20, &test);
	assert_true(test.u == 0);
	/* 2 / C(40, 20) */
	assert_true(is_near(test.p / (2.0 / 137846528820.0), 1.0, 1e-9));
	/* Everything equal: nothing to be said. */
	mw_mann_whitney((double[]){ 5, 5, 5 }, 3, (double[]){ 5, 5 }, 2, &test);
	assert_true(test.u == 3);
	assert_true(test.p == 1.0);
}

/* By its definition: over all orders of 4 and 5, p is the part that is as far out. */
static void all_orders(void **state)
{
	(void)state;
	for (int wanted = 0; wanted <= 20; wanted++) {
		double a[4], b[5], found = NAN;
		int below = 0, above = 0, all = 0;

		for (unsigned int mask = 0; mask < 512; mask++) {
			struct mw_mann_whitney test;
			size_t n = 0, m = 0;

			if (__builtin_popcount(mask) != 4)
				continue;
			for (int i = 0; i < 9; i++) {
				if (mask & 1u << i)
					a[n++] = i;
				else
					b[m++] = i;
			}
			mw_mann_whitney(a, 4, b, 5, &test);
			all++;
			below += test.u <= wanted;
			above += test.u >= wanted;
			if (test.u == wanted)
				found = test.p;
		}
		assert_int_equal(all, 126);
		assert_true(is_near(found, fmin(1.0, 2.0 * fmin(below, above) / all), 1e-12));
	}
}

/* By the formula, worked by hand: ties of 3, 3, 2 and 2 values, so that Var U = 73.333. */
static void ties(void **state)
{
	static const double a[] = { 1, 2, 2, 3, 4, 4, 4, 7 }, b[] = { 2, 3, 5, 6, 8, 8, 9 };
	struct mw_mann_whitney test;

	(void)state;
	mw_mann_whitney(a, COUNT(a), b, COUNT(b), &test);
	assert_true(test.u == 12.5);
	assert_true(is_near(test.p, 0.0798387, 1e-6));
}

/* Where there is no difference, p below 0.05 comes in one of twenty, exact or normal. */
static void by_chance(void **state)
{
	static const size_t sizes[] = { 8, 40 };
	uint64_t random = 42;

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		int found = 0;

		for (int run = 0; run < 4000; run++) {
			struct mw_mann_whitney test;
			double a[40], b[40];

			for (size_t i = 0; i < sizes[s]; i++) {
				a[i] = mw_random_next(&random);
				b[i] = mw_random_next(&random);
			}
			mw_mann_whitney(a, sizes[s], b, sizes[s], &test);
			found += test.p < 0.05;
		}
		/* 200 +- 14 of a fair test; that of 8 and 8 can only be at 0.0499 or below. */
		assert_in_range(found, 140, 250);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),  cmocka_unit_test(small),
		cmocka_unit_test(all_orders), cmocka_unit_test(ties),
		cmocka_unit_test(by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

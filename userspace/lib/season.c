// SPDX-License-Identifier: GPL-2.0-only
/*
 * season.c - find the wave that a floor rides on, and take it off. Owns
 * nothing; must never allocate or judge.
 *
 * Model. y = a + b t + c1 cos wt + d1 sin wt + c2 cos 2wt + d2 sin 2wt + e, a
 * line and two harmonics of a period 2 pi/w. For a given period that is linear
 * least squares with six coefficients; the period is searched on a grid of the
 * number of periods seen, from three to one in five points, in steps of a
 * fifth of a period over the whole span, and around the best in steps of a
 * fortieth: an error of half of that moves the wave by 1/160 of a period at the
 * ends.
 *
 * A wave is believed when it explains MIN_EXPLAINED of the variance that the
 * line leaves. A random walk has its variance in waves longer than a third of
 * its span, which are not tried.
 *
 * Worked example: 40 windows of 3 h, a floor that rises by 2 MiB a day under a
 * daily wave of 100 MiB. The line leaves a deviation of 35 MiB, the growth in 5
 * days is 10. Five periods explain all of it; 10 MiB of straight course remain.
 */
#include <math.h>

#include "season.h"
#include "stats.h"

#define TERMS		  6
#define MIN_PERIODS	  3.0
#define POINTS_PER_PERIOD 5.0
#define STEP		  0.2
#define MIN_EXPLAINED	  0.8
#define MIN_POINTS	  16

static void terms_at(double x, double periods, double terms[TERMS])
{
	double angle = 2.0 * M_PI * periods * x;

	terms[0] = 1.0;
	terms[1] = x - 0.5;
	terms[2] = cos(angle);
	terms[3] = sin(angle);
	terms[4] = terms[2] * terms[2] - terms[3] * terms[3];
	terms[5] = 2.0 * terms[2] * terms[3];
}

/* Gauss with pivoting on the normal equations; false when they are singular. */
static bool solve(double a[TERMS][TERMS + 1], double ret_x[TERMS])
{
	for (int i = 0; i < TERMS; i++) {
		int pivot = i;

		for (int j = i + 1; j < TERMS; j++)
			if (fabs(a[j][i]) > fabs(a[pivot][i]))
				pivot = j;
		if (fabs(a[pivot][i]) < 1e-9)
			return false;
		for (int k = 0; k <= TERMS; k++) {
			double value = a[i][k];

			a[i][k] = a[pivot][k];
			a[pivot][k] = value;
		}
		for (int j = 0; j < TERMS; j++) {
			double factor = j == i ? 0.0 : a[j][i] / a[i][i];

			for (int k = i; k <= TERMS; k++)
				a[j][k] -= factor * a[i][k];
		}
	}
	for (int i = 0; i < TERMS; i++)
		ret_x[i] = a[i][TERMS] / a[i][i];
	return true;
}

/* Fit for one period; returns the sum of squares that is left, or INFINITY. */
static double fit(const double *x, const double *y, size_t n, double periods, double ret_fit[TERMS])
{
	double a[TERMS][TERMS + 1] = { 0 }, terms[TERMS], sum = 0.0;

	for (size_t i = 0; i < n; i++) {
		terms_at(x[i], periods, terms);
		for (int j = 0; j < TERMS; j++) {
			for (int k = 0; k < TERMS; k++)
				a[j][k] += terms[j] * terms[k];
			a[j][TERMS] += terms[j] * y[i];
		}
	}
	if (!solve(a, ret_fit))
		return INFINITY;
	for (size_t i = 0; i < n; i++) {
		double rest = y[i];

		terms_at(x[i], periods, terms);
		for (int j = 0; j < TERMS; j++)
			rest -= ret_fit[j] * terms[j];
		sum += rest * rest;
	}
	return sum;
}

/* What a line leaves. */
static double line_rest(const double *x, const double *y, size_t n)
{
	double sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0, count = (double)n;

	for (size_t i = 0; i < n; i++) {
		sx += x[i];
		sy += y[i];
		sxx += x[i] * x[i];
		sxy += x[i] * y[i];
		syy += y[i] * y[i];
	}
	sxx -= sx * sx / count;
	sxy -= sx * sy / count;
	syy -= sy * sy / count;
	return sxx > 0.0 ? fmax(0.0, syy - sxy * sxy / sxx) : syy;
}

struct wave {
	double periods;
	double fit[TERMS];
	double sum; /* of squares left */
};

/* Keep the best of a range of periods. */
static void search(const double *x, const double *y, size_t n, double from, double to, double step,
		   struct wave *best)
{
	for (double periods = from; periods <= to; periods += step) {
		struct wave wave = { .periods = periods };

		wave.sum = fit(x, y, n, periods, wave.fit);
		if (wave.sum < best->sum)
			*best = wave;
	}
}

bool mw_season_remove(const double *t, const double *y, size_t n, double *ret_rest,
		      double *ret_height)
{
	double x[MW_STATS_MAX], moved[MW_STATS_MAX], high = -INFINITY, low = INFINITY;
	struct wave best = { .sum = INFINITY };

	if (n < MIN_POINTS || n > MW_STATS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		x[i] = (t[i] - t[0]) / (t[n - 1] - t[0]);
		moved[i] = y[i] - y[0];
	}
	search(x, moved, n, MIN_PERIODS, (double)n / POINTS_PER_PERIOD, STEP, &best);
	if (!(best.sum < (1.0 - MIN_EXPLAINED) * line_rest(x, moved, n)))
		return false;
	search(x, moved, n, best.periods - STEP / 2.0, best.periods + STEP / 2.0, STEP / 8.0,
	       &best);
	for (size_t i = 0; i < n; i++) {
		double terms[TERMS], wave = 0.0;

		terms_at(x[i], best.periods, terms);
		for (int j = 2; j < TERMS; j++)
			wave += best.fit[j] * terms[j];
		ret_rest[i] = y[i] - wave;
		high = fmax(high, wave);
		low = fmin(low, wave);
	}
	*ret_height = high - low;
	return true;
}

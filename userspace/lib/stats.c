// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - robust statistics of short series. Owns nothing and knows nothing
 * of memory or processes; it must never allocate, log or read a clock.
 *
 * Model. A floor is y_i = a + b t_i + e_i at t_1 < ... < t_n. A process's
 * memory gives e_i that are neither normal nor independent, so everything here
 * is by ranks and medians:
 *
 * Mann-Kendall (Mann 1945, Kendall 1975): S = sum over i<j of sign(y_j - y_i).
 * Without trend E S = 0 and
 *
 *	Var S = (n(n-1)(2n+5) - sum over groups of u equal values u(u-1)(2u+5)) / 18
 *
 * z = (S - sign S) / sqrt(Var S) is close to normal from n = 10 on.
 *
 * Theil-Sen (Theil 1950, Sen 1968): b is the median of the N = n(n-1)/2 slopes
 * (y_j - y_i)/(t_j - t_i). With C = z sqrt(Var S), z the normal quantile of the
 * coverage, its interval runs from the ((N-C)/2)-th to the ((N+C)/2 + 1)-th
 * smallest slope (Gilbert 1987, ch. 16). 29 % of the points may be arbitrarily
 * wrong before b is.
 *
 * Autocorrelation widens Var S: Hamed and Rao (1998) multiply it by
 *
 *	n/n* = 1 + 2/(n(n-1)(n-2)) sum over k of (n-k)(n-k-1)(n-k-2) r_k
 *
 * where r_k is the autocorrelation at lag k of the ranks of the values less
 * their trend; only r_k outside +-1.96/sqrt(n) count.
 *
 * Kolmogorov-Smirnov, two samples: D is the largest distance between the two
 * empirical distributions. With n' = nm/(n+m) its chance is close to
 * 2 sum over k of (-1)^(k-1) exp(-2 k^2 x^2), x = (sqrt n' + 0.12 + 0.11/sqrt n') D
 * (Stephens 1970). Values have to be independent: of memory, which is not, D is
 * the evidence and the chance a lower bound.
 *
 * Worked example: t = 1..5, y = 1 3 2 5 6. The ten pairs: 9 rise, 1 (3 to 2)
 * falls: S = 8. Var S = 5*4*15/18 = 16.67, z = 7/4.082 = 1.71, one-sided
 * p = 0.043. The slopes sorted: -1, 0.5, 1, 1, 1, 1.25, 1.33, 2, 2, 3; their
 * median is (1 + 1.25)/2 = 1.125. For 80 %: C = 1.2816 * 4.082 = 5.23, the
 * ranks are (10-5.23)/2 = 2.38 and (10+5.23)/2 + 1 = 8.62, rounded outward to
 * the 2nd and the 9th: 0.5 to 2.
 */
#include <math.h>
#include <stdbool.h>

#include "stats.h"

static void swap(double *a, double *b)
{
	double value = *a;

	*a = *b;
	*b = value;
}

/* Hoare's quickselect with the middle as pivot: linear for sorted input, which slopes often are. */
double mw_stats_select(double *values, size_t n, size_t k)
{
	ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, want = (ptrdiff_t)k;

	while (low < high) {
		double pivot = values[low + (high - low) / 2];
		ptrdiff_t i = low, j = high;

		while (i <= j) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i <= j)
				swap(&values[i++], &values[j--]);
		}
		if (want <= j)
			high = j;
		else if (want >= i)
			low = i;
		else
			break;
	}
	return values[k];
}

double mw_stats_median(double *values, size_t n)
{
	double upper = mw_stats_select(values, n, n / 2), lower;

	if (n % 2)
		return upper;
	/* Everything before n/2 is not above it now: the lower middle is their maximum. */
	lower = values[0];
	for (size_t i = 1; i < n / 2; i++)
		lower = fmax(lower, values[i]);
	return lower + (upper - lower) / 2;
}

double mw_stats_mad(const double *values, size_t n, double center)
{
	double distance[MW_STATS_MAX];

	if (n > MW_STATS_MAX)
		n = MW_STATS_MAX;
	for (size_t i = 0; i < n; i++)
		distance[i] = fabs(values[i] - center);
	/* 1.4826 makes it the standard deviation of a normal distribution. */
	return 1.4826 * mw_stats_median(distance, n);
}

double mw_stats_normal_tail(double z)
{
	return 0.5 * erfc(z / M_SQRT2);
}

/* Abramowitz and Stegun 26.2.23. */
double mw_stats_normal_quantile(double tail)
{
	double t = sqrt(-2.0 * log(tail));

	return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
			   (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

double mw_stats_autocorrelation(const double *values, size_t n, size_t lag)
{
	double mean = 0.0, both = 0.0, square = 0.0;

	for (size_t i = 0; i < n; i++)
		mean += values[i] / (double)n;
	for (size_t i = 0; i < n; i++) {
		square += (values[i] - mean) * (values[i] - mean);
		if (i + lag < n)
			both += (values[i] - mean) * (values[i + lag] - mean);
	}
	return square > 0.0 ? both / square : 0.0;
}

/* Rank of each value, equal values sharing the mean of theirs. */
static void rank(const double *values, size_t n, double *ret_ranks)
{
	for (size_t i = 0; i < n; i++) {
		double below = 0.0;

		for (size_t j = 0; j < n; j++)
			below += values[j] < values[i] ? 1.0 : values[j] == values[i] ? 0.5 : 0.0;
		ret_ranks[i] = below;
	}
}

double mw_stats_inflation(const double *residuals, size_t n)
{
	double ranks[MW_STATS_MAX], sum = 0.0, count = (double)n;

	if (n < 4 || n > MW_STATS_MAX)
		return 1.0;
	rank(residuals, n, ranks);
	for (size_t lag = 1; lag < n - 2; lag++) {
		double r = mw_stats_autocorrelation(ranks, n, lag);
		double left = (double)(n - lag);

		if (fabs(r) > 1.96 / sqrt(count))
			sum += left * (left - 1.0) * (left - 2.0) * r;
	}
	return fmax(1.0, 1.0 + 2.0 * sum / (count * (count - 1.0) * (count - 2.0)));
}

/* Each group of u equal values takes u(u-1)(2u+5)/18 off the variance of S. */
static double variance_of_s(const double *y, size_t n)
{
	double count = (double)n, sum = count * (count - 1.0) * (2.0 * count + 5.0);

	for (size_t i = 0; i < n; i++) {
		double equal = 0.0;
		bool seen = false;

		for (size_t j = 0; j < n && !seen; j++) {
			if (y[j] != y[i])
				continue;
			seen = j < i;
			equal += 1.0;
		}
		if (!seen)
			sum -= equal * (equal - 1.0) * (2.0 * equal + 5.0);
	}
	return sum / 18.0;
}

void mw_stats_mann_kendall(const double *y, size_t n, double inflation,
			   struct mw_mann_kendall *ret_test)
{
	double s = 0.0, deviation;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			s += (double)(y[j] > y[i]) - (double)(y[j] < y[i]);
	ret_test->s = s;
	ret_test->variance = variance_of_s(y, n);
	ret_test->inflation = inflation;
	deviation = sqrt(ret_test->variance * inflation);
	if (deviation > 0.0 && s != 0.0)
		ret_test->z = (s - copysign(1.0, s)) / deviation;
	else
		ret_test->z = 0.0;
	ret_test->p_rising = mw_stats_normal_tail(ret_test->z);
}

static size_t clamp_rank(double one_based, size_t count)
{
	if (one_based < 1.0)
		return 0;
	if (one_based > (double)count)
		return count - 1;
	return (size_t)one_based - 1;
}

void mw_stats_theil_sen(const double *t, const double *y, size_t n, double inflation,
			double coverage, struct mw_slope *ret_slope)
{
	double slopes[MW_STATS_MAX * (MW_STATS_MAX - 1) / 2];
	double rest[MW_STATS_MAX], spread, all;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			slopes[count++] = (y[j] - y[i]) / (t[j] - t[i]);
	all = (double)count;
	spread = mw_stats_normal_quantile((1.0 - coverage) / 2.0) *
		 sqrt(variance_of_s(y, n) * inflation);
	ret_slope->slope = mw_stats_median(slopes, count);
	ret_slope->low =
		mw_stats_select(slopes, count, clamp_rank(floor((all - spread) / 2.0), count));
	ret_slope->high =
		mw_stats_select(slopes, count, clamp_rank(ceil((all + spread) / 2.0) + 1.0, count));
	for (size_t i = 0; i < n; i++)
		rest[i] = y[i] - ret_slope->slope * t[i];
	ret_slope->intercept = mw_stats_median(rest, n);
}

/* Part of @n values that are not above @at. */
static double part_up_to(const double *values, size_t n, double at)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += values[i] <= at;
	return (double)count / (double)n;
}

double mw_stats_ks(const double *a, size_t n, const double *b, size_t m, double *ret_p)
{
	double distance = 0.0, root, x, sum = 0.0;

	for (size_t i = 0; i < n; i++)
		distance = fmax(distance, fabs(part_up_to(a, n, a[i]) - part_up_to(b, m, a[i])));
	for (size_t i = 0; i < m; i++)
		distance = fmax(distance, fabs(part_up_to(a, n, b[i]) - part_up_to(b, m, b[i])));
	root = sqrt((double)n * (double)m / (double)(n + m));
	x = (root + 0.12 + 0.11 / root) * distance;
	for (int k = 1; k <= 100; k++)
		sum += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * k * k * x * x);
	*ret_p = x < 0.2 ? 1.0 : fmin(1.0, fmax(0.0, sum));
	return distance;
}

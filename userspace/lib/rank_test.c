// SPDX-License-Identifier: GPL-2.0-only
/*
 * rank_test.c - the Mann-Whitney U test. Owns nothing; must never allocate, log
 * or read a clock.
 *
 * U is the number of pairs (a, b) with a > b. Without a difference every order of
 * the n + m values is as likely as any other. The number of orders that give u,
 * c(n, m, u), follows from which sample has the greatest value: if A, it beats
 * all m of B, else it beats none:
 *
 *	c(n, m, u) = c(n-1, m, u-m) + c(n, m-1, u),  c(0, m, 0) = c(n, 0, 0) = 1
 *
 * and p is twice the smaller tail of c over C(n+m, n). For larger samples, or
 * with ties (groups of t equal values), U is close to normal with
 *
 *	E U = n m / 2,  Var U = n m / 12 ((N+1) - sum (t^3 - t) / (N (N-1))),  N = n + m
 *
 * Worked example: A = 3 5 9, B = 1 2 4. 3 beats 1 and 2, 5 and 9 beat all: U = 8
 * of 9. Of the C(6,3) = 20 orders one gives 9 and one gives 8, so that p =
 * 2 * 2/20 = 0.2: three against three never prove much.
 *
 * The values have to be independent. Successive minima of a rising floor are not;
 * who calls this thins them first (compare.c).
 */
#include "rank_test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats.h"

#define EXACT_MAX 20

/* U, and how far ties take the variance down: the sum of t^3 - t. */
static double count_pairs(const double *a, size_t n, const double *b, size_t m)
{
	double u = 0.0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			u += a[i] > b[j] ? 1.0 : a[i] == b[j] ? 0.5 : 0.0;
	return u;
}

static size_t count_equal(const double *values, size_t n, double value)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += values[i] == value;
	return count;
}

/* Each of t equal values adds t^2 - 1, all of them t^3 - t. */
static double tie_sum(const double *a, size_t n, const double *b, size_t m)
{
	double sum = 0.0;

	for (size_t i = 0; i < n + m; i++) {
		double value = i < n ? a[i] : b[i - n];
		double equal = (double)(count_equal(a, n, value) + count_equal(b, m, value));

		sum += equal * equal - 1.0;
	}
	return sum;
}

/* Part of all orders that give at most @u; row i of the table is c(i, j, .) for the j under way. */
static double exact_tail(size_t n, size_t m, size_t u)
{
	static const size_t width = EXACT_MAX * EXACT_MAX + 1;
	double count[EXACT_MAX + 1][EXACT_MAX * EXACT_MAX + 1];
	double all = 0.0, tail = 0.0;

	memset(count, 0, sizeof(count));
	for (size_t i = 0; i <= n; i++)
		count[i][0] = 1.0;
	for (size_t j = 1; j <= m; j++)
		for (size_t i = 1; i <= n; i++)
			for (size_t k = width; k-- > 0;)
				count[i][k] += k >= j ? count[i - 1][k - j] : 0.0;
	for (size_t k = 0; k <= n * m; k++) {
		all += count[n][k];
		tail += k <= u ? count[n][k] : 0.0;
	}
	return tail / all;
}

static double normal_p(double u, double n, double m, double ties)
{
	double all = n + m;
	double variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
	double distance = fabs(u - n * m / 2.0) - 0.5;

	if (!(variance > 0.0) || distance <= 0.0)
		return 1.0;
	return fmin(1.0, 2.0 * mw_stats_normal_tail(distance / sqrt(variance)));
}

void mw_mann_whitney(const double *a, size_t n, const double *b, size_t m,
		     struct mw_mann_whitney *ret_test)
{
	double ties, least;

	n = n < MW_RANK_MAX ? n : MW_RANK_MAX;
	m = m < MW_RANK_MAX ? m : MW_RANK_MAX;
	*ret_test = (struct mw_mann_whitney){ .u = 0.0, .p = 1.0 };
	if (n == 0 || m == 0)
		return;
	ret_test->u = count_pairs(a, n, b, m);
	ties = tie_sum(a, n, b, m);
	least = fmin(ret_test->u, (double)(n * m) - ret_test->u);
	if (ties == 0.0 && n <= EXACT_MAX && m <= EXACT_MAX)
		ret_test->p = fmin(1.0, 2.0 * exact_tail(n, m, (size_t)least));
	else
		ret_test->p = normal_p(ret_test->u, (double)n, (double)m, ties);
}

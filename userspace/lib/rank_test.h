/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rank_test.h - whether two samples come from the same distribution: the
 * Mann-Whitney U test (Mann and Whitney 1947; Wilcoxon's rank sum). Pure.
 */
#ifndef MW_RANK_TEST_H
#define MW_RANK_TEST_H

#include <stddef.h>

/* Most values of a sample; what is beyond is left out. */
#define MW_RANK_MAX 4096

/**
 * struct mw_mann_whitney - a test of A against B
 * @u:  pairs in which the value of A is the greater one, ties counting half; 0 to n m
 * @p:  two-sided chance of such an @u where there is no difference; 1 for an empty sample
 */
struct mw_mann_whitney {
	double u;
	double p;
};

/**
 * mw_mann_whitney() - test two samples of finite values
 * Exact without ties up to 20 values each; else normal, corrected for ties and continuity.
 */
void mw_mann_whitney(const double *a, size_t n, const double *b, size_t m,
		     struct mw_mann_whitney *ret_test);

#endif /* MW_RANK_TEST_H */

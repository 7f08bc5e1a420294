/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - the robust statistics that the detector stands on, for short
 * series of window minima. Pure: no allocation, no globals, no clock. Sources
 * of the formulas stand in stats.c. Values must be finite; times must rise.
 */
#ifndef MW_STATS_H
#define MW_STATS_H

#include <stddef.h>

/* Longest series; the pairwise slopes of one live on the stack. */
#define MW_STATS_MAX 64

/**
 * struct mw_mann_kendall - a Mann-Kendall trend test
 * @s:         concordant pairs minus discordant pairs
 * @variance:  variance of @s without trend, corrected for ties
 * @inflation: factor on @variance for autocorrelation (1: independent)
 * @z:         @s with continuity correction over its standard deviation
 * @p_rising:  one-sided chance of such an @s without a rising trend
 */
struct mw_mann_kendall {
	double s;
	double variance;
	double inflation;
	double z;
	double p_rising;
};

/**
 * struct mw_slope - a Theil-Sen line
 * @slope:      median of the pairwise slopes, units of y per unit of t
 * @low, @high: its confidence interval
 * @intercept:  median of y - slope * t
 */
struct mw_slope {
	double slope;
	double low;
	double high;
	double intercept;
};

/** mw_stats_select() - the @k-th smallest (from 0) of @n > @k values; reorders @values */
double mw_stats_select(double *values, size_t n, size_t k);

/** mw_stats_median() - median of @n >= 1 values (mean of the middle two); reorders @values */
double mw_stats_median(double *values, size_t n);

/** mw_stats_mad() - 1.4826 times the median distance of @n >= 1 values from @center */
double mw_stats_mad(const double *values, size_t n, double center);

/** mw_stats_normal_tail() - chance that a standard normal exceeds @z */
double mw_stats_normal_tail(double z);

/** mw_stats_normal_quantile() - z with normal_tail(z) = @tail, 0 < @tail <= 0.5; error < 4.5e-4 */
double mw_stats_normal_quantile(double tail);

/** mw_stats_autocorrelation() - of @n values at @lag, about their mean; 0 for constant values */
double mw_stats_autocorrelation(const double *values, size_t n, size_t lag);

/**
 * mw_stats_inflation() - factor on the variance of S for autocorrelation
 * @residuals: the series less its trend, @n <= MW_STATS_MAX values
 * Hamed and Rao's n/n*, from the ranks of the residuals, never below 1.
 */
double mw_stats_inflation(const double *residuals, size_t n);

/** mw_stats_mann_kendall() - test @n values (2 <= @n <= MW_STATS_MAX) for a rise */
void mw_stats_mann_kendall(const double *y, size_t n, double inflation,
			   struct mw_mann_kendall *ret_test);

/**
 * mw_stats_theil_sen() - robust line through @n points (2 <= @n <= MW_STATS_MAX)
 * @inflation: of the variance of S, as from mw_stats_inflation()
 * @coverage:  of the interval, e.g. 0.95
 */
void mw_stats_theil_sen(const double *t, const double *y, size_t n, double inflation,
			double coverage, struct mw_slope *ret_slope);

/**
 * mw_stats_ks() - do two samples of @n and @m values (1 to MW_STATS_MAX) differ in distribution?
 * @ret_p: the chance of such a distance between two samples of one distribution
 * Returns the two-sample Kolmogorov-Smirnov distance, 0 to 1.
 */
double mw_stats_ks(const double *a, size_t n, const double *b, size_t m, double *ret_p);

#endif /* MW_STATS_H */

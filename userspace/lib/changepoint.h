/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * changepoint.h - where did a series change its course, and does a level that
 * is being approached explain it better than a line? Pure least squares.
 */
#ifndef MW_CHANGEPOINT_H
#define MW_CHANGEPOINT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct mw_change - the best division of a series into two lines
 * @at:            first point of the second part; 0 if one line is as good
 * @before, @after: slopes of the two lines
 * @gain:          n ln(SSE of one line / SSE of two): twice the log-likelihood gained
 */
struct mw_change {
	size_t at;
	double before;
	double after;
	double gain;
};

/**
 * mw_changepoint_find() - divide @n points (n <= MW_STATS_MAX)
 * @min_part: points that each part must have, at least 3
 */
void mw_changepoint_find(const double *t, const double *y, size_t n, size_t min_part,
			 struct mw_change *ret_change);

/**
 * mw_changepoint_goes_on() - is a course with slope @after what one of @before goes on as?
 * What is not faster by a quarter has not begun there, and may be slowing down.
 */
bool mw_changepoint_goes_on(double before, double after);

/** mw_changepoint_slope() - least-squares slope of @n >= 2 points */
double mw_changepoint_slope(const double *t, const double *y, size_t n);

/**
 * mw_saturation_gain() - n ln(SSE of the line / SSE of a + b(1 - exp(-t/tau)))
 * @ret_tau: the best tau, as a part of the span of @t
 * Above zero the saturating curve fits better, for b > 0; 0 when it never does.
 */
double mw_saturation_gain(const double *t, const double *y, size_t n, double *ret_tau);

/**
 * mw_curvature() - how much of a course towards a level has been seen, were it one
 * @t, @y:     @n points, rising times, 5 <= @n <= MW_STATS_MAX
 * @ret_error: its standard error, were the residuals an AR(1) process
 * Returns the span of the points in time constants of the curve: 0 a line, 1 a curve whose
 * slope fell to 37 % of what it was at the beginning, negative one that gets steeper.
 * NAN when they do not rise.
 */
double mw_curvature(const double *t, const double *y, size_t n, double *ret_error);

#endif /* MW_CHANGEPOINT_H */

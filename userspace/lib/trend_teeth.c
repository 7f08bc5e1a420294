// SPDX-License-Identifier: GPL-2.0-only
/*
 * trend_teeth.c - does the floor rise from collection to collection? Owns the tests
 * on the troughs of a saw whose teeth are longer than the windows; must never know
 * of processes, limits or clocks.
 *
 * Model. Between two collections a heap rises and nobody can say by how much of it
 * that is garbage; what is left after each of them can be compared. Few troughs are
 * few points, so that each must be where a leak has it:
 *
 *   rising      each above the one before when there are fewer than MANY, by Mann and Kendall's
 *               test when there are more
 *   by much     the whole rise is a good part of a tooth: troughs scatter with the teeth
 *   straight    all of them lie near one line; fewer, nearer
 *   not slowing the last step is a good part of what the line says, and no curve towards a
 *               level fits
 *   kept        the last windows have not fallen below the line
 *
 * The beginning of the life counts as a trough when the floor rose from it at first, for
 * four points are the fewest; if it lies off the line of five or more others, it is a
 * warm-up, and they are judged without it. So with a floor that only rises later: the last
 * five troughs or more count.
 *
 * Worked example: V8 holds 5 MiB at the beginning, and after three collections 100 s, 200 s
 * and 270 s later 15, 21 and 26; teeth are 8 MiB high. The line through the four rises by 20
 * MiB and misses none by more than 1, 5 %. A cache that fills behind such teeth with a time
 * constant of 200 s would have 5, 17, 24, 27: 7 to 11 % off.
 */
#include <math.h>

#include "changepoint.h"
#include "teeth.h"
#include "trend.h"

#define FEWEST 4
#define MANY   6
/* Part of a tooth that the troughs must have risen by. */
#define TOOTH_PART 0.4
/* Teeth below this part of the growth hide nothing: the windows' own tests see the course. */
#define HIGH_PART 0.25
/* Part of the growth that one may lie off the line: when they are few, and when many. */
#define FEW_OFF	 0.07
#define MANY_OFF 0.22
/* Part of the line's rate that the last two steps must keep. */
#define LAST_PART 0.6

/* The largest distance from the line, as a part of the growth. */
static double off_line(const double *t, const double *y, size_t n, const struct mw_slope *line,
		       double growth)
{
	double largest = 0.0;

	for (size_t i = 0; i < n; i++)
		largest = fmax(largest, fabs(y[i] - line->intercept - line->slope * t[i]));
	return largest / growth;
}

static size_t steps_up(const double *y, size_t n)
{
	size_t count = 0;

	for (size_t i = 1; i < n; i++)
		count += y[i] > y[i - 1];
	return count;
}

static bool is_rising(const struct mw_trend_config *config, const double *y, size_t n, double fall,
		      const struct mw_trend *trend)
{
	if (n < MANY)
		return trend->risen == n - 1 && y[n - 1] - y[1] > fall;
	return trend->test.p_rising <= config->p_value;
}

/* What the last two steps rose by, as a part of what the line says. */
static double last_steps(const double *t, const double *y, size_t n, const struct mw_trend *trend)
{
	return (y[n - 1] - y[n - 3]) / (t[n - 1] - t[n - 3]) / trend->line.slope;
}

/* @n troughs from the @from-th on, in a life whose teeth are @fall high. */
static bool judge_troughs(const struct mw_trend_config *config, const double *t, const double *y,
			  size_t n, double fall, struct mw_trend *ret_trend)
{
	struct mw_trend trend = { .windows = n, .risen = steps_up(y, n), .since_t = t[0] };

	mw_stats_mann_kendall(y, n, 1.0, &trend.test);
	mw_stats_theil_sen(t, y, n, 1.0, config->coverage, &trend.line);
	trend.level = trend.line.intercept + trend.line.slope * t[0];
	trend.growth = trend.line.slope * (t[n - 1] - t[0]);
	if (!(trend.growth > fmax(config->min_growth, TOOTH_PART * fall)) ||
	    fall < HIGH_PART * trend.growth || !is_rising(config, y, n, fall, &trend))
		return false;
	trend.departure = trend.bend = off_line(t, y, n, &trend.line, trend.growth);
	if (trend.departure > (n < MANY ? FEW_OFF : MANY_OFF))
		return false;
	trend.tail = last_steps(t, y, n, &trend);
	trend.along_error = INFINITY;
	if (n >= MANY)
		trend.along = mw_curvature(t, y, n, &trend.along_error);
	if (trend.tail < LAST_PART || trend.along > 2.0 * trend.along_error)
		return false;
	trend.why = MW_TREND_RISING;
	trend.is_troughs = true;
	*ret_trend = trend;
	return true;
}

bool mw_trend_judge_teeth(const struct mw_trend_config *config, const double *t, const double *y,
			  size_t n, double known, struct mw_trend *ret_trend)
{
	struct mw_teeth teeth;

	mw_teeth_find(t, y, n, &teeth);
	for (size_t from = 0; from + FEWEST <= teeth.count; from++) {
		size_t count = teeth.count - from;
		bool has_begun = from == 0 && teeth.has_begun;
		struct mw_trend trend;

		if (count < (has_begun ? FEWEST : FEWEST + 1))
			break;
		if (!judge_troughs(config, teeth.t + from, teeth.y + from, count, teeth.fall,
				   &trend))
			continue;
		if (y[n - 1] < teeth.y[teeth.count - 1] || y[n - 1] < known)
			return false;
		*ret_trend = trend;
		return true;
	}
	return false;
}

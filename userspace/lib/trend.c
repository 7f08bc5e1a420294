// SPDX-License-Identifier: GPL-2.0-only
/*
 * trend.c - does a floor rise and not come back? Owns the tests on a short
 * series of window minima; must never know of processes, limits or clocks.
 *
 * Model. A leak is a floor that rises along a course. Against it stand chance
 * (noise, a random walk), a level that is approached (cache, warm-up), a few
 * jumps (deploys), and what comes back (waves, batches, collections). Each has
 * its test, and a floor must pass all of them:
 *
 *   chance      Mann-Kendall, corrected for autocorrelation; the lower end of
 *               the slope's interval above zero; the growth above the noise
 *   came back   the last windows lie on the line, not far below it
 *   stopped     the last third rises at a good part of the whole's rate
 *   saturating  a + b(1 - exp(-t/tau)) does not fit clearly better
 *   uneven      the means of eight parts of the course lie near the line: one
 *               jump departs from it by half of the growth, two by a quarter or
 *               more, N regular ones by 1/2N, half a sine wave by a tenth; if four
 *               steps make most of the growth, nearer. Stairs between whose few jumps it
 *               holds are that in wider windows, too: these only blur the jumps
 *   known       it is higher than what the process has reached before
 *
 * A saw-tooth may be longer than the windows. Its floor is found by taking the
 * minimum of 2 and of 4 windows together; teeth that are longer yet by trend_teeth.c. A growth that began late, or after a
 * warm-up, is found by dividing the series where two lines fit best, and judging
 * the second part.
 *
 * Worked example: 32 windows of 100 s, floor 0, 1, 2, ... 31 MiB with a
 * collector's tooth in every third window: +0, +8, +16 MiB. In single windows
 * the noise is 8 MiB or more and the growth 31; in groups of 4 every group
 * holds a low, the minima rise by 4 MiB a group with an error under 2, S is 28
 * of 28, and the slope is 0.01 MiB/s.
 */
#include <math.h>

#include "changepoint.h"
#include "season.h"
#include "trend.h"

/* Parts that the course is compared in. */
#define PARTS 8
/* A part of the growth that may be given back. */
#define BACK_PART 0.35
/* What is asked of a course that follows a faster one. */
#define STRICT_DEPARTURE 0.05
#define STRICT_TAIL	 0.75
/* Growth over the error that autocorrelated noise gives it. */
#define MIN_SIGNAL 8.0
/* Part of the growth that the largest four steps may make. */
#define JUMPS	  4
#define JUMP_PART 0.65
/* Jumps that lie this near a line are a staircase. */
#define REGULAR 0.06
/* What falls between them, as a part of the growth, if they are all there is. */
#define FELL_PART 0.1
/* Twice the log-likelihood that a saturating curve must gain to be believed. */
#define SATURATION_GAIN 10.0
#define SATURATION_TAU	1.5
/* The same where there is hardly noise: an earlier part of the filling. */
#define CERTAIN_GAIN 40.0
#define CERTAIN_TAU  2.5
/* Part of a wave's height that the growth below it must make. */
#define WAVE_PART 0.3
/* Changes of course that are followed, and windows on each side of one. */
#define MAX_CHANGES 3
#define MIN_PART    3
/* Windows merged at most, and the departure that is as good as none. */
#define MAX_WIDTH 4
#define STRAIGHT  0.03
/* A course that is shown to be this straight needs no troughs beside it. */
#define CLEAR_BEND 0.1
/* Groups of windows need fewer points: their minima hardly scatter. */
#define MIN_GROUPS 8

struct course {
	double t[MW_STATS_MAX];
	double y[MW_STATS_MAX];
	size_t n;
};

/* The minimum of every @width windows, aligned to the last. */
static void group(const double *t, const double *y, size_t n, size_t width,
		  struct course *ret_course)
{
	size_t skip = n % width;

	ret_course->n = n / width;
	for (size_t i = 0; i < ret_course->n; i++) {
		const double *values = y + skip + i * width;
		const double *times = t + skip + i * width;

		ret_course->y[i] = values[0];
		for (size_t j = 1; j < width; j++)
			ret_course->y[i] = fmin(ret_course->y[i], values[j]);
		ret_course->t[i] = (times[0] + times[width - 1]) / 2.0;
	}
}

static double median_of(const double *y, size_t n)
{
	double copy[MW_STATS_MAX];

	for (size_t i = 0; i < n; i++)
		copy[i] = y[i];
	return mw_stats_median(copy, n);
}

/* Standard deviation of one window, from what differs between neighbours: blind to course and jumps. */
static double scatter(const struct course *course)
{
	double difference[MW_STATS_MAX], copy[MW_STATS_MAX];
	size_t count = course->n - 1;

	for (size_t i = 0; i < count; i++)
		copy[i] = difference[i] = course->y[i + 1] - course->y[i];
	return mw_stats_mad(difference, count, mw_stats_median(copy, count)) / M_SQRT2;
}

/*
 * How far the means of eight parts lie from the line, as a part of the growth:
 * as it is (@ret_raw), and less what scatter alone explains (1.5 standard
 * errors of such a mean).
 */
static double departure(const struct course *course, const struct mw_trend *trend, double *ret_raw)
{
	double largest = 0.0, size = (double)course->n / PARTS, center;
	double rest[MW_STATS_MAX];

	for (size_t i = 0; i < course->n; i++)
		rest[i] = course->y[i] - trend->line.slope * course->t[i];
	center = median_of(rest, course->n);
	for (size_t part = 0; part < PARTS; part++) {
		size_t from = part * course->n / PARTS, to = (part + 1) * course->n / PARTS;
		double sum = 0.0;

		for (size_t i = from; i < to; i++)
			sum += rest[i] - center;
		largest = fmax(largest, fabs(sum / (double)(to - from)));
	}
	*ret_raw = largest / trend->growth;
	return fmax(0.0, largest - 1.5 * scatter(course) / sqrt(size)) / trend->growth;
}

static void fit(const struct mw_trend_config *config, const struct course *course,
		struct mw_trend *trend)
{
	double slope = mw_changepoint_slope(course->t, course->y, course->n);
	double rest[MW_STATS_MAX], inflation, first = course->t[0];
	double span = course->t[course->n - 1] - first;

	for (size_t i = 0; i < course->n; i++)
		rest[i] = course->y[i] - slope * course->t[i];
	inflation = mw_stats_inflation(rest, course->n);
	mw_stats_mann_kendall(course->y, course->n, inflation, &trend->test);
	mw_stats_theil_sen(course->t, course->y, course->n, inflation, config->coverage,
			   &trend->line);
	for (size_t i = 0; i < course->n; i++)
		rest[i] = course->y[i] - trend->line.slope * course->t[i];
	trend->noise = mw_stats_mad(rest, course->n, trend->line.intercept);
	trend->level = trend->line.intercept + trend->line.slope * first;
	trend->growth = trend->line.slope * span;
	trend->since_t = first;
	trend->windows = course->n;
	trend->risen = 0;
	for (size_t i = 1; i < course->n; i++)
		trend->risen += course->y[i] > course->y[i - 1];
}

static bool has_come_back(const struct course *course, const struct mw_trend *trend)
{
	double now = median_of(course->y + course->n - 3, 3);

	return trend->level + trend->growth - now >
	       fmax(BACK_PART * trend->growth, 3.0 * trend->noise);
}

/* Slope of the last third over the whole's, given the benefit of one standard error. */
static double tail_of(const struct course *course, const struct mw_trend *trend)
{
	size_t count = course->n / 3 < 4 ? 4 : course->n / 3, from = course->n - count;
	double span = course->t[course->n - 1] - course->t[from];
	double slope = mw_changepoint_slope(course->t + from, course->y + from, count);
	double error = scatter(course) * sqrt(12.0 / (double)count) / span;

	return (slope + error) / trend->line.slope;
}

static bool is_saturating(const struct course *course, struct mw_trend *trend)
{
	trend->curve = mw_saturation_gain(course->t, course->y, course->n, &trend->tau);
	return (trend->curve > SATURATION_GAIN && trend->tau < SATURATION_TAU) ||
	       (trend->curve > CERTAIN_GAIN && trend->tau < CERTAIN_TAU);
}

/*
 * The standard error of the growth, were the residuals an AR(1) process: that
 * of a least-squares slope, times sqrt((1+r)/(1-r)). r is corrected for the bias
 * that detrending a short series gives it (Marriott and Pope 1954). A random
 * walk of n steps rises by up to 3 sqrt(n) steps by chance and leaves residuals
 * with r near one: its growth stays under 4 errors.
 */
static double error_of(const struct course *course, const struct mw_trend *trend)
{
	double rest[MW_STATS_MAX], sum = 0.0, mean = 0.0, r, n = (double)course->n;

	for (size_t i = 0; i < course->n; i++) {
		rest[i] = course->y[i] - trend->line.slope * course->t[i];
		mean += rest[i] / n;
	}
	for (size_t i = 0; i < course->n; i++)
		sum += (rest[i] - mean) * (rest[i] - mean);
	r = mw_stats_autocorrelation(rest, course->n, 1);
	r = fmin(0.95, fmax(0.0, (n * r + 2.0) / (n - 4.0)));
	return sqrt(sum / n * 12.0 / n * (1.0 + r) / (1.0 - r));
}

/* A course that wanders about its line says less of its slope than Theil and Sen knew. */
static void widen(const struct mw_trend_config *config, const struct course *course,
		  struct mw_trend *trend)
{
	double span = course->t[course->n - 1] - course->t[0];
	double half = mw_stats_normal_quantile((1.0 - config->coverage) / 2.0) *
		      error_of(course, trend) / span;

	trend->line.low = fmin(trend->line.low, trend->line.slope - half);
	trend->line.high = fmax(trend->line.high, trend->line.slope + half);
}

/* Do a few steps make most of the growth? Each is given twice the scatter. */
static bool is_jumps(const struct course *course, const struct mw_trend *trend)
{
	double steps[MW_STATS_MAX], sum = 0.0;
	double allowance = 2.0 * scatter(course);

	for (size_t i = 1; i < course->n; i++)
		steps[i - 1] = course->y[i] - course->y[i - 1];
	for (size_t i = 0; i < JUMPS; i++)
		sum += fmax(0.0,
			    mw_stats_select(steps, course->n - 1, course->n - 2 - i) - allowance);
	return sum > JUMP_PART * trend->growth;
}

/* Between its jumps it holds: what has teeth may hide a course below them from narrow windows. */
static bool is_without_falls(const struct course *course, const struct mw_trend *trend)
{
	double fell = 0.0, allowance = 2.0 * scatter(course);

	for (size_t i = 1; i < course->n; i++)
		fell += fmax(0.0, course->y[i - 1] - course->y[i] - allowance);
	return fell < FELL_PART * trend->growth;
}

/* Is there a growth at all, were the windows independent? */
static bool is_growth(const struct mw_trend_config *config, const struct mw_trend *trend)
{
	double z = trend->test.z * sqrt(trend->test.inflation);

	return mw_stats_normal_tail(z) <= config->p_value;
}

static bool is_chance(const struct mw_trend_config *config, const struct course *course,
		      const struct mw_trend *trend)
{
	return trend->test.p_rising > config->p_value || trend->line.low <= 0.0 ||
	       trend->growth < 2.0 * trend->noise ||
	       trend->growth < MIN_SIGNAL * error_of(course, trend);
}

/* What says most of a growth is asked first: bends and jumps are what correlates the residuals. */
static enum mw_trend_why judge_course(const struct mw_trend_config *config,
				      const struct course *course, double known,
				      struct mw_trend *trend)
{
	size_t third = course->n / 3;

	if (course->n < MIN_GROUPS)
		return MW_TREND_SHORT;
	if (median_of(course->y + course->n - third, third) <=
	    median_of(course->y, third) + config->min_growth / 3.0)
		return MW_TREND_FLAT;
	fit(config, course, trend);
	if (trend->growth < config->min_growth)
		return MW_TREND_FLAT;
	if (!is_growth(config, trend))
		return MW_TREND_NOISE;
	if (has_come_back(course, trend))
		return MW_TREND_CAME_BACK;
	trend->tail = tail_of(course, trend);
	if (trend->tail < config->min_tail)
		return MW_TREND_STOPPED;
	if (is_saturating(course, trend))
		return MW_TREND_SATURATING;
	trend->departure = departure(course, trend, &trend->bend);
	trend->along = mw_curvature(course->t, course->y, course->n, &trend->along_error);
	trend->is_stairs = false;
	if (trend->bend > REGULAR && is_jumps(course, trend)) {
		trend->is_stairs = is_without_falls(course, trend);
		return MW_TREND_UNEVEN;
	}
	if (trend->departure > config->max_departure)
		return MW_TREND_UNEVEN;
	if (is_chance(config, course, trend))
		return MW_TREND_NOISE;
	if (trend->level + trend->growth < known)
		return MW_TREND_KNOWN;
	widen(config, course, trend);
	return MW_TREND_RISING;
}

static bool is_better(const struct mw_trend *trend, const struct mw_trend *best)
{
	if (trend->why == MW_TREND_RISING && best->why == MW_TREND_RISING)
		return trend->bend < best->bend;
	return trend->why > best->why;
}

/*
 * Judge a part of the windows at each width, narrow first: that tells the rate
 * best. A wider one is tried while only scatter hides how straight the course is.
 * Of those that do not rise the verdict that went furthest is kept.
 */
static bool judge_part(const struct mw_trend_config *config, const double *t, const double *y,
		       size_t n, double known, struct mw_trend *best)
{
	struct mw_trend trend = { 0 };
	struct course course;

	if (n < config->min_windows)
		return false;
	for (size_t width = 1; width <= MAX_WIDTH; width *= 2) {
		group(t, y, n, width, &course);
		trend.width = width;
		trend.why = judge_course(config, &course, known, &trend);
		if (is_better(&trend, best))
			*best = trend;
		if (trend.why <= MW_TREND_FLAT || trend.is_stairs)
			break;
		if (best->why == MW_TREND_RISING &&
		    (best->bend < STRAIGHT || best->departure > STRAIGHT))
			break;
	}
	return best->why == MW_TREND_RISING;
}

double mw_trend_reached(const double *tops, const double *floors, size_t n)
{
	double copy[MW_STATS_MAX], top = -INFINITY, fall = 0.0;

	if (n == 0)
		return -INFINITY;
	for (size_t i = 0; i < n; i++) {
		copy[i] = tops[i];
		top = fmax(top, floors[i]);
		fall = fmax(fall, top - floors[i]);
	}
	return mw_stats_select(copy, n, (n - 1) * 9 / 10) + fall;
}

/*
 * Judge what follows the change at @at, and what follows a change in that: a
 * warm-up may need two lines before the course begins. What is not faster than
 * before has not begun there, and may be slowing down still: then it must be
 * straight, and must not be the shorter part.
 */
static bool judge_after(const struct mw_trend_config *config, const double *t, const double *y,
			size_t n, double known, struct mw_change change, struct mw_trend *best)
{
	struct mw_trend_config strict = *config;
	size_t from = 0;

	strict.max_departure = fmin(config->max_departure, STRICT_DEPARTURE);
	strict.min_tail = STRICT_TAIL;
	for (int depth = 0; depth < MAX_CHANGES && change.at > 0; depth++) {
		bool goes_on = mw_changepoint_goes_on(change.before, change.after);

		from += change.at;
		if ((!goes_on || 2 * from <= n) &&
		    judge_part(goes_on ? &strict : config, t + from, y + from, n - from,
			       fmax(known, mw_trend_reached(y, y, from)), best)) {
			best->quickened = !goes_on && change.before > 0.1 * change.after;
			return true;
		}
		mw_changepoint_find(t + from, y + from, n - from, MIN_PART, &change);
	}
	return false;
}

/* The course below a wave of several periods, if it grows by a good part of the wave's height. */
static bool judge_below_wave(const struct mw_trend_config *config, const double *t, const double *y,
			     size_t n, double known, struct mw_trend *best)
{
	struct mw_trend_config above = *config;
	double rest[MW_STATS_MAX], height;

	if (best->why < MW_TREND_NOISE || best->why > MW_TREND_UNEVEN ||
	    !mw_season_remove(t, y, n, rest, &height))
		return false;
	above.min_growth = fmax(config->min_growth, WAVE_PART * height);
	return judge_part(&above, t, rest, n, known, best);
}

bool mw_trend_judge(const struct mw_trend_config *config, const double *t, const double *y,
		    size_t n, double known, struct mw_trend *ret_trend)
{
	struct mw_change change;
	bool rises;

	*ret_trend = (struct mw_trend){ 0 };
	if (n < config->min_windows)
		return false;
	mw_changepoint_find(t, y, n, MIN_PART, &change);
	/* A growth that began late: its own part tells the rate and the beginning better. */
	if (change.before < 0.5 * change.after)
		rises = judge_after(config, t, y, n, known, change, ret_trend) ||
			judge_part(config, t, y, n, known, ret_trend);
	else
		rises = judge_part(config, t, y, n, known, ret_trend) ||
			judge_after(config, t, y, n, known, change, ret_trend);
	rises = rises || judge_below_wave(config, t, y, n, known, ret_trend);
	if (rises && ret_trend->bend < CLEAR_BEND)
		return true;
	return mw_trend_judge_teeth(config, t, y, n, known, ret_trend) || rises;
}

bool mw_trend_has_stopped(const double *t, const double *y, size_t n, double since_t, double level,
			  double growth, double rate)
{
	size_t from = 0, count;
	struct mw_slope line;

	while (from < n && t[from] < since_t)
		from++;
	count = (n - from) / 3 < 5 ? 5 : (n - from) / 3;
	if (n < count)
		return false;
	if (median_of(y + n - 3, 3) < level + growth / 2.0)
		return true;
	mw_stats_theil_sen(t + n - count, y + n - count, count, 1.0, 0.8, &line);
	return line.high < rate / 3.0;
}

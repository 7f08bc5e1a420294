// SPDX-License-Identifier: GPL-2.0-only
/*
 * steadiness.c - growth and fluctuation of a process, in percent. Must never
 * allocate or read a clock.
 *
 * The model. Samples are gathered in at most 60 windows of equally many
 * samples; when they are full, neighbours are joined, and a window holds twice
 * as many from then on. Through the means of the windows goes a Theil-Sen line,
 *
 *	m(t) = level + slope * t
 *
 * growth is slope * 60 / level, and fluctuation is the height of the band along
 * that line that holds every sample:
 *
 *	(max over samples (x - m) - min over samples (x - m)) / level
 *
 * Example: a service of 200 MiB that gains 1 MiB a minute and breathes by
 * 10 MiB up and down about that: growth 0.5 % a minute, fluctuation 10 %.
 *
 * A sample is compared with the line at the middle of its window: with growth
 * within bounds the error is less than what the line rises in half of a window,
 * of which there are 30 at least once they have been joined.
 */
#include "steadiness.h"

#include <math.h>

#include "stats.h"

#define COVERAGE 0.95

_Static_assert(MW_STEADINESS_WINDOWS <= MW_STATS_MAX, "Theil-Sen takes MW_STATS_MAX points");
_Static_assert(MW_STEADINESS_WINDOWS % 2 == 0, "windows are joined by twos");

static void join(struct mw_stretch *into, const struct mw_stretch *next)
{
	into->sum += next->sum;
	into->min = fmin(into->min, next->min);
	into->max = fmax(into->max, next->max);
	into->end_s = next->end_s;
	into->samples += next->samples;
}

static void halve(struct mw_steadiness *steadiness)
{
	for (size_t i = 0; i < MW_STEADINESS_WINDOWS / 2; i++) {
		steadiness->windows[i] = steadiness->windows[2 * i];
		join(&steadiness->windows[i], &steadiness->windows[2 * i + 1]);
	}
	steadiness->count = MW_STEADINESS_WINDOWS / 2;
	steadiness->per_window *= 2;
}

void mw_steadiness_add(struct mw_steadiness *steadiness, double now_s, double kib)
{
	const struct mw_stretch sample = {
		.sum = kib,
		.min = kib,
		.max = kib,
		.begin_s = now_s,
		.end_s = now_s,
		.samples = 1,
	};
	struct mw_stretch *last;

	if (steadiness->count == 0) {
		steadiness->per_window = 1;
		steadiness->windows[steadiness->count++] = sample;
		steadiness->samples = 1;
		return;
	}
	last = &steadiness->windows[steadiness->count - 1];
	if (now_s < last->end_s)
		return;
	steadiness->samples++;
	if (last->samples < steadiness->per_window) {
		join(last, &sample);
		return;
	}
	if (steadiness->count == MW_STEADINESS_WINDOWS)
		halve(steadiness);
	steadiness->windows[steadiness->count++] = sample;
}

static double middle(const struct mw_stretch *window)
{
	return (window->begin_s + window->end_s) / 2;
}

/* The height of the band along the line that holds every sample. */
static double swing(const struct mw_stretch *windows, size_t n, const struct mw_slope *line,
		    double origin_s)
{
	double above = -INFINITY;
	double below = INFINITY;

	for (size_t i = 0; i < n; i++) {
		double there = line->intercept + line->slope * (middle(&windows[i]) - origin_s);

		above = fmax(above, windows[i].max - there);
		below = fmin(below, windows[i].min - there);
	}
	return above - below;
}

/* Theil-Sen, its interval widened by the autocorrelation that is left. */
static void fit(const double *t, const double *mean, size_t n, struct mw_slope *ret_line)
{
	double residuals[MW_STEADINESS_WINDOWS];

	mw_stats_theil_sen(t, mean, n, 1, COVERAGE, ret_line);
	for (size_t i = 0; i < n; i++)
		residuals[i] = mean[i] - ret_line->intercept - ret_line->slope * t[i];
	mw_stats_theil_sen(t, mean, n, mw_stats_inflation(residuals, n), COVERAGE, ret_line);
}

/* Index of the first window that begins at @from_s or after, or their number. */
static size_t first_from(const struct mw_steadiness *steadiness, double from_s)
{
	size_t i = 0;

	while (i < steadiness->count && steadiness->windows[i].begin_s < from_s)
		i++;
	return i;
}

static uint64_t count_samples(const struct mw_stretch *windows, size_t n)
{
	uint64_t samples = 0;

	for (size_t i = 0; i < n; i++)
		samples += windows[i].samples;
	return samples;
}

bool mw_steadiness_judge(const struct mw_steadiness *steadiness, double from_s,
			 struct mw_steady *ret_steady)
{
	size_t first = first_from(steadiness, from_s);
	const struct mw_stretch *windows = &steadiness->windows[first];
	size_t n = steadiness->count - first;
	double t[MW_STEADINESS_WINDOWS];
	double mean[MW_STEADINESS_WINDOWS];
	struct mw_slope line;
	double percent;

	if (n < MW_STEADINESS_WINDOWS_MIN || count_samples(windows, n) < MW_STEADINESS_SAMPLES_MIN)
		return false;
	for (size_t i = 0; i < n; i++) {
		t[i] = middle(&windows[i]) - middle(&windows[0]);
		mean[i] = windows[i].sum / (double)windows[i].samples;
		if (i > 0 && t[i] <= t[i - 1])
			return false; /* all at one moment: there is no slope */
	}
	fit(t, mean, n, &line);
	percent = 100 / fmax(line.intercept, 1);
	*ret_steady = (struct mw_steady){
		.level_kib = line.intercept,
		.growth = line.slope * 60 * percent,
		.growth_low = line.low * 60 * percent,
		.growth_high = line.high * 60 * percent,
		.grown_kib = line.slope * t[n - 1],
		.swing_kib = swing(windows, n, &line, middle(&windows[0])),
		.span_s = windows[n - 1].end_s - windows[0].begin_s,
	};
	ret_steady->fluctuation = ret_steady->swing_kib * percent;
	return true;
}

double mw_steadiness_begin_s(const struct mw_steadiness *steadiness)
{
	return steadiness->count > 0 ? steadiness->windows[0].begin_s : NAN;
}

double mw_steadiness_end_s(const struct mw_steadiness *steadiness)
{
	return steadiness->count > 0 ? steadiness->windows[steadiness->count - 1].end_s : NAN;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge_precogmf.c - a baseline: Precog with maximum filtration, from Jindal et al.
 * (arXiv:2106.08938, arXiv:2101.09799) and the constants of the authors' own program.
 *
 * It learns from the first third of a series what trends are normal, then judges the
 * rest. Bins of five minutes, smoothed by a median of an hour, are cut at change
 * points (modified z-score of the absolute difference above 3.5, six hours apart or
 * more). A trend is a line from one change point to another, six hours or longer,
 * with R^2 of 0.8 or more, that will be at 100 % within seven days. A leak is a
 * trend up to now that is steeper and longer than one of training, above 40 % of the
 * limit; the filter wants the highest values since the last change point to be above
 * those of training (or above 95 %).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "judges.h"
#include "stats.h"

#define SMOOTH_BINS    12
#define MIN_BINS       72
#define CRITICAL_BINS  2016.0
#define TREND_R2       0.8
#define CHANGE_Z       3.5
#define LEAST_PERCENT  40.0
#define FILTER_PERCENT 95.0
#define TOP_VALUES     10
#define CHANGES_MAX    256
/* It is asked once an hour of its own time. */
#define EVERY 12

struct trend {
	double slope;
	double duration_s;
	double exit_s;
	double r2;
};

struct training {
	struct trend trends[CHANGES_MAX];
	size_t count;
	double max_slope;
	double max_duration_s;
	double highest; /* median of the ten highest values */
};

static void smooth(const struct mw_bins *raw, size_t from, size_t to, struct mw_bins *ret_smooth)
{
	double window[SMOOTH_BINS];

	ret_smooth->width_s = raw->width_s;
	ret_smooth->count = to - from;
	for (size_t i = from; i < to; i++) {
		size_t first = i - from >= SMOOTH_BINS ? i - SMOOTH_BINS + 1 : from;

		memcpy(window, &raw->percent[first], (i - first + 1) * sizeof(*window));
		ret_smooth->percent[i - from] = mw_stats_median(window, i - first + 1);
		ret_smooth->end_s[i - from] = raw->end_s[i];
	}
}

/* Bins at which a new course begins: the first, those that jump, the last. Returns how many. */
static size_t change_points(const struct mw_bins *bins, size_t *changes)
{
	static double jumps[MW_BINS_MAX], scratch[MW_BINS_MAX];
	size_t n = bins->count - 1, count = 1;
	double median, mad;

	for (size_t i = 0; i < n; i++)
		scratch[i] = jumps[i] = fabs(bins->percent[i + 1] - bins->percent[i]);
	median = mw_stats_median(scratch, n);
	for (size_t i = 0; i < n; i++)
		scratch[i] = fabs(jumps[i] - median);
	mad = mw_stats_median(scratch, n);
	changes[0] = 0;
	for (size_t i = 0; i < n && count < CHANGES_MAX - 1; i++)
		if (fabs(0.6745 * (jumps[i] - median)) > CHANGE_Z * mad &&
		    i + 1 - changes[count - 1] >= MIN_BINS)
			changes[count++] = i + 1;
	changes[count++] = bins->count - 1;
	return count;
}

static bool find_trend(const struct mw_bins *bins, size_t from, size_t to, struct trend *ret_trend)
{
	struct mw_line line;

	if (to - from < MIN_BINS)
		return false;
	mw_bins_fit(bins, from, to, &line);
	if (line.r2 <= TREND_R2 || line.slope <= 0.0)
		return false;
	ret_trend->slope = line.slope;
	ret_trend->r2 = line.r2;
	ret_trend->duration_s = (double)(to - from) * bins->width_s;
	ret_trend->exit_s = (100.0 - bins->percent[to - 1]) / line.slope;
	return true;
}

static bool is_better(const struct trend *trend, const struct trend *best)
{
	return trend->r2 >= best->r2 && trend->duration_s >= best->duration_s &&
	       trend->slope >= best->slope;
}

/* The best trend from change point @i to a later one; false if there is none. */
static bool best_from(const struct mw_bins *bins, const size_t *changes, size_t count, size_t i,
		      size_t *ret_stop, struct trend *ret_best)
{
	bool found = false;

	for (size_t j = i + 1; j < count; j++) {
		struct trend trend;

		if (!find_trend(bins, changes[i], changes[j], &trend) ||
		    (found && !is_better(&trend, ret_best)))
			continue;
		*ret_best = trend;
		*ret_stop = changes[j];
		found = true;
	}
	return found;
}

static int descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

static void train(const struct mw_bins *bins, struct training *ret_training)
{
	static double sorted[MW_BINS_MAX];
	size_t changes[CHANGES_MAX], count, stop = 0, top;
	struct trend best;

	memset(ret_training, 0, sizeof(*ret_training));
	ret_training->max_duration_s = MIN_BINS * bins->width_s;
	memcpy(sorted, bins->percent, bins->count * sizeof(*sorted));
	qsort(sorted, bins->count, sizeof(*sorted), descending);
	top = bins->count < TOP_VALUES ? bins->count : TOP_VALUES;
	ret_training->highest = mw_stats_median(sorted, top);
	count = change_points(bins, changes);
	for (size_t i = 0; i + 1 < count; i++) {
		if (!best_from(bins, changes, count, i, &stop, &best))
			continue;
		/* one that is under way at the end of training is not learned */
		if (best.exit_s > CRITICAL_BINS * bins->width_s || stop + 1 >= bins->count)
			continue;
		ret_training->max_slope = fmax(ret_training->max_slope, best.slope);
		ret_training->max_duration_s = fmax(ret_training->max_duration_s, best.duration_s);
		ret_training->trends[ret_training->count++] = best;
	}
}

static bool is_new(const struct training *training, const struct trend *trend)
{
	if (trend->slope >= training->max_slope && trend->duration_s >= training->max_duration_s)
		return true;
	for (size_t i = 0; i < training->count; i++)
		if (trend->slope >= training->trends[i].slope &&
		    trend->duration_s >= training->trends[i].duration_s)
			return true;
	return false;
}

/* Maximum filtration: the ten highest bins from @from on are all above those of training. */
static bool passes_filter(const struct mw_bins *bins, size_t from, const struct training *training)
{
	static double sorted[MW_BINS_MAX];
	size_t n = bins->count - from, top = n < TOP_VALUES ? n : TOP_VALUES;

	memcpy(sorted, &bins->percent[from], n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), descending);
	return sorted[top - 1] >= FILTER_PERCENT || sorted[top - 1] >= training->highest;
}

static bool predict(const struct mw_bins *bins, const struct training *training,
		    struct trend *ret_trend)
{
	size_t changes[CHANGES_MAX], count;
	bool found = false;

	if (bins->percent[bins->count - 1] < LEAST_PERCENT)
		return false;
	count = change_points(bins, changes);
	for (size_t i = count - 1; i-- > 0;) {
		struct trend trend;

		if (!find_trend(bins, changes[i], bins->count, &trend) ||
		    trend.exit_s > CRITICAL_BINS * bins->width_s || !is_new(training, &trend))
			continue;
		*ret_trend = trend;
		found = true;
	}
	return found && passes_filter(bins, changes[count - 2], training);
}

void mw_judge_precogmf(const struct mw_labelled *series, struct mw_judgement *ret_judgement)
{
	static struct mw_bins raw, seen;
	static struct training training;
	struct trend trend = { 0 };
	size_t trained;

	mw_bins_make(series, &raw);
	trained = raw.count / 3;
	if (trained < 2)
		return;
	smooth(&raw, 0, trained, &seen);
	train(&seen, &training);
	for (size_t to = trained + MIN_BINS; to <= raw.count; to += EVERY) {
		smooth(&raw, trained, to, &seen);
		mw_judgement_at(ret_judgement, raw.end_s[to - 1],
				predict(&seen, &training, &trend));
	}
	if (ret_judgement->leak)
		ret_judgement->rate = trend.slope / 100.0 * series->limit_kb;
}

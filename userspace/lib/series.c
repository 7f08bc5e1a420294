// SPDX-License-Identifier: GPL-2.0-only
/*
 * series.c - the bounded memory of one process life. Owns struct mw_series;
 * must never allocate, and takes time as an argument.
 *
 * Model. Time is cut into windows of one length and of each only the lowest
 * value is kept: that is the floor below a saw-tooth. When MW_SERIES_LIFE
 * windows are full, neighbours are merged (the minimum of two minima is the
 * minimum of both) and the length doubles. So between 20 and 40 equal windows
 * always cover the whole life, whether that is 25 s or 25 weeks, and nothing
 * is fitted to a time-scale.
 *
 * Worked example: samples every 10 s. The first windows hold 4 samples, 40 s.
 * After 26.7 min 40 windows are full: 20 of 80 s remain. After a day the
 * windows are 42.7 min long and 33.75 of them cover it.
 *
 * A leak that begins late would hide in windows that long. A second ring holds
 * the last 16 to 24 windows of an eighth of the length, for the heap only: on
 * that day the last 1.4 to 2.1 h in steps of 5.3 min.
 *
 * Values are kept as floats less the first value, which is exact to 1 KiB for
 * differences up to 16 GiB and to 6e-8 of the difference above.
 */
#include <math.h>
#include <string.h>

#include "series.h"

static const struct mw_window empty_window = {
	.min = { [0 ... MW_MEASURES - 1] = NAN },
	.max = NAN,
};
static const struct mw_recent empty_recent = { .min = NAN, .max = NAN };

/* fmin() and fmax() take the number where the other is NAN: empty windows merge rightly. */
static void merge_window(struct mw_window *into, const struct mw_window *from)
{
	for (int i = 0; i < MW_MEASURES; i++)
		into->min[i] = fminf(into->min[i], from->min[i]);
	into->max = fmaxf(into->max, from->max);
}

static void merge_recent(struct mw_recent *into, const struct mw_recent *from)
{
	into->min = fminf(into->min, from->min);
	into->max = fmaxf(into->max, from->max);
}

void mw_series_init(struct mw_series *series)
{
	memset(series, 0, sizeof(*series));
	for (int i = 0; i < MW_MEASURES; i++)
		series->base[i] = NAN;
	series->life_open = empty_window;
	series->recent_open = empty_recent;
}

double mw_series_recent_width_s(const struct mw_series *series)
{
	return fmax(series->first_s, series->width_s / MW_SERIES_RATIO);
}

static void thin_recent(struct mw_series *series)
{
	uint32_t skip = series->recent_first % 2, pairs = (series->recent_count - skip) / 2;
	struct mw_recent rest = empty_recent;

	if (series->recent_count < skip) {
		series->recent_first /= 2;
		return;
	}
	/* An odd last window joins the open one, which is its other half. */
	if ((series->recent_count - skip) % 2)
		rest = series->recent[series->recent_count - 1];
	for (uint32_t i = 0; i < pairs; i++) {
		series->recent[i] = series->recent[skip + 2 * i];
		merge_recent(&series->recent[i], &series->recent[skip + 2 * i + 1]);
	}
	merge_recent(&series->recent_open, &rest);
	series->recent_first = (series->recent_first + skip) / 2;
	series->recent_count = pairs;
}

static void thin_life(struct mw_series *series)
{
	double before = mw_series_recent_width_s(series);

	for (uint32_t i = 0; i < MW_SERIES_LIFE / 2; i++) {
		series->life[i] = series->life[2 * i];
		merge_window(&series->life[i], &series->life[2 * i + 1]);
	}
	series->life_count = MW_SERIES_LIFE / 2;
	series->width_s *= 2.0;
	if (mw_series_recent_width_s(series) > before)
		thin_recent(series);
}

static void close_recent(struct mw_series *series)
{
	if (series->recent_count == MW_SERIES_RECENT) {
		const uint32_t drop = MW_SERIES_RECENT / 3;

		memmove(series->recent, series->recent + drop,
			(MW_SERIES_RECENT - drop) * sizeof(series->recent[0]));
		series->recent_count -= drop;
		series->recent_first += drop;
	}
	series->recent[series->recent_count++] = series->recent_open;
	series->recent_open = empty_recent;
}

static void close_life(struct mw_series *series)
{
	series->life[series->life_count++] = series->life_open;
	series->life_open = empty_window;
	if (series->life_count == MW_SERIES_LIFE)
		thin_life(series);
}

/* A gap leaves empty windows; each thinning doubles the length, so that even a long one is short. */
static unsigned int advance(struct mw_series *series, double now_s)
{
	unsigned int closed = 0;
	double open, age = now_s - series->origin_s;

	while (age >= (series->life_count + 1) * series->width_s) {
		close_life(series);
		closed |= MW_CLOSED_LIFE;
	}
	open = floor(age / mw_series_recent_width_s(series));
	if (open >= (double)(series->recent_first + series->recent_count + MW_SERIES_RECENT)) {
		series->recent_open = empty_recent;
		series->recent_count = 0;
		series->recent_first = (uint64_t)open;
		return closed | MW_CLOSED_RECENT;
	}
	while (open > (double)(series->recent_first + series->recent_count)) {
		close_recent(series);
		closed |= MW_CLOSED_RECENT;
	}
	return closed;
}

/* The first interval gives the length; a much shorter one soon after says that it was a gap. */
static void set_width(struct mw_series *series, double interval_s)
{
	const uint64_t early = 4 * MW_SERIES_FIRST;
	double first = interval_s * MW_SERIES_FIRST;

	if (interval_s <= 0.0)
		return;
	if (series->width_s > 0.0 &&
	    (series->samples > early || first * MW_SERIES_FIRST > series->width_s))
		return;
	series->first_s = first;
	series->width_s = first;
	series->origin_s = series->last_s;
	series->life_count = 0;
	series->recent_count = 0;
	series->recent_first = 0;
}

unsigned int mw_series_add(struct mw_series *series, double now_s, const double values[MW_MEASURES])
{
	unsigned int closed = 0;

	if (series->samples == 0)
		series->origin_s = now_s;
	else
		set_width(series, now_s - series->last_s);
	if (series->width_s > 0.0)
		closed = advance(series, now_s);
	for (int i = 0; i < MW_MEASURES; i++) {
		float value;

		if (isnan(values[i]))
			continue;
		if (isnan(series->base[i]))
			series->base[i] = values[i];
		value = (float)(values[i] - series->base[i]);
		series->life_open.min[i] = fminf(series->life_open.min[i], value);
		if (i != MW_MEASURE_HEAP)
			continue;
		series->life_open.max = fmaxf(series->life_open.max, value);
		series->recent_open.min = fminf(series->recent_open.min, value);
		series->recent_open.max = fmaxf(series->recent_open.max, value);
	}
	series->last_s = now_s;
	series->samples++;
	return closed;
}

static void add_point(struct mw_points *points, double t, double base, float min, float max)
{
	if (isnan(min))
		return;
	points->t[points->count] = t;
	points->min[points->count] = base + (double)min;
	points->max[points->count] = base + (double)max;
	points->count++;
}

void mw_series_life(const struct mw_series *series, enum mw_measure measure,
		    struct mw_points *ret_points)
{
	ret_points->count = 0;
	for (uint32_t i = 0; i < series->life_count; i++) {
		const struct mw_window *window = &series->life[i];
		float min = window->min[measure];

		add_point(ret_points, (i + 0.5) * series->width_s, series->base[measure], min,
			  measure == MW_MEASURE_HEAP ? window->max : min);
	}
}

void mw_series_recent(const struct mw_series *series, struct mw_points *ret_points)
{
	double width = mw_series_recent_width_s(series);

	ret_points->count = 0;
	for (uint32_t i = 0; i < series->recent_count; i++)
		add_point(ret_points, ((double)(series->recent_first + i) + 0.5) * width,
			  series->base[MW_MEASURE_HEAP], series->recent[i].min,
			  series->recent[i].max);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * series.c - the bounded memory of one process life. Owns struct mw_series; time is
 * an argument, and memory is taken only when a measure first leaves its base.
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
 * Most processes do nothing most of the time. A measure that never left its
 * first value has no windows, only a bit for each window that says whether it
 * was seen at all: 200 bytes a life; a heap that moves takes 528 more, each
 * other measure 164.
 *
 * Values are kept as floats less the first value, which is exact to 1 KiB for
 * differences up to 16 GiB and to 6e-8 of the difference above.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

#define OPEN	    MW_SERIES_LIFE
#define RECENT_OPEN MW_SERIES_RECENT
#define OPEN_BIT    (1ull << OPEN)
#define RECENT_BIT  (1u << RECENT_OPEN)

static const struct mw_recent empty_recent = { .min = NAN, .max = NAN };

/* fmin() and fmax() take the number where the other is NAN: empty windows merge rightly. */
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
}

void mw_series_end(struct mw_series *series)
{
	for (int i = 0; i < MW_MEASURES; i++)
		free(series->floors[i]);
	free(series->heap);
}

size_t mw_series_bytes(const struct mw_series *series)
{
	size_t bytes = series->heap != NULL ? sizeof(*series->heap) : 0;

	for (int i = 0; i < MW_MEASURES; i++)
		bytes += series->floors[i] != NULL ? sizeof(*series->floors[i]) : 0;
	return bytes;
}

double mw_series_recent_width_s(const struct mw_series *series)
{
	return fmax(series->first_s, series->width_s / MW_SERIES_RATIO);
}

double mw_series_interval_s(const struct mw_series *series)
{
	return series->samples > 1
		       ? (series->last_s - series->origin_s) / (double)(series->samples - 1)
		       : 0.0;
}

void mw_series_shift(struct mw_series *series, double by_s)
{
	series->origin_s += by_s;
	series->last_s += by_s;
}

/* ---- windows that exist only for what moves ---- */

/* Closed windows held the base (@known), or nothing was known of the measure yet. */
static bool make_floors(struct mw_series *series, enum mw_measure measure, bool known)
{
	struct mw_floors *floors = malloc(sizeof(*floors));

	if (floors == NULL)
		return false;
	for (unsigned int i = 0; i <= MW_SERIES_LIFE; i++)
		floors->min[i] = known && (series->seen >> i & 1) ? 0.0f : NAN;
	series->floors[measure] = floors;
	return true;
}

static bool make_heap(struct mw_series *series, bool known)
{
	struct mw_heap_windows *heap = malloc(sizeof(*heap));

	if (heap == NULL || !make_floors(series, MW_MEASURE_HEAP, known)) {
		free(heap);
		return false;
	}
	memcpy(heap->max, series->floors[MW_MEASURE_HEAP]->min, sizeof(heap->max));
	for (unsigned int i = 0; i <= MW_SERIES_RECENT; i++)
		heap->recent[i] = known && (series->recent_seen >> i & 1)
					  ? (struct mw_recent){ 0.0f, 0.0f }
					  : empty_recent;
	series->heap = heap;
	return true;
}

/* Whether there are windows to write @value into. */
static bool has_windows(struct mw_series *series, enum mw_measure measure, double value)
{
	bool was_unknown = isnan(series->base[measure]);

	if (series->floors[measure] != NULL)
		return true;
	if (was_unknown)
		series->base[measure] = value;
	if (was_unknown ? series->life_count == 0 : value == series->base[measure])
		return false;
	return measure == MW_MEASURE_HEAP ? make_heap(series, !was_unknown)
					  : make_floors(series, measure, !was_unknown);
}

static void take(struct mw_series *series, enum mw_measure measure, double value)
{
	float *open, difference;

	if (!has_windows(series, measure, value))
		return;
	difference = (float)(value - series->base[measure]);
	open = &series->floors[measure]->min[OPEN];
	*open = fminf(*open, difference);
	if (measure != MW_MEASURE_HEAP)
		return;
	series->heap->max[OPEN] = fmaxf(series->heap->max[OPEN], difference);
	merge_recent(&series->heap->recent[RECENT_OPEN],
		     &(struct mw_recent){ difference, difference });
}

/* ---- windows close, and are merged when they are too many ---- */

/* Bits 2i and 2i+1 of the lowest 2 * @pairs become bit i. */
static uint64_t merge_bits(uint64_t bits, unsigned int pairs)
{
	uint64_t merged = 0;

	for (unsigned int i = 0; i < pairs; i++)
		merged |= (uint64_t)((bits >> 2 * i & 3) != 0) << i;
	return merged;
}

static void thin_recent(struct mw_series *series)
{
	unsigned int skip = series->recent_first % 2;
	unsigned int pairs, last;
	struct mw_recent *recent = series->heap != NULL ? series->heap->recent : NULL;

	if (series->recent_count < skip) {
		series->recent_first /= 2;
		return;
	}
	pairs = (series->recent_count - skip) / 2;
	last = series->recent_count - 1u;
	/* An odd last window joins the open one, which is its other half. */
	if ((series->recent_count - skip) % 2) {
		series->recent_seen |= (series->recent_seen >> last & 1) << RECENT_OPEN;
		if (recent != NULL)
			merge_recent(&recent[RECENT_OPEN], &recent[last]);
	}
	for (unsigned int i = 0; recent != NULL && i < pairs; i++) {
		recent[i] = recent[skip + 2 * i];
		merge_recent(&recent[i], &recent[skip + 2 * i + 1]);
	}
	series->recent_seen = (series->recent_seen & RECENT_BIT) |
			      (uint32_t)merge_bits(series->recent_seen >> skip, pairs);
	series->recent_first = (series->recent_first + skip) / 2;
	series->recent_count = (uint16_t)pairs;
}

static void thin_life(struct mw_series *series)
{
	double before = mw_series_recent_width_s(series);

	for (unsigned int i = 0; i < MW_SERIES_LIFE / 2; i++) {
		for (int m = 0; m < MW_MEASURES; m++) {
			float *min = series->floors[m] != NULL ? series->floors[m]->min : NULL;

			if (min != NULL)
				min[i] = fminf(min[2 * i], min[2 * i + 1]);
		}
		if (series->heap != NULL)
			series->heap->max[i] =
				fmaxf(series->heap->max[2 * i], series->heap->max[2 * i + 1]);
	}
	series->seen = (series->seen & OPEN_BIT) | merge_bits(series->seen, MW_SERIES_LIFE / 2);
	series->life_count = MW_SERIES_LIFE / 2;
	series->width_s *= 2.0;
	if (mw_series_recent_width_s(series) > before)
		thin_recent(series);
}

static void drop_oldest_recent(struct mw_series *series)
{
	const unsigned int drop = MW_SERIES_RECENT / 3;

	if (series->heap != NULL)
		memmove(series->heap->recent, series->heap->recent + drop,
			(MW_SERIES_RECENT - drop) * sizeof(struct mw_recent));
	series->recent_seen = (series->recent_seen & RECENT_BIT) |
			      (series->recent_seen & (RECENT_BIT - 1)) >> drop;
	series->recent_count = (uint16_t)(series->recent_count - drop);
	series->recent_first += drop;
}

static void close_recent(struct mw_series *series)
{
	if (series->recent_count == MW_SERIES_RECENT)
		drop_oldest_recent(series);
	if (series->heap != NULL) {
		series->heap->recent[series->recent_count] = series->heap->recent[RECENT_OPEN];
		series->heap->recent[RECENT_OPEN] = empty_recent;
	}
	series->recent_seen |= (series->recent_seen >> RECENT_OPEN) << series->recent_count;
	series->recent_seen &= ~RECENT_BIT;
	series->recent_count++;
}

static void close_life(struct mw_series *series)
{
	unsigned int at = series->life_count++;

	for (int m = 0; m < MW_MEASURES; m++) {
		if (series->floors[m] == NULL)
			continue;
		series->floors[m]->min[at] = series->floors[m]->min[OPEN];
		series->floors[m]->min[OPEN] = NAN;
	}
	if (series->heap != NULL) {
		series->heap->max[at] = series->heap->max[OPEN];
		series->heap->max[OPEN] = NAN;
	}
	series->seen |= (series->seen >> OPEN) << at;
	series->seen &= ~OPEN_BIT;
	if (series->life_count == MW_SERIES_LIFE)
		thin_life(series);
}

static void clear_recent(struct mw_series *series, uint64_t first)
{
	if (series->heap != NULL)
		series->heap->recent[RECENT_OPEN] = empty_recent;
	series->recent_seen = 0;
	series->recent_count = 0;
	series->recent_first = first;
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
		clear_recent(series, (uint64_t)open);
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
	series->seen &= OPEN_BIT;
	series->recent_seen &= RECENT_BIT;
}

static void cut_gap(struct mw_series *series, double now_s)
{
	double gap_s = now_s - series->last_s, life_s = series->last_s - series->origin_s;

	if (series->samples > 4 * MW_SERIES_FIRST && life_s > 0.0 && gap_s > MW_SERIES_GAP * life_s)
		mw_series_shift(series, gap_s - mw_series_interval_s(series));
}

unsigned int mw_series_add(struct mw_series *series, double now_s, const double values[MW_MEASURES])
{
	unsigned int closed = 0;

	if (series->samples == 0) {
		series->origin_s = now_s;
	} else {
		cut_gap(series, now_s);
		set_width(series, now_s - series->last_s);
	}
	if (series->width_s > 0.0)
		closed = advance(series, now_s);
	for (int i = 0; i < MW_MEASURES; i++)
		if (!isnan(values[i]))
			take(series, (enum mw_measure)i, values[i]);
	series->seen |= OPEN_BIT;
	series->recent_seen |= RECENT_BIT;
	series->last_s = now_s;
	series->samples++;
	return closed;
}

static void add_point(struct mw_points *points, double t, double base, float min, float max)
{
	if (isnan(min) || isnan(base))
		return;
	points->t[points->count] = t;
	points->min[points->count] = base + (double)min;
	points->max[points->count] = base + (double)max;
	points->count++;
}

void mw_series_life(const struct mw_series *series, enum mw_measure measure,
		    struct mw_points *ret_points)
{
	const struct mw_floors *floors = series->floors[measure];
	const struct mw_heap_windows *heap = measure == MW_MEASURE_HEAP ? series->heap : NULL;
	double base = series->base[measure];

	ret_points->count = 0;
	for (unsigned int i = 0; i < series->life_count; i++) {
		double t = (i + 0.5) * series->width_s;

		if (!(series->seen >> i & 1))
			continue;
		if (floors == NULL)
			add_point(ret_points, t, base, 0.0f, 0.0f);
		else
			add_point(ret_points, t, base, floors->min[i],
				  heap != NULL ? heap->max[i] : floors->min[i]);
	}
}

void mw_series_recent(const struct mw_series *series, struct mw_points *ret_points)
{
	static const struct mw_recent still = { 0.0f, 0.0f };
	double width = mw_series_recent_width_s(series);

	ret_points->count = 0;
	for (unsigned int i = 0; i < series->recent_count; i++) {
		const struct mw_recent *recent =
			series->heap != NULL ? &series->heap->recent[i] : &still;

		if (series->recent_seen >> i & 1)
			add_point(ret_points, ((double)(series->recent_first + i) + 0.5) * width,
				  series->base[MW_MEASURE_HEAP], recent->min, recent->max);
	}
}

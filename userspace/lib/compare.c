// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare.c - two recordings, one program. Never reads files and never prints.
 *
 * Model. A life is cut into up to 60 windows, of each of which the least memory
 * counts (windows.h). Four windows in a row make a segment, 5 to 15 a life; the
 * least of them is its floor, which a saw of a garbage collector does not move
 * if its teeth are shorter than a segment. A rate is the difference of two
 * floors in a row over the time between them, and what was allocated in a
 * segment over its time is its allocation. The rates of all lives of A are held
 * against those of B by the Mann-Whitney test.
 *
 * Rates that follow each other share a floor, which makes them go against each
 * other, and the test more careful than it says: of 400 pairs of the same saw and noise
 * none was below 0.05 where 20 should be. Floors of a process that grows are
 * not independent, and their p is too small then: it is the rate that proves a
 * fix.
 *
 * With the least that is taken, 4 rates against 4, p cannot be below
 * 2/C(8,4) = 0.029: a fix is proven at 0.01 from 5 against 5 on, 24 windows.
 *
 * A difference of rates that adds up to less than 64 KiB over the shorter of the
 * two recordings is a trifle, whatever its p.
 */
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rank_test.h"
#include "stats.h"

#define TRIFLE_KB   64.0
#define TRIFLE_PART 0.01

struct mw_values {
	size_t count;
	size_t size;
	double *value;
};

/* --- lists --------------------------------------------------------------------------------- */

static int append(struct mw_values **list, double value)
{
	struct mw_values *values = *list;

	if (values == NULL) {
		*list = values = calloc(1, sizeof(*values));
		if (values == NULL)
			return -ENOMEM;
	}
	if (!isfinite(value))
		return 0;
	if (values->count == values->size) {
		size_t size = values->size > 0 ? 2 * values->size : 16;
		double *larger = realloc(values->value, size * sizeof(*larger));

		if (larger == NULL)
			return -ENOMEM;
		values->value = larger;
		values->size = size;
	}
	values->value[values->count++] = value;
	return 0;
}

static void free_values(struct mw_values *values)
{
	if (values != NULL)
		free(values->value);
	free(values);
}

void mw_side_free(struct mw_side *side)
{
	free_values(side->rates);
	free_values(side->floors);
	free_values(side->allocs);
}

/* --- segments -------------------------------------------------------------------------------- */

/* Pages a second between the windows before and at the end of a segment; NAN when unknown. */
static double alloc_rate(const struct mw_window_of_life *from, const struct mw_window_of_life *to)
{
	double pages = to->allocs - from->allocs;

	/* A counter that went back is another counter. */
	return pages >= 0.0 ? pages / (to->time_s - from->time_s) : NAN;
}

/* The least of a segment, and when it was in the middle. */
struct segment {
	double floor_kb;
	double t;
};

static size_t cut(const double *t, const double *min_kb, size_t count, struct segment *ret_segments)
{
	size_t segments = count / MW_COMPARE_SEGMENT;

	for (size_t i = 0; i < segments; i++) {
		const double *part = min_kb + i * MW_COMPARE_SEGMENT;

		ret_segments[i].floor_kb = part[0];
		ret_segments[i].t =
			(t[i * MW_COMPARE_SEGMENT] + t[(i + 1) * MW_COMPARE_SEGMENT - 1]) / 2.0;
		for (size_t j = 1; j < MW_COMPARE_SEGMENT; j++)
			ret_segments[i].floor_kb = fmin(ret_segments[i].floor_kb, part[j]);
	}
	return segments;
}

static int add_floors(struct mw_side *side, const struct segment *segments, size_t count)
{
	int err = append(&side->floors, segments[0].floor_kb);

	for (size_t i = 1; err == 0 && i < count; i++) {
		err = append(&side->floors, segments[i].floor_kb);
		if (err == 0)
			err = append(&side->rates,
				     (segments[i].floor_kb - segments[i - 1].floor_kb) /
					     (segments[i].t - segments[i - 1].t));
	}
	return err;
}

static int add_allocs(struct mw_side *side, const struct mw_windows *windows)
{
	const struct mw_window_of_life *from = NULL;
	size_t seen = 0;
	int err = 0;

	for (size_t i = 0; err == 0 && i < MW_WINDOWS_MAX; i++) {
		const struct mw_window_of_life *window = &windows->window[i];

		if (window->count == 0 || seen++ % MW_COMPARE_SEGMENT != 0)
			continue;
		if (from != NULL)
			err = append(&side->allocs, alloc_rate(from, window));
		from = window;
	}
	return err;
}

int mw_side_add(struct mw_side *side, const struct mw_windows *windows)
{
	struct segment segments[MW_WINDOWS_MAX / MW_COMPARE_SEGMENT];
	double t[MW_WINDOWS_MAX], min_kb[MW_WINDOWS_MAX];
	size_t count = mw_windows_points(windows, t, min_kb);
	int err;

	side->lives++;
	side->samples += windows->samples;
	side->span_s = fmax(side->span_s, windows->last_s - windows->origin_s);
	if (count < MW_COMPARE_LEAST) {
		side->too_short++;
		return 0;
	}
	err = add_floors(side, segments, cut(t, min_kb, count, segments));
	return err == 0 ? add_allocs(side, windows) : err;
}

/* --- differences ------------------------------------------------------------------------------- */

/* Median and quartiles of a copy; NAN for an empty list. */
static int describe(const struct mw_values *values, double *ret_middle, double *ret_low,
		    double *ret_high)
{
	double *copy;

	*ret_middle = *ret_low = *ret_high = NAN;
	if (values == NULL || values->count == 0)
		return 0;
	copy = malloc(values->count * sizeof(*copy));
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, values->value, values->count * sizeof(*copy));
	*ret_middle = mw_stats_median(copy, values->count);
	*ret_low = mw_stats_select(copy, values->count, (values->count - 1) / 4);
	*ret_high = mw_stats_select(copy, values->count, 3 * (values->count - 1) / 4);
	free(copy);
	return 0;
}

static void differ(const struct mw_values *a, const struct mw_values *b, double level,
		   double trifle, struct mw_difference *ret_difference)
{
	struct mw_difference *difference = ret_difference;
	struct mw_mann_whitney test = { .p = NAN };

	describe(a, &difference->a, &difference->low_a, &difference->high_a);
	describe(b, &difference->b, &difference->low_b, &difference->high_b);
	if (a != NULL && b != NULL && a->count > 0 && b->count > 0)
		mw_mann_whitney(a->value, a->count, b->value, b->count, &test);
	difference->p = test.p;
	difference->percent =
		difference->a != 0.0 ? 100.0 * (difference->b - difference->a) / fabs(difference->a)
				     : NAN;
	difference->is_significant = test.p < level && fabs(difference->b - difference->a) > trifle;
}

static bool is_short(const struct mw_side *side)
{
	return side->lives == side->too_short;
}

/* Grows by no more than a trifle over its recording, or by no more than its noise. */
static bool has_stopped(const struct mw_comparison *comparison, const struct mw_side *b)
{
	const struct mw_difference *rate = &comparison->rate;

	return rate->b * b->span_s < TRIFLE_KB || rate->low_b <= 0.0 ||
	       rate->b * b->span_s < TRIFLE_PART * comparison->floor.b;
}

static enum mw_outcome judge(const struct mw_side *a, const struct mw_side *b,
			     const struct mw_comparison *comparison)
{
	if (a->lives == 0)
		return MW_OUTCOME_ONLY_B;
	if (b->lives == 0)
		return MW_OUTCOME_ONLY_A;
	if (is_short(a) || is_short(b))
		return MW_OUTCOME_TOO_SHORT;
	if (!comparison->rate.is_significant)
		return MW_OUTCOME_SAME;
	if (comparison->rate.b > comparison->rate.a)
		return MW_OUTCOME_WORSE;
	return comparison->rate.a > 0.0 && has_stopped(comparison, b) ? MW_OUTCOME_FIXED
								      : MW_OUTCOME_BETTER;
}

void mw_compare(const struct mw_side *a, const struct mw_side *b, double level,
		struct mw_comparison *ret_comparison)
{
	double span_s = fmin(a->span_s, b->span_s);

	differ(a->rates, b->rates, level, TRIFLE_KB / fmax(span_s, 1e-3), &ret_comparison->rate);
	differ(a->floors, b->floors, level, TRIFLE_KB, &ret_comparison->floor);
	differ(a->allocs, b->allocs, level, 0.0, &ret_comparison->alloc);
	ret_comparison->outcome = judge(a, b, ret_comparison);
}

const char *mw_outcome_name(enum mw_outcome outcome)
{
	static const char *const names[] = {
		[MW_OUTCOME_SAME] = "same",	      [MW_OUTCOME_FIXED] = "fixed",
		[MW_OUTCOME_BETTER] = "better",	      [MW_OUTCOME_WORSE] = "worse",
		[MW_OUTCOME_TOO_SHORT] = "too short", [MW_OUTCOME_ONLY_A] = "only in A",
		[MW_OUTCOME_ONLY_B] = "only in B",
	};

	return names[outcome];
}

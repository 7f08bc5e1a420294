// SPDX-License-Identifier: GPL-2.0-only
/*
 * windows.c - windows that grow in pairs when they have run out. Allocates
 * nothing, reads no clock.
 */
#include "windows.h"

#include <math.h>

static double or_zero(int64_t value)
{
	return value == MW_UNKNOWN ? 0.0 : (double)value;
}

static double heap_kb(const struct mw_sample *sample)
{
	if (sample->anon_kb == MW_UNKNOWN)
		return (double)sample->rss_kb;
	return (double)sample->anon_kb + or_zero(sample->swap_kb);
}

static double allocated(const struct mw_sample *sample)
{
	if (sample->page_allocs != MW_UNKNOWN)
		return (double)sample->page_allocs;
	return sample->minflt != MW_UNKNOWN ? (double)sample->minflt : NAN;
}

static void merge(struct mw_window_of_life *into, const struct mw_window_of_life *next)
{
	if (next->count == 0)
		return;
	into->min_kb = into->count > 0 ? fmin(into->min_kb, next->min_kb) : next->min_kb;
	into->time_s = next->time_s;
	into->allocs = next->allocs;
	into->count += next->count;
}

static void double_width(struct mw_windows *windows)
{
	for (size_t i = 0; i < MW_WINDOWS_MAX / 2; i++) {
		struct mw_window_of_life pair = windows->window[2 * i];

		merge(&pair, &windows->window[2 * i + 1]);
		windows->window[i] = pair;
	}
	for (size_t i = MW_WINDOWS_MAX / 2; i < MW_WINDOWS_MAX; i++)
		windows->window[i] = (struct mw_window_of_life){ .count = 0 };
	windows->width_s *= 2.0;
}

void mw_windows_add(struct mw_windows *windows, const struct mw_sample *sample)
{
	struct mw_window_of_life one = { .min_kb = heap_kb(sample),
					 .time_s = sample->time_s,
					 .allocs = allocated(sample),
					 .count = 1 };
	double since_s;

	if (windows->samples == 0)
		windows->origin_s = sample->time_s;
	else if (!(sample->time_s > windows->last_s))
		return;
	since_s = sample->time_s - windows->origin_s;
	/* A sample a window to begin with. */
	if (windows->samples == 1)
		windows->width_s = since_s;
	while (windows->width_s > 0 && since_s >= windows->width_s * MW_WINDOWS_MAX)
		double_width(windows);
	merge(&windows->window[windows->width_s > 0 ? (size_t)(since_s / windows->width_s) : 0],
	      &one);
	windows->samples++;
	windows->last_s = sample->time_s;
}

size_t mw_windows_points(const struct mw_windows *windows, double *t, double *min_kb)
{
	size_t count = 0;

	for (size_t i = 0; i < MW_WINDOWS_MAX; i++) {
		if (windows->window[i].count == 0)
			continue;
		t[count] = ((double)i + 0.5) * windows->width_s;
		min_kb[count++] = windows->window[i].min_kb;
	}
	return count > 1 ? count - 1 : count;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * leak_class.c - what is it that leaks? Owns the cross-checks of one measure with
 * the others over the same time; must never decide whether there is a leak.
 *
 * Model. One measure has risen. What the others did meanwhile names the class;
 * two measures have to agree:
 *
 *   threads        the number of threads rises by a trend of its own, by 3 or more, and kernel
 *                  memory, where it is known, by at least half a stack (8 KiB) for each
 *   fragmentation  what the process holds of what it allocated (live_kb) grew by less than a
 *                  fifth of what its memory did: more bytes for each byte in use
 *   kernel-memory, shared-memory: these grew by more than the heap did
 *   staircase, rising-floor, heap-growth: the heap rises, by the shape of its course
 *
 * Worked example: a heap grows by 300 MiB in an hour, its threads from 20 to 620
 * and its kernel pages by 12 MiB, 20 KiB a thread: threads that are never joined,
 * not a heap leak. With 600 threads and no kernel memory for them the number would
 * be wrong, and the heap is what is told.
 */
#include <math.h>

#include "entity.h"
#include "leak_internal.h"

/* Half of a kernel stack, KiB. */
#define THREAD_KERNEL_KIB 8.0
#define MIN_THREADS	  3.0
/* Live allocation is flat when it makes less than this part of the growth. */
#define FLAT_PART 0.2
/* What comes and goes is a saw-tooth when it is more than this part of the floor. */
#define TOOTH_LEVEL 0.05

/* Steps between treads that hold: nearly all of the growth comes in fewer than half of the windows. */
static bool is_staircase(const struct mw_points *points, double since_t, double growth)
{
	double by_steps = 0.0, falls = 0.0;
	size_t count = 0, steps = 0;

	for (size_t i = 1; i < points->count; i++) {
		double step = points->min[i] - points->min[i - 1];

		if (points->t[i] <= since_t)
			continue;
		count++;
		falls -= fmin(step, 0.0);
		if (step < 0.04 * growth)
			continue;
		steps++;
		by_steps += step;
	}
	return count >= 8 && steps >= 3 && 2 * steps < count && by_steps > 0.85 * growth &&
	       falls < 0.1 * growth;
}

/* Median height of what comes and goes above the floor within a window, KiB. */
double mw_leak_tooth(const struct mw_points *points, double since_t, double slope)
{
	double height[MW_SERIES_LIFE], width = 0.0;
	size_t count = 0;

	for (size_t i = 0; i < points->count; i++)
		if (points->t[i] >= since_t)
			height[count++] = points->max[i] - points->min[i];
	if (count == 0)
		return 0.0;
	if (points->count > 1)
		width = (points->t[points->count - 1] - points->t[0]) / (double)(points->count - 1);
	return fmax(0.0, mw_stats_median(height, count) - slope * width);
}

/* Growth of a measure since @since_t: median of the last three windows less that of the first. */
static double growth_of(const struct mw_leak *leak, enum mw_measure measure, double since_t)
{
	struct mw_points points;
	size_t from = 0;

	mw_series_life(&leak->series, measure, &points);
	while (from < points.count && points.t[from] < since_t)
		from++;
	if (points.count - from < 6)
		return NAN;
	return mw_stats_median(points.min + points.count - 3, 3) -
	       mw_stats_median(points.min + from, 3);
}

/* Threads gained, 0 unless they rise by a trend of their own. */
static double thread_growth(const struct mw_leak *leak, double since_t)
{
	struct mw_points points;
	struct mw_mann_kendall test;
	size_t from = 0, count;
	double gained;

	mw_series_life(&leak->series, MW_MEASURE_THREADS, &points);
	while (from < points.count && points.t[from] < since_t)
		from++;
	count = points.count - from;
	if (count < leak->config->min_windows)
		return 0.0;
	mw_stats_mann_kendall(points.min + from, count, 1.0, &test);
	gained = points.min[points.count - 1] - points.min[from];
	return test.p_rising < leak->config->p_value && gained >= MIN_THREADS ? gained : 0.0;
}

void mw_leak_note(struct mw_leak *leak, const struct mw_trend *trend, enum mw_measure measure,
		  const struct mw_points *points)
{
	struct mw_finding *found = &leak->found;

	found->tooth = (float)mw_leak_tooth(points, trend->since_t, trend->line.slope);
	if (trend->width > 1)
		found->tooth = fmaxf(found->tooth, (float)trend->noise);
	found->is_staircase = is_staircase(points, trend->since_t, trend->growth);
	found->heap_growth = (float)growth_of(leak, MW_MEASURE_HEAP, trend->since_t);
	found->kernel_growth = (float)growth_of(leak, MW_MEASURE_KERNEL, trend->since_t);
	found->live_growth = (float)growth_of(leak, MW_MEASURE_LIVE, trend->since_t);
	found->thread_growth =
		measure == MW_MEASURE_SHMEM ? 0.0f : (float)thread_growth(leak, trend->since_t);
}

bool mw_leak_is_threads(const struct mw_finding *found)
{
	double gained = (double)found->thread_growth;

	return gained >= MIN_THREADS &&
	       (isnan(found->kernel_growth) ||
		(double)found->kernel_growth >= THREAD_KERNEL_KIB * gained);
}

bool mw_leak_is_fragmentation(const struct mw_finding *found)
{
	return found->measure == MW_MEASURE_HEAP && !isnan(found->live_growth) &&
	       (double)found->live_growth < FLAT_PART * found->growth;
}

const char *mw_leak_kind(const struct mw_leak *leak)
{
	static const char *const entities[] = {
		[MW_ENTITY_SLAB] = "slab-cache",
		[MW_ENTITY_ORPHANS] = "orphans",
		[MW_ENTITY_HOST] = "host-memory",
	};
	const struct mw_finding *found = &leak->found;

	if (leak->entity != MW_ENTITY_PROCESS)
		return entities[leak->entity];
	if (mw_leak_is_threads(found))
		return "threads";
	if (found->measure == MW_MEASURE_SHMEM)
		return "shared-memory";
	if (found->measure == MW_MEASURE_KERNEL)
		return "kernel-memory";
	if (mw_leak_is_fragmentation(found))
		return "fragmentation";
	if (found->is_staircase)
		return "staircase";
	return (double)found->tooth > TOOTH_LEVEL * found->level ? "rising-floor" : "heap-growth";
}

const char *mw_leak_class(const struct mw_leak *leak)
{
	return leak->leak ? mw_leak_kind(leak) : "none";
}

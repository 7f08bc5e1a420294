// SPDX-License-Identifier: GPL-2.0-only
/*
 * leak.c - the online detector of one process life. Owns struct mw_leak: the
 * windows, the finding, and whether the alert stands. It must never log, read a
 * clock, or keep more than mw_leak_size() however long the process lives.
 *
 * Model. Each sample goes into the windows of series.c. When a window closes,
 * trend.c judges the floor of three measures: the heap (anonymous memory with
 * what of it is swapped; without those columns RSS less file mappings; without
 * these RSS), shared memory, and kernel pages. Page cache and file mappings are
 * in none of them. When a short window closes, the last part of a long life is
 * judged likewise, provided that it is higher than the process has been and rises faster than
 * before: what goes on as before is the life's, whose wider windows tell a fill from a leak.
 * leak_wait.c says whether a rise has been seen for long enough, leak_class.c
 * what it is that leaks, leak_words.c tells it.
 *
 * Kernel pages of a process are only held against it when it has its part in what
 * those of all processes grew by (crowd.h).
 *
 * A rise is told while it goes on: the last sample must not lie below its line.
 *
 * An alert needs two judgements that pass, and more of them than half; one of the troughs
 * between long teeth (trend_teeth.c) is enough, for each tooth has confirmed it. It ends
 * when half of the growth is given back, or when the floor has not risen for a
 * third of the time that it grew. What cannot be told apart: a straight ramp
 * that ends in a plateau is a leak until it ends; the alert is resolved then.
 *
 * A new life may know from its family (family.c) how high a rise earlier lives came
 * back from, or held: then its first rises wait until they are a quarter higher.
 *
 * Worked example: a leaker grows by 1 MiB/s from 4 MiB, sampled every 0.2 s. The
 * first window of 0.8 s closes after 5 samples; after 10 windows there is a
 * trend; it rises in each judgement, but 60 samples are wanted: at 12 s the
 * first judgement passes, at 12.8 s the second, and the alert is raised.
 *
 * Bad input. A sample of another life, or whose time is no number, is counted
 * and ignored; so is one that goes back in time, until there are BEHIND of them
 * in a row: then the clock was set, and the past is moved to it. A gap far longer
 * than the life is cut (series.h). Columns may go back, vanish or come.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "changepoint.h"
#include "entity.h"
#include "leak_internal.h"
#include "teeth.h"

/* An alert needs two passed judgements, and more of them than half. */
#define CONFIRMATIONS 3
#define PASS	      2
#define FAIL	      1

/* A fall by this part of the rise that the family knows is one of such. */
#define SEEN_PART 0.5

/* Windows in a quarter of a life, and the part of a rise that one may differ by from the one before. */
#define MIN_QUARTER 3
#define HELD_PART   0.05

/* Windows of the life before the recent ones that their rise is compared with. */
#define RECENT_BEFORE 6
/* Growth below this part of what comes and goes within a window says nothing. */
#define TOOTH_PART 0.2
/* Part of a window's rise by which the last sample stands above the line of the minima. */
#define TOP_PART 0.25
/* So many samples in a row that go back in time are a clock that was set. */
#define BEHIND 8
/* A gap counts as this many intervals at most for what was usual. */
#define GAP_INTERVALS 10.0

void mw_leak_defaults(struct mw_leak_config *ret_config)
{
	*ret_config = (struct mw_leak_config){
		.min_samples = 60,
		.min_windows = 10,
		.p_value = 0.01,
		.interval = 0.95,
		.min_growth_kib = 256.0,
		.min_growth_part = 0.005,
		.wave_part = 0.7,
		.wave_period_s = 86400.0,
		.urgent_part = 0.3,
		.watermark_alpha = 3.0,
		.rate_short_s = 5.0,
		.rate_long_s = 30.0,
	};
}

struct mw_leak *mw_leak_new(const struct mw_leak_config *config)
{
	struct mw_leak *leak = calloc(1, sizeof(*leak));

	if (!leak)
		return NULL;
	leak->config = config;
	leak->first_alert_s = NAN;
	leak->limit_kb = MW_UNKNOWN;
	mw_series_init(&leak->series);
	return leak;
}

void mw_leak_free(struct mw_leak *leak)
{
	if (!leak)
		return;
	if (leak->config->crowd && leak->crowd_kib != 0.0)
		mw_crowd_move(leak->config->crowd, leak->series.last_s, -leak->crowd_kib);
	mw_series_end(&leak->series);
	free(leak->extra);
	free(leak);
}

size_t mw_leak_bytes(const struct mw_leak *leak)
{
	return sizeof(*leak) + mw_series_bytes(&leak->series) +
	       (leak->extra ? sizeof(*leak->extra) : 0);
}

size_t mw_leak_size(void)
{
	return sizeof(struct mw_leak) + MW_MEASURES * sizeof(struct mw_floors) +
	       sizeof(struct mw_heap_windows) + sizeof(struct mw_leak_extra);
}

unsigned long mw_leak_ignored(const struct mw_leak *leak)
{
	return leak->ignored;
}

static double known_or_nan(int64_t value)
{
	return value == MW_UNKNOWN ? NAN : (double)value;
}

static double heap_of(struct mw_leak *leak, const struct mw_sample *sample)
{
	if (leak->heap_source == MW_HEAP_UNSET)
		leak->heap_source = sample->anon_kb != MW_UNKNOWN   ? MW_HEAP_ANON
				    : sample->file_kb != MW_UNKNOWN ? MW_HEAP_RSS_LESS_FILE
								    : MW_HEAP_RSS;
	switch (leak->heap_source) {
	case MW_HEAP_ANON:
		return known_or_nan(sample->anon_kb) +
		       (sample->swap_kb == MW_UNKNOWN ? 0.0 : (double)sample->swap_kb);
	case MW_HEAP_RSS_LESS_FILE:
		return known_or_nan(sample->rss_kb) - known_or_nan(sample->file_kb);
	default: return known_or_nan(sample->rss_kb);
	}
}

/* ---- what is found ---- */

/* What it rises by from one look to the next: as far off a look may be. */
static double interval_kib(const struct mw_leak *leak, const struct mw_trend *trend)
{
	return trend->line.slope * mw_series_interval_s(&leak->series);
}

/*
 * What no statistic of the minima sees: memory comes in pages, and the lowest
 * sample of a window may be one interval off.
 */
static double resolution_of(const struct mw_leak *leak, const struct mw_trend *trend)
{
	double span_s = trend->growth / trend->line.slope;

	if (!(trend->line.slope > 0.0))
		return 0.0;
	return (MW_OWNED_PAGE_KIB + interval_kib(leak, trend)) / span_s;
}

static void keep(struct mw_leak *leak, const struct mw_trend *trend, enum mw_measure measure,
		 const struct mw_points *points)
{
	struct mw_finding *found = &leak->found;
	double resolution = resolution_of(leak, trend);

	found->since_t = trend->since_t;
	found->until_t = points->t[points->count - 1];
	found->level = trend->level;
	found->growth = trend->growth;
	found->slope = (float)trend->line.slope;
	found->low = (float)(trend->line.low - resolution);
	found->high = (float)(trend->line.high + resolution);
	found->p_value = (float)trend->test.p_rising;
	found->departure = (float)trend->departure;
	found->windows = (uint16_t)trend->windows;
	found->risen = (uint16_t)trend->risen;
	found->why = (uint8_t)trend->why;
	found->measure = (uint8_t)measure;
	if (trend->why == MW_TREND_RISING)
		mw_leak_note(leak, trend, measure, points);
}

static void trend_config(const struct mw_leak *leak, double level_kib,
			 struct mw_trend_config *ret_config)
{
	*ret_config = (struct mw_trend_config){
		.min_windows = leak->config->min_windows,
		.p_value = leak->config->p_value,
		.coverage = leak->config->interval,
		.min_growth = fmax(leak->config->min_growth_kib,
				   leak->config->min_growth_part * level_kib),
		.max_departure = 0.2,
		.min_tail = 0.45,
	};
}

/*
 * Slab pages that it fetched and others filled rise with somebody else's leak; those that dead
 * processes fetched likewise: they stay theirs for as long as one object of the living is in them.
 */
static bool is_of_others(const struct mw_leak *leak, enum mw_measure measure,
			 const struct mw_trend *trend)
{
	const struct mw_crowd *crowd = leak->config->crowd;

	bool is_shared = leak->entity == MW_ENTITY_ORPHANS ||
			 (leak->entity == MW_ENTITY_PROCESS && measure == MW_MEASURE_KERNEL);

	return crowd && is_shared &&
	       !mw_crowd_is_own(crowd, leak->series.origin_s + trend->since_t, trend->growth);
}

/*
 * Does it still rise, or did it end within the last window? A minimum is the beginning of a
 * window on a quiet ramp, so that the sample that closes the last one is above the line of
 * the minima by half a window's rise; what comes and goes stands above it in any case. Where
 * memory grows in steps a look may be one interval off.
 */
static bool is_going_on(const struct mw_leak *leak, const struct mw_trend *trend, double now_kib)
{
	double now_t = leak->series.last_s - leak->series.origin_s;
	double window_kib = trend->growth / (double)trend->windows;

	return leak->leak || isnan(now_kib) || trend->is_troughs ||
	       now_kib > trend->level + trend->line.slope * (now_t - trend->since_t) +
				 TOP_PART * window_kib - interval_kib(leak, trend) -
				 3.0 * trend->noise;
}

/*
 * The measures over the whole life; the one that grew most speaks. Returns what it counts as a
 * judgement that passed: 0, PASS, or CONFIRMATIONS for troughs, which each tooth has confirmed.
 */
static unsigned int judge_life(struct mw_leak *leak, const double *now_kib)
{
	struct mw_trend best = { 0 };
	bool is_rising = false, is_ready = false, is_expected = false;

	for (enum mw_measure measure = MW_MEASURE_HEAP; measure <= MW_MEASURE_KERNEL; measure++) {
		struct mw_trend_config config;
		struct mw_points points;
		struct mw_trend trend;
		double level = fmax(leak->series.base[MW_MEASURE_HEAP], 1.0);
		bool rises;

		mw_series_life(&leak->series, measure, &points);
		if (points.count < leak->config->min_windows)
			continue;
		trend_config(leak, points.min[0], &config);
		rises = mw_trend_judge(&config, points.t, points.min, points.count, -INFINITY,
				       &trend) &&
			trend.growth > TOOTH_PART * mw_leak_tooth(&points, trend.since_t,
								  trend.line.slope) &&
			!is_of_others(leak, measure, &trend);
		if (rises < is_rising || (rises == is_rising && trend.growth < best.growth))
			continue;
		if (measure == MW_MEASURE_HEAP)
			level = fmax(trend.level, 1.0);
		best = trend;
		is_expected =
			rises && measure == MW_MEASURE_HEAP && mw_leak_is_expected(leak, &trend);
		is_ready = rises && !is_expected && mw_leak_has_waited(leak, &trend, level) &&
			   is_going_on(leak, &trend, now_kib[measure]);
		is_rising = rises;
		if (is_ready || !leak->leak)
			keep(leak, &trend, measure, &points);
	}
	leak->has_waited = is_rising && !is_ready;
	leak->is_expected = is_rising && is_expected;
	if (!is_ready)
		return 0;
	return best.is_troughs ? CONFIRMATIONS : PASS;
}

/* Does the floor rise as in the windows before? Then the life's own windows judge it. */
static bool goes_on(const struct mw_points *life, size_t before, double slope)
{
	size_t count = before < RECENT_BEFORE ? before : RECENT_BEFORE, from = before - count;

	return count >= 2 &&
	       mw_changepoint_goes_on(mw_changepoint_slope(life->t + from, life->min + from, count),
				      slope);
}

/* The last part of a long life, if it is higher than the process has been. */
static bool judge_recent(struct mw_leak *leak, double now_kib)
{
	struct mw_trend_config config;
	struct mw_points life, recent;
	struct mw_trend trend;
	size_t before = 0;
	double known;

	if (leak->series.width_s < MW_SERIES_RATIO * leak->series.first_s)
		return false;
	mw_series_recent(&leak->series, &recent);
	if (recent.count < leak->config->min_windows)
		return false;
	mw_series_life(&leak->series, MW_MEASURE_HEAP, &life);
	while (before < life.count && life.t[before] < recent.t[0])
		before++;
	known = mw_trend_reached(life.max, life.min, before);
	if (before == 0 || recent.min[recent.count - 1] <= known)
		return false;
	trend_config(leak, recent.min[0], &config);
	if (!mw_trend_judge(&config, recent.t, recent.min, recent.count, known, &trend) ||
	    goes_on(&life, before, trend.line.slope) || mw_leak_is_expected(leak, &trend) ||
	    is_of_others(leak, MW_MEASURE_HEAP, &trend) ||
	    !mw_leak_has_waited(leak, &trend, fmax(trend.level, 1.0)) ||
	    !is_going_on(leak, &trend, now_kib))
		return false;
	keep(leak, &trend, MW_MEASURE_HEAP, &recent);
	return true;
}

/* ---- the alert ---- */

static bool has_ended(const struct mw_leak *leak, unsigned int closed)
{
	const struct mw_finding *found = &leak->found;
	struct mw_points points;

	mw_series_life(&leak->series, (enum mw_measure)found->measure, &points);
	if (closed == MW_CLOSED_RECENT ||
	    (points.count > 0 && found->since_t > points.t[0] &&
	     points.t[points.count - 1] - found->since_t < 8 * leak->series.width_s &&
	     found->measure == MW_MEASURE_HEAP))
		mw_series_recent(&leak->series, &points);
	if (points.count < 8)
		return false;
	return mw_trend_has_stopped(points.t, points.min, points.count, found->since_t,
				    found->level, found->growth, (double)found->slope);
}

/* What the floor has risen by since the beginning, if it has held that for half of the life; else 0. */
static double held_kib(const struct mw_points *points)
{
	size_t quarter = points->count / 4;
	double now, before, rise, last[MW_SERIES_LIFE];

	if (quarter < MIN_QUARTER)
		return 0.0;
	memcpy(last, points->min + points->count - quarter, quarter * sizeof(*last));
	now = mw_stats_median(last, quarter);
	memcpy(last, points->min + points->count - 2 * quarter, quarter * sizeof(*last));
	before = mw_stats_median(last, quarter);
	rise = now - points->min[0];
	return fabs(now - before) < HELD_PART * rise ? rise : 0.0;
}

/* How far the floor has fallen since it fell last, if by more than what counts as growth. */
static void note_fall(struct mw_leak *leak)
{
	struct mw_trend_config config;
	struct mw_points points;
	struct mw_teeth teeth;
	double top, fall, back;

	mw_series_life(&leak->series, MW_MEASURE_HEAP, &points);
	if (points.count == 0)
		return;
	top = points.min[points.count - 1];
	for (size_t i = points.count; i > 0 && points.t[i - 1] >= leak->fell_t; i--)
		top = fmax(top, points.min[i - 1]);
	fall = top - points.min[points.count - 1];
	trend_config(leak, top, &config);
	mw_teeth_find(points.t, points.min, points.count, &teeth);
	back = fmax(teeth.fall, held_kib(&points));
	if (back >= config.min_growth)
		leak->came_back_kib = fmax(leak->came_back_kib, back);
	if (fall < config.min_growth)
		return;
	if (fall < SEEN_PART * leak->known_kib)
		return;
	leak->falls += leak->falls < UINT8_MAX;
	leak->fell_t = points.t[points.count - 1];
}

static bool judge(struct mw_leak *leak, unsigned int closed, const double *now_kib)
{
	bool was = leak->leak;
	unsigned int passed = 0;

	if (closed & MW_CLOSED_LIFE)
		note_fall(leak);
	if (closed & MW_CLOSED_LIFE)
		passed = judge_life(leak, now_kib);
	if (!passed && !(leak->leak && (closed & MW_CLOSED_LIFE)) &&
	    judge_recent(leak, now_kib[MW_MEASURE_HEAP]))
		passed = PASS;
	if (passed) {
		passed += leak->passes;
		leak->passes = (uint8_t)(passed < CONFIRMATIONS ? passed : CONFIRMATIONS);
		leak->leak = leak->leak || leak->passes == CONFIRMATIONS;
	} else if (closed & MW_CLOSED_LIFE) {
		leak->passes -= leak->passes > 0 ? FAIL : 0;
		if (leak->leak && has_ended(leak, closed))
			leak->leak = false;
	}
	if (leak->leak && !was && isnan(leak->first_alert_s))
		leak->first_alert_s = leak->series.last_s;
	return leak->leak != was;
}

/* ---- a sample comes ---- */

/* May its time and its life be used? A clock that was set takes the past with it. */
static bool is_usable(struct mw_leak *leak, const struct mw_sample *sample)
{
	struct mw_series *series = &leak->series;
	bool goes_back = series->samples > 0 && sample->time_s < series->last_s;
	bool is_other = series->samples > 0 &&
			(sample->pid != leak->pid || sample->start_ticks != leak->start_ticks);

	if (isfinite(sample->time_s) && !is_other && goes_back && ++leak->behind >= BEHIND) {
		mw_series_shift(series,
				sample->time_s - series->last_s - mw_series_interval_s(series));
		goes_back = false;
	}
	if (isfinite(sample->time_s) && !is_other && !goes_back) {
		leak->behind = 0;
		return true;
	}
	leak->ignored++;
	return false;
}

/* What is usual for it, once it moves at all. */
static void watch_usual(struct mw_leak *leak, const struct mw_sample *sample, double heap)
{
	const struct mw_leak_config *config = leak->config;
	int64_t count = sample->page_allocs != MW_UNKNOWN ? sample->page_allocs : sample->minflt;

	if (!leak->extra && leak->series.heap)
		leak->extra = calloc(1, sizeof(*leak->extra));
	if (!leak->extra)
		return;
	mw_watermark_add(&leak->extra->watermark, sample->time_s, heap,
			 GAP_INTERVALS * mw_series_interval_s(&leak->series),
			 config->watermark_alpha);
	if (count != MW_UNKNOWN)
		mw_rate_change_add(&leak->extra->rate, sample->time_s, count, config->rate_short_s,
				   config->rate_long_s);
}

/* Growth since it was first seen. */
static void tell_crowd(struct mw_leak *leak, double now_s, double kernel_kib)
{
	double grown_kib = kernel_kib - leak->series.base[MW_MEASURE_KERNEL];

	if (!leak->config->crowd || leak->entity != MW_ENTITY_PROCESS || isnan(grown_kib) ||
	    grown_kib == leak->crowd_kib)
		return;
	mw_crowd_move(leak->config->crowd, now_s, grown_kib - leak->crowd_kib);
	leak->crowd_kib = grown_kib;
}

bool mw_leak_add(struct mw_leak *leak, const struct mw_sample *sample)
{
	double values[MW_MEASURES];
	unsigned int closed;

	if (!is_usable(leak, sample))
		return false;
	if (leak->series.samples == 0) {
		leak->pid = sample->pid;
		leak->start_ticks = sample->start_ticks;
		leak->entity = (uint8_t)mw_entity_of(sample);
	}
	memcpy(leak->comm, sample->comm, sizeof(leak->comm));
	leak->comm[sizeof(leak->comm) - 1] = '\0';
	leak->rss_kb = sample->rss_kb;
	leak->limit_kb = sample->limit_kb;
	values[MW_MEASURE_HEAP] = heap_of(leak, sample);
	values[MW_MEASURE_SHMEM] = known_or_nan(sample->shmem_kb);
	values[MW_MEASURE_KERNEL] = known_or_nan(sample->owned_kernel_pages) * MW_OWNED_PAGE_KIB;
	values[MW_MEASURE_THREADS] = known_or_nan(sample->threads);
	values[MW_MEASURE_LIVE] = sample->live_kb > 0 ? (double)sample->live_kb : NAN;
	closed = mw_series_add(&leak->series, sample->time_s, values);
	tell_crowd(leak, sample->time_s, values[MW_MEASURE_KERNEL]);
	watch_usual(leak, sample, values[MW_MEASURE_HEAP]);
	return closed && judge(leak, closed, values);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * leak.c - the online detector of one process life. Owns struct mw_leak: the
 * windows, the finding, and whether the alert stands. It must never log, read a
 * clock or take memory after mw_leak_new().
 *
 * Model. Each sample goes into the windows of series.c. When a window closes,
 * trend.c judges the floor of three measures: the heap (anonymous memory with
 * what of it is swapped; without those columns RSS less file mappings; without
 * these RSS), shared memory, and kernel pages. Page cache and file mappings are
 * in none of them. When a short window closes, the last part of a long life is
 * judged likewise, provided that it is higher than the process has been.
 *
 * A rise is not yet an alert: the first rising half of a wave, the first filling
 * of a heap before its collection, and a ramp to a plateau are rises, too. No
 * test tells them apart from the past alone, so what is asked is how much has
 * been seen, against what waiting costs:
 *
 *   - the rise spans min_samples samples, more when they are coarse and the
 *     limit is far (samples_wanted()), and is the straighter the fewer they are;
 *   - a rise that a daily wave of up to wave_part of the floor could be (such a
 *     sine rises by pi * wave_part of the floor a day at most) waits for 12 times
 *     its bend in days, for a tenth of a day at least and 0.8 at most; one under
 *     5 % of the floor for 0.7 days; one that grew out of a slower rise for 0.55;
 *   - unless it has used urgent_part of the way to a limit that is known.
 *
 * Worked example: a floor of 400 MiB rises by 0.5 MiB/h under noise, 12 MiB a
 * day. A daily wave of 12/pi = 4 MiB, 1 % of the floor, rises as fast, and is
 * common: the growth is under 5 %, so the alert waits 16.8 h. A floor of 400 MiB
 * that rises by 1 MiB/s would need a wave of 68 times the floor: at samples
 * every second it is told after some 124 of them, with no limit known.
 *
 * What cannot be told apart: a straight ramp that ends in a plateau is a leak
 * until it ends; the alert is resolved then.
 *
 * An alert ends when half of the growth is given back, or when the floor has not
 * risen for a third of the time that it grew.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changepoint.h"
#include "leak.h"
#include "series.h"
#include "trend.h"

/* module/README.md: owned pages are counted in units of 4 KiB. */
#define OWNED_PAGE_KIB 4.0
/* An alert needs two passed judgements, and more of them than half. */
#define CONFIRMATIONS 3
#define PASS	      2
#define FAIL	      1

/* Windows of the life before the recent ones that their rise is compared with. */
#define RECENT_BEFORE 6
/* Growth below this part of what comes and goes within a window says nothing. */
#define TOOTH_PART 0.2

/* Waves higher than this many times wave_part are not held possible. */
#define HIGH_WAVE 4.0
/* min_samples holds for samples at least this close. */
#define FINE_INTERVAL_S 0.2
/* Waves below this part of the floor are so common that they are waited out. */
#define SMALL_PART 0.05

/* Where the heap is read from; kept for the life, so that its meaning never jumps. */
enum heap_source {
	HEAP_UNSET,
	HEAP_ANON,
	HEAP_RSS_LESS_FILE,
	HEAP_RSS,
};

/* What was found last; times in s since the series' origin, amounts in KiB. */
struct finding {
	double since_t;
	double until_t;
	double level;
	double growth;
	float slope;
	float low;
	float high;
	float p_value;
	float departure;
	float tooth;
	uint16_t windows;
	uint16_t risen;
	uint8_t why;
	uint8_t measure;
	uint8_t is_staircase;
	uint8_t has_thread_growth;
};

struct mw_leak {
	const struct mw_leak_config *config;
	struct mw_series series;
	struct finding found;
	double first_alert_s;
	uint64_t start_ticks;
	int64_t rss_kb;
	int64_t limit_kb;
	unsigned long ignored;
	int32_t pid;
	uint8_t heap_source;
	uint8_t passes;
	bool leak;
	bool has_waited; /* the last judgement rose, and was too early to tell */
	char comm[MW_COMM_MAX];
};

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
		.urgent_part = 0.38,
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
	free(leak);
}

size_t mw_leak_size(void)
{
	return sizeof(struct mw_leak);
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
	if (leak->heap_source == HEAP_UNSET)
		leak->heap_source = sample->anon_kb != MW_UNKNOWN   ? HEAP_ANON
				    : sample->file_kb != MW_UNKNOWN ? HEAP_RSS_LESS_FILE
								    : HEAP_RSS;
	switch (leak->heap_source) {
	case HEAP_ANON:
		return known_or_nan(sample->anon_kb) +
		       (sample->swap_kb == MW_UNKNOWN ? 0.0 : (double)sample->swap_kb);
	case HEAP_RSS_LESS_FILE:
		return known_or_nan(sample->rss_kb) - known_or_nan(sample->file_kb);
	default: return known_or_nan(sample->rss_kb);
	}
}

/* ---- what a rise must have shown before it is told ---- */

static double samples_in(const struct mw_leak *leak, double span_s)
{
	double life_s = leak->series.last_s - leak->series.origin_s;

	return life_s > 0.0 ? (double)leak->series.samples * fmin(1.0, span_s / life_s) : 0.0;
}

/* Part of the way from where the rise began to the limit; to twice the level where none is known. */
static double part_of_way(const struct mw_leak *leak, const struct mw_trend *trend,
			  double level_kib)
{
	double room = leak->limit_kb == MW_UNKNOWN ? level_kib : (double)leak->limit_kb - level_kib;

	return room > 0.0 ? trend->growth / room : 1.0;
}

/*
 * Could this be a daily wave that has not turned yet? Up to wave_part of the
 * floor it must be shown to be straight, the straighter the less of the day has
 * been seen; up to a multiple of that it is enough that it is not seen to bend.
 */
static bool may_be_wave(const struct mw_leak_config *config, const struct mw_trend *trend,
			double level_kib, double span_s)
{
	double periods = span_s / config->wave_period_s;
	double height_kib = fmax(trend->growth, trend->line.slope * config->wave_period_s / M_PI);
	double part = height_kib / level_kib, least;

	if (periods > 1.25 || part > HIGH_WAVE * config->wave_part)
		return false;
	if (part > config->wave_part)
		return periods < 0.6 && trend->departure > 0.03;
	if (trend->departure > 0.07)
		return true;
	least = trend->growth < SMALL_PART * level_kib ? 0.7 : trend->quickened ? 0.55 : 0.1;
	return periods < fmax(least, fmin(0.8, 12.0 * trend->bend));
}

/*
 * Samples that a rise must span. Who samples every 10 s can wait longer than who
 * samples every 0.2 s, in samples too: min_samples grow with a power of the
 * interval, a low one when the limit is near, a high one when it is far.
 */
static double samples_wanted(const struct mw_leak *leak, double interval_s, bool is_far)
{
	double power = is_far ? 0.45 : leak->limit_kb == MW_UNKNOWN ? 0.3 : 0.2;

	return leak->config->min_samples * pow(fmax(1.0, interval_s / FINE_INTERVAL_S), power);
}

static bool has_waited_enough(const struct mw_leak *leak, const struct mw_trend *trend,
			      double level_kib)
{
	const struct mw_leak_config *config = leak->config;
	double span_s = leak->series.last_s - leak->series.origin_s - trend->since_t;
	double samples = samples_in(leak, span_s), interval_s = span_s / fmax(samples, 1.0);
	bool is_far = part_of_way(leak, trend, level_kib) < config->urgent_part;
	double ratio = samples / samples_wanted(leak, interval_s, is_far);
	double day = fmin(1.0, span_s / config->wave_period_s);

	if (ratio < 1.0 || trend->bend > 0.06 + 0.04 * log2(ratio) + 0.1 * day)
		return false;
	if (!is_far && leak->limit_kb != MW_UNKNOWN)
		return true;
	return !may_be_wave(config, trend, level_kib, span_s);
}

/* ---- what is found ---- */

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
static double tooth_of(const struct mw_points *points, double since_t, double slope)
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

static bool has_thread_growth(const struct mw_leak *leak, double since_t)
{
	struct mw_points points;
	struct mw_mann_kendall test;
	size_t from = 0, count;

	mw_series_life(&leak->series, MW_MEASURE_THREADS, &points);
	while (from < points.count && points.t[from] < since_t)
		from++;
	count = points.count - from;
	if (count < leak->config->min_windows)
		return false;
	mw_stats_mann_kendall(points.min + from, count, 1.0, &test);
	return test.p_rising < leak->config->p_value &&
	       points.min[points.count - 1] - points.min[from] >= 3.0;
}

/*
 * What no statistic of the minima sees: memory comes in pages, and the lowest
 * sample of a window may be one interval off.
 */
static double resolution_of(const struct mw_leak *leak, const struct mw_trend *trend)
{
	double life_s = leak->series.last_s - leak->series.origin_s;
	double interval_s = life_s / (double)leak->series.samples;
	double span_s = trend->growth / trend->line.slope;

	if (!(trend->line.slope > 0.0))
		return 0.0;
	return (OWNED_PAGE_KIB + trend->line.slope * interval_s) / span_s;
}

static void keep(struct mw_leak *leak, const struct mw_trend *trend, enum mw_measure measure,
		 const struct mw_points *points)
{
	struct finding *found = &leak->found;
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
	if (trend->why != MW_TREND_RISING)
		return;
	found->tooth = (float)tooth_of(points, trend->since_t, trend->line.slope);
	if (trend->width > 1)
		found->tooth = fmaxf(found->tooth, (float)trend->noise);
	found->is_staircase = is_staircase(points, trend->since_t, trend->growth);
	found->has_thread_growth = has_thread_growth(leak, trend->since_t);
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

/* The measures over the whole life; the one that grew most speaks. */
static bool judge_life(struct mw_leak *leak)
{
	struct mw_trend best = { 0 };
	bool is_rising = false, is_ready = false;

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
			trend.growth >
				TOOTH_PART * tooth_of(&points, trend.since_t, trend.line.slope);
		if (rises < is_rising || (rises == is_rising && trend.growth < best.growth))
			continue;
		if (measure == MW_MEASURE_HEAP)
			level = fmax(trend.level, 1.0);
		best = trend;
		is_ready = rises && has_waited_enough(leak, &trend, level);
		is_rising = rises;
		if (is_ready || !leak->leak)
			keep(leak, &trend, measure, &points);
	}
	leak->has_waited = is_rising && !is_ready;
	return is_ready;
}

/* Did the floor rise faster in the windows before? Then the life's own windows judge it. */
static bool is_slowing(const struct mw_points *life, size_t before, double slope)
{
	size_t count = before < RECENT_BEFORE ? before : RECENT_BEFORE, from = before - count;

	return count >= 2 &&
	       mw_changepoint_slope(life->t + from, life->min + from, count) > 1.2 * slope;
}

/* The last part of a long life, if it is higher than the process has been. */
static bool judge_recent(struct mw_leak *leak)
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
	    is_slowing(&life, before, trend.line.slope) ||
	    !has_waited_enough(leak, &trend, fmax(trend.level, 1.0)))
		return false;
	keep(leak, &trend, MW_MEASURE_HEAP, &recent);
	return true;
}

/* ---- the alert ---- */

static bool has_ended(const struct mw_leak *leak, unsigned int closed)
{
	const struct finding *found = &leak->found;
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

static bool judge(struct mw_leak *leak, unsigned int closed)
{
	bool was = leak->leak, rises = false;

	if (closed & MW_CLOSED_LIFE)
		rises = judge_life(leak);
	if (!rises && !(leak->leak && (closed & MW_CLOSED_LIFE)))
		rises = judge_recent(leak);
	if (rises) {
		leak->passes =
			leak->passes + PASS < CONFIRMATIONS ? leak->passes + PASS : CONFIRMATIONS;
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

bool mw_leak_add(struct mw_leak *leak, const struct mw_sample *sample)
{
	double values[MW_MEASURES];
	unsigned int closed;

	if (!isfinite(sample->time_s) ||
	    (leak->series.samples > 0 && sample->time_s < leak->series.last_s)) {
		leak->ignored++;
		return false;
	}
	if (leak->series.samples == 0) {
		leak->pid = sample->pid;
		leak->start_ticks = sample->start_ticks;
	}
	memcpy(leak->comm, sample->comm, sizeof(leak->comm));
	leak->comm[sizeof(leak->comm) - 1] = '\0';
	leak->rss_kb = sample->rss_kb;
	leak->limit_kb = sample->limit_kb;
	values[MW_MEASURE_HEAP] = heap_of(leak, sample);
	values[MW_MEASURE_SHMEM] = known_or_nan(sample->shmem_kb);
	values[MW_MEASURE_KERNEL] = known_or_nan(sample->owned_kernel_pages) * OWNED_PAGE_KIB;
	values[MW_MEASURE_THREADS] = known_or_nan(sample->threads);
	closed = mw_series_add(&leak->series, sample->time_s, values);
	return closed && judge(leak, closed);
}

/* ---- the verdict in words ---- */

static const char *measure_name(const struct mw_leak *leak)
{
	static const char *const heaps[] = {
		[HEAP_UNSET] = "memory",
		[HEAP_ANON] = "anonymous memory",
		[HEAP_RSS_LESS_FILE] = "RSS less file mappings",
		[HEAP_RSS] = "RSS",
	};

	switch (leak->found.measure) {
	case MW_MEASURE_SHMEM: return "shared memory";
	case MW_MEASURE_KERNEL: return "kernel pages";
	default: return heaps[leak->heap_source];
	}
}

static const char *class_of(const struct mw_leak *leak)
{
	const struct finding *found = &leak->found;

	if (!leak->leak)
		return "none";
	if (found->has_thread_growth)
		return "threads";
	if (found->measure == MW_MEASURE_SHMEM)
		return "shared-memory";
	if (found->measure == MW_MEASURE_KERNEL)
		return "kernel-memory";
	if (found->is_staircase)
		return "staircase";
	if ((double)found->tooth > 0.05 * found->level)
		return "rising-floor";
	return "heap-growth";
}

static double confidence_of(const struct mw_leak *leak)
{
	const struct finding *found = &leak->found;
	double sure = (1.0 - (double)found->p_value) * (1.0 - (double)found->departure);

	if (leak->leak)
		return fmin(0.999, fmax(0.5, sure));
	/* Half of it while nothing but the time to tell is missing; else by how far it got. */
	if (found->why == MW_TREND_RISING)
		return fmax(0.0, 0.5 * sure);
	return 0.4 * (double)found->why / MW_TREND_RISING;
}

static void explain_rise(const struct mw_leak *leak, char *ret_text, size_t size)
{
	const struct finding *found = &leak->found;
	char growth[MW_FORMAT_MAX], span[MW_FORMAT_MAX], level[MW_FORMAT_MAX];
	const char *ending = "";

	mw_format_kib(found->growth, growth);
	mw_format_kib(found->level, level);
	mw_format_duration(found->until_t - found->since_t, span);
	if (!leak->leak)
		ending = leak->has_waited ? "; may yet be a wave" : "; to be confirmed";
	snprintf(ret_text, size,
		 "floor of %s rose in %u of %u windows, by %s in %s from %s, "
		 "%.0f %% off a line, chance %.1g%s%s",
		 measure_name(leak), found->risen, found->windows - 1u, growth, span, level,
		 100.0 * (double)found->departure, (double)found->p_value,
		 found->has_thread_growth ? ", threads with it" : "", ending);
}

static void explain(const struct mw_leak *leak, char *ret_text, size_t size)
{
	static const char *const reasons[] = {
		[MW_TREND_SHORT] = "too few windows seen to judge",
		[MW_TREND_FLAT] = "the floor does not grow",
		[MW_TREND_NOISE] = "the growth of the floor is within its noise",
		[MW_TREND_CAME_BACK] = "the growth was given back",
		[MW_TREND_STOPPED] = "the floor grew and then held",
		[MW_TREND_SATURATING] = "the floor approaches a level, as a cache that fills",
		[MW_TREND_UNEVEN] = "the floor moved in a few jumps or bends, not on a course",
		[MW_TREND_KNOWN] = "the floor is no higher than it has been before",
	};

	if (leak->leak || leak->found.why == MW_TREND_RISING)
		explain_rise(leak, ret_text, size);
	else
		snprintf(ret_text, size, "%s", reasons[leak->found.why]);
}

void mw_leak_verdict(const struct mw_leak *leak, struct mw_verdict *ret_verdict)
{
	const struct finding *found = &leak->found;
	double room;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	memcpy(ret_verdict->comm, leak->comm, sizeof(ret_verdict->comm));
	ret_verdict->pid = leak->pid;
	ret_verdict->start_ticks = leak->start_ticks;
	ret_verdict->samples = leak->series.samples;
	ret_verdict->leak = leak->leak;
	ret_verdict->confidence = confidence_of(leak);
	ret_verdict->class_name = class_of(leak);
	ret_verdict->rate_kib_per_s = (double)found->slope;
	ret_verdict->rate_low = (double)found->low;
	ret_verdict->rate_high = (double)found->high;
	ret_verdict->since_s = leak->leak ? leak->series.origin_s + found->since_t : NAN;
	ret_verdict->first_alert_s = leak->first_alert_s;
	ret_verdict->limit_kb = leak->limit_kb;
	ret_verdict->time_to_limit_s = NAN;
	if (leak->leak && leak->limit_kb != MW_UNKNOWN && found->slope > 0.0f) {
		room = (double)leak->limit_kb - (double)leak->rss_kb;
		ret_verdict->time_to_limit_s = fmax(0.0, room) / (double)found->slope;
	}
	explain(leak, ret_verdict->reason, sizeof(ret_verdict->reason));
}

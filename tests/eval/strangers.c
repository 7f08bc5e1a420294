// SPDX-License-Identifier: GPL-2.0-only
/*
 * strangers.c - patterns by somebody who wants to score a detector and does not
 * know how it works: what one meets on hosts, drawn with noise that is heavy-tailed,
 * autocorrelated or one-sided, odd intervals, gaps and short series. A leak grows by
 * ten times its noise or more, lasts for two fifths of the series and is in 40
 * samples or more, and where that is less than a day and a half it grows by half of
 * the base or more, since a person could otherwise take it for a part of a day: it is
 * seen in the graph.
 */
#include "draw.h"

#define DAY 86400.0

/* From three minutes to a fortnight, 150 to 6,000 samples. */
static void draw_world(struct mw_generator *g)
{
	g->duration_s = log_uniform(g, 180.0, 14.0 * DAY);
	g->interval_s = g->duration_s / log_uniform(g, 150.0, 6000.0);
	g->interval_s = fmin(fmax(g->interval_s, 0.2), 300.0);
	g->jitter = chance(g, 0.3) ? 0.5 : 0.05;
	g->missing = chance(g, 0.3) ? uniform(g, 0.0, 0.4) : 0.0;
	if (chance(g, 0.2)) {
		g->gap_begin_s = g->duration_s * uniform(g, 0.1, 0.7);
		g->gap_end_s = g->gap_begin_s + g->duration_s * uniform(g, 0.02, 0.2);
	}
	g->base = log_uniform(g, 3e3, 2e7);
	g->noise_kind = (enum mw_noise)uniform(g, 0.0, 3.0);
	g->noise = g->base * log_uniform(g, 1e-5, 2e-2);
	g->drift = g->base * log_uniform(g, 1e-5, 1e-2);
	g->memory_s = g->duration_s / log_uniform(g, 30.0, 2000.0);
}

static void draw_growth(struct mw_generator *g)
{
	bool is_brief = 0.4 * g->duration_s < 1.5 * DAY;

	g->grows = g->base * log_uniform(g, is_brief ? 0.5 : 0.05, 5.0);
	g->grows = fmax(g->grows, 10.0 * (g->noise + g->drift));
	g->grows = fmax(g->grows, 3000.0);
}

static void draw_leak(struct mw_generator *g)
{
	draw_world(g);
	draw_growth(g);
}

/* As short as @low to @high samples. */
static void draw_count(struct mw_generator *g, double low, double high)
{
	draw_world(g);
	g->missing = g->gap_begin_s = g->gap_end_s = 0.0;
	g->interval_s = log_uniform(g, 0.2, 300.0);
	g->duration_s = g->interval_s * uniform(g, low, high);
	g->memory_s = g->duration_s / log_uniform(g, 30.0, 200.0);
}

/* ---- leaks ---- */

static double value_line(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t);
}

static void setup_short(struct mw_generator *g)
{
	draw_count(g, 100.0, 200.0);
	draw_growth(g);
}

static void setup_late(struct mw_generator *g)
{
	draw_leak(g);
	g->begins_s = g->duration_s * uniform(g, 0.3, 0.6);
}

/* Slow first, p[0] of the growth by p[1]; then fast. */
static void setup_two_phases(struct mw_generator *g)
{
	draw_leak(g);
	g->p[0] = uniform(g, 0.05, 0.3);
	g->p[1] = g->duration_s * uniform(g, 0.35, 0.55);
	g->rate = g->grows * (1.0 - g->p[0]) / (g->duration_s - g->p[1]);
}

static double value_two_phases(struct mw_generator *g, double t)
{
	if (t < g->p[1])
		return g->base + g->grows * g->p[0] * t / g->p[1];
	return g->base + g->grows * g->p[0] + g->rate * (t - g->p[1]);
}

/* A collector whose tooth grows by p[5] of itself to the end, or shrinks. */
static void setup_tooth_trend(struct mw_generator *g)
{
	draw_world(g);
	setup_gc_of(g);
	g->p[5] = uniform(g, -0.6, 1.5);
}

static double value_tooth_trend(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t) + gc_of(g, t) * (1.0 + g->p[5] * t / g->duration_s);
}

static void setup_tooth_trend_leak(struct mw_generator *g)
{
	setup_tooth_trend(g);
	g->p[5] = uniform(g, -0.4, 0.6);
	g->grows = g->p[0] * uniform(g, 1.0, 4.0) + 10.0 * (g->noise + g->drift) + 3000.0;
}

/* The allocator gives pages back now and then, p[0] of what came since, p[1] times. */
static void setup_trimmed(struct mw_generator *g)
{
	draw_leak(g);
	g->p[0] = uniform(g, 0.2, 0.6);
	g->p[1] = floor(uniform(g, 12.0, 60.0));
}

static double value_trimmed(struct mw_generator *g, double t)
{
	double cycles = t / g->duration_s * g->p[1], now = cycles - floor(cycles);
	double kept = floor(cycles) + now / (1.0 - g->p[0]);

	return g->base + g->grows * kept / g->p[1];
}

/* By request: lumps of any size (Pareto), as many as there is load. */
static void setup_requests(struct mw_generator *g)
{
	draw_leak(g);
	g->events = (int)uniform(g, 80.0, MW_GENERATOR_EVENTS);
	for (int i = 0; i < g->events; i++)
		g->event[i] = fmin(pow(1.0 - uniform(g, 0.0, 1.0), -0.6), 8.0);
	g->rate = NAN;
}

static double value_requests(struct mw_generator *g, double t)
{
	double served = g->events * t / g->duration_s, sum = 0.0, all = 0.0;

	for (int i = 0; i < g->events; i++) {
		all += g->event[i];
		if (i < (int)served)
			sum = all;
	}
	return g->base + g->grows * sum / all;
}

/* Two days or more of work: more by day, less at weekends; the leak goes on at night. */
static void setup_days(struct mw_generator *g)
{
	draw_leak(g);
	g->duration_s = uniform(g, 3.0, 14.0) * DAY;
	g->interval_s = chance(g, 0.5) ? 60.0 : 300.0;
	g->memory_s = uniform(g, 300.0, 7200.0);
	g->p[0] = g->base * uniform(g, 0.05, 0.4);
	g->p[1] = uniform(g, 0.0, DAY);
	g->p[2] = chance(g, 0.5) ? uniform(g, 0.3, 0.8) : 0.0;
	g->p[3] = floor(uniform(g, 0.0, 7.0));
	g->grows = g->p[0] * uniform(g, 1.5, 6.0) + 10.0 * (g->noise + g->drift) + 3000.0;
}

static double value_days(struct mw_generator *g, double t)
{
	double clock = fmod(t + g->p[1], DAY) / DAY;
	double day = fmod(floor((t + g->p[1]) / DAY) + g->p[3], 7.0);
	double work = pow(0.5 - 0.5 * cos(2.0 * M_PI * clock), 1.5);

	return g->base + ramp(g, t) + g->p[0] * work * (day >= 5.0 ? 1.0 - g->p[2] : 1.0);
}

/* A table that doubles its array when full, over the records that it points to. */
static void setup_doubling(struct mw_generator *g)
{
	draw_leak(g);
	g->p[0] = uniform(g, 0.1, 0.4);
	g->p[1] = log_uniform(g, 8.0, 200.0);
	g->rate = NAN;
}

static double value_doubling(struct mw_generator *g, double t)
{
	double part = t / g->duration_s, array = exp2(ceil(log2(1.0 + part * g->p[1])));

	array /= exp2(ceil(log2(1.0 + g->p[1])));
	return g->base + g->grows * ((1.0 - g->p[0]) * part + g->p[0] * array);
}

/* What leaks is never touched again, and is swapped out from p[0] on: RSS stands still. */
static void setup_swapped(struct mw_generator *g)
{
	draw_leak(g);
	g->noise_kind = MW_NOISE_NORMAL;
	g->noise = fmin(g->noise, g->base * 0.005);
	g->drift = fmin(g->drift, g->base * 0.005);
	g->p[0] = g->duration_s * uniform(g, 0.1, 0.4);
	g->has_anon = true;
	g->swap_kb = 0;
}

static double value_swapped(struct mw_generator *g, double t)
{
	g->swap_kb = t > g->p[0] ? (int64_t)(ramp(g, t) - ramp(g, g->p[0])) : 0;
	return g->base + ramp(g, t);
}

/* After a warm-up that is higher than all that leaks. */
static void setup_after_warm_up(struct mw_generator *g)
{
	draw_leak(g);
	g->p[0] = g->grows * uniform(g, 1.0, 4.0);
	g->p[1] = g->duration_s * uniform(g, 0.005, 0.05);
}

static double value_after_warm_up(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t) + g->p[0] * (1.0 - exp(-t / g->p[1]));
}

static void setup_threads(struct mw_generator *g)
{
	draw_leak(g);
	g->noise = fmin(g->noise, g->grows / 50.0);
	g->kernel_pages = 300;
	g->p[0] = floor(uniform(g, 30.0, 400.0));
	g->p[1] = floor(uniform(g, 4.0, 300.0));
}

static double value_threads(struct mw_generator *g, double t)
{
	double count = floor(g->p[0] * t / g->duration_s);

	g->threads = (int64_t)(g->p[1] + count);
	g->kernel_pages = 300 + 5 * (int64_t)count;
	return g->base + g->grows * count / g->p[0];
}

/* What users ask for: half a megabyte an hour under noise, told within the day. */
static void setup_half_megabyte(struct mw_generator *g)
{
	draw_world(g);
	g->gap_begin_s = g->gap_end_s = 0.0;
	g->duration_s = DAY;
	g->interval_s = chance(g, 0.5) ? 10.0 : 60.0;
	g->base = log_uniform(g, 5e4, 5e5);
	g->noise = uniform(g, 50.0, 1200.0);
	g->drift = uniform(g, 50.0, 600.0);
	g->memory_s = uniform(g, 30.0, 1800.0);
	g->grows = 512.0 * 24.0;
}

/* Restarted so often that no life shows much: each leaks from the base again. */
static void setup_restarted(struct mw_generator *g)
{
	draw_world(g);
	g->missing = g->gap_begin_s = g->gap_end_s = 0.0;
	g->p[0] = floor(uniform(g, 6.0, 30.0));
	g->interval_s = fmax(g->duration_s / g->p[0] / log_uniform(g, 40.0, 400.0), 0.2);
	g->is_restarted = true;
	draw_growth(g);
	g->rate = g->grows * g->p[0] / g->duration_s;
}

static double value_restarted(struct mw_generator *g, double t)
{
	double lives = t / g->duration_s * g->p[0];

	g->life = (int)lives;
	return g->base + g->grows * (lives - floor(lives));
}

/* ---- innocents ---- */

static void setup_world(struct mw_generator *g)
{
	draw_world(g);
}

static double value_flat(struct mw_generator *g, double t)
{
	(void)t;
	return g->base;
}

static void setup_short_innocent(struct mw_generator *g)
{
	draw_count(g, 30.0, 200.0);
}

/* Fills for most of the series: p[0] high, p[1] its time constant. */
static void setup_slow_cache(struct mw_generator *g)
{
	draw_world(g);
	g->p[0] = g->base * log_uniform(g, 0.3, 10.0);
	g->p[1] = g->duration_s * uniform(g, 0.2, 0.4);
}

static double value_cache(struct mw_generator *g, double t)
{
	return g->base + g->p[0] * (1.0 - exp(-t / g->p[1]));
}

/* A cache of popular things: ever fewer are new, until it is full at p[1]. */
static void setup_popular(struct mw_generator *g)
{
	draw_world(g);
	g->p[0] = g->base * log_uniform(g, 0.3, 8.0);
	g->p[1] = g->duration_s * uniform(g, 0.1, 0.6);
	g->p[2] = uniform(g, 0.4, 0.7);
}

static double value_popular(struct mw_generator *g, double t)
{
	return g->base + g->p[0] * pow(fmin(1.0, t / g->p[1]), g->p[2]);
}

/* A runtime that takes more heap in steps while the load grows, and gives none back. */
static void setup_expansion(struct mw_generator *g)
{
	draw_world(g);
	draw_events(g, 1 + (int)uniform(g, 0.0, 5.0), 1.0);
	for (int i = 0; i < g->events; i++)
		g->event[i] *= 0.6;
	g->p[0] = g->base * uniform(g, 0.1, 0.5);
}

static double value_expansion(struct mw_generator *g, double t)
{
	return g->base + g->p[0] * events_before(g, t);
}

static void setup_days_innocent(struct mw_generator *g)
{
	setup_days(g);
	g->grows = 0.0;
}

/* Levels between which it changes at random: traffic is moved, a feature is switched. */
static void setup_levels(struct mw_generator *g)
{
	draw_world(g);
	draw_events(g, 4 + (int)uniform(g, 0.0, 40.0), 1.0);
	g->p[0] = g->base * uniform(g, 0.1, 1.0);
	g->p[1] = uniform(g, 1.0, 100.0);
}

static double value_levels(struct mw_generator *g, double t)
{
	double x = sin(12.9898 * (events_before(g, t) + g->p[1])) * 43758.5453;

	return g->base + g->p[0] * (x - floor(x));
}

/* Grows in a line and is trimmed to the base, p[0] times, at times of its own. */
static void setup_lazy_trim(struct mw_generator *g)
{
	draw_world(g);
	draw_events(g, 4 + (int)uniform(g, 0.0, 16.0), 0.8);
	g->p[0] = g->base * uniform(g, 0.2, 2.0) * g->events / g->duration_s;
	g->excused_s = g->event[0];
}

static double value_lazy_trim(struct mw_generator *g, double t)
{
	int before = events_before(g, t);

	return g->base + g->p[0] * (t - (before > 0 ? g->event[before - 1] : 0.0));
}

/* Swapped out once, read back in as it is used: RSS rises, the process does not. */
static void setup_swapped_in(struct mw_generator *g)
{
	draw_world(g);
	g->has_anon = true;
	g->p[0] = g->base * uniform(g, 0.2, 0.7);
	g->p[1] = g->duration_s * uniform(g, 0.3, 1.0);
	g->swap_kb = (int64_t)g->p[0];
}

static double value_swapped_in(struct mw_generator *g, double t)
{
	g->swap_kb = (int64_t)(g->p[0] * fmax(0.0, 1.0 - t / g->p[1]));
	return g->base;
}

static void setup_mapped_file(struct mw_generator *g)
{
	draw_world(g);
	g->has_anon = true;
	g->file_grows = g->base * uniform(g, 0.3, 6.0);
}

/* Pareto's peaks, of all heights, p[1] long. */
static void setup_peaks(struct mw_generator *g)
{
	draw_world(g);
	draw_events(g, 5 + (int)uniform(g, 0.0, 80.0), 1.0);
	g->p[0] = g->base * uniform(g, 0.05, 0.3);
	g->p[1] = g->duration_s * uniform(g, 0.002, 0.02);
}

static double value_peaks(struct mw_generator *g, double t)
{
	int last = events_before(g, t);
	double x = sin(78.233 * last) * 43758.5453;

	if (last == 0 || t - g->event[last - 1] > g->p[1])
		return g->base;
	return g->base + g->p[0] * fmin(pow(x - floor(x), -0.7), 10.0);
}

/* Released ever so often, each version a little larger than the last; flat between. */
static void setup_releases(struct mw_generator *g)
{
	draw_world(g);
	draw_events(g, 3 + (int)uniform(g, 0.0, 7.0), 0.5);
	g->p[0] = uniform(g, 0.01, 0.08);
	g->p[1] = uniform(g, 0.2, 0.6);
}

static double value_releases(struct mw_generator *g, double t)
{
	int version = events_before(g, t);
	double since = t - (version > 0 ? g->event[version - 1] : 0.0);
	double warm = 1.0 - exp(-since * g->events * 30.0 / g->duration_s);

	g->life = version;
	return g->base * (1.0 + g->p[0] * version) * (1.0 - g->p[1] * (1.0 - warm));
}

/* A pool of workers that follows the load between two bounds. */
static void setup_pool(struct mw_generator *g)
{
	draw_world(g);
	setup_wave_of(g, 3.0, 12.0);
	g->p[5] = floor(uniform(g, 4.0, 40.0));
}

static double value_pool(struct mw_generator *g, double t)
{
	double load = wave_of(g, t) / g->p[0];
	double workers = ceil(fmin(fmax(load, 0.0), 1.0) * g->p[5]);

	g->threads = 4 + (int64_t)workers;
	return g->base + g->p[0] * workers / g->p[5];
}

static const struct mw_pattern patterns[] = {
	{ "leak: line, any noise", true, draw_leak, value_line },
	{ "leak: short series", true, setup_short, value_line },
	{ "leak: late, any noise", true, setup_late, value_line },
	{ "leak: two phases", true, setup_two_phases, value_two_phases },
	{ "leak: GC, tooth changes", true, setup_tooth_trend_leak, value_tooth_trend },
	{ "leak: trimmed", true, setup_trimmed, value_trimmed },
	{ "leak: Pareto lumps", true, setup_requests, value_requests },
	{ "leak: days, weekends", true, setup_days, value_days },
	{ "leak: table that doubles", true, setup_doubling, value_doubling },
	{ "leak: swapped out", true, setup_swapped, value_swapped },
	{ "leak: behind a warm-up", true, setup_after_warm_up, value_after_warm_up },
	{ "leak: 0.5 MB/h for a day", true, setup_half_megabyte, value_line },
	{ "leak: restarted often", true, setup_restarted, value_restarted },
	{ "leak: threads, kernel", true, setup_threads, value_threads },
	{ "flat, any noise", false, setup_world, value_flat },
	{ "flat, short series", false, setup_short_innocent, value_flat },
	{ "slow cache", false, setup_slow_cache, value_cache },
	{ "popular cache, then full", false, setup_popular, value_popular },
	{ "GC, tooth changes", false, setup_tooth_trend, value_tooth_trend },
	{ "heap expands in steps", false, setup_expansion, value_expansion },
	{ "days, weekends", false, setup_days_innocent, value_days },
	{ "levels", false, setup_levels, value_levels },
	{ "lazy trim", false, setup_lazy_trim, value_lazy_trim },
	{ "swapped in", false, setup_swapped_in, value_swapped_in },
	{ "mapped file", false, setup_mapped_file, value_flat },
	{ "Pareto peaks", false, setup_peaks, value_peaks },
	{ "releases, each larger", false, setup_releases, value_releases },
	{ "pool of workers", false, setup_pool, value_pool },
};

const struct mw_pattern_set mw_stranger_patterns = {
	.name = "stranger",
	.patterns = patterns,
	.count = sizeof(patterns) / sizeof(patterns[0]),
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * generators.c - labelled series of memory growth from random parameters: the
 * score's raw material. Knows nothing of the detector.
 *
 * Time-scales from 30 s at 0.2 s to 7 days at 60 s, processes from 2 MB to
 * 50 GB, up to 20 % of samples missing. Heights are drawn as parts of the base,
 * and the growth of a leak as a multiple of what hides it.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "generators.h"

static uint64_t next_random(struct mw_rng *rng)
{
	/* splitmix64 (Steele, Lea, Flood 2014) */
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static double uniform(struct mw_generator *g, double low, double high)
{
	return low + (high - low) * (double)(next_random(&g->rng) >> 11) * 0x1p-53;
}

static double log_uniform(struct mw_generator *g, double low, double high)
{
	return exp(uniform(g, log(low), log(high)));
}

static double normal(struct mw_generator *g)
{
	double r, angle;

	if (g->rng.has_spare) {
		g->rng.has_spare = false;
		return g->rng.spare;
	}
	r = sqrt(-2.0 * log(1.0 - uniform(g, 0.0, 1.0)));
	angle = uniform(g, 0.0, 2.0 * M_PI);
	g->rng.spare = r * sin(angle);
	g->rng.has_spare = true;
	return r * cos(angle);
}

static bool chance(struct mw_generator *g, double part)
{
	return uniform(g, 0.0, 1.0) < part;
}

/* @count times over the series: regular with @jitter of their distance, or anywhere (1). */
static void draw_events(struct mw_generator *g, int count, double jitter)
{
	double step = g->duration_s / count;

	g->events = count;
	for (int i = 0; i < count; i++)
		g->event[i] = (i + 0.5 + jitter * uniform(g, -0.5, 0.5)) * step;
	if (jitter >= 1.0)
		for (int i = 0; i < count; i++)
			g->event[i] = uniform(g, 0.02, 0.98) * g->duration_s;
	for (int i = 1; i < count; i++)
		for (int j = i; j > 0 && g->event[j] < g->event[j - 1]; j--) {
			double t = g->event[j];

			g->event[j] = g->event[j - 1];
			g->event[j - 1] = t;
		}
}

static int events_before(const struct mw_generator *g, double t)
{
	int count = 0;

	while (count < g->events && g->event[count] <= t)
		count++;
	return count;
}

static double ramp(const struct mw_generator *g, double t)
{
	if (t <= g->begins_s)
		return 0.0;
	return g->grows * (t - g->begins_s) / (g->duration_s - g->begins_s);
}

/* A daily wave of height p[0] to p[0] * (1 + p[3]), period p[1], phase p[2], second harmonic p[4] */
static void setup_wave_of(struct mw_generator *g, double periods_low, double periods_high)
{
	double periods = uniform(g, periods_low, periods_high);

	g->p[0] = g->base * uniform(g, 0.05, 0.5);
	g->p[1] = g->duration_s > 2.5 * 86400.0 ? 86400.0 : g->duration_s / periods;
	g->p[2] = uniform(g, 0.0, 2.0 * M_PI);
	g->p[3] = uniform(g, 0.0, 0.15);
	g->p[4] = chance(g, 0.5) ? uniform(g, 0.0, 0.25) : 0.0;
}

static double wave_of(const struct mw_generator *g, double t)
{
	double x = 2.0 * M_PI * t / g->p[1] + g->p[2];
	double height = 1.0 + g->p[3] * sin(floor(x / (2.0 * M_PI)) * 2.4);

	return g->p[0] * height * (0.5 + 0.5 * sin(x) + g->p[4] * 0.5 * sin(2.0 * x + 1.0));
}

/* A collector's heap: p[0] the tooth, p[1] its period, p[2] young collections in it, p[3] their part */
static void setup_gc_of(struct mw_generator *g)
{
	g->p[0] = g->base * uniform(g, 0.1, 1.0);
	g->p[1] = g->duration_s / log_uniform(g, 12.0, 150.0);
	g->p[2] = floor(uniform(g, 1.0, 9.0));
	g->p[3] = g->p[2] > 1.0 ? uniform(g, 0.2, 0.6) : 0.0;
	g->p[4] = uniform(g, 0.0, 1.0);
}

static double gc_of(const struct mw_generator *g, double t)
{
	double cycle = t / g->p[1] + g->p[4], old = cycle - floor(cycle);
	double young = old * g->p[2] - floor(old * g->p[2]);

	return g->p[0] * ((1.0 - g->p[3]) * old + g->p[3] * young);
}

/* ---- leaks ---- */

static void setup_linear(struct mw_generator *g)
{
	g->grows = g->base * log_uniform(g, 0.1, 4.0) + 1500.0;
	g->noise = fmin(g->noise, g->grows / 60.0);
	g->drift = fmin(g->drift, g->grows / 60.0);
}

static double value_ramp(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t);
}

static void setup_noisy(struct mw_generator *g)
{
	g->grows = g->base * log_uniform(g, 0.05, 0.6) + 1500.0;
	g->noise = g->grows / uniform(g, 4.0, 20.0);
	g->drift = g->grows / uniform(g, 10.0, 40.0);
	g->memory_s = g->duration_s / uniform(g, 60.0, 400.0);
}

/* The slow leak that users ask for: 0.5 to 2 MB an hour in some 100 MB to 2 GB, seen for a day or more. */
static void setup_slow(struct mw_generator *g)
{
	g->interval_s = chance(g, 0.5) ? 10.0 : 60.0;
	g->duration_s = uniform(g, 1.0, 3.0) * 86400.0;
	g->base = log_uniform(g, 1e5, 2e6);
	g->grows = log_uniform(g, 488.0, 1953.0) * g->duration_s / 3600.0;
	g->noise = uniform(g, 500.0, 8000.0);
	g->drift = uniform(g, 100.0, 1500.0);
	g->memory_s = uniform(g, 60.0, 900.0);
}

static void setup_gc_leak(struct mw_generator *g)
{
	setup_gc_of(g);
	g->grows = g->p[0] * uniform(g, 0.6, 3.0) + 1500.0;
}

static double value_gc_leak(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t) + gc_of(g, t);
}

static void setup_staircase(struct mw_generator *g)
{
	draw_events(g, (int)uniform(g, 9.0, 60.0), uniform(g, 0.0, 0.4));
	g->grows = g->base * log_uniform(g, 0.1, 3.0) + 1500.0;
	g->noise = fmin(g->noise, g->grows / 60.0);
	g->drift = fmin(g->drift, g->grows / 60.0);
}

static double value_events(struct mw_generator *g, double t)
{
	return g->base + g->grows * events_before(g, t) / g->events;
}

/* Lumps at random times: a leak by request. */
static void setup_lumps(struct mw_generator *g)
{
	setup_staircase(g);
	draw_events(g, (int)uniform(g, 60.0, MW_GENERATOR_EVENTS), 1.0);
}

static void setup_late(struct mw_generator *g)
{
	g->begins_s = g->duration_s * uniform(g, 0.2, 0.55);
	g->grows = g->base * log_uniform(g, 0.1, 3.0) + 1500.0;
	g->noise = fmin(g->noise, g->grows / 30.0);
	g->drift = fmin(g->drift, g->grows / 40.0);
}

static void setup_wave_leak(struct mw_generator *g)
{
	setup_wave_of(g, 4.0, 9.0);
	g->grows = g->p[0] * uniform(g, 1.2, 4.0) + 1500.0;
}

static double value_wave_leak(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t) + wave_of(g, t);
}

/* The rate follows the load of the day: 1 + p[1] sin(p[0] t + p[2]). */
static void setup_loaded(struct mw_generator *g)
{
	setup_linear(g);
	g->p[0] = 2.0 * M_PI * uniform(g, 3.0, 9.0) / g->duration_s;
	g->p[1] = uniform(g, 0.3, 0.9);
	g->p[2] = uniform(g, 0.0, 2.0 * M_PI);
}

static double value_loaded(struct mw_generator *g, double t)
{
	double wave = g->p[1] / g->p[0] * (cos(g->p[2]) - cos(g->p[0] * t + g->p[2]));

	return g->base + g->grows * (t + wave) / g->duration_s;
}

/* A warm-up first: p[0] high, p[1] long. */
static void setup_warm_leak(struct mw_generator *g)
{
	setup_linear(g);
	g->p[0] = g->base * uniform(g, 0.3, 3.0);
	g->p[1] = g->duration_s * uniform(g, 0.01, 0.06);
	g->grows = (g->base + g->p[0]) * log_uniform(g, 0.15, 2.0) + 1500.0;
}

static double value_warm_leak(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t) + g->p[0] * (1.0 - exp(-t / g->p[1]));
}

static double value_threads(struct mw_generator *g, double t)
{
	double stack = fmax(g->grows / 200.0, 20.0);
	double count = floor(ramp(g, t) / stack);

	g->threads = 8 + (int64_t)count;
	g->kernel_pages = 200 + 5 * (int64_t)count;
	return g->base + count * stack;
}

static double value_kernel(struct mw_generator *g, double t)
{
	g->kernel_pages = 500 + (int64_t)(ramp(g, t) / 4.0);
	return g->base;
}

static double value_shmem(struct mw_generator *g, double t)
{
	g->shmem_kb = (int64_t)(g->base * 0.1 + ramp(g, t));
	return g->base;
}

/* ---- innocents ---- */

static void setup_none(struct mw_generator *g)
{
	(void)g;
}

static double value_steady(struct mw_generator *g, double t)
{
	(void)t;
	return g->base;
}

static void setup_noise(struct mw_generator *g)
{
	g->noise = g->base * log_uniform(g, 0.002, 0.08);
	g->drift = g->base * log_uniform(g, 0.002, 0.08);
	g->memory_s = g->duration_s / log_uniform(g, 8.0, 500.0);
}

static double value_gc(struct mw_generator *g, double t)
{
	return g->base + gc_of(g, t);
}

/* p[0] high, p[1] long */
static void setup_cache(struct mw_generator *g)
{
	g->p[0] = g->base * log_uniform(g, 0.2, 10.0);
	g->p[1] = g->duration_s * log_uniform(g, 0.02, 0.25);
}

static double value_cache(struct mw_generator *g, double t)
{
	return g->base + g->p[0] * (1.0 - exp(-t / g->p[1]));
}

static void setup_warm_up(struct mw_generator *g)
{
	g->p[0] = g->base * log_uniform(g, 0.5, 10.0);
	g->p[1] = g->duration_s * log_uniform(g, 0.005, 0.06);
}

static void setup_plateau(struct mw_generator *g)
{
	g->p[0] = g->base * log_uniform(g, 0.2, 5.0);
	g->p[1] = g->duration_s * uniform(g, 0.05, 0.5);
	g->p[2] = g->duration_s * uniform(g, 0.0, 0.15);
}

static double value_plateau(struct mw_generator *g, double t)
{
	return g->base + g->p[0] * fmin(1.0, fmax(0.0, (t - g->p[2]) / g->p[1]));
}

static void setup_steps(struct mw_generator *g)
{
	draw_events(g, 1 + (int)uniform(g, 0.0, 4.0), 1.0);
	for (int i = 0; i < g->events; i++)
		g->p[i] = g->base * uniform(g, -0.15, 0.6);
}

static double value_steps(struct mw_generator *g, double t)
{
	double sum = g->base;

	for (int i = 0; i < events_before(g, t); i++)
		sum += g->p[i];
	return sum;
}

static void setup_wave(struct mw_generator *g)
{
	setup_wave_of(g, 3.0, 9.0);
}

static double value_wave(struct mw_generator *g, double t)
{
	return g->base + wave_of(g, t);
}

/* Working days higher than the weekend; always a week. */
static void setup_weekly(struct mw_generator *g)
{
	g->interval_s = 60.0;
	g->duration_s = uniform(g, 5.0, 7.0) * 86400.0;
	setup_wave_of(g, 5.0, 7.0);
	g->p[5] = floor(uniform(g, 0.0, 7.0));
	g->p[6] = uniform(g, 0.2, 0.8);
}

static double value_weekly(struct mw_generator *g, double t)
{
	double day = fmod(g->p[5] + t / 86400.0, 7.0);
	double weekend = 0.5 * (tanh((day - 5.1) * 6.0) - tanh((day - 6.9) * 6.0));

	return g->base + wave_of(g, t) * (1.0 - g->p[6] * weekend);
}

/* Jobs that grow and give back: p[0] high, p[1] a job and its pause, p[2] working part of it */
static void setup_batch(struct mw_generator *g)
{
	g->p[0] = g->base * log_uniform(g, 0.2, 5.0);
	g->p[1] = g->duration_s / uniform(g, 3.0, 30.0);
	g->p[2] = uniform(g, 0.2, 0.8);
}

static double value_batch(struct mw_generator *g, double t)
{
	double job = floor(t / g->p[1]), at = t / g->p[1] - job;
	double high = 0.75 + 0.25 * sin(job * 2.4);

	return g->base + (at < g->p[2] ? g->p[0] * high * at / g->p[2] : 0.0);
}

static void setup_walk(struct mw_generator *g)
{
	g->drift = g->base * log_uniform(g, 0.01, 0.15);
	g->memory_s = g->duration_s / log_uniform(g, 6.0, 40.0);
}

static void setup_spikes(struct mw_generator *g)
{
	draw_events(g, 3 + (int)uniform(g, 0.0, 40.0), 1.0);
	g->p[0] = g->base * log_uniform(g, 0.1, 3.0);
	g->p[1] = g->duration_s * uniform(g, 0.001, 0.02);
}

static double value_spikes(struct mw_generator *g, double t)
{
	int count = events_before(g, t);

	if (count > 0 && t - g->event[count - 1] < g->p[1])
		return g->base + g->p[0];
	return g->base;
}

/*
 * What a clean host runs, in its own times: a warm-up of minutes (p[5] high,
 * p[6] long), a day's wave, a collector of minutes, a cache of up to hours in
 * p[7], nightly jobs.
 */
static void setup_production(struct mw_generator *g)
{
	g->interval_s = chance(g, 0.5) ? 10.0 : 60.0;
	g->duration_s = uniform(g, 1.0, 5.0) * 86400.0;
	g->base = log_uniform(g, 1e4, 2e7);
	g->noise = g->base * log_uniform(g, 1e-4, 1e-2);
	g->drift = g->base * log_uniform(g, 1e-4, 1e-2);
	g->memory_s = log_uniform(g, 60.0, 7200.0);
	setup_gc_of(g);
	g->p[0] *= chance(g, 0.5) ? 0.5 : 0.0;
	g->p[1] = log_uniform(g, 60.0, 1800.0);
	g->p[5] = g->base * log_uniform(g, 0.05, 3.0);
	g->p[6] = log_uniform(g, 20.0, 1200.0);
	g->p[7] = log_uniform(g, 600.0, 3.0 * 3600.0);
	g->events = 3;
	g->event[0] = g->base * (chance(g, 0.5) ? uniform(g, 0.05, 0.4) : 0.0);
	g->event[1] = uniform(g, 0.0, 86400.0);
	g->event[2] = g->base * (chance(g, 0.3) ? uniform(g, 0.1, 1.0) : 0.0);
}

static double value_production(struct mw_generator *g, double t)
{
	double wave = 0.5 + 0.5 * sin(2.0 * M_PI * (t + g->event[1]) / 86400.0);
	double night = fmod(t + g->event[1], 86400.0);
	double job = night < 2400.0 ? g->base * 0.5 * night / 2400.0 : 0.0;

	return g->base + gc_of(g, t) + g->p[5] * (1.0 - exp(-t / g->p[6])) +
	       g->event[2] * (1.0 - exp(-t / g->p[7])) + g->event[0] * wave +
	       (g->p[5] < g->base * 0.2 ? job : 0.0);
}

/* File mappings grow without end; what the process can leak does not. */
static void setup_file(struct mw_generator *g)
{
	g->has_anon = true;
	g->p[0] = g->base * uniform(g, 0.5, 5.0);
}

const struct mw_pattern mw_patterns[] = {
	{ "leak: linear", true, setup_linear, value_ramp },
	{ "leak: under noise", true, setup_noisy, value_ramp },
	{ "leak: slow, 0.5-2 MB/h", true, setup_slow, value_ramp },
	{ "leak: rising GC floor", true, setup_gc_leak, value_gc_leak },
	{ "leak: staircase", true, setup_staircase, value_events },
	{ "leak: random lumps", true, setup_lumps, value_events },
	{ "leak: begins late", true, setup_late, value_ramp },
	{ "leak: with daily wave", true, setup_wave_leak, value_wave_leak },
	{ "leak: rate follows load", true, setup_loaded, value_loaded },
	{ "leak: after warm-up", true, setup_warm_leak, value_warm_leak },
	{ "leak: threads", true, setup_linear, value_threads },
	{ "leak: kernel pages", true, setup_linear, value_kernel },
	{ "leak: shared memory", true, setup_linear, value_shmem },
	{ "steady", false, setup_none, value_steady },
	{ "noise, AR(1)", false, setup_noise, value_steady },
	{ "GC saw-tooth", false, setup_gc_of, value_gc },
	{ "cache fills and holds", false, setup_cache, value_cache },
	{ "warm-up", false, setup_warm_up, value_cache },
	{ "ramp to plateau", false, setup_plateau, value_plateau },
	{ "deploy steps", false, setup_steps, value_steps },
	{ "daily wave", false, setup_wave, value_wave },
	{ "weekly wave", false, setup_weekly, value_weekly },
	{ "batch jobs", false, setup_batch, value_batch },
	{ "bounded random walk", false, setup_walk, value_steady },
	{ "spikes", false, setup_spikes, value_spikes },
	{ "production, clean", false, setup_production, value_production },
	{ "page cache grows", false, setup_file, value_steady },
};
const int mw_pattern_count = sizeof(mw_patterns) / sizeof(mw_patterns[0]);

static void draw_scale(struct mw_generator *g)
{
	static const struct {
		double interval_low, interval_high, duration_low, duration_high;
	} scales[] = {
		{ 0.2, 0.2, 30.0, 60.0 },
		{ 0.5, 2.0, 300.0, 1800.0 },
		{ 5.0, 15.0, 3600.0, 6.0 * 3600.0 },
		{ 10.0, 60.0, 86400.0, 2.0 * 86400.0 },
		{ 30.0, 60.0, 3.0 * 86400.0, 7.0 * 86400.0 },
	};
	int scale = (int)uniform(g, 0.0, 5.0);

	g->interval_s = uniform(g, scales[scale].interval_low, scales[scale].interval_high);
	g->duration_s = uniform(g, scales[scale].duration_low, scales[scale].duration_high);
	g->missing = chance(g, 0.3) ? uniform(g, 0.0, 0.2) : 0.0;
}

static double peak(struct mw_generator *g)
{
	double highest = g->base;

	for (int i = 0; i <= 500; i++)
		highest = fmax(highest, g->pattern->value(g, g->duration_s * i / 500.0));
	return highest;
}

void mw_generator_init(struct mw_generator *g, const struct mw_pattern *pattern, uint64_t seed)
{
	memset(g, 0, sizeof(*g));
	g->pattern = pattern;
	g->rng.state = seed * 0x2545f4914f6cdd1du;
	draw_scale(g);
	g->base = log_uniform(g, 2e3, 5e7);
	g->noise = g->base * log_uniform(g, 1e-5, 1e-2);
	g->drift = g->base * log_uniform(g, 1e-5, 5e-3);
	g->memory_s = g->duration_s / log_uniform(g, 20.0, 1000.0);
	g->has_anon = chance(g, 0.5);
	g->has_limit = chance(g, 0.5);
	g->threads = 8;
	g->kernel_pages = 500;
	pattern->setup(g);
	/* A leak is seen for a third of the way to its limit or more; others stand well below theirs. */
	if (g->grows > 0.0)
		g->limit = g->base + g->p[0] * !!(pattern->value != value_loaded) +
			   g->grows * uniform(g, 1.0, 3.0);
	else
		g->limit = peak(g) * uniform(g, 1.3, 5.0);
}

double mw_generator_rate(const struct mw_generator *g)
{
	if (g->grows <= 0.0 || g->pattern->value == value_loaded)
		return NAN;
	return g->grows / (g->duration_s - g->begins_s);
}

static void fill(struct mw_generator *g, double value, struct mw_sample *sample)
{
	double keep = exp(-(g->now_s - g->last_s) / g->memory_s), file = 0.0, heap;

	g->wander = g->wander * keep + g->drift * sqrt(1.0 - keep * keep) * normal(g);
	heap = fmax(400.0, value + g->wander + g->noise * normal(g));
	heap = floor(heap / 4.0) * 4.0;
	if (g->has_anon) {
		file = g->base * 0.2 * (1.0 + 0.3 * sin(g->now_s / g->duration_s * 5.0));
		if (g->pattern->setup == setup_file)
			file += g->p[0] * g->now_s / g->duration_s;
		sample->anon_kb = (int64_t)heap;
		sample->file_kb = (int64_t)file;
	}
	if (g->shmem_kb > 0)
		sample->shmem_kb = g->shmem_kb;
	if (g->pattern->value == value_kernel || g->pattern->value == value_threads)
		sample->owned_kernel_pages = g->kernel_pages;
	sample->threads = g->threads;
	sample->rss_kb = (int64_t)(heap + file) + g->shmem_kb;
}

bool mw_generator_next(struct mw_generator *g, struct mw_sample *ret_sample)
{
	double value;

	/* A sampler is never quite regular; without this a fast saw-tooth would be aliased. */
	do {
		g->now_s += g->interval_s * uniform(g, 0.9, 1.1);
	} while (g->missing > 0.0 && chance(g, g->missing));
	if (g->now_s > g->duration_s)
		return false;
	memset(ret_sample, 0, sizeof(*ret_sample));
	ret_sample->anon_kb = ret_sample->file_kb = ret_sample->shmem_kb = MW_UNKNOWN;
	ret_sample->swap_kb = ret_sample->minflt = ret_sample->page_allocs = MW_UNKNOWN;
	ret_sample->page_frees = ret_sample->owned_user_pages = MW_UNKNOWN;
	ret_sample->owned_kernel_pages = ret_sample->slab_alloc_kb = MW_UNKNOWN;
	ret_sample->stall_us = ret_sample->limit_kb = MW_UNKNOWN;
	ret_sample->time_s = g->now_s;
	ret_sample->pid = 1;
	strcpy(ret_sample->comm, "generated");
	value = g->pattern->value(g, g->now_s);
	fill(g, value, ret_sample);
	g->last_s = g->now_s;
	if (g->has_limit)
		ret_sample->limit_kb = (int64_t)g->limit;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * patterns.c - the first patterns of the generators, those that the detector was
 * built with. Heights are drawn as parts of the base, and the growth of a leak as
 * a multiple of what hides it.
 */
#include "draw.h"

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
	g->rate = NAN;
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

static void setup_kernel(struct mw_generator *g)
{
	setup_linear(g);
	g->kernel_pages = 500;
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
	g->excused_s = g->p[1] + g->p[2];
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
	g->file_grows = g->base * uniform(g, 0.5, 5.0);
}

static const struct mw_pattern patterns[] = {
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
	{ "leak: threads", true, setup_kernel, value_threads },
	{ "leak: kernel pages", true, setup_kernel, value_kernel },
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

const struct mw_pattern_set mw_first_patterns = {
	.name = "generated",
	.patterns = patterns,
	.count = sizeof(patterns) / sizeof(patterns[0]),
};

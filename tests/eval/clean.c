// SPDX-License-Identifier: GPL-2.0-only
/*
 * clean.c - what hosts run that do not leak, in its own times: services for weeks,
 * with days and weekends, warm-ups, releases, collectors, caches, nightly jobs and
 * trimming. These are for false alarms per 100 process-days, and nothing in them
 * rises without an end. What rises for the first time by half of the base or more is
 * what a leak of strangers.c does in a day: an alert on it then is counted by itself,
 * as on other straight lines; the second time is no news and a false alarm.
 */
#include "draw.h"

#define DAY 86400.0

static void draw_service(struct mw_generator *g)
{
	static const double intervals[] = { 10.0, 30.0, 60.0, 60.0, 300.0 };

	g->duration_s = uniform(g, 3.0, 14.0) * DAY;
	g->interval_s = intervals[(int)uniform(g, 0.0, 5.0)];
	g->jitter = 0.05;
	g->missing = chance(g, 0.3) ? uniform(g, 0.0, 0.1) : 0.0;
	g->base = log_uniform(g, 8e3, 2e7);
	g->noise_kind = (enum mw_noise)uniform(g, 0.0, 3.0);
	g->noise = g->base * log_uniform(g, 1e-4, 1e-2);
	g->drift = g->base * log_uniform(g, 1e-4, 3e-2);
	g->memory_s = log_uniform(g, 60.0, 6.0 * 3600.0);
	/* the load: hour of the day at the beginning, day of the week, the weekend's part */
	g->p[0] = uniform(g, 0.0, DAY);
	g->p[1] = floor(uniform(g, 0.0, 7.0));
	g->p[2] = uniform(g, 0.2, 1.0);
	/* a warm-up of seconds to minutes */
	g->p[3] = uniform(g, 0.1, 0.7);
	g->p[4] = log_uniform(g, 20.0, 1800.0);
	draw_events(g, 1 + (int)(g->duration_s / DAY / log_uniform(g, 0.7, 10.0)), 0.9);
}

/* 0 to 1: low at night, less at weekends, no two days alike. */
static double load(const struct mw_generator *g, double t)
{
	double clock = (t + g->p[0]) / DAY, day = fmod(floor(clock) + g->p[1], 7.0);
	double x = sin(floor(clock) * 12.9898 + g->p[1]) * 43758.5453;
	double height = 0.85 + 0.15 * (x - floor(x));

	if (day >= 5.0)
		height *= g->p[2];
	return height * pow(0.5 - 0.5 * cos(2.0 * M_PI * clock), 1.3);
}

/* A first rise by @high that has come back by @until_s. */
static void excuse(struct mw_generator *g, double high, double until_s)
{
	if (high >= 0.5 * g->base)
		g->excused_s = until_s;
}

/* Since the last release, each of which is a new life. */
static double since_release(struct mw_generator *g, double t)
{
	int releases = events_before(g, t);

	g->life = releases;
	return releases > 0 ? t - g->event[releases - 1] : t;
}

static double warm(const struct mw_generator *g, double since)
{
	return g->base * (1.0 - g->p[3] * exp(-since / g->p[4]));
}

static void setup_web(struct mw_generator *g)
{
	draw_service(g);
	g->p[5] = g->base * uniform(g, 0.05, 0.6);
	excuse(g, g->p[5], DAY);
}

static double value_web(struct mw_generator *g, double t)
{
	return warm(g, since_release(g, t)) + g->p[5] * load(g, t);
}

/* A collected heap: its tooth of p[6] seconds is p[5] high. */
static void setup_collected(struct mw_generator *g)
{
	draw_service(g);
	g->p[5] = g->base * uniform(g, 0.2, 1.5);
	g->p[6] = log_uniform(g, 60.0, 4.0 * 3600.0);
	g->p[7] = g->base * uniform(g, 0.0, 0.3);
	excuse(g, g->p[5], g->p[6]);
}

static double value_collected(struct mw_generator *g, double t)
{
	double since = since_release(g, t), cycles = since / g->p[6];

	return warm(g, since) + g->p[7] * load(g, t) + g->p[5] * (cycles - floor(cycles));
}

/* A database: buffers that fill for hours with what is asked for, sorts by day. */
static void setup_database(struct mw_generator *g)
{
	draw_service(g);
	g->events = chance(g, 0.5) ? 0 : 1;
	g->p[5] = g->base * log_uniform(g, 0.5, 6.0);
	g->p[6] = log_uniform(g, 1200.0, 6.0 * 3600.0);
	g->p[7] = g->base * uniform(g, 0.05, 0.4);
}

static double value_database(struct mw_generator *g, double t)
{
	double since = since_release(g, t), x = sin(floor(t / 900.0) * 12.9898) * 43758.5453;
	double sorts = (x - floor(x)) < 0.3 * load(g, t) ? g->p[7] : 0.0;

	return warm(g, since) + g->p[5] * (1.0 - exp(-since / g->p[6])) + sorts;
}

/* A cache that is emptied by expiry: follows the load of the last p[6] seconds. */
static void setup_expiring(struct mw_generator *g)
{
	draw_service(g);
	g->events = 0;
	g->p[5] = g->base * uniform(g, 0.5, 4.0);
	g->p[6] = log_uniform(g, 600.0, 12.0 * 3600.0);
	excuse(g, g->p[5], DAY + g->p[6]);
}

static double value_expiring(struct mw_generator *g, double t)
{
	double sum = 0.0;

	for (int i = 0; i < 12; i++)
		sum += load(g, fmax(0.0, t - g->p[6] * i / 12.0));
	return warm(g, since_release(g, t)) +
	       g->p[5] * sum / 12.0 * (1.0 - exp(-3.0 * t / g->p[6]));
}

/* Jobs: nightly, p[5] high and p[6] long, and small ones every p[7]. */
static void setup_jobs(struct mw_generator *g)
{
	draw_service(g);
	g->events = 0;
	g->p[5] = g->base * uniform(g, 0.5, 6.0);
	g->p[6] = log_uniform(g, 600.0, 5.0 * 3600.0);
	g->p[7] = log_uniform(g, 600.0, 7200.0);
	excuse(g, g->p[5], DAY - g->p[0] + g->p[6]);
}

static double value_jobs(struct mw_generator *g, double t)
{
	double night = fmod(t + g->p[0], DAY), small = fmod(t, g->p[7]) / g->p[7];
	double high = g->base;

	if (night < g->p[6])
		high += g->p[5] * fmin(1.0, 1.4 * night / g->p[6]);
	if (small < 0.4)
		high += 0.3 * g->p[5] * small;
	return high;
}

/* malloc that gives back rarely: a peak of load stays until it is trimmed. */
static void setup_retaining(struct mw_generator *g)
{
	draw_service(g);
	g->p[5] = g->base * uniform(g, 0.1, 0.8);
	excuse(g, g->p[5], DAY);
}

static double value_retaining(struct mw_generator *g, double t)
{
	double since = since_release(g, t), peak = 0.0;

	for (int i = 0; i <= 24; i++)
		peak = fmax(peak, load(g, t - fmin(since, DAY) * i / 24.0));
	return warm(g, since) + g->p[5] * peak;
}

/* Idle: a daemon that does next to nothing, to the page. */
static void setup_idle(struct mw_generator *g)
{
	draw_service(g);
	g->noise = chance(g, 0.5) ? 0.0 : g->noise * 0.1;
	g->drift = chance(g, 0.5) ? 0.0 : g->drift * 0.1;
	g->p[3] = uniform(g, 0.0, 0.1);
}

static double value_idle(struct mw_generator *g, double t)
{
	return warm(g, since_release(g, t));
}

static const struct mw_pattern patterns[] = {
	{ "web service", false, setup_web, value_web },
	{ "collected heap", false, setup_collected, value_collected },
	{ "database", false, setup_database, value_database },
	{ "expiring cache", false, setup_expiring, value_expiring },
	{ "jobs", false, setup_jobs, value_jobs },
	{ "retaining malloc", false, setup_retaining, value_retaining },
	{ "idle daemon", false, setup_idle, value_idle },
};

const struct mw_pattern_set mw_clean_patterns = {
	.name = "clean",
	.patterns = patterns,
	.count = sizeof(patterns) / sizeof(patterns[0]),
};

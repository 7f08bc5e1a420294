// SPDX-License-Identifier: GPL-2.0-only
/*
 * others.c - patterns made of chance rather than of shapes: work that comes and goes,
 * teeth of any height, stores that fill by what is new to them. Written after the detector
 * was tuned, and never tuned on: what falls in these says how far the rest can be believed.
 */
#include "draw.h"

#define DAY 86400.0

static void draw_host(struct mw_generator *g)
{
	g->duration_s = log_uniform(g, 300.0, 7.0 * DAY);
	g->interval_s = fmin(fmax(g->duration_s / log_uniform(g, 300.0, 5000.0), 0.2), 300.0);
	g->jitter = 0.2;
	g->missing = chance(g, 0.2) ? uniform(g, 0.0, 0.2) : 0.0;
	g->base = log_uniform(g, 5e3, 1e7);
	g->noise_kind = (enum mw_noise)uniform(g, 0.0, 3.0);
	g->noise = g->base * log_uniform(g, 1e-4, 1e-2);
	g->drift = g->base * log_uniform(g, 1e-4, 1e-2);
	g->memory_s = g->duration_s / log_uniform(g, 30.0, 1000.0);
}

/* By ten times the noise, and by half of the base or more where it could be a part of a day. */
static void draw_leak_of(struct mw_generator *g)
{
	draw_host(g);
	g->grows = g->base * log_uniform(g, g->duration_s < 1.5 * DAY ? 0.5 : 0.1, 4.0);
	g->grows = fmax(g->grows, fmax(10.0 * (g->noise + g->drift), 3000.0));
}

/* A number from 0 to 1 that belongs to event @i of this series. */
static double part_of(const struct mw_generator *g, int i)
{
	double x = sin(12.9898 * (i + 1) + g->p[9]) * 43758.5453;

	return x - floor(x);
}

/* Works in bursts, leaks while it works: 40 to 300 bursts of any length. */
static void setup_bursts(struct mw_generator *g)
{
	draw_leak_of(g);
	draw_events(g, 2 * (int)uniform(g, 40.0, 300.0), 1.0);
	g->rate = NAN;
}

static double value_bursts(struct mw_generator *g, double t)
{
	double worked = 0.0, all = 0.0;

	for (int i = 0; i + 1 < g->events; i += 2) {
		all += g->event[i + 1] - g->event[i];
		if (t > g->event[i])
			worked += fmin(t, g->event[i + 1]) - g->event[i];
	}
	return g->base + g->grows * worked / all;
}

/* Between collections at random times anything may pile up; the floor rises below, or does not. */
static void setup_piles(struct mw_generator *g)
{
	draw_leak_of(g);
	draw_events(g, (int)uniform(g, 12.0, 60.0), 1.0);
	g->p[0] = g->grows * uniform(g, 0.1, 0.8);
	g->p[9] = uniform(g, 0.0, 1000.0);
}

static double value_piles(struct mw_generator *g, double t)
{
	int last = events_before(g, t);
	double from = last > 0 ? g->event[last - 1] : 0.0;
	double until = last < g->events ? g->event[last] : g->duration_s;
	double high = -log(1.0 - 0.95 * part_of(g, last));

	return g->base + ramp(g, t) + g->p[0] * high * (t - from) / fmax(until - from, 1.0);
}

static void setup_piles_innocent(struct mw_generator *g)
{
	setup_piles(g);
	g->grows = 0.0;
	g->excused_s = g->event[0];
}

/* The rate doubles, or trebles, until the end. */
static void setup_faster(struct mw_generator *g)
{
	draw_leak_of(g);
	g->p[0] = uniform(g, 1.0, 2.0);
	g->rate = NAN;
}

static double value_faster(struct mw_generator *g, double t)
{
	double x = t / g->duration_s;

	return g->base + g->grows * (x + 0.5 * g->p[0] * x * x) / (1.0 + 0.5 * g->p[0]);
}

/* Everything new is kept: of p[0] things, each asked for as often as any other. */
static void setup_coupons(struct mw_generator *g)
{
	draw_host(g);
	g->p[0] = floor(log_uniform(g, 10.0, 300.0));
	g->p[1] = g->base * log_uniform(g, 0.3, 5.0);
	g->p[2] = g->duration_s * log_uniform(g, 0.02, 0.2);
	g->p[9] = uniform(g, 0.0, 1000.0);
}

static double value_coupons(struct mw_generator *g, double t)
{
	int kept = 0;

	for (int i = 0; i < (int)g->p[0]; i++)
		kept += -log(1.0 - part_of(g, i)) * g->p[2] < t;
	return g->base + g->p[1] * kept / g->p[0];
}

/* Fills soon, then evicts: a saw below the bound. */
static void setup_evicting(struct mw_generator *g)
{
	draw_host(g);
	g->p[0] = g->base * log_uniform(g, 0.5, 5.0);
	g->p[1] = g->duration_s * uniform(g, 0.02, 0.1);
	g->p[2] = uniform(g, 0.05, 0.4);
	g->p[3] = g->duration_s / log_uniform(g, 10.0, 100.0);
	g->excused_s = g->p[1];
}

static double value_evicting(struct mw_generator *g, double t)
{
	double cycle = (t - g->p[1]) / g->p[3];

	if (t < g->p[1])
		return g->base + g->p[0] * t / g->p[1];
	return g->base + g->p[0] * (1.0 - g->p[2] * (1.0 - cycle + floor(cycle)));
}

/* Sessions that come and go: a wandering about its mean, of 5 to 40 % of the base. */
static void setup_sessions(struct mw_generator *g)
{
	draw_host(g);
	g->drift = g->base * uniform(g, 0.05, 0.4) / 2.5;
	g->memory_s = g->duration_s / log_uniform(g, 15.0, 200.0);
}

static double value_sessions(struct mw_generator *g, double t)
{
	(void)t;
	return 2.0 * g->base;
}

static const struct mw_pattern patterns[] = {
	{ "leak: in bursts of work", true, setup_bursts, value_bursts },
	{ "leak: below piles", true, setup_piles, value_piles },
	{ "leak: ever faster", true, setup_faster, value_faster },
	{ "piles of any height", false, setup_piles_innocent, value_piles },
	{ "store of what is new", false, setup_coupons, value_coupons },
	{ "fills, then evicts", false, setup_evicting, value_evicting },
	{ "sessions come and go", false, setup_sessions, value_sessions },
};

const struct mw_pattern_set mw_other_patterns = {
	.name = "other",
	.patterns = patterns,
	.count = sizeof(patterns) / sizeof(patterns[0]),
};

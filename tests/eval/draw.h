/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * draw.h - what the patterns of the generators are made of: random numbers from
 * the generator's own state, ramps, waves, the saw-tooth of a collector, and
 * times of events. Included by the files of patterns only.
 */
#ifndef MW_DRAW_H
#define MW_DRAW_H

#include <math.h>

#include "generators.h"

static inline uint64_t next_random(struct mw_rng *rng)
{
	/* splitmix64 (Steele, Lea, Flood 2014) */
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static inline double uniform(struct mw_generator *g, double low, double high)
{
	return low + (high - low) * (double)(next_random(&g->rng) >> 11) * 0x1p-53;
}

static inline double log_uniform(struct mw_generator *g, double low, double high)
{
	return exp(uniform(g, log(low), log(high)));
}

static inline double normal(struct mw_generator *g)
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

static inline bool chance(struct mw_generator *g, double part)
{
	return uniform(g, 0.0, 1.0) < part;
}

/* @count times over the series: regular with @jitter of their distance, or anywhere (1). */
static inline void draw_events(struct mw_generator *g, int count, double jitter)
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

static inline int events_before(const struct mw_generator *g, double t)
{
	int count = 0;

	while (count < g->events && g->event[count] <= t)
		count++;
	return count;
}

static inline double ramp(const struct mw_generator *g, double t)
{
	if (t <= g->begins_s)
		return 0.0;
	return g->grows * (t - g->begins_s) / (g->duration_s - g->begins_s);
}

/* A daily wave of height p[0] to p[0] * (1 + p[3]), period p[1], phase p[2], second harmonic p[4] */
static inline void setup_wave_of(struct mw_generator *g, double periods_low, double periods_high)
{
	double periods = uniform(g, periods_low, periods_high);

	g->p[0] = g->base * uniform(g, 0.05, 0.5);
	g->p[1] = g->duration_s > 2.5 * 86400.0 ? 86400.0 : g->duration_s / periods;
	g->p[2] = uniform(g, 0.0, 2.0 * M_PI);
	g->p[3] = uniform(g, 0.0, 0.15);
	g->p[4] = chance(g, 0.5) ? uniform(g, 0.0, 0.25) : 0.0;
}

static inline double wave_of(const struct mw_generator *g, double t)
{
	double x = 2.0 * M_PI * t / g->p[1] + g->p[2];
	double height = 1.0 + g->p[3] * sin(floor(x / (2.0 * M_PI)) * 2.4);

	return g->p[0] * height * (0.5 + 0.5 * sin(x) + g->p[4] * 0.5 * sin(2.0 * x + 1.0));
}

/* A collector's heap: p[0] the tooth, p[1] its period, p[2] young collections in it, p[3] their part */
static inline void setup_gc_of(struct mw_generator *g)
{
	g->p[0] = g->base * uniform(g, 0.1, 1.0);
	g->p[1] = g->duration_s / log_uniform(g, 12.0, 150.0);
	g->p[2] = floor(uniform(g, 1.0, 9.0));
	g->p[3] = g->p[2] > 1.0 ? uniform(g, 0.2, 0.6) : 0.0;
	g->p[4] = uniform(g, 0.0, 1.0);
}

static inline double gc_of(const struct mw_generator *g, double t)
{
	double cycle = t / g->p[1] + g->p[4], old = cycle - floor(cycle);
	double young = old * g->p[2] - floor(old * g->p[2]);

	return g->p[0] * ((1.0 - g->p[3]) * old + g->p[3] * young);
}

#endif /* MW_DRAW_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * generators.c - samples from a pattern: time-scales from 30 s at 0.2 s to 7 days
 * at 60 s, processes from 2 MB to 50 GB, up to 20 % of samples missing, noise, and
 * the columns that a source would tell. Knows nothing of the detector.
 */
#include "generators.h"

#include <string.h>

#include "draw.h"

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

/* Anything but a wave that the pattern adds to the base before the leak is under way. */
static double standing(struct mw_generator *g)
{
	return fmax(0.0, g->pattern->value(g, g->duration_s) - g->base - g->grows);
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
	g->jitter = 0.1;
	g->threads = 8;
	g->kernel_pages = g->shmem_kb = g->swap_kb = -1;
	pattern->setup(g);
	if (g->grows > 0.0 && g->rate == 0.0)
		g->rate = g->grows / (g->duration_s - g->begins_s);
	/* A leak is seen for a third of the way to its limit or more; others stand well below theirs. */
	if (g->grows > 0.0)
		g->limit = g->base + standing(g) + g->grows * uniform(g, 1.0, 3.0);
	else
		g->limit = peak(g) * uniform(g, 1.3, 5.0);
	g->life = 0;
}

double mw_generator_to_limit_s(const struct mw_generator *g)
{
	if (g->is_restarted)
		return NAN;
	return (g->duration_s - g->begins_s) * (g->limit - g->base) / g->grows;
}

/* One draw of the white noise, of standard deviation 1 as far as it has one. */
static double white(struct mw_generator *g)
{
	double z = normal(g), square;

	switch (g->noise_kind) {
	case MW_NOISE_HEAVY:
		square = 0.0;
		for (int i = 0; i < 3; i++) {
			double one = normal(g);

			square += one * one;
		}
		return z / sqrt(square);
	case MW_NOISE_BURSTS: return -log(1.0 - uniform(g, 0.0, 1.0));
	case MW_NOISE_NORMAL: break;
	}
	return z;
}

static void fill(struct mw_generator *g, double value, struct mw_sample *sample)
{
	double keep = exp(-(g->now_s - g->last_s) / g->memory_s), file = 0.0, heap;

	g->wander = g->wander * keep + g->drift * sqrt(1.0 - keep * keep) * normal(g);
	heap = fmax(400.0, value + g->wander + g->noise * white(g));
	heap = floor(heap / 4.0) * 4.0;
	if (g->swap_kb >= 0) {
		sample->swap_kb = g->swap_kb;
		heap = fmax(400.0, heap - (double)g->swap_kb);
	}
	if (g->has_anon) {
		file = g->base * 0.2 * (1.0 + 0.3 * sin(g->now_s / g->duration_s * 5.0));
		file += g->file_grows * g->now_s / g->duration_s;
		sample->anon_kb = (int64_t)heap;
		sample->file_kb = (int64_t)file;
	}
	if (g->shmem_kb >= 0)
		sample->shmem_kb = g->shmem_kb;
	if (g->kernel_pages >= 0)
		sample->owned_kernel_pages = g->kernel_pages;
	sample->threads = g->threads;
	sample->rss_kb = (int64_t)(heap + file) + (g->shmem_kb > 0 ? g->shmem_kb : 0);
}

bool mw_generator_next(struct mw_generator *g, struct mw_sample *ret_sample)
{
	double value;

	/* A sampler is never quite regular; without this a fast saw-tooth would be aliased. */
	do {
		g->now_s += g->interval_s * uniform(g, 1.0 - g->jitter, 1.0 + g->jitter);
		if (g->now_s > g->gap_begin_s && g->now_s < g->gap_end_s)
			g->now_s = g->gap_end_s;
	} while (g->missing > 0.0 && chance(g, g->missing));
	if (g->now_s > g->duration_s)
		return false;
	*ret_sample = mw_sample_unknown();
	value = g->pattern->value(g, g->now_s);
	ret_sample->time_s = g->now_s;
	ret_sample->pid = 1 + g->life;
	ret_sample->start_ticks = (uint64_t)g->life;
	strcpy(ret_sample->comm, "generated");
	fill(g, value, ret_sample);
	g->last_s = g->now_s;
	if (g->has_limit)
		ret_sample->limit_kb = (int64_t)g->limit;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generators.h - labelled series of memory growth from random parameters.
 * Deterministic: a pattern and a seed give the same series on every machine.
 */
#ifndef MW_GENERATORS_H
#define MW_GENERATORS_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

struct mw_rng {
	uint64_t state;
	double spare;
	bool has_spare;
};

struct mw_generator;

/**
 * struct mw_pattern - a kind of series
 * @name:    for the table
 * @is_leak: the label
 * @setup:   draws the parameters
 * @value:   floor and what stands on it at @t seconds, KiB, without noise
 */
struct mw_pattern {
	const char *name;
	bool is_leak;
	void (*setup)(struct mw_generator *g);
	double (*value)(struct mw_generator *g, double t);
};

#define MW_GENERATOR_EVENTS 600

/**
 * struct mw_generator - one series being generated
 * @interval_s, @duration_s: sampling; @missing part of the samples is lost
 * @base:       KiB at the beginning
 * @noise:      standard deviation of the white noise, KiB
 * @drift:      the same of the autocorrelated noise, forgotten over @memory_s
 * @grows:      growth at the end that the leak alone explains, KiB; 0 for innocents
 * @begins_s:   when the leak begins
 * @limit:      the limit, KiB, whether told to the detector or not
 * @has_limit:  told
 * @has_anon:   anon_kb and file_kb are told, and file mappings move on their own
 * @p:          the pattern's own parameters
 * @event, @events: times of its jumps, rising
 */
struct mw_generator {
	const struct mw_pattern *pattern;
	struct mw_rng rng;
	double interval_s, duration_s, missing;
	double base, noise, drift, memory_s;
	double grows, begins_s, limit;
	bool has_limit, has_anon;
	double p[8];
	double event[MW_GENERATOR_EVENTS];
	int events;
	double now_s, wander, last_s;
	int64_t threads, kernel_pages, shmem_kb;
};

extern const struct mw_pattern mw_patterns[];
extern const int mw_pattern_count;

/** mw_generator_init() - the series of @pattern for @seed */
void mw_generator_init(struct mw_generator *g, const struct mw_pattern *pattern, uint64_t seed);

/** mw_generator_next() - the next sample into @ret_sample; false at the end */
bool mw_generator_next(struct mw_generator *g, struct mw_sample *ret_sample);

/** mw_generator_rate() - true rate of the leak at the end, KiB/s; NAN where it is not constant */
double mw_generator_rate(const struct mw_generator *g);

#endif /* MW_GENERATORS_H */

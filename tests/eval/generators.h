/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generators.h - labelled series of memory growth from random parameters.
 * Deterministic: a pattern and a seed give the same series on every machine.
 */
#ifndef MW_GENERATORS_H
#define MW_GENERATORS_H

#include <stdbool.h>
#include <stddef.h>
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

/* Patterns that are scored together: the first ones, those of a stranger, those of chance, the long clean ones. */
struct mw_pattern_set {
	const char *name;
	const struct mw_pattern *patterns;
	int count;
};

extern const struct mw_pattern_set mw_first_patterns;
extern const struct mw_pattern_set mw_stranger_patterns;
extern const struct mw_pattern_set mw_other_patterns;
extern const struct mw_pattern_set mw_clean_patterns;

#define MW_GENERATOR_EVENTS 600

enum mw_noise {
	MW_NOISE_NORMAL,
	MW_NOISE_HEAVY,	 /* Student's t with 3 degrees of freedom */
	MW_NOISE_BURSTS, /* upwards only: what requests hold for a moment */
};

/**
 * struct mw_generator - one series being generated
 * @interval_s, @duration_s: sampling; @missing part of the samples is lost
 * @jitter:     of the interval, as a part of it
 * @gap_begin_s, @gap_end_s: no samples between
 * @base:       KiB at the beginning
 * @noise:      standard deviation of the white noise, KiB
 * @drift:      the same of the autocorrelated noise, forgotten over @memory_s
 * @grows:      growth at the end that the leak alone explains, KiB; 0 for innocents
 * @begins_s:   when the leak begins
 * @rate:       true rate at the end, KiB/s; NAN where it is not constant
 * @limit:      the limit, KiB, whether told to the detector or not
 * @has_limit:  told
 * @has_anon:   anon_kb and file_kb are told, and file mappings move on their own
 * @file_grows: growth of file mappings at the end, KiB
 * @excused_s:  an innocent that rises along a line until then looks like a leak
 *              until then; 0 for others
 * @p:          the pattern's own parameters
 * @event, @events: times of its jumps, rising
 * @life:       which process life it is: a new one is a restart
 * @is_restarted: the leak begins anew with each life, and never reaches a limit
 * @threads, @kernel_pages, @shmem_kb, @swap_kb: other columns; negative: not told
 */
struct mw_generator {
	const struct mw_pattern *pattern;
	struct mw_rng rng;
	double interval_s, duration_s, missing, jitter;
	double gap_begin_s, gap_end_s;
	double base, noise, drift, memory_s;
	enum mw_noise noise_kind;
	double grows, begins_s, rate, limit, excused_s;
	bool has_limit, has_anon;
	double file_grows;
	double p[10];
	double event[MW_GENERATOR_EVENTS];
	int events;
	double now_s, wander, last_s;
	int life;
	bool is_restarted;
	int64_t threads, kernel_pages, shmem_kb, swap_kb;
};

/** mw_generator_init() - the series of @pattern for @seed */
void mw_generator_init(struct mw_generator *g, const struct mw_pattern *pattern, uint64_t seed);

/** mw_generator_next() - the next sample into @ret_sample; false at the end */
bool mw_generator_next(struct mw_generator *g, struct mw_sample *ret_sample);

/** mw_generator_to_limit_s() - from the beginning of the leak to the limit at its rate, s, or NAN */
double mw_generator_to_limit_s(const struct mw_generator *g);

#endif /* MW_GENERATORS_H */

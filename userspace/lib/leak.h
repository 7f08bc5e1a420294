/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * leak.h - the online detector: samples of one process life in, a verdict out.
 *
 * No clock, no files, no globals, no logging. The same samples give the same
 * verdicts live and replayed. State is bounded however long the process lives:
 * mw_leak_size(), and about a third of it for one whose memory stands still.
 */
#ifndef MW_LEAK_H
#define MW_LEAK_H

#include <stdbool.h>
#include <stddef.h>

#include "crowd.h"
#include "sample.h"
#include "verdict.h"

/**
 * struct mw_leak_config - thresholds; mw_leak_defaults() gives those of the README
 * @min_samples:     samples that a growth must span before it can be called a leak
 * @min_windows:     closed windows that it must span (at least 8)
 * @p_value:         Mann-Kendall: the chance that we allow to a floor without trend
 * @interval:        coverage of the rate's interval, e.g. 0.95
 * @min_growth_kib:  growth of the floor below which nothing is said, KiB
 * @min_growth_part: the same as a part of the floor at its beginning
 * @wave_part:       peak-to-trough height, as a part of the floor, of the largest
 *                   daily wave that is held possible; a slower rise than such a
 *                   wave's waits until a wave would have shown itself
 * @wave_period_s:   the period of that wave, s (a day)
 * @urgent_part:     a rise that has used this part of the way from where it began
 *                   to the limit does not wait
 * @watermark_alpha: standard deviations above the usual (watermark.h)
 * @rate_short_s, @rate_long_s: windows in which the rate of allocations is compared, s
 * @crowd:           the kernel memory of all lives that are judged together, kept up to
 *                   date by them; NULL: each is judged by itself
 */
struct mw_leak_config {
	unsigned int min_samples;
	unsigned int min_windows;
	double p_value;
	double interval;
	double min_growth_kib;
	double min_growth_part;
	double wave_part;
	double wave_period_s;
	double urgent_part;
	double watermark_alpha;
	double rate_short_s;
	double rate_long_s;
	struct mw_crowd *crowd;
};

/* One process life. */
struct mw_leak;

/** mw_leak_defaults() - fill @ret_config with the documented thresholds */
void mw_leak_defaults(struct mw_leak_config *ret_config);

/**
 * mw_leak_new() - begin to judge one process life
 * @config: thresholds; must outlive the detector
 * Returns the detector, or NULL without memory.
 */
struct mw_leak *mw_leak_new(const struct mw_leak_config *config);

/** mw_leak_free() - end it; NULL is allowed */
void mw_leak_free(struct mw_leak *leak);

/** mw_leak_bytes() - memory that this life takes now */
size_t mw_leak_bytes(const struct mw_leak *leak);

/** mw_leak_size() - the most that one process life can take, bytes */
size_t mw_leak_size(void);

/**
 * mw_leak_add() - take one sample
 * Returns true when this sample changed the verdict (leak became true or
 * false), so that a daemon alerts on the edge. A sample that goes back in time,
 * is of another life, or whose time is not a finite number, is counted and
 * ignored; when eight in a row go back, the clock was set and the past is moved
 * to it. A column that goes back or is unknown is taken as it is.
 */
bool mw_leak_add(struct mw_leak *leak, const struct mw_sample *sample);

/** mw_leak_verdict() - the verdict as of the last sample, into @ret_verdict */
void mw_leak_verdict(const struct mw_leak *leak, struct mw_verdict *ret_verdict);

/** mw_leak_ignored() - samples that could not be used */
unsigned long mw_leak_ignored(const struct mw_leak *leak);

#endif /* MW_LEAK_H */

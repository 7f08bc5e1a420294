/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * steadiness.h - does the memory of a process stay where it is? What a release
 * gate asks, over minutes: growth in percent a minute and fluctuation in
 * percent. (Whether it leaks is another question, over longer: leak.h.)
 *
 * Pure: no clock, no files, no allocation. State is bounded however many
 * samples there are.
 */
#ifndef MW_STEADINESS_H
#define MW_STEADINESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Windows kept; an even number, at most MW_STATS_MAX. */
#define MW_STEADINESS_WINDOWS 60

/* Samples and windows below which nothing is said. */
#define MW_STEADINESS_SAMPLES_MIN 30
#define MW_STEADINESS_WINDOWS_MIN 10

/* Values of one stretch of time, KiB. */
struct mw_stretch {
	double sum;
	double min;
	double max;
	double begin_s;
	double end_s;
	uint64_t samples;
};

/**
 * struct mw_steadiness - of one process life; all zero is an empty one
 * @samples: taken
 * @per_window: samples that a window holds; doubles when the windows are full
 * @count: windows in @windows, of which the last may be open
 */
struct mw_steadiness {
	uint64_t samples;
	uint64_t per_window;
	size_t count;
	struct mw_stretch windows[MW_STEADINESS_WINDOWS];
};

/**
 * struct mw_steady - what came of it
 * @level_kib:  where the fitted line begins, KiB
 * @growth:     Theil-Sen slope of the windows' means, percent of @level_kib a minute
 * @growth_low, @growth_high: its 95 % interval
 * @grown_kib:  growth along the line from the first window to the last
 * @fluctuation: highest less lowest distance of a sample from the line, in
 *               percent of @level_kib
 * @swing_kib:  the same in KiB
 * @span_s:     from the first sample to the last
 */
struct mw_steady {
	double level_kib;
	double growth;
	double growth_low;
	double growth_high;
	double grown_kib;
	double fluctuation;
	double swing_kib;
	double span_s;
};

/** mw_steadiness_add() - one sample; a time before the last one's is ignored */
void mw_steadiness_add(struct mw_steadiness *steadiness, double now_s, double kib);

/**
 * mw_steadiness_judge() - what the samples so far say
 * @from_s: windows that begin before are warm-up, and left out
 * Returns false, and leaves *@ret_steady alone, when they are too few:
 * MW_STEADINESS_SAMPLES_MIN samples in MW_STEADINESS_WINDOWS_MIN windows.
 */
bool mw_steadiness_judge(const struct mw_steadiness *steadiness, double from_s,
			 struct mw_steady *ret_steady);

/** mw_steadiness_begin_s() - time of the first sample, NAN without one */
double mw_steadiness_begin_s(const struct mw_steadiness *steadiness);

/** mw_steadiness_end_s() - time of the last sample, NAN without one */
double mw_steadiness_end_s(const struct mw_steadiness *steadiness);

#endif /* MW_STEADINESS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watermark.h - how high is usual? The 95th percentile of about the last week
 * and alpha standard deviations above it: the line for what has no trend.
 * Pure: no allocation, no clock.
 */
#ifndef MW_WATERMARK_H
#define MW_WATERMARK_H

#include <stdint.h>

#define MW_WATERMARK_BINS 32

/**
 * struct mw_watermark - a histogram of time spent at each height; all zero to begin with
 * @low:     lower end of the first bin
 * @width:   of a bin, 0 before the second value
 * @total:   seconds in all bins
 * @seconds: in each bin
 * @last_s:  time of the last value
 * @above_s: since when the value is above the watermark, NAN while it is not
 */
struct mw_watermark {
	double low;
	double width;
	double last_s;
	double above_s;
	float total;
	float seconds[MW_WATERMARK_BINS];
	uint8_t has_begun;
};

/**
 * mw_watermark_add() - the value was @value from the last call until @now_s
 * @now_s: not before the last; a gap longer than @longest_s counts as that
 * @alpha: standard deviations above the percentile
 */
void mw_watermark_add(struct mw_watermark *watermark, double now_s, double value, double longest_s,
		      double alpha);

/** mw_watermark_quantile() - height below which it was for @part of the time; NAN at first */
double mw_watermark_quantile(const struct mw_watermark *watermark, double part);

/**
 * mw_watermark_level() - P95 + @alpha * (P84 - P16) / 2
 * NAN until an hour has been seen.
 */
double mw_watermark_level(const struct mw_watermark *watermark, double alpha);

#endif /* MW_WATERMARK_H */

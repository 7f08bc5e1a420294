// SPDX-License-Identifier: GPL-2.0-only
/*
 * watermark.c - how high is usual? Owns a histogram of bounded size; must never
 * allocate, or say that what is unusual is a leak.
 *
 * Model. Of each height it is counted for how long the value stood there, in 32
 * bins of one width. A value outside of them doubles the width (neighbours are
 * added) until it fits, so that a bin is between a 32nd and an eighth of the span
 * that was seen. When a week is full every bin is halved: what was
 * counted a week ago weighs a half, two weeks ago a quarter, and the whole
 * between half a week and one. The percentile is found inside its bin by
 * interpolation; its error is below one bin.
 *
 * The watermark is P95 + alpha * sigma with sigma = (P84 - P16) / 2, which for a
 * normal distribution is its standard deviation and which spikes do not move. A
 * value that stays above raises P95 itself only when it has stood there for a
 * twentieth of what is counted, 4.2 to 8.4 h: so long it is unusual, then usual.
 *
 * Worked example: a service between 900 and 1100 MiB, evenly. P95 = 1090, P84 -
 * P16 = 136, sigma = 68; with alpha = 3 the watermark is 1294 MiB. A deploy that
 * takes it to 1400 is above it for 4.2 to 8.4 h and usual from then on.
 */
#include <math.h>
#include <stdbool.h>

#include "watermark.h"

#define WEEK_S	604800.0
#define FIRST_S 3600.0
#define BINS	MW_WATERMARK_BINS

static void widen(struct mw_watermark *watermark, bool downwards)
{
	float *seconds = watermark->seconds;

	if (downwards) {
		watermark->low -= BINS * watermark->width;
		for (int i = BINS - 1; i >= BINS / 2; i--)
			seconds[i] = seconds[2 * i - BINS] + seconds[2 * i - BINS + 1];
		for (int i = 0; i < BINS / 2; i++)
			seconds[i] = 0.0f;
	} else {
		for (int i = 0; i < BINS / 2; i++)
			seconds[i] = seconds[2 * i] + seconds[2 * i + 1];
		for (int i = BINS / 2; i < BINS; i++)
			seconds[i] = 0.0f;
	}
	watermark->width *= 2.0;
}

/* The bin of @value; the first bins are a thousandth of the first value wide. */
static int bin_of(struct mw_watermark *watermark, double value)
{
	double at;

	if (!(watermark->width > 0.0)) {
		watermark->width = fmax(1.0, fabs(value) / 1000.0);
		watermark->low = value - BINS / 2 * watermark->width;
	}
	while ((at = (value - watermark->low) / watermark->width) < 0.0 || at >= BINS)
		widen(watermark, at < 0.0);
	return (int)at;
}

static void halve(struct mw_watermark *watermark)
{
	for (int i = 0; i < BINS; i++)
		watermark->seconds[i] /= 2.0f;
	watermark->total /= 2.0f;
}

void mw_watermark_add(struct mw_watermark *watermark, double now_s, double value, double longest_s,
		      double alpha)
{
	double spent_s, level;
	int bin;

	if (!(fabs(value) < 1e15))
		return;
	if (!watermark->has_begun) {
		watermark->has_begun = 1;
		watermark->last_s = now_s;
		watermark->above_s = NAN;
	}
	level = mw_watermark_level(watermark, alpha);
	if (!(value > level))
		watermark->above_s = NAN;
	else if (isnan(watermark->above_s))
		watermark->above_s = now_s;
	spent_s = fmin(now_s - watermark->last_s, longest_s);
	watermark->last_s = now_s;
	if (!(spent_s > 0.0))
		return;
	bin = bin_of(watermark, value);
	watermark->seconds[bin] += (float)spent_s;
	watermark->total += (float)spent_s;
	while (watermark->total > (float)WEEK_S)
		halve(watermark);
}

double mw_watermark_quantile(const struct mw_watermark *watermark, double part)
{
	double want = part * (double)watermark->total, below = 0.0;

	if (!(watermark->total > 0.0f))
		return NAN;
	for (int i = 0; i < BINS; i++) {
		double here = (double)watermark->seconds[i];

		if (here > 0.0 && below + here >= want)
			return watermark->low + watermark->width * (i + (want - below) / here);
		below += here;
	}
	return watermark->low + watermark->width * BINS;
}

double mw_watermark_level(const struct mw_watermark *watermark, double alpha)
{
	double sigma;

	if (watermark->total < (float)FIRST_S)
		return NAN;
	sigma = (mw_watermark_quantile(watermark, 0.84) - mw_watermark_quantile(watermark, 0.16)) /
		2.0;
	return mw_watermark_quantile(watermark, 0.95) + alpha * sigma;
}

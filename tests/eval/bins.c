// SPDX-License-Identifier: GPL-2.0-only
/*
 * bins.c - what the baselines see. The published ones take a virtual machine's use
 * of memory in percent, one value in five minutes; a series shorter than that makes
 * sense of is scaled to 400 bins, as if its time ran faster. That is generous:
 * nothing but the end of the data tells how long a bin of it is.
 */
#include "bins.h"

#include <math.h>

#include "stats.h"

#define PAPER_BIN_S 300.0
#define LEAST_BINS  400.0
/* Samples of one bin of which the median is taken; of more, the first. */
#define BIN_SAMPLES 512

/* RSS of all processes at one instant; moves @i behind it. */
static double sum_at(const struct mw_labelled *series, size_t *i)
{
	double now_s = series->samples[*i].time_s, sum = 0.0;

	for (; *i < series->count && series->samples[*i].time_s == now_s; ++*i)
		sum += (double)series->samples[*i].rss_kb;
	return sum;
}

static void close_bin(struct mw_bins *bins, double *values, size_t n, double end_s, double limit_kb)
{
	if (n == 0 || bins->count == MW_BINS_MAX)
		return;
	bins->end_s[bins->count] = end_s;
	bins->percent[bins->count++] = 100.0 * mw_stats_median(values, n) / limit_kb;
}

void mw_bins_make(const struct mw_labelled *series, struct mw_bins *ret_bins)
{
	double begin_s = series->samples[0].time_s, values[BIN_SAMPLES], end_s;
	double span_s = series->samples[series->count - 1].time_s - begin_s;
	size_t n = 0;

	ret_bins->count = 0;
	ret_bins->width_s = fmin(PAPER_BIN_S, span_s / LEAST_BINS);
	end_s = begin_s + ret_bins->width_s;
	for (size_t i = 0; i < series->count;) {
		double now_s = series->samples[i].time_s, sum;

		if (now_s >= end_s) {
			close_bin(ret_bins, values, n, end_s, series->limit_kb);
			n = 0;
			end_s += ret_bins->width_s *
				 (1.0 + floor((now_s - end_s) / ret_bins->width_s));
		}
		sum = sum_at(series, &i);
		if (n < BIN_SAMPLES)
			values[n++] = sum;
	}
	close_bin(ret_bins, values, n, end_s, series->limit_kb);
}

void mw_bins_fit(const struct mw_bins *bins, size_t from, size_t to, struct mw_line *ret_line)
{
	double n = (double)(to - from), t_mean = 0.0, y_mean = 0.0, tt = 0.0, ty = 0.0, yy = 0.0;

	for (size_t i = from; i < to; i++) {
		t_mean += bins->end_s[i] / n;
		y_mean += bins->percent[i] / n;
	}
	for (size_t i = from; i < to; i++) {
		double t = bins->end_s[i] - t_mean, y = bins->percent[i] - y_mean;

		tt += t * t;
		ty += t * y;
		yy += y * y;
	}
	ret_line->slope = tt > 0.0 ? ty / tt : 0.0;
	ret_line->r2 = tt > 0.0 && yy > 0.0 ? ty * ty / (tt * yy) : 0.0;
}

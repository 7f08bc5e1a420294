// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge_lines.c - three baselines that need no history: a fixed threshold of 90 %,
 * a regression over the last hour with a threshold of 10 % an hour, and linear
 * backward regression (LBR) as Jindal et al. publish it ("Memory Leak Detection
 * Algorithms in the Cloud-based Infrastructure", arXiv:2106.08938).
 *
 * LBR: windows that end now and grow backwards, of 60 bins or more, are fitted by a
 * line; a leak is one that rises, has R^2 of 0.8 or more, and will be at 100 % within
 * the critical time (seven days in bins of five minutes). Worked example: 2 % of the
 * limit a day at 90 % is there in five days; at 40 % in thirty, which is no leak.
 */
#include <math.h>

#include "bins.h"
#include "judges.h"

#define LBR_MIN_BINS	  60
#define LBR_R2		  0.8
#define LBR_CRITICAL_BINS 2016.0
/* Looked at this often: each bin of a short series, every hour of a long one. */
#define LBR_EVERY     12

#define HOUR_S	      3600.0
#define HOUR_MIN_BINS 30
#define HOUR_PART     0.10
#define FIXED_PERCENT 90.0

/* The longest window that passes is the trend. Returns false if none does. */
static bool lbr_now(const struct mw_bins *bins, size_t to, struct mw_line *ret_line)
{
	double critical_s = LBR_CRITICAL_BINS * bins->width_s;
	bool found = false;

	for (size_t length = LBR_MIN_BINS; length <= to; length += LBR_EVERY) {
		struct mw_line line;

		mw_bins_fit(bins, to - length, to, &line);
		if (line.slope <= 0.0 || line.r2 < LBR_R2)
			continue;
		if ((100.0 - bins->percent[to - 1]) / line.slope > critical_s)
			continue;
		*ret_line = line;
		found = true;
	}
	return found;
}

static void take_rate(const struct mw_labelled *series, const struct mw_line *line,
		      struct mw_judgement *judgement)
{
	judgement->rate = line->slope / 100.0 * series->limit_kb;
}

void mw_judge_lbr(const struct mw_labelled *series, struct mw_judgement *ret_judgement)
{
	static struct mw_bins bins;
	struct mw_line line = { 0 };

	mw_bins_make(series, &bins);
	for (size_t to = LBR_MIN_BINS; to <= bins.count; to += LBR_EVERY)
		mw_judgement_at(ret_judgement, bins.end_s[to - 1], lbr_now(&bins, to, &line));
	if (ret_judgement->leak)
		take_rate(series, &line, ret_judgement);
}

/* What there is of the last hour, at least 30 bins. */
void mw_judge_one_hour(const struct mw_labelled *series, struct mw_judgement *ret_judgement)
{
	static struct mw_bins bins;
	struct mw_line line = { 0 };
	size_t from = 0;

	mw_bins_make(series, &bins);
	for (size_t to = HOUR_MIN_BINS; to <= bins.count; to++) {
		/* five minutes give 12 bins an hour: a least number would never be there */
		while (bins.end_s[to - 1] - bins.end_s[from] > HOUR_S)
			from++;
		if (to - from < 2)
			continue;
		mw_bins_fit(&bins, from, to, &line);
		mw_judgement_at(ret_judgement, bins.end_s[to - 1],
				line.slope * HOUR_S > HOUR_PART * bins.percent[to - 1]);
	}
	if (ret_judgement->leak)
		take_rate(series, &line, ret_judgement);
}

void mw_judge_fixed(const struct mw_labelled *series, struct mw_judgement *ret_judgement)
{
	static struct mw_bins bins;

	mw_bins_make(series, &bins);
	for (size_t i = 0; i < bins.count; i++)
		mw_judgement_at(ret_judgement, bins.end_s[i], bins.percent[i] >= FIXED_PERCENT);
}

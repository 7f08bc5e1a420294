/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bins.h - a series as the baselines see it: the sum of RSS over its processes, in
 * percent of the limit, as medians of bins; and least squares over a run of bins.
 */
#ifndef MW_EVAL_BINS_H
#define MW_EVAL_BINS_H

#include "series.h"

/* A fortnight in the papers' five minutes. */
#define MW_BINS_MAX 4096

/**
 * struct mw_bins - the bins of a series
 * @width_s: five minutes, or a 400th of a series that is shorter than 400 of these
 * @end_s:   when a bin was complete
 * @percent: median of it, percent of the limit
 * @count:   how many; those without a sample are left out
 */
struct mw_bins {
	double width_s;
	double end_s[MW_BINS_MAX];
	double percent[MW_BINS_MAX];
	size_t count;
};

/** mw_bins_make() - the bins of @series */
void mw_bins_make(const struct mw_labelled *series, struct mw_bins *ret_bins);

struct mw_line {
	double slope; /* percent a second */
	double r2;
};

/** mw_bins_fit() - least squares over bins @from to before @to, two or more */
void mw_bins_fit(const struct mw_bins *bins, size_t from, size_t to, struct mw_line *ret_line);

#endif /* MW_EVAL_BINS_H */

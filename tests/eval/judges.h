/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judges.h - who judges a series: memwatch's detector, and the baselines that it
 * is compared with. Each sees the samples in order and nothing of the future.
 */
#ifndef MW_EVAL_JUDGES_H
#define MW_EVAL_JUDGES_H

#include "series.h"
#include "verdict.h"

/**
 * struct mw_judgement - what one judge said of one series
 * @leak:       at the end of the data
 * @first_s:    the first alert, NAN if never
 * @last_s:     when the last alert began, NAN if never
 * @alerts:     how often one began
 * @rate, @low, @high: KiB/s at the end; NAN where it does not say
 * @class_name: of the leak at the end, or NULL
 * @reason:     of memwatch's verdict
 * @cpu_s:      what judging took, s of CPU
 */
struct mw_judgement {
	bool leak;
	double first_s;
	double last_s;
	unsigned int alerts;
	double rate, low, high;
	const char *class_name;
	char reason[MW_REASON_MAX];
	double cpu_s;
};

struct mw_judge {
	const char *name;
	void (*judge)(const struct mw_labelled *series, struct mw_judgement *ret_judgement);
};

/* The first is memwatch. */
extern const struct mw_judge mw_judges[];
#define MW_JUDGES 5

void mw_judge_memwatch(const struct mw_labelled *series, struct mw_judgement *ret_judgement);
void mw_judge_lbr(const struct mw_labelled *series, struct mw_judgement *ret_judgement);
void mw_judge_precogmf(const struct mw_labelled *series, struct mw_judgement *ret_judgement);
void mw_judge_one_hour(const struct mw_labelled *series, struct mw_judgement *ret_judgement);
void mw_judge_fixed(const struct mw_labelled *series, struct mw_judgement *ret_judgement);

/** mw_judgement_init() - nothing said yet */
void mw_judgement_init(struct mw_judgement *judgement);

/** mw_judgement_at() - at @now_s a judge says @leak: counts where an alert begins */
void mw_judgement_at(struct mw_judgement *judgement, double now_s, bool leak);

#endif /* MW_EVAL_JUDGES_H */

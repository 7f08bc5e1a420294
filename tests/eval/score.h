/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * score.h - counts judgements against labels, by pattern, half and judge, and
 * prints the tables.
 */
#ifndef MW_EVAL_SCORE_H
#define MW_EVAL_SCORE_H

#include <stdio.h>

#include "judges.h"

/** mw_score_count() - one series that judge number @judge has judged */
void mw_score_count(const struct mw_labelled *series, int judge,
		    const struct mw_judgement *judgement);

/** mw_score_print() - the tables of both halves, those without series left out */
void mw_score_print(void);

/** mw_score_write() - the same figures as CSV: one line for each half, pattern and judge */
void mw_score_write(FILE *file);

/** mw_score_write_series() - one judgement as a line of CSV; a NULL @series: the header */
void mw_score_write_series(FILE *file, const struct mw_labelled *series, int judge,
			   const struct mw_judgement *judgement);

/**
 * mw_score_is_good() - is memwatch good enough on the half @held_out?
 * 97 % precision and 95 % recall at the end on recordings, and on generated series
 * of both sets; the middle delay under half of the way to the limit; less than one
 * false alarm in 100 clean process-days. A part without series is not asked for.
 * What fails is printed. So is a precision at any time, of all series, that is under 97 %;
 * that fails only when it is under @least_ever.
 */
bool mw_score_is_good(bool held_out, double least_ever);

#endif /* MW_EVAL_SCORE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_thin.h - how far apart the samples of a given age lie, for those who
 * read them.
 */
#ifndef MW_STORE_THIN_H
#define MW_STORE_THIN_H

/**
 * mw_store_step_s() - time between two samples of a life that changes all the time, s
 * @age_s:     how old they are
 * @spacing_s: with which they were taken
 */
double mw_store_step_s(double age_s, double spacing_s);

#endif /* MW_STORE_THIN_H */

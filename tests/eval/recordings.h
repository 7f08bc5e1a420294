/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * recordings.h - recordings of real runtimes, with the labels of their manifest.
 */
#ifndef MW_EVAL_RECORDINGS_H
#define MW_EVAL_RECORDINGS_H

#include <stdio.h>

#include "series.h"

/** mw_recordings_open() - the manifest of @dir, behind its header; exits 2 with a message */
FILE *mw_recordings_open(const char *dir);

/**
 * mw_recordings_next() - the next recording into @ret_series, whose samples are
 * the caller's to free; false at the end; exits 2 with a message on a bad line
 */
bool mw_recordings_next(FILE *manifest, const char *dir, struct mw_labelled *ret_series);

#endif /* MW_EVAL_RECORDINGS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * notice.h - how the library tells its caller of what changed and what a person
 * should know: a sink went down, the disk is full, a database was set aside.
 * The library itself never logs; the caller decides where a notice goes.
 */
#ifndef MW_NOTICE_H
#define MW_NOTICE_H

/* Longest notice and longest error sentence, with the NUL. */
#define MW_NOTICE_MAX 512

/* @sentence: without a newline, safe for a terminal; told once for each change, not each try. */
typedef void (*mw_notice_fn)(const char *sentence, void *arg);

/**
 * mw_failed() - put the sentence into @ret_error, cut to its room; returns @err
 *
 * For `return mw_failed(-errno, ret_error, "cannot open %s: %s", ...)`.
 */
int mw_failed(int err, char ret_error[MW_NOTICE_MAX], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* MW_NOTICE_H */

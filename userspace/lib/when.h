/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * when.h - the moments that people type: "2h", "-30m", "now", "2026-11-21",
 * "2026-11-21 04:05", "1795226420". Strict; local time is that of TZ.
 */
#ifndef MW_WHEN_H
#define MW_WHEN_H

/**
 * mw_when_parse() - a moment as Unix time, seconds
 * A duration ("2h", "-2h") is that long ago; a number of 100,000,000 or more is Unix time; a
 * date stands for its beginning, and "T" may stand between date and time.
 * Returns NULL, or what is wrong with @text as a phrase; then *@ret_s is untouched.
 */
const char *mw_when_parse(const char *text, double now_s, double *ret_s);

#endif /* MW_WHEN_H */

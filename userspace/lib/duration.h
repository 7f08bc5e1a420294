/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * duration.h - the durations and sizes that people type: "500ms", "10s", "5m",
 * "2h", "1d"; "512K", "64M", "2G". Pure and strict: what is not understood is
 * refused with a reason, never guessed.
 */
#ifndef MW_DURATION_H
#define MW_DURATION_H

#include <stdint.h>

/**
 * mw_duration_parse() - "90", "1.5s", "500ms", "5m", "2h" or "1d" in seconds
 * A bare number is seconds. Returns NULL, or what is wrong with @text as a
 * phrase ("has no unit that memwatch knows …"); then *@ret_seconds is untouched.
 * Zero and negative durations are refused, and more than ten years.
 */
const char *mw_duration_parse(const char *text, double *ret_seconds);

/**
 * mw_size_parse_kb() - "64M", "2G", "512K", "1.5GiB" or "65536" (bytes) in KiB
 * Units are powers of 1024. Returns NULL, or what is wrong with @text as a
 * phrase; then *@ret_kb is untouched. Less than 1 KiB is refused.
 */
const char *mw_size_parse_kb(const char *text, int64_t *ret_kb);

#endif /* MW_DURATION_H */

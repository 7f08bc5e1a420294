/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * number.h - strict decimal numbers out of text that is not NUL-terminated.
 * Pure, and fast: recordings hold hundreds of millions of them. The locale has
 * no say.
 *
 * Every function returns NULL when it could read the whole of the text, else
 * what is wrong in words that follow `value "…": `; then the output is
 * untouched.
 */
#ifndef MW_NUMBER_H
#define MW_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/** mw_number_uint64() - digits alone: no sign, no blanks, no fraction */
const char *mw_number_uint64(const char *text, size_t len, uint64_t *ret_value);

/**
 * mw_number_count() - a count or an amount, 0 to INT64_MAX
 * A decimal fraction is allowed, since other tools print `1234.0`; it is
 * dropped.
 */
const char *mw_number_count(const char *text, size_t len, int64_t *ret_value);

/**
 * mw_number_double() - a finite number with sign, fraction and exponent
 * Correctly rounded. Hexadecimal, infinity and NaN are refused.
 */
const char *mw_number_double(const char *text, size_t len, double *ret_value);

#endif /* MW_NUMBER_H */

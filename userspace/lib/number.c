// SPDX-License-Identifier: GPL-2.0-only
/*
 * number.c - strict decimal numbers out of text. The common forms are read by
 * hand; only a double with many digits or an exponent goes to strtod().
 */
#include "number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char not_a_number[] = "not a number";
static const char too_large[] = "too large";
static const char is_empty[] = "empty";
static const char is_negative[] = "negative";

/* Digits that always fit a uint64_t. */
#define SAFE_DIGITS 19
/* Longest text that strtod() is given; more digits than that mean nothing. */
#define DOUBLE_TEXT_MAX 64

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Why a text that is not all digits is refused. */
static const char *integer_complaint(const char *text, size_t len)
{
	double value;

	if (len == 0)
		return is_empty;
	if (mw_number_double(text, len, &value) != NULL)
		return not_a_number;
	if (value < 0)
		return is_negative;
	return "not a whole number";
}

/*
 * The digits at the head of @text; stops at the first other character or at overflow. A number has
 * two or three of them, and tables have thousands: a call would cost as much as to read one.
 */
static inline __attribute__((always_inline)) size_t
read_digits(const char *text, size_t len, uint64_t *ret_value, bool *ret_overflow)
{
	size_t safe = len < SAFE_DIGITS ? len : SAFE_DIGITS;
	uint64_t value = 0;
	size_t i = 0;

	for (; i < safe && is_digit(text[i]); i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	*ret_overflow = false;
	for (; i < len && is_digit(text[i]); i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			*ret_overflow = true;
		else
			value = value * 10 + digit;
	}
	*ret_value = value;
	return i;
}

const char *mw_number_uint64(const char *text, size_t len, uint64_t *ret_value)
{
	uint64_t value;
	bool overflow;
	size_t used = read_digits(text, len, &value, &overflow);

	if (used == 0 || used < len)
		return integer_complaint(text, len);
	if (overflow)
		return too_large;
	*ret_value = value;
	return NULL;
}

/* Whether @text is a dot and at least one digit, and nothing else. */
static bool is_fraction(const char *text, size_t len)
{
	if (len < 2 || text[0] != '.')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_digit(text[i]))
			return false;
	return true;
}

const char *mw_number_count(const char *text, size_t len, int64_t *ret_value)
{
	uint64_t value;
	bool overflow;
	size_t used = read_digits(text, len, &value, &overflow);

	if (used == 0 || (used < len && !is_fraction(text + used, len - used)))
		return integer_complaint(text, len);
	if (overflow || value > INT64_MAX)
		return too_large;
	*ret_value = (int64_t)value;
	return NULL;
}

/* Whether @text is a decimal number as C writes it, without blanks or names. */
static bool is_decimal(const char *text, size_t len)
{
	size_t i = 0;
	size_t digits = 0;

	if (i < len && (text[i] == '-' || text[i] == '+'))
		i++;
	for (; i < len && is_digit(text[i]); i++)
		digits++;
	if (i < len && text[i] == '.')
		for (i++; i < len && is_digit(text[i]); i++)
			digits++;
	if (digits == 0)
		return false;
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		i++;
		if (i < len && (text[i] == '-' || text[i] == '+'))
			i++;
		if (i == len)
			return false;
		while (i < len && is_digit(text[i]))
			i++;
	}
	return i == len;
}

static const char *slow_double(const char *text, size_t len, double *ret_value)
{
	char copy[DOUBLE_TEXT_MAX + 1];
	double value;

	if (len == 0)
		return is_empty;
	if (!is_decimal(text, len))
		return not_a_number;
	if (len > DOUBLE_TEXT_MAX)
		return "too long for a number";
	memcpy(copy, text, len);
	copy[len] = '\0';
	value = strtod(copy, NULL);
	if (!isfinite(value))
		return too_large;
	*ret_value = value;
	return NULL;
}

/*
 * An integer of at most 2^53 divided by a power of ten of at most 10^22: both
 * are exact doubles, so that the one rounding of the division is the correct
 * one (Clinger 1990).
 */
const char *mw_number_double(const char *text, size_t len, double *ret_value)
{
	static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
	uint64_t mantissa = 0;
	size_t digits = 0;
	size_t fraction = 0;
	size_t i = 0;

	for (; i < len && digits < SAFE_DIGITS && is_digit(text[i]); i++, digits++)
		mantissa = mantissa * 10 + (uint64_t)(text[i] - '0');
	if (i > 0 && i + 1 < len && text[i] == '.')
		for (i++; i < len && digits < SAFE_DIGITS && is_digit(text[i]); i++, digits++) {
			mantissa = mantissa * 10 + (uint64_t)(text[i] - '0');
			fraction++;
		}
	if (i < len || digits == 0 || mantissa > (1ULL << 53) ||
	    fraction >= sizeof(power) / sizeof(power[0]))
		return slow_double(text, len, ret_value);
	*ret_value = (double)mantissa / power[fraction];
	return NULL;
}

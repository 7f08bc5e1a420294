// SPDX-License-Identifier: GPL-2.0-only
/*
 * duration.c - durations and sizes out of text. Holds the tables
 * of units and nothing else; never touches files or clocks.
 */
#include "duration.h"

#include <math.h>
#include <string.h>

#include "number.h"

#define LONGEST_S  (10 * 365.25 * 86400)
#define LARGEST_KB 9007199254740992.0 /* 2^53: exact in a double */

struct unit {
	const char *name;
	double factor;
};

static const struct unit time_units[] = {
	{ "", 1 },     { "ms", 0.001 }, { "s", 1 },	{ "sec", 1 }, { "m", 60 },
	{ "min", 60 }, { "h", 3600 },	{ "d", 86400 }, { NULL, 0 },
};

/* In KiB. */
static const struct unit size_units[] = {
	{ "", 1.0 / 1024 },  { "B", 1.0 / 1024 },   { "K", 1 },
	{ "KiB", 1 },	     { "kB", 1 },	    { "k", 1 },
	{ "M", 1024 },	     { "MiB", 1024 },	    { "MB", 1024 },
	{ "G", 1048576 },    { "GiB", 1048576 },    { "GB", 1048576 },
	{ "T", 1073741824 }, { "TiB", 1073741824 }, { NULL, 0 },
};

static const char *parse_with_unit(const char *text, const struct unit *units,
				   const char *unknown_unit, double *ret_value)
{
	size_t digits = strspn(text, "0123456789.");
	double value;

	if (text[0] == '\0')
		return "is empty";
	if (text[0] == '-')
		return "must not be negative";
	if (mw_number_double(text, digits, &value) != NULL)
		return "does not begin with a number";
	for (; units->name != NULL; units++) {
		if (strcmp(text + digits, units->name) == 0) {
			*ret_value = value * units->factor;
			return NULL;
		}
	}
	return unknown_unit;
}

const char *mw_duration_parse(const char *text, double *ret_seconds)
{
	double seconds;
	const char *wrong = parse_with_unit(text, time_units,
					    "has an unknown unit; use ms, s, m, h or d", &seconds);

	if (wrong != NULL)
		return wrong;
	if (seconds <= 0)
		return "must be more than zero";
	if (seconds > LONGEST_S)
		return "is longer than ten years";
	*ret_seconds = seconds;
	return NULL;
}

const char *mw_size_parse_kb(const char *text, int64_t *ret_kb)
{
	double kb;
	const char *wrong =
		parse_with_unit(text, size_units, "has an unknown unit; use K, M, G or T", &kb);

	if (wrong != NULL)
		return wrong;
	if (kb < 1)
		return "is less than 1K";
	if (kb > LARGEST_KB)
		return "is too large";
	*ret_kb = (int64_t)floor(kb);
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * when.c - moments out of words. Reads no clock: now is an argument.
 */
#define _GNU_SOURCE /* strptime */
#include "when.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "duration.h"
#include "number.h"

#define UNIX_LEAST 1e8

static bool parse_date(const char *text, double *ret_s)
{
	static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
					       "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *rest = strptime(text, formats[i], &tm);

		if (rest == NULL || *rest != '\0')
			continue;
		*ret_s = (double)mktime(&tm);
		return true;
	}
	return false;
}

const char *mw_when_parse(const char *text, double now_s, double *ret_s)
{
	double value;

	if (strcmp(text, "now") == 0) {
		*ret_s = now_s;
		return NULL;
	}
	if (mw_number_double(text, strlen(text), &value) == NULL && value >= UNIX_LEAST) {
		*ret_s = value;
		return NULL;
	}
	if (mw_duration_parse(text + (text[0] == '-'), &value) == NULL) {
		*ret_s = now_s - value;
		return NULL;
	}
	if (parse_date(text, ret_s))
		return NULL;
	return "is no moment: give 2h (ago), now, 2026-11-21, \"2026-11-21 04:05\" or Unix time";
}

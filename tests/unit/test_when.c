// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_when.c - moments as people type them, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "when.h"

#define NOW 1795226420.5

static void understood(void **state)
{
	static const struct {
		const char *text;
		double time_s;
	} cases[] = {
		{ "now", NOW },
		{ "2h", NOW - 7200 },
		{ "-2h", NOW - 7200 },
		{ "90", NOW - 90 },
		{ "-1.5d", NOW - 129600 },
		{ "1795226000", 1795226000 },
		{ "1795226000.25", 1795226000.25 },
		{ "1970-01-02", 86400 },
		{ "2026-11-21 04:05", 1795233900 },
		{ "2026-11-21T04:05:06", 1795233906 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double time_s = 0;

		assert_null(mw_when_parse(cases[i].text, NOW, &time_s));
		assert_true(time_s == cases[i].time_s);
	}
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"",	"-",   "yesterday", "2026-13-01", "2026-11-21 25:00", "2026-11-21 04:05 ",
		"--2h", "2 h", "1e300d",    "nan"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		double time_s = 1;

		assert_non_null(mw_when_parse(texts[i], NOW, &time_s));
		assert_true(time_s == 1);
	}
}

static void local_time(void **state)
{
	double time_s;

	(void)state;
	setenv("TZ", "UTC-2", 1);
	tzset();
	assert_null(mw_when_parse("2026-11-21 04:05", NOW, &time_s));
	assert_true(time_s == 1795233900 - 7200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understood),
		cmocka_unit_test(refused),
		cmocka_unit_test(local_time),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

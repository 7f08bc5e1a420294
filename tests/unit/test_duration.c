// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_duration.c - the durations and sizes that people type.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "duration.h"

static void durations(void **state)
{
	static const struct {
		const char *text;
		double seconds;
	} cases[] = {
		{ "90", 90 },	 { "10s", 10 },	  { "500ms", 0.5 }, { "5m", 300 },
		{ "5min", 300 }, { "2h", 7200 },  { "1d", 86400 },  { "1.5s", 1.5 },
		{ "0.2s", 0.2 }, { "30sec", 30 }, { "0.5h", 1800 }, { "3650d", 315360000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double seconds = -1;

		assert_null(mw_duration_parse(cases[i].text, &seconds));
		assert_true(seconds == cases[i].seconds);
	}
}

static void what_is_no_duration(void **state)
{
	static const struct {
		const char *text;
		const char *wrong;
	} cases[] = {
		{ "", "is empty" },
		{ "s", "does not begin with a number" },
		{ "1.2.3s", "does not begin with a number" },
		{ "ten", "does not begin with a number" },
		{ " 1s", "does not begin with a number" },
		{ "10x", "has an unknown unit; use ms, s, m, h or d" },
		{ "10 s", "has an unknown unit; use ms, s, m, h or d" },
		{ "10s ", "has an unknown unit; use ms, s, m, h or d" },
		{ "1h30m", "has an unknown unit; use ms, s, m, h or d" },
		{ "-1s", "must not be negative" },
		{ "0", "must be more than zero" },
		{ "0ms", "must be more than zero" },
		{ "3653d", "is longer than ten years" },
		{ "99999999999999999999999", "is longer than ten years" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double seconds = -1;
		const char *wrong = mw_duration_parse(cases[i].text, &seconds);

		assert_non_null(wrong);
		assert_string_equal(wrong, cases[i].wrong);
		assert_true(seconds == -1);
	}
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		int64_t kb;
	} cases[] = {
		{ "65536", 64 },   { "1024B", 1 },	{ "512K", 512 },      { "512k", 512 },
		{ "512kB", 512 },  { "64M", 65536 },	{ "64MB", 65536 },    { "64MiB", 65536 },
		{ "2G", 2097152 }, { "1.5G", 1572864 }, { "1T", 1073741824 }, { "2047", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t kb = -1;

		assert_null(mw_size_parse_kb(cases[i].text, &kb));
		assert_int_equal(kb, cases[i].kb);
	}
}

static void what_is_no_size(void **state)
{
	static const struct {
		const char *text;
		const char *wrong;
	} cases[] = {
		{ "", "is empty" },
		{ "M", "does not begin with a number" },
		{ "1X", "has an unknown unit; use K, M, G or T" },
		{ "1 M", "has an unknown unit; use K, M, G or T" },
		{ "64m", "has an unknown unit; use K, M, G or T" },
		{ "-1M", "must not be negative" },
		{ "0", "is less than 1K" },
		{ "1023", "is less than 1K" },
		{ "99999999999T", "is too large" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t kb = -1;
		const char *wrong = mw_size_parse_kb(cases[i].text, &kb);

		assert_non_null(wrong);
		assert_string_equal(wrong, cases[i].wrong);
		assert_int_equal(kb, -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(what_is_no_duration),
		cmocka_unit_test(sizes),
		cmocka_unit_test(what_is_no_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

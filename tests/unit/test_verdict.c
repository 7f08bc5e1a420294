// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_verdict.c - amounts, rates and spans of time as people read them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verdict.h"

static void amounts(void **state)
{
	static const struct {
		double kib;
		const char *text;
	} cases[] = {
		{ 0, "0.00 KiB" },
		{ 4, "4.00 KiB" },
		{ 812, "812 KiB" },
		{ 1024, "1.00 MiB" },
		{ 15.25 * 1024, "15.2 MiB" },
		{ 1468006.4, "1.40 GiB" },
		{ 3221225472, "3.00 TiB" },
		{ -2048, "-2.00 MiB" },
		{ 1e30, "9.31e+20 TiB" },
	};
	char text[MW_FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mw_format_kib(cases[i].kib, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void rates(void **state)
{
	static const struct {
		double rate, scale;
		const char *text;
	} cases[] = {
		{ 41.83, 41.83, "41.8 KiB/s" },
		{ 40.2, 41.83, "40.2 KiB/s" },
		{ 1536, 1536, "1.50 MiB/s" },
		/* 0.5 MiB an hour */
		{ 0.142222, 0.142222, "12.0 MiB/day" },
		{ 0.5, 0.5, "1.76 MiB/h" },
		{ 0.001, 0.001, "86.4 KiB/day" },
		/* the end of an interval keeps the unit of its rate, whatever its own size */
		{ -3, 1536, "-0.00 MiB/s" },
	};
	char text[MW_FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mw_format_rate(cases[i].rate, cases[i].scale, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void durations(void **state)
{
	static const struct {
		double seconds;
		const char *text;
	} cases[] = {
		{ 14, "14.0 s" },	 { 119, "119 s" },	  { 120, "2.00 min" },
		{ 1260, "21.0 min" },	 { 7200, "2.00 h" },	  { 18720, "5.20 h" },
		{ 172800, "2.00 days" }, { 8640000, "100 days" }, { 0.25, "0.25 s" },
	};
	char text[MW_FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mw_format_duration(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts),
		cmocka_unit_test(rates),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

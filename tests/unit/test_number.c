// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_number.c - strict decimal numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <stdlib.h>

#include "number.h"

static void assert_wrong(const char *got, const char *expected)
{
	assert_non_null(got);
	assert_string_equal(got, expected);
}

static void unsigned_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "007", 7 },
		{ "99312", 99312 },
		{ "9999999999999999999", 9999999999999999999ULL },
		{ "18446744073709551615", UINT64_MAX },
		{ "0000000000000000000000000000001", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 42;

		assert_null(mw_number_uint64(cases[i].text, strlen(cases[i].text), &value));
		assert_int_equal(value, cases[i].value);
	}
}

static void what_is_no_unsigned_number(void **state)
{
	static const struct {
		const char *text;
		const char *wrong;
	} cases[] = {
		{ "", "empty" },
		{ " 1", "not a number" },
		{ "1 ", "not a number" },
		{ "1x", "not a number" },
		{ "x", "not a number" },
		{ "0x10", "not a number" },
		{ "-", "not a number" },
		{ "-1", "negative" },
		{ "+1", "not a whole number" },
		{ "1.5", "not a whole number" },
		{ "1e3", "not a whole number" },
		{ "18446744073709551616", "too large" },
		{ "99999999999999999999999", "too large" },
		{ "nan", "not a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 42;

		assert_wrong(mw_number_uint64(cases[i].text, strlen(cases[i].text), &value),
			     cases[i].wrong);
		assert_int_equal(value, 42);
	}
}

static void a_nul_byte_is_no_digit(void **state)
{
	uint64_t value = 42;

	(void)state;
	assert_wrong(mw_number_uint64("1\0002", 3, &value), "not a number");
}

static void the_length_is_obeyed(void **state)
{
	uint64_t value;

	(void)state;
	assert_null(mw_number_uint64("12345", 2, &value));
	assert_int_equal(value, 12);
}

static void counts_may_have_a_fraction(void **state)
{
	int64_t value = 42;

	(void)state;
	assert_null(mw_number_count("1234.0", 6, &value));
	assert_int_equal(value, 1234);
	assert_null(mw_number_count("1234.987", 8, &value));
	assert_int_equal(value, 1234);
	assert_null(mw_number_count("9223372036854775807", 19, &value));
	assert_int_equal(value, INT64_MAX);
	assert_wrong(mw_number_count("9223372036854775808", 19, &value), "too large");
	assert_wrong(mw_number_count("1234.", 5, &value), "not a whole number");
	assert_wrong(mw_number_count(".5", 2, &value), "not a whole number");
	assert_wrong(mw_number_count("1.2.3", 5, &value), "not a number");
	assert_wrong(mw_number_count("-4", 2, &value), "negative");
	assert_wrong(mw_number_count("", 0, &value), "empty");
	assert_int_equal(value, INT64_MAX);
}

static void doubles_are_what_strtod_says(void **state)
{
	static const char *const texts[] = {
		"0",
		"1",
		"1.5",
		"1795225043.286",
		"-3",
		"+2.25",
		"1e9",
		"1.7952250432861234",
		"0.1",
		"0.30000000000000004",
		"9007199254740993",
		"123456789012345678901234567890",
		"1E-7",
		"5.",
		".5",
		"2.2250738585072014e-308",
		"1e-400",
		"0.000000000000000001",
		"9007199254740992.5",
		"1795225043.123456789012",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		double expected = strtod(texts[i], NULL);
		double value = 42;

		assert_null(mw_number_double(texts[i], strlen(texts[i]), &value));
		assert_memory_equal(&value, &expected, sizeof(value));
	}
}

static void random_doubles_are_what_strtod_says(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 100000; i++) {
		char text[64];
		double expected, value;

		snprintf(text, sizeof(text), "%d.%0*d", rand(), 1 + i % 9, rand() % 10);
		expected = strtod(text, NULL);
		assert_null(mw_number_double(text, strlen(text), &value));
		assert_memory_equal(&value, &expected, sizeof(value));
	}
}

static void what_is_no_double(void **state)
{
	static const struct {
		const char *text;
		const char *wrong;
	} cases[] = {
		{ "", "empty" },
		{ ".", "not a number" },
		{ "1e", "not a number" },
		{ "1e+", "not a number" },
		{ "nan", "not a number" },
		{ "inf", "not a number" },
		{ "0x1p3", "not a number" },
		{ "1,5", "not a number" },
		{ " 1", "not a number" },
		{ "1s", "not a number" },
		{ "--1", "not a number" },
		{ "1e999", "too large" },
		{ "2026-11-21", "not a number" },
		{ "1.00000000000000000000000000000000000000000000000000000000000000001",
		  "too long for a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double value = 42;

		assert_wrong(mw_number_double(cases[i].text, strlen(cases[i].text), &value),
			     cases[i].wrong);
		assert_true(value == 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsigned_numbers),
		cmocka_unit_test(what_is_no_unsigned_number),
		cmocka_unit_test(a_nul_byte_is_no_digit),
		cmocka_unit_test(the_length_is_obeyed),
		cmocka_unit_test(counts_may_have_a_fraction),
		cmocka_unit_test(doubles_are_what_strtod_says),
		cmocka_unit_test(random_doubles_are_what_strtod_says),
		cmocka_unit_test(what_is_no_double),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

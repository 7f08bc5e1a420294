// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_text.c - how the values of /proc/memwatch are spelled.
 */
#include "../../module/text.c"
#include "module_test.h"

static char buf[256];

static struct mw_text fresh(size_t size)
{
	struct mw_text text;

	memset(buf, '#', sizeof(buf));
	mw_text_init(&text, buf, size);
	return text;
}

static void assert_text(const struct mw_text *text, const char *expected)
{
	assert_false(text->full);
	assert_int_equal(text->len, strlen(expected));
	assert_memory_equal(text->buf, expected, text->len);
}

MODULE_TEST(numbers_are_as_printf_spells_them)
{
	static const u64 values[] = { 0, 1, 9, 10, 99, 100, 4096, 4294967295ULL, 4294967296ULL,
				      9223372036854775807ULL, 18446744073709551615ULL };
	char expected[64];

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct mw_text text = fresh(sizeof(buf));

		mw_text_u64(&text, values[i]);
		snprintf(expected, sizeof(expected), "%llu",
			 (unsigned long long)values[i]);
		assert_text(&text, expected);

		text = fresh(sizeof(buf));
		mw_text_s64(&text, (s64)values[i]);
		snprintf(expected, sizeof(expected), "%lld",
			 (long long)values[i]);
		assert_text(&text, expected);
	}
}

MODULE_TEST(thousandths_are_decimal_fractions)
{
	static const struct {
		s64 value;
		const char *spelled;
	} cases[] = {
		{ 0, "0.000" }, { 1, "0.001" }, { 50, "0.050" }, { 999, "0.999" },
		{ 1000, "1.000" }, { -1000, "-1.000" }, { -1, "-0.001" }, { 1234567, "1234.567" },
		{ S64_MIN, "-9223372036854775.808" }, { S64_MAX, "9223372036854775.807" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_text text = fresh(sizeof(buf));

		mw_text_milli(&text, cases[i].value);
		assert_text(&text, cases[i].spelled);
	}
}

MODULE_TEST(strings_are_escaped_as_in_mounts)
{
	static const struct {
		const char *raw;
		size_t max;
		const char *escaped;
	} cases[] = {
		{ "bash", 15, "bash" }, { "", 15, "-" }, { "bash", 0, "-" }, { "abcdef", 3, "abc" },
		{ "a) b\nc", 15, "a)\\040b\\012c" }, { "\t\\", 15, "\\011\\134" },
		{ "\x01\x7f", 15, "\\001\\177" }, { "\xc3\xa9", 15, "\xc3\xa9" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_text text = fresh(sizeof(buf));

		mw_text_escaped(&text, cases[i].raw, cases[i].max);
		assert_text(&text, cases[i].escaped);
	}
}

MODULE_TEST(lines_are_put_together)
{
	struct mw_text text = fresh(sizeof(buf));

	mw_text_u64(&text, 7);
	mw_text_col_u64(&text, 8);
	mw_text_col_s64(&text, -9);
	mw_text_col_milli(&text, 1500);
	mw_text_col_str(&text, "x");
	mw_text_col_escaped(&text, "y z", 15);
	mw_text_char(&text, '\n');
	mw_text_key_u64(&text, "abi", 1);
	mw_text_key_str(&text, "k", "v");
	mw_text_sub_u64(&text, "events", "e", 3);
	assert_text(&text, "7 8 -9 1.500 x y\\040z\nabi=1\nk=v\nevents.e=3\n");
}

/* However small the buffer: nothing behind its end is touched, and it says so. */
MODULE_TEST(what_does_not_fit_is_said)
{
	for (size_t size = 0; size < 12; size++) {
		struct mw_text text = fresh(size);

		mw_text_u64(&text, 123456);
		mw_text_col_escaped(&text, "a b", 3);
		assert_true(text.full);
		assert_true(text.len <= size);
		for (size_t i = size; i < sizeof(buf); i++)
			assert_int_equal(buf[i], '#');
	}
}

/* Numbers are copied by words, and yet no byte behind the end is touched. */
MODULE_TEST(numbers_stay_within_any_buffer)
{
	static const s64 values[] = { 0, 7, -7, 10, 99, 100, 999, 1000, 9999, 10000, 12345,
				      -12345, 1234567, 12345678, S64_MAX, S64_MIN };
	char expected[64];

	for (size_t size = 0; size < 40; size++) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			struct mw_text text = fresh(size);

			mw_text_col_s64(&text, values[i]);
			snprintf(expected, sizeof(expected), " %lld", (long long)values[i]);
			if (strlen(expected) <= size)
				assert_text(&text, expected);
			else
				assert_true(text.full);
			for (size_t at = size; at < sizeof(buf); at++)
				assert_int_equal(buf[at], '#');
		}
	}
}

MODULE_TEST_SUITE(text,
	MODULE_TEST_CASE(numbers_are_as_printf_spells_them),
	MODULE_TEST_CASE(thousandths_are_decimal_fractions),
	MODULE_TEST_CASE(strings_are_escaped_as_in_mounts),
	MODULE_TEST_CASE(lines_are_put_together),
	MODULE_TEST_CASE(what_does_not_fit_is_said),
	MODULE_TEST_CASE(numbers_stay_within_any_buffer));

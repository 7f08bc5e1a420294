// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_status.c - /proc/memwatch/status taken apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "module_status.h"

static void assert_text(const char *text, size_t len, const char *expected)
{
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(text, expected, len);
}

static void lines_come_one_by_one(void **state)
{
	static const char text[] =
		"abi=1\n\nno equals sign\ntracepoint.rss_stat=absent: a=b c\n=x\nend=";
	static const struct {
		const char *key;
		const char *value;
	} expected[] = {
		{ "abi", "1" },
		{ "tracepoint.rss_stat", "absent: a=b c" },
		{ "", "x" },
		{ "end", "" },
	};
	const char *cursor = text;
	struct mw_status_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(mw_status_next(&cursor, text + strlen(text), &line));
		assert_text(line.key, line.key_len, expected[i].key);
		assert_text(line.value, line.value_len, expected[i].value);
	}
	assert_false(mw_status_next(&cursor, text + strlen(text), &line));
	assert_false(mw_status_next(&cursor, text + strlen(text), &line));
}

static void a_key_is_found_whole(void **state)
{
	static const char text[] = "abi_minor=7\nabi=1\nabi=2\n";
	struct mw_status_line line;

	(void)state;
	assert_true(mw_status_find(text, strlen(text), "abi", &line));
	assert_text(line.value, line.value_len, "1");
	assert_false(mw_status_find(text, strlen(text), "ab", &line));
	assert_false(mw_status_find(text, 11, "abi", &line));
	assert_false(mw_status_find("", 0, "abi", &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(a_key_is_found_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

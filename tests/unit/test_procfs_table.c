// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_procfs_table.c - the text tables of /proc/memwatch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "procfs_table.h"
#include "sample.h"

static void split(const char *line, struct mw_procfs_row *ret_row)
{
	mw_procfs_split(line, strlen(line), ret_row);
}

static void columns_are_found_by_name(void **state)
{
	struct mw_procfs_row header;

	(void)state;
	split("# tgid start_ns comm rss_kb", &header);
	assert_int_equal(header.count, 4);
	assert_int_equal(mw_procfs_column(&header, "tgid"), 0);
	assert_int_equal(mw_procfs_column(&header, "rss_kb"), 3);
	assert_int_equal(mw_procfs_column(&header, "rss"), -1);
	assert_int_equal(mw_procfs_column(&header, "rss_kb2"), -1);
	assert_int_equal(mw_procfs_column(&header, ""), -1);
	split("#tgid comm", &header);
	assert_int_equal(mw_procfs_column(&header, "tgid"), 0);
	split("#   tgid    comm  ", &header);
	assert_int_equal(header.count, 2);
	assert_int_equal(mw_procfs_column(&header, "comm"), 1);
}

static void numbers_and_what_is_unknown(void **state)
{
	static const struct {
		int index;
		bool ok;
		int64_t value;
	} cases[] = {
		{ 0, true, 812 },	  { 1, true, MW_UNKNOWN },
		{ 2, true, -4 },	  { 3, true, 12 },
		{ 4, false, 42 },	  { 5, false, 42 },
		{ 6, false, 42 },	  { 7, true, MW_UNKNOWN },
		{ -1, true, MW_UNKNOWN }, { 1000, true, MW_UNKNOWN },
	};
	struct mw_procfs_row row;

	(void)state;
	split("812 - -4 12.345 x --1 99999999999999999999", &row);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = 42;

		assert_int_equal(mw_procfs_number(&row, cases[i].index, &value), cases[i].ok);
		assert_int_equal(value, cases[i].value);
	}
}

static void texts_are_unescaped(void **state)
{
	struct mw_procfs_row row;
	char text[16];

	(void)state;
	split("a)\\040b\\012c - \\134 averyveryverylongname", &row);
	mw_procfs_text(&row, 0, text, sizeof(text));
	assert_string_equal(text, "a) b\nc");
	mw_procfs_text(&row, 1, text, sizeof(text));
	assert_string_equal(text, "");
	mw_procfs_text(&row, 2, text, sizeof(text));
	assert_string_equal(text, "\\");
	mw_procfs_text(&row, 3, text, sizeof(text));
	assert_string_equal(text, "averyveryverylo");
	mw_procfs_text(&row, 4, text, sizeof(text));
	assert_string_equal(text, "");
	mw_procfs_text(&row, -1, text, sizeof(text));
	assert_string_equal(text, "");
}

static void lines_that_were_cut_are_not_returned(void **state)
{
	static const char text[] = "one\n\ntwo\ncut";
	const char *cursor = text;
	const char *end = text + strlen(text);
	size_t len;

	(void)state;
	assert_ptr_equal(mw_procfs_line(&cursor, end, &len), text);
	assert_int_equal(len, 3);
	assert_non_null(mw_procfs_line(&cursor, end, &len));
	assert_int_equal(len, 0);
	assert_non_null(mw_procfs_line(&cursor, end, &len));
	assert_int_equal(len, 3);
	assert_null(mw_procfs_line(&cursor, end, &len));
	assert_null(mw_procfs_line(&cursor, end, &len));
}

static void too_many_columns_are_left_out(void **state)
{
	char text[4 * MW_PROCFS_COLUMNS_MAX];
	struct mw_procfs_row row;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 == 0 ? '1' : ' ';
	mw_procfs_split(text, sizeof(text), &row);
	assert_int_equal(row.count, MW_PROCFS_COLUMNS_MAX);
}

static void an_empty_line_has_no_cells(void **state)
{
	struct mw_procfs_row row;

	(void)state;
	split("", &row);
	assert_int_equal(row.count, 0);
	split("#", &row);
	assert_int_equal(row.count, 0);
	split("   ", &row);
	assert_int_equal(row.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_found_by_name),
		cmocka_unit_test(numbers_and_what_is_unknown),
		cmocka_unit_test(texts_are_unescaped),
		cmocka_unit_test(lines_that_were_cut_are_not_returned),
		cmocka_unit_test(too_many_columns_are_left_out),
		cmocka_unit_test(an_empty_line_has_no_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

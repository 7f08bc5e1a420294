// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_csv.c - RFC 4180 records, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "csv.h"

/* All cells of all records, "|" behind each cell, "/" behind each record, "!" for a bad line. */
static void split_all(const char *text, size_t len, char *out, size_t size)
{
	struct mw_csv_record record;
	size_t used = 0;

	out[0] = '\0';
	while (len > 0) {
		enum mw_csv_result result = mw_csv_next(text, len, true, &record);
		char cell[256];

		assert_true(result == MW_CSV_RECORD || result == MW_CSV_BAD);
		assert_in_range(record.consumed, 1, len);
		if (result == MW_CSV_BAD)
			used += (size_t)snprintf(out + used, size - used, "!");
		for (size_t i = 0; result == MW_CSV_RECORD && i < record.count; i++) {
			mw_csv_text(&record.cells[i], cell, sizeof(cell));
			used += (size_t)snprintf(out + used, size - used, "%s|", cell);
		}
		used += (size_t)snprintf(out + used, size - used, "/");
		text += record.consumed;
		len -= record.consumed;
	}
}

static void records_are_split(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{ "a,b,c\n", "a|b|c|/" },
		{ "a,b,c", "a|b|c|/" },
		{ "a,b\r\nc,d\r\n", "a|b|/c|d|/" },
		{ "a,b\r", "a|b|/" },
		{ "a\n\nb\n", "a|//b|/" },
		{ "\r\n", "/" },
		{ ",\n", "||/" },
		{ ",,x\n", "||x|/" },
		{ "\"a,b\",c\n", "a,b|c|/" },
		{ "\"a\nb\",c\nd,e\n", "a\nb|c|/d|e|/" },
		{ "\"a\r\nb\",c\r\nd\r\n", "a\r\nb|c|/d|/" },
		{ "\"say \"\"hi\"\"\",c\n", "say \"hi\"|c|/" },
		{ "\"\",x\n", "|x|/" },
		{ "\"\"\"\"\n", "\"|/" },
		{ "x,\"\"", "x||/" },
		{ "\"a\"\r\n", "a|/" },
		{ "\"a\"\r", "a|/" },
		{ "a\rb,c\n", "a\rb|c|/" },
		{ "\"q\",a\rb\n", "q|a\rb|/" },
		{ " a , b \n", " a | b |/" },
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		split_all(cases[i].in, strlen(cases[i].in), out, sizeof(out));
		assert_string_equal(out, cases[i].out);
	}
}

static void a_stray_quote_costs_its_line_alone(void **state)
{
	static const struct {
		const char *in;
		const char *out;
		const char *error;
		size_t error_at;
	} cases[] = {
		{ "a,\"b\nc,d\n", "!/c|d|/", "the quote is never closed", 1 },
		{ "\"b", "!/", "the quote is never closed", 0 },
		{ "a,\"b\nc,\"d\"\ne\n", "!/c|d|/e|/", "text after the closing quote", 1 },
		{ "a,\"b\"x,c\nd\n", "!/d|/", "text after the closing quote", 1 },
		{ "\"b\"\rx\nd\n", "!/d|/", "text after the closing quote", 0 },
		{ "a,b\"c\nd\n", "!/d|/", "a quote inside a cell that does not begin with one", 1 },
		{ "\"a\",b\"c\nd\n", "!/d|/", "a quote inside a cell that does not begin with one",
		  1 },
	};
	struct mw_csv_record record;
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		split_all(cases[i].in, strlen(cases[i].in), out, sizeof(out));
		assert_string_equal(out, cases[i].out);
		assert_int_equal(mw_csv_next(cases[i].in, strlen(cases[i].in), true, &record),
				 MW_CSV_BAD);
		assert_string_equal(record.error, cases[i].error);
		assert_int_equal(record.error_at, cases[i].error_at);
	}
}

/* However the data arrives, a record that is given is the same as if all had been there. */
static void a_part_of_a_record_is_never_taken_for_a_whole(void **state)
{
	static const char *const texts[] = {
		"a,b\r\nc\n",
		"\"a\"\"b\",c\nd\n",
		"\"a\nb\"\r\nd\n",
		"a,\"\"\r\nd\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mw_csv_record whole, part;
		size_t len = strlen(texts[i]);

		assert_int_equal(mw_csv_next(texts[i], len, true, &whole), MW_CSV_RECORD);
		for (size_t cut = 1; cut < whole.consumed; cut++)
			assert_int_equal(mw_csv_next(texts[i], cut, false, &part), MW_CSV_MORE);
		for (size_t cut = whole.consumed; cut <= len; cut++) {
			assert_int_equal(mw_csv_next(texts[i], cut, false, &part), MW_CSV_RECORD);
			assert_int_equal(part.consumed, whole.consumed);
			assert_int_equal(part.count, whole.count);
			assert_int_equal(part.lines, whole.lines);
		}
	}
}

static void lines_are_counted_inside_of_quotes(void **state)
{
	struct mw_csv_record record;

	(void)state;
	assert_int_equal(mw_csv_next("\"a\nb\nc\",d\ne\n", 12, true, &record), MW_CSV_RECORD);
	assert_int_equal(record.lines, 3);
	assert_int_equal(mw_csv_next("a", 1, true, &record), MW_CSV_RECORD);
	assert_int_equal(record.lines, 0);
}

static char huge[2 * MW_CSV_RECORD_MAX + 16];

static void a_line_without_end_is_refused(void **state)
{
	struct mw_csv_record record;

	(void)state;
	memset(huge, 'x', sizeof(huge));
	assert_int_equal(mw_csv_next(huge, MW_CSV_RECORD_MAX - 1, false, &record), MW_CSV_MORE);
	assert_int_equal(mw_csv_next(huge, MW_CSV_RECORD_MAX, false, &record), MW_CSV_LONG);
	assert_int_equal(mw_csv_next(huge, sizeof(huge), true, &record), MW_CSV_LONG);
	huge[MW_CSV_RECORD_MAX - 1] = '\n';
	assert_int_equal(mw_csv_next(huge, sizeof(huge), false, &record), MW_CSV_RECORD);
	assert_int_equal(record.consumed, MW_CSV_RECORD_MAX);
}

static void a_quote_that_stays_open_for_too_long_is_bad(void **state)
{
	struct mw_csv_record record;

	(void)state;
	memset(huge, '\n', sizeof(huge));
	memcpy(huge, "a,\"b\n", 5);
	assert_int_equal(mw_csv_next(huge, MW_CSV_RECORD_MAX - 1, false, &record), MW_CSV_MORE);
	assert_int_equal(mw_csv_next(huge, sizeof(huge), false, &record), MW_CSV_BAD);
	assert_string_equal(record.error, "the quote is never closed");
	assert_int_equal(record.consumed, 5);
	assert_int_equal(record.lines, 1);
}

static void more_cells_than_kept_are_counted(void **state)
{
	char text[2 * (MW_CSV_CELLS_MAX + 50)];
	struct mw_csv_record record;

	(void)state;
	memset(text, ',', sizeof(text));
	assert_int_equal(mw_csv_next(text, sizeof(text), true, &record), MW_CSV_RECORD);
	assert_int_equal(record.count, sizeof(text) + 1);
}

static void quoting_is_undone_by_reading(void **state)
{
	static const struct {
		const char *text;
		const char *cell;
	} cases[] = {
		{ "", "" },
		{ "bash", "bash" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "\"", "\"\"\"\"" },
		{ "a) b\nc", "\"a) b\nc\"" },
		{ "a\rb", "\"a\rb\"" },
		{ " a", "\" a\"" },
		{ "a ", "\"a \"" },
		{ "\303\244\377", "\303\244\377" },
	};
	char cell[64], back[64];
	struct mw_csv_record record;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = mw_csv_quote(cell, sizeof(cell), cases[i].text, strlen(cases[i].text));

		assert_string_equal(cell, cases[i].cell);
		assert_int_equal(len, strlen(cases[i].cell));
		memcpy(cell + len, ",x\n", 4);
		assert_int_equal(mw_csv_next(cell, len + 3, true, &record), MW_CSV_RECORD);
		assert_int_equal(record.count, 2);
		mw_csv_text(&record.cells[0], back, sizeof(back));
		assert_string_equal(back, cases[i].text);
	}
}

static void texts_are_cut_at_the_size(void **state)
{
	const struct mw_csv_cell cell = { .data = "a\"\"b", .len = 4, .quoted = true };
	char out[8];

	(void)state;
	assert_int_equal(mw_csv_text(&cell, out, 3), 2);
	assert_string_equal(out, "a\"");
	assert_int_equal(mw_csv_text(&cell, out, 1), 0);
	for (size_t size = 1; size < sizeof(out); size++)
		assert_in_range(mw_csv_quote(out, size, "\"\"\"\"", 4), 0, size - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_split),
		cmocka_unit_test(a_stray_quote_costs_its_line_alone),
		cmocka_unit_test(a_part_of_a_record_is_never_taken_for_a_whole),
		cmocka_unit_test(lines_are_counted_inside_of_quotes),
		cmocka_unit_test(a_line_without_end_is_refused),
		cmocka_unit_test(a_quote_that_stays_open_for_too_long_is_bad),
		cmocka_unit_test(more_cells_than_kept_are_counted),
		cmocka_unit_test(quoting_is_undone_by_reading),
		cmocka_unit_test(texts_are_cut_at_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

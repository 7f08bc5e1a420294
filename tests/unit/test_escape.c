// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_escape.c - names of processes in and out of text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "escape.h"

static void octal_escapes_are_undone(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{ "", "" },
		{ "bash", "bash" },
		{ "a\\040b", "a b" },
		{ "\\011\\012\\134", "\t\n\\" },
		{ "a)\\040b\\012c", "a) b\nc" },
		{ "\\377", "\377" },
		/* What is no escape stays. */
		{ "\\", "\\" },
		{ "a\\04", "a\\04" },
		{ "\\048", "\\048" },
		{ "\\400", "\\400" },
		{ "\\000", "\\000" },
		{ "\\n", "\\n" },
		{ "\\134040", "\\040" },
		{ "\303\244\\040\303\266", "\303\244 \303\266" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = mw_unescape_octal(out, sizeof(out), cases[i].in, strlen(cases[i].in));

		assert_string_equal(out, cases[i].out);
		assert_int_equal(len, strlen(cases[i].out));
	}
}

static void unescaping_is_cut_at_the_size(void **state)
{
	char out[4];

	(void)state;
	assert_int_equal(mw_unescape_octal(out, sizeof(out), "\\040\\040\\040\\040", 16), 3);
	assert_string_equal(out, "   ");
	assert_int_equal(mw_unescape_octal(out, 1, "abc", 3), 0);
	assert_string_equal(out, "");
}

static void an_escape_does_not_reach_behind_the_text(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(mw_unescape_octal(out, sizeof(out), "a\\040", 4), 4);
	assert_string_equal(out, "a\\04");
}

static void what_moves_a_terminal_is_shown_in_octal(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{ "java", 4, "java" },
		{ "a b", 3, "a b" },
		{ "a) b\nc", 6, "a) b\\012c" },
		{ "\033[31mred", 8, "\\033[31mred" },
		{ "a\\b", 3, "a\\134b" },
		{ "\177", 1, "\\177" },
		{ "a\0b", 3, "a\\000b" },
		{ "\303\244", 2, "\303\244" },
		{ "\342\202\254", 3, "\342\202\254" },
		{ "\360\237\230\200", 4, "\360\237\230\200" },
		/* Not UTF-8: a lone byte, one cut short, overlong, a surrogate, too high. */
		{ "\377x", 2, "\\377x" },
		{ "\303", 1, "\\303" },
		{ "\342\202", 2, "\\342\\202" },
		{ "\300\257", 2, "\\300\\257" },
		{ "\340\200\257", 3, "\\340\\200\\257" },
		{ "\355\240\200", 3, "\\355\\240\\200" },
		{ "\360\200\200\200", 4, "\\360\\200\\200\\200" },
		{ "\364\220\200\200", 4, "\\364\\220\\200\\200" },
		/* CSI as one C1 character. */
		{ "\302\233"
		  "31m",
		  5, "\\302\\23331m" },
		{ "\302\240", 2, "\302\240" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = mw_escape_display(out, sizeof(out), cases[i].in, cases[i].len);

		assert_string_equal(out, cases[i].out);
		assert_int_equal(len, strlen(cases[i].out));
	}
}

static void display_never_cuts_a_character_or_an_escape(void **state)
{
	char out[8];

	(void)state;
	for (size_t size = 1; size <= sizeof(out); size++) {
		size_t len = mw_escape_display(out, size, "\n\n\n", 3);

		assert_int_equal(len, (size - 1) / 4 * 4);
		len = mw_escape_display(out, size, "\342\202\254\342\202\254\342\202\254", 9);
		assert_int_equal(len, (size - 1) / 3 * 3);
	}
}

static void broken_utf8_is_replaced(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{ "", "" },
		{ "a\nb", "a\nb" },
		{ "\303\244", "\303\244" },
		{ "a\377b", "a\357\277\275b" },
		{ "\303", "\357\277\275" },
		{ "\355\240\200", "\357\277\275\357\277\275\357\277\275" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mw_utf8_clean(out, sizeof(out), cases[i].in, strlen(cases[i].in));
		assert_string_equal(out, cases[i].out);
	}
	assert_int_equal(mw_utf8_clean(out, 3, "\377", 1), 0);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octal_escapes_are_undone),
		cmocka_unit_test(unescaping_is_cut_at_the_size),
		cmocka_unit_test(an_escape_does_not_reach_behind_the_text),
		cmocka_unit_test(what_moves_a_terminal_is_shown_in_octal),
		cmocka_unit_test(display_never_cuts_a_character_or_an_escape),
		cmocka_unit_test(broken_utf8_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

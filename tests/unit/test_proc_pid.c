// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_proc_pid.c - /proc/PID/stat and status, with names that were chosen to be misread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "proc_pid.h"

/* Behind the name, as Linux 6.12 writes it. */
#define REST                                                                                  \
	" S 3856 3856 11626 0 -1 4194304 161 7 2 0 0 0 0 0 20 0 3 0 274060 3133440 384 "      \
	"18446744073709551615 94601778388992 94601778408873 140732668240288 0 0 0 0 0 0 0 0 " \
	"0 17 1 0 0 0 0 0 94601778424880 94601778426496 94601898438656 140732668242376 "      \
	"140732668242396 140732668242396 140732668243947 0\n"

static void names_are_taken_as_they_are(void **state)
{
	static const char *const names[] = {
		"cat",
		"foo) Z",
		"a) b\nc",
		"(",
		")",
		"((",
		"))",
		"() (",
		"a) R 1 1 1 1",
		"tab\there",
		"",
		"\377\376",
		" ",
		"kworker/R-xfs-buf/dm-0-and-more-than-fifteen",
	};
	struct mw_proc_stat stat;
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int len = snprintf(text, sizeof(text), "4242 (%s)" REST, names[i]);

		assert_true(mw_proc_stat_parse(text, (size_t)len, &stat));
		assert_string_equal(stat.comm, names[i]);
		assert_int_equal(stat.pid, 4242);
		assert_int_equal(stat.state, 'S');
		assert_int_equal(stat.ppid, 3856);
		assert_int_equal(stat.minflt, 161);
		assert_int_equal(stat.majflt, 2);
		assert_int_equal(stat.threads, 3);
		assert_int_equal(stat.start_ticks, 274060);
		assert_int_equal(stat.vsize_bytes, 3133440);
		assert_int_equal(stat.rss_pages, 384);
	}
}

static void a_name_that_is_too_long_is_cut(void **state)
{
	struct mw_proc_stat stat;
	char text[1024];
	int len = snprintf(text, sizeof(text), "1 (%0200d)" REST, 0);

	(void)state;
	assert_true(mw_proc_stat_parse(text, (size_t)len, &stat));
	assert_int_equal(strlen(stat.comm), MW_COMM_MAX - 1);
}

static void what_is_no_stat_file(void **state)
{
	static const char *const texts[] = {
		"",
		"4242",
		"4242 (cat",
		"4242 cat) S 1",
		"(cat)" REST,
		" (cat)" REST,
		"x (cat)" REST,
		"4242 )cat( S 1 1",
		"4242 (cat)",
		"4242 (cat) ",
		"4242 (cat) S",
		"4242 (cat) S 1 1 1 0 -1 4194304 161 7 2 0 0 0 0 0 20 0 3 0 274060 3133440",
		"4242 (cat) S 1 1 1 0 -1 4194304 x 7 2 0 0 0 0 0 20 0 3 0 274060 3133440 384 1",
		"4242 (cat) S 1 1 1 0 -1 4194304 1 7 2 0 0 0 0 0 20 0 3 0 -5 3133440 384 1",
		"99999999999 (cat)" REST,
	};
	struct mw_proc_stat stat = { .pid = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(mw_proc_stat_parse(texts[i], strlen(texts[i]), &stat));
		assert_int_equal(stat.pid, 7);
	}
}

/* A read that was cut anywhere gives nothing or the truth, and reads no byte behind its end. */
static void a_cut_file_never_gives_a_wrong_value(void **state)
{
	static const char text[] = "4242 (a) b)" REST;
	struct mw_proc_stat stat;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		char copy[1024];

		memset(copy, '9', sizeof(copy));
		memcpy(copy, text, len);
		if (mw_proc_stat_parse(copy, len, &stat)) {
			assert_int_equal(stat.start_ticks, 274060);
			assert_int_equal(stat.rss_pages, 384);
			assert_string_equal(stat.comm, "a) b");
		}
	}
}

static void memory_lines_of_status(void **state)
{
	static const char text[] =
		"Name:\tcat\nUmask:\t0022\nState:\tR (running)\n"
		"VmHWM:\t    1756 kB\nVmRSS:\t    1760 kB\nRssAnon:\t     112 kB\n"
		"RssFile:\t    1644 kB\nRssShmem:\t       4 kB\nVmSwap:\t       8 kB\n";
	struct mw_proc_status status;

	(void)state;
	mw_proc_status_parse(text, strlen(text), &status);
	assert_int_equal(status.rss_kb, 1760);
	assert_int_equal(status.anon_kb, 112);
	assert_int_equal(status.file_kb, 1644);
	assert_int_equal(status.shmem_kb, 4);
	assert_int_equal(status.swap_kb, 8);
}

static void missing_lines_are_unknown(void **state)
{
	static const char *const texts[] = {
		"",
		"Name:\tkthreadd\nState:\tS\n",
		"Name:\tRssAnon: 5 kB\n",
		"RssAnon",
		"RssAnon:",
		"RssAnon:\t kB\n",
		"XRssAnon:\t5 kB\n",
	};
	struct mw_proc_status status;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		mw_proc_status_parse(texts[i], strlen(texts[i]), &status);
		assert_int_equal(status.rss_kb, MW_UNKNOWN);
		assert_int_equal(status.anon_kb, MW_UNKNOWN);
		assert_int_equal(status.file_kb, MW_UNKNOWN);
		assert_int_equal(status.shmem_kb, MW_UNKNOWN);
		assert_int_equal(status.swap_kb, MW_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_taken_as_they_are),
		cmocka_unit_test(a_name_that_is_too_long_is_cut),
		cmocka_unit_test(what_is_no_stat_file),
		cmocka_unit_test(a_cut_file_never_gives_a_wrong_value),
		cmocka_unit_test(memory_lines_of_status),
		cmocka_unit_test(missing_lines_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

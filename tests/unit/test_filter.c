// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_filter.c - which processes are wanted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "filter.h"

static void an_empty_filter_wants_everything(void **state)
{
	struct mw_filter filter = { 0 };

	(void)state;
	assert_true(mw_filter_wants(&filter, 1, "init"));
	assert_true(mw_filter_wants(&filter, 4242, ""));
	assert_false(mw_filter_is_pids_only(&filter));
}

static void pids_or_names(void **state)
{
	struct mw_filter filter = { 0 };

	(void)state;
	assert_int_equal(mw_filter_add_pid(&filter, 7), 0);
	assert_int_equal(mw_filter_add_pid(&filter, 9), 0);
	assert_true(mw_filter_is_pids_only(&filter));
	assert_true(mw_filter_wants(&filter, 9, "x"));
	assert_false(mw_filter_wants(&filter, 8, "java"));
	assert_int_equal(mw_filter_add_comm(&filter, "java"), 0);
	assert_false(mw_filter_is_pids_only(&filter));
	assert_true(mw_filter_wants(&filter, 8, "java"));
	assert_true(mw_filter_wants(&filter, 7, "x"));
	assert_false(mw_filter_wants(&filter, 8, "javac"));
	assert_false(mw_filter_wants(&filter, 8, "jav"));
	mw_filter_clear_pids(&filter);
	assert_false(mw_filter_wants(&filter, 7, "x"));
	assert_true(mw_filter_wants(&filter, 7, "java"));
	mw_filter_free(&filter);
	assert_true(mw_filter_wants(&filter, 7, "x"));
}

static void a_long_name_matches_what_the_kernel_keeps_of_it(void **state)
{
	struct mw_filter filter = { 0 };

	(void)state;
	assert_int_equal(mw_filter_add_comm(&filter, "prometheus-node-exporter"), 0);
	assert_true(mw_filter_wants(&filter, 1, "prometheus-node"));
	assert_true(mw_filter_wants(&filter, 1, "prometheus-node-exporter"));
	assert_false(mw_filter_wants(&filter, 1, "prometheus"));
	assert_false(mw_filter_wants(&filter, 1, "prometheus-nodf"));
	mw_filter_free(&filter);
}

static void hostile_names(void **state)
{
	struct mw_filter filter = { 0 };
	char name[200];

	(void)state;
	assert_int_equal(mw_filter_add_comm(&filter, "a) b\nc"), 0);
	assert_true(mw_filter_wants(&filter, 1, "a) b\nc"));
	assert_false(mw_filter_wants(&filter, 1, "a) b"));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(mw_filter_add_comm(&filter, name), 0);
	assert_true(mw_filter_wants(&filter, 1, "xxxxxxxxxxxxxxx"));
	mw_filter_free(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_filter_wants_everything),
		cmocka_unit_test(pids_or_names),
		cmocka_unit_test(a_long_name_matches_what_the_kernel_keeps_of_it),
		cmocka_unit_test(hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

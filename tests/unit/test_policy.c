// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_policy.c - conditions, rules by which processes are chosen, quiet hours, and so
 * many an hour.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "calendar.h"
#include "policy.h"
#include "rate_limit.h"

static const struct mw_subject java = {
	.comm = "java",
	.unit = "tomcat9.service",
	.cgroup = "/system.slice/tomcat9.service",
	.uid = 997,
	.has_uid = true,
};

static struct mw_verdict leaking(void)
{
	return (struct mw_verdict){
		.leak = true,
		.class_name = "rising-floor",
		.rate_kib_per_s = 100,
		.confidence = 0.9,
		.time_to_limit_s = 3600,
		.since_s = 1000,
	};
}

static void each_condition_decides(void **state)
{
	static const char *const classes[] = { "staircase", "rising-floor" };
	struct mw_verdict verdict = leaking();
	struct mw_policy policy;

	(void)state;
	mw_policy_defaults(&policy);
	assert_true(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	verdict.leak = false;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	verdict.leak = true;

	policy.condition.classes = classes;
	policy.condition.class_count = 1;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	policy.condition.class_count = 2;
	assert_true(mw_policy_holds(&policy, &verdict, &java, 2000, false));

	policy.condition.rate_kib_per_s = 100.1;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	policy.condition.rate_kib_per_s = 100;
	policy.condition.confidence = 0.91;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	policy.condition.confidence = 0.9;
	policy.condition.time_to_limit_s = 3599;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	policy.condition.time_to_limit_s = 3600;
	policy.condition.duration_s = 1001;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	assert_true(mw_policy_holds(&policy, &verdict, &java, 2001, false));
}

static void what_is_not_known_is_not_enough(void **state)
{
	struct mw_verdict verdict = leaking();
	struct mw_policy policy;

	(void)state;
	mw_policy_defaults(&policy);
	verdict.time_to_limit_s = NAN;
	verdict.since_s = NAN;
	assert_true(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	policy.condition.time_to_limit_s = 1e12;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	policy.condition.time_to_limit_s = NAN;
	policy.condition.duration_s = 1;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
}

static void an_alert_that_stands_may_fall_back_a_fifth(void **state)
{
	struct mw_verdict verdict = leaking();
	struct mw_policy policy;

	(void)state;
	mw_policy_defaults(&policy);
	policy.condition.rate_kib_per_s = 100;
	policy.condition.time_to_limit_s = 3600;
	verdict.rate_kib_per_s = 81;
	verdict.time_to_limit_s = 4400;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, false));
	assert_true(mw_policy_holds(&policy, &verdict, &java, 2000, true));
	verdict.rate_kib_per_s = 79;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, true));
	verdict.rate_kib_per_s = 81;
	verdict.time_to_limit_s = 4600;
	assert_false(mw_policy_holds(&policy, &verdict, &java, 2000, true));
}

static void rules_choose_processes(void **state)
{
	static const char *const comms[] = { "node", "ja*" };
	static const char *const units[] = { "tomcat?.service" };
	static const char *const cgroups[] = { "/system.slice*" };
	struct mw_uid_range uids[] = { { 5, 5 }, { 900, 999 } };
	struct mw_match match = { 0 };
	struct mw_subject other = java;

	(void)state;
	assert_true(mw_match_holds(&match, &java));
	match.comms = comms;
	match.comm_count = 1;
	assert_false(mw_match_holds(&match, &java));
	match.comm_count = 2;
	assert_true(mw_match_holds(&match, &java));
	match.units = units;
	match.unit_count = 1;
	match.cgroups = cgroups;
	match.cgroup_count = 1;
	match.uids = uids;
	match.uid_count = 2;
	assert_true(mw_match_holds(&match, &java));
	other.uid = 1000;
	assert_false(mw_match_holds(&match, &other));
	other = java;
	other.has_uid = false;
	assert_false(mw_match_holds(&match, &other));
	other = java;
	other.unit = "";
	assert_false(mw_match_holds(&match, &other));
	other = java;
	other.cgroup = "/user.slice";
	assert_false(mw_match_holds(&match, &other));
}

static void exclude_is_stronger_than_include(void **state)
{
	static const char *const any[] = { "*" };
	static const char *const node[] = { "node" };
	struct mw_match all = { .comms = any, .comm_count = 1 };
	struct mw_match only_node = { .comms = node, .comm_count = 1 };
	struct mw_selection selection = { 0 };

	(void)state;
	assert_true(mw_selection_wants(&selection, &java));
	selection.include = &only_node;
	selection.include_count = 1;
	assert_false(mw_selection_wants(&selection, &java));
	selection.include = &all;
	assert_true(mw_selection_wants(&selection, &java));
	selection.exclude = &all;
	selection.exclude_count = 1;
	assert_false(mw_selection_wants(&selection, &java));
}

static struct tm at(int day, int hour, int minute)
{
	return (struct tm){ .tm_wday = day, .tm_hour = hour, .tm_min = minute };
}

static bool is_quiet(const struct mw_quiet *range, int day, int hour, int minute)
{
	struct tm local = at(day, hour, minute);

	return mw_quiet_holds(range, 1, &local, MW_SEVERITY_WARNING);
}

static void quiet_hours_begin_and_end(void **state)
{
	struct mw_quiet lunch = { MW_QUIET_EVERY_DAY, 12 * 60, 13 * 60 + 30, MW_SEVERITY_CRITICAL };
	/* Friday and Saturday nights. */
	struct mw_quiet nights = { 1 << 5 | 1 << 6, 22 * 60, 7 * 60, MW_SEVERITY_CRITICAL };
	struct mw_quiet sunday = { 1 << 0, 0, 24 * 60, MW_SEVERITY_CRITICAL };
	struct mw_quiet whole_day = { 1 << 0, 8 * 60, 8 * 60, MW_SEVERITY_CRITICAL };
	struct tm noon = at(3, 12, 0);

	(void)state;
	assert_false(is_quiet(&lunch, 3, 11, 59));
	assert_true(is_quiet(&lunch, 3, 12, 0));
	assert_true(is_quiet(&lunch, 0, 13, 29));
	assert_false(is_quiet(&lunch, 0, 13, 30));
	assert_false(mw_quiet_holds(&lunch, 1, &noon, MW_SEVERITY_CRITICAL));
	assert_false(mw_quiet_holds(&lunch, 0, &noon, MW_SEVERITY_WARNING));

	assert_false(is_quiet(&nights, 5, 6, 59)); /* that of Thursday */
	assert_true(is_quiet(&nights, 5, 22, 0));
	assert_true(is_quiet(&nights, 6, 6, 59));
	assert_false(is_quiet(&nights, 6, 7, 0));
	assert_true(is_quiet(&nights, 0, 3, 0)); /* Saturday's, on Sunday */
	assert_false(is_quiet(&nights, 0, 22, 0));
	assert_false(is_quiet(&nights, 1, 3, 0));

	assert_true(is_quiet(&sunday, 0, 0, 0) && is_quiet(&sunday, 0, 23, 59));
	assert_false(is_quiet(&sunday, 1, 0, 0));
	assert_true(is_quiet(&whole_day, 0, 8, 0) && is_quiet(&whole_day, 1, 7, 59));
	assert_false(is_quiet(&whole_day, 1, 8, 0));
}

static void so_many_an_hour(void **state)
{
	struct mw_rate_limit limit = { 0 };

	(void)state;
	for (int i = 0; i < 6; i++) {
		assert_true(mw_rate_limit_has(&limit, 6, 5000));
		mw_rate_limit_take(&limit, 6, 5000);
	}
	assert_false(mw_rate_limit_has(&limit, 6, 5000));
	assert_false(mw_rate_limit_has(&limit, 6, 5590));
	assert_true(mw_rate_limit_has(&limit, 6, 5601));
	mw_rate_limit_take(&limit, 6, 5601);
	assert_false(mw_rate_limit_has(&limit, 6, 5602));
	/* A clock that goes back gives nothing away. */
	assert_false(mw_rate_limit_has(&limit, 6, 0));
	assert_true(mw_rate_limit_has(&limit, 0, 5602));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_decides),
		cmocka_unit_test(what_is_not_known_is_not_enough),
		cmocka_unit_test(an_alert_that_stands_may_fall_back_a_fifth),
		cmocka_unit_test(rules_choose_processes),
		cmocka_unit_test(exclude_is_stronger_than_include),
		cmocka_unit_test(quiet_hours_begin_and_end),
		cmocka_unit_test(so_many_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

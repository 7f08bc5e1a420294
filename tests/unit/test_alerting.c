// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_alerting.c - the life of alerts: what is told, when, how often, what waits, and
 * what is left of it after a restart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "alert_saved.h"
#include "alerting.h"

/* What was told, as "T:firing leak 7; ". */
struct fixture {
	struct mw_alerting *alerting;
	struct mw_policy policies[3];
	struct mw_quiet quiet;
	struct mw_alert_rules rules;
	struct mw_verdict verdict;
	struct tm local;
	double deploy_s;
	double now_s;
	double born_s;
	char told[2048];
	size_t forgotten;
};

static const struct mw_subject subject = { .comm = "api", .unit = "", .cgroup = "" };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	for (size_t i = 0; i < 3; i++)
		mw_policy_defaults(&f->policies[i]);
	snprintf(f->policies[0].name, sizeof(f->policies[0].name), "leak");
	snprintf(f->policies[1].name, sizeof(f->policies[1].name), "fast");
	snprintf(f->policies[2].name, sizeof(f->policies[2].name), "other");
	f->policies[1].condition.rate_kib_per_s = 1000;
	f->policies[1].severity = MW_SEVERITY_CRITICAL;
	f->policies[0].clear_s = 60;
	f->policies[1].clear_s = 0;
	f->rules.policies = f->policies;
	f->rules.policy_count = 1;
	f->rules.quiet = &f->quiet;
	f->rules.hold_s = 600;
	f->quiet = (struct mw_quiet){ MW_QUIET_EVERY_DAY, 60, 120, MW_SEVERITY_CRITICAL };
	f->verdict = (struct mw_verdict){ .comm = "api",
					  .pid = 7,
					  .start_ticks = 70,
					  .class_name = "heap-growth",
					  .rate_kib_per_s = 50,
					  .confidence = 0.9,
					  .since_s = 100,
					  .time_to_limit_s = NAN,
					  .first_alert_s = 1000,
					  .limit_kb = MW_UNKNOWN,
					  .reason = "it rose" };
	f->deploy_s = NAN;
	f->born_s = 0;
	f->now_s = 1000;
	f->alerting = mw_alerting_new();
	assert_non_null(f->alerting);
	mw_alerting_set_rules(f->alerting, &f->rules, f->now_s);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	mw_alerting_free(f->alerting);
	free(f);
	return 0;
}

static void tell(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	static const char *const names[] = { "", "pending", "firing", "repeat", "resolved" };
	struct fixture *f = arg;
	size_t used = strlen(f->told);

	snprintf(f->told + used, sizeof(f->told) - used, "%.0f:%s %s %d; ", f->now_s, names[due],
		 entry->rule, entry->verdict.pid);
}

static void forget(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct fixture *f = arg;

	(void)entry;
	assert_int_equal(due, MW_DUE_NOTHING);
	f->forgotten++;
}

static size_t tell_now(struct fixture *f)
{
	return mw_alerting_tell(f->alerting, f->now_s, &f->local, f->deploy_s, tell, forget, f);
}

/* One round: @leak is the verdict. */
static size_t go(struct fixture *f, double after_s, bool leak)
{
	f->now_s += after_s;
	f->verdict.leak = leak;
	if (leak || mw_alerting_has(f->alerting, f->verdict.pid, f->verdict.start_ticks))
		assert_int_equal(
			mw_alerting_judge(f->alerting, &f->verdict, &subject, f->born_s, f->now_s),
			0);
	return tell_now(f);
}

static void it_fires_once_and_is_resolved_once(void **state)
{
	struct fixture *f = *state;

	go(f, 10, false);
	go(f, 10, true);
	for (int i = 0; i < 100; i++)
		go(f, 10, true);
	assert_string_equal(f->told, "1020:firing leak 7; ");
	assert_int_equal(mw_alerting_count(f->alerting), 1);
	for (int i = 0; i < 100; i++)
		go(f, 10, false);
	assert_string_equal(f->told, "1020:firing leak 7; 2090:resolved leak 7; ");
	assert_int_equal(mw_alerting_count(f->alerting), 0);
	assert_int_equal(f->forgotten, 1);
}

static void a_verdict_that_comes_and_goes_makes_no_storm(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 500; i++)
		go(f, 10, i % 5 == 0);
	assert_string_equal(f->told, "1010:firing leak 7; ");
}

static void it_is_pending_first(void **state)
{
	struct fixture *f = *state;

	f->policies[0].pending_s = 30;
	go(f, 10, true);
	go(f, 10, true);
	go(f, 10, false);
	assert_int_equal(mw_alerting_count(f->alerting), 0);
	for (int i = 0; i < 5; i++)
		go(f, 10, true);
	assert_string_equal(f->told,
			    "1010:pending leak 7; 1040:pending leak 7; 1070:firing leak 7; ");
}

static void it_is_told_again(void **state)
{
	struct fixture *f = *state;

	f->policies[0].repeat_s = 100;
	for (int i = 0; i < 25; i++)
		go(f, 10, true);
	assert_string_equal(f->told,
			    "1010:firing leak 7; 1110:repeat leak 7; 1210:repeat leak 7; ");
}

static void the_end_of_the_process_ends_it_at_once(void **state)
{
	struct fixture *f = *state;

	go(f, 10, true);
	mw_alerting_end(f->alerting, 7, 71, "another life", f->now_s);
	tell_now(f);
	mw_alerting_end(f->alerting, 7, 70, "the process has ended", f->now_s);
	tell_now(f);
	assert_string_equal(f->told, "1010:firing leak 7; 1010:resolved leak 7; ");
	assert_int_equal(mw_alerting_count(f->alerting), 0);
}

static void policies_are_judged_by_themselves(void **state)
{
	struct fixture *f = *state;

	f->rules.policy_count = 2;
	mw_alerting_set_rules(f->alerting, &f->rules, f->now_s);
	go(f, 10, true);
	f->verdict.rate_kib_per_s = 1000;
	go(f, 10, true);
	f->verdict.rate_kib_per_s = 801;
	go(f, 10, true);
	f->verdict.rate_kib_per_s = 700;
	go(f, 10, true);
	assert_string_equal(f->told,
			    "1010:firing leak 7; 1020:firing fast 7; 1040:resolved fast 7; ");
	assert_int_equal(mw_alerting_count(f->alerting), 1);
}

static void quiet_hours_hold_it_back(void **state)
{
	struct fixture *f = *state;

	f->rules.quiet_count = 1;
	f->local.tm_hour = 1;
	assert_int_equal(go(f, 10, true), 1);
	assert_int_equal(mw_alerting_held(f->alerting, MW_HELD_QUIET), 1);
	assert_string_equal(f->told, "");
	f->local.tm_hour = 2;
	assert_int_equal(go(f, 10, true), 0);
	assert_string_equal(f->told, "1020:firing leak 7; ");
	/* Its resolution waits as well, and is not told when it is back before. */
	f->local.tm_hour = 1;
	go(f, 10, false);
	go(f, 70, false);
	go(f, 10, true);
	f->local.tm_hour = 2;
	go(f, 10, true);
	assert_string_equal(f->told, "1020:firing leak 7; ");
	/* What fired and ended unheard is never told. */
	f->verdict.pid = 8;
	f->local.tm_hour = 1;
	go(f, 10, true);
	mw_alerting_end(f->alerting, 8, 70, "over", f->now_s);
	f->local.tm_hour = 2;
	tell_now(f);
	assert_string_equal(f->told, "1020:firing leak 7; ");
	assert_int_equal(mw_alerting_count(f->alerting), 1);
}

static void who_was_just_deployed_is_given_time(void **state)
{
	struct fixture *f = *state;

	f->deploy_s = 1000;
	f->born_s = 1003;
	assert_int_equal(go(f, 100, true), 1);
	assert_int_equal(mw_alerting_held(f->alerting, MW_HELD_MAINTENANCE), 1);
	f->verdict.pid = 8;
	f->born_s = 500; /* an old process is not part of the deploy */
	go(f, 100, true);
	f->verdict.pid = 7;
	go(f, 399, true);
	assert_string_equal(f->told, "1200:firing leak 8; ");
	go(f, 2, true);
	assert_string_equal(f->told, "1200:firing leak 8; 1601:firing leak 7; ");
}

static void too_many_wait_and_are_not_lost(void **state)
{
	struct fixture *f = *state;

	f->rules.max_per_hour = 4;
	f->policies[0].max_per_hour = 3;
	for (int pid = 1; pid <= 6; pid++) {
		f->verdict.pid = pid;
		f->verdict.leak = true;
		assert_int_equal(mw_alerting_judge(f->alerting, &f->verdict, &subject, 0, f->now_s),
				 0);
	}
	assert_int_equal(tell_now(f), 3);
	assert_int_equal(mw_alerting_held(f->alerting, MW_HELD_RATE), 3);
	assert_string_equal(f->told,
			    "1000:firing leak 1; 1000:firing leak 2; 1000:firing leak 3; ");
	/* One that has ended meanwhile needs no telling; resolutions are not counted. */
	mw_alerting_end(f->alerting, 4, 70, "over", f->now_s);
	mw_alerting_end(f->alerting, 1, 70, "over", f->now_s);
	f->told[0] = '\0';
	f->now_s += 1201;
	assert_int_equal(tell_now(f), 1);
	assert_string_equal(f->told, "2201:resolved leak 1; 2201:firing leak 5; ");
	f->now_s += 1201;
	assert_int_equal(tell_now(f), 0);
}

static void a_policy_that_is_gone_ends_its_alerts(void **state)
{
	struct fixture *f = *state;

	go(f, 10, true);
	f->rules.policies = &f->policies[2];
	mw_alerting_set_rules(f->alerting, &f->rules, f->now_s);
	go(f, 10, true);
	assert_string_equal(f->told,
			    "1010:firing leak 7; 1020:resolved leak 7; 1020:firing other 7; ");
}

/* A policy that is written elsewhere in the file is the same policy. */
static void policies_change_places(void **state)
{
	struct fixture *f = *state;
	struct mw_policy turned[2];

	f->rules.policy_count = 2;
	mw_alerting_set_rules(f->alerting, &f->rules, f->now_s);
	go(f, 10, true);
	turned[0] = f->policies[1];
	turned[1] = f->policies[0];
	f->rules.policies = turned;
	mw_alerting_set_rules(f->alerting, &f->rules, f->now_s);
	go(f, 10, true);
	assert_string_equal(f->told, "1010:firing leak 7; ");
	go(f, 10, false);
	go(f, 70, false);
	assert_string_equal(f->told, "1010:firing leak 7; 1100:resolved leak 7; ");
}

struct saved {
	unsigned char data[2048];
	size_t size;
	size_t count;
};

static void save(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct saved *saved = arg;

	(void)due;
	saved->size = mw_alert_saved_size();
	assert_in_range(saved->size, 1, sizeof(saved->data));
	mw_alert_save(entry, saved->data);
	saved->count++;
}

/* As the daemon does it. */
static int restore(struct fixture *f, const void *data, size_t size, double trust_s)
{
	struct mw_alert_entry entry;

	if (!mw_alert_load(data, size, &entry))
		return -EBADMSG;
	return mw_alerting_restore(f->alerting, &entry, trust_s, f->now_s);
}

static void restart(struct fixture *f, const struct saved *saved, double trust_s)
{
	mw_alerting_free(f->alerting);
	f->alerting = mw_alerting_new();
	mw_alerting_set_rules(f->alerting, &f->rules, f->now_s);
	assert_int_equal(restore(f, saved->data, saved->size, trust_s), 0);
	assert_int_equal(restore(f, saved->data, saved->size, trust_s), -EEXIST);
}

static void a_restart_neither_loses_nor_repeats_it(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };

	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	assert_int_equal(saved.count, 1);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	assert_int_equal(saved.count, 1);
	restart(f, &saved, 1000);
	f->told[0] = '\0';
	/* The new detector knows nothing yet. */
	for (int i = 0; i < 50; i++)
		go(f, 10, false);
	for (int i = 0; i < 50; i++)
		go(f, 10, true);
	assert_string_equal(f->told, "");
	go(f, 10, false);
	go(f, 60, false);
	assert_string_equal(f->told, "2080:resolved leak 7; ");
}

static void trust_has_an_end(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };

	f->verdict.since_s = 1000;
	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	restart(f, &saved, 100);
	f->told[0] = '\0';
	for (int i = 0; i < 20; i++)
		go(f, 10, false);
	assert_string_equal(f->told, "1170:resolved leak 7; ");
}

static void what_was_not_told_before_the_restart_is_told_after(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };

	f->rules.quiet_count = 1;
	f->local.tm_hour = 1;
	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	restart(f, &saved, 1000);
	f->local.tm_hour = 2;
	go(f, 10, false);
	assert_string_equal(f->told, "1020:firing leak 7; ");
}

static void what_is_pending_does_not_wait_anew_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };

	f->policies[0].pending_s = 100;
	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	assert_int_equal(saved.count, 1);
	go(f, 60, true);
	restart(f, &saved, 1000);
	for (int i = 0; i < 6; i++)
		go(f, 10, true);
	assert_string_equal(f->told, "1010:pending leak 7; 1110:firing leak 7; ");
}

/* What fires is believed for a while; what has not fired yet has to be seen. */
static void what_is_pending_and_does_not_hold_after_a_restart_begins_anew(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };

	f->policies[0].pending_s = 100;
	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	go(f, 90, true);
	restart(f, &saved, 1000);
	f->told[0] = '\0';
	go(f, 10, false);
	assert_int_equal(mw_alerting_count(f->alerting), 0);
	assert_int_equal(f->forgotten, 1);
	for (int i = 0; i < 11; i++)
		go(f, 10, true);
	assert_string_equal(f->told, "1120:pending leak 7; 1220:firing leak 7; ");
}

static void a_clock_that_was_set_back_holds_nothing_pending_for_longer(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };

	f->policies[0].pending_s = 100;
	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	f->now_s = 500;
	restart(f, &saved, 1000);
	f->told[0] = '\0';
	for (int i = 0; i < 10; i++)
		go(f, 10, true);
	assert_string_equal(f->told, "600:firing leak 7; ");
}

static void saved_bytes_are_not_trusted(void **state)
{
	struct fixture *f = *state;
	struct saved saved = { 0 };
	unsigned char data[2048];

	go(f, 10, true);
	mw_alerting_each_dirty(f->alerting, save, &saved);
	go(f, 10, true);
	mw_alerting_end(f->alerting, 7, 70, "over", f->now_s);
	tell_now(f);
	assert_int_equal(restore(f, saved.data, saved.size - 1, 1), -EBADMSG);
	srand(3);
	for (int i = 0; i < 2000; i++) {
		int err;

		memcpy(data, saved.data, saved.size);
		for (int hits = 0; hits < 4; hits++)
			data[(size_t)rand() % saved.size] = (unsigned char)rand();
		err = restore(f, data, saved.size, 1);
		assert_true(err == 0 || err == -EBADMSG || err == -EEXIST);
		tell_now(f);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(it_fires_once_and_is_resolved_once),
		TEST(a_verdict_that_comes_and_goes_makes_no_storm),
		TEST(it_is_pending_first),
		TEST(it_is_told_again),
		TEST(the_end_of_the_process_ends_it_at_once),
		TEST(policies_are_judged_by_themselves),
		TEST(quiet_hours_hold_it_back),
		TEST(who_was_just_deployed_is_given_time),
		TEST(too_many_wait_and_are_not_lost),
		TEST(a_policy_that_is_gone_ends_its_alerts),
		TEST(policies_change_places),
		TEST(a_restart_neither_loses_nor_repeats_it),
		TEST(trust_has_an_end),
		TEST(what_was_not_told_before_the_restart_is_told_after),
		TEST(what_is_pending_does_not_wait_anew_after_a_restart),
		TEST(what_is_pending_and_does_not_hold_after_a_restart_begins_anew),
		TEST(a_clock_that_was_set_back_holds_nothing_pending_for_longer),
		TEST(saved_bytes_are_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

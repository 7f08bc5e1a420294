// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_family.c - lives that follow each other: what is a leak from restart to
 * restart, and what only looks alike in each life.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "family.h"

static struct mw_leak_config config;

/*
 * A life of @life_s that begins at @begin_s, sampled every 10 s: from @level_kb by @growth_kb,
 * straight or, with @tau_s, towards a level.
 */
struct life {
	double begin_s, life_s, level_kb, growth_kb, tau_s;
};

static struct mw_leak *live(const struct life *life)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = mw_sample_unknown();

	assert_non_null(leak);
	sample.pid = 7;
	sample.start_ticks = (uint64_t)life->begin_s;
	strcpy(sample.comm, "api");
	for (double t = 0; t < life->life_s; t += 10) {
		double part = life->tau_s > 0 ? 1 - exp(-t / life->tau_s) : t / life->life_s;

		sample.time_s = life->begin_s + t;
		sample.rss_kb = (int64_t)(life->level_kb + life->growth_kb * part +
					  200.0 * fmod(t * 0.37, 1));
		mw_leak_add(leak, &sample);
	}
	return leak;
}

static bool end_life(struct mw_families *families, struct life life)
{
	struct mw_leak *leak = live(&life);
	bool changed = mw_families_end(families, "api", leak);

	mw_leak_free(leak);
	return changed;
}

static struct mw_family_verdict verdict_of(const struct mw_families *families)
{
	struct mw_family_verdict verdict;

	assert_true(mw_families_get(families, "api", &verdict));
	return verdict;
}

/* The worked example of family.c. */
static void a_leak_that_is_restarted_every_hour(void **state)
{
	struct mw_families *families = mw_families_new(4);
	const struct life first = { 0, 3600, 80000, 5000, 0 };
	struct mw_leak *alone = live(&first);
	struct mw_verdict single;
	struct mw_family_verdict verdict;

	(void)state;
	mw_leak_verdict(alone, &single);
	assert_false(single.leak);
	for (int i = 0; i < 6; i++) {
		struct life life = first;

		life.begin_s = i * 3620;
		assert_int_equal(end_life(families, life), i == 2);
		verdict = verdict_of(families);
		assert_int_equal(verdict.leak, i >= 2);
		assert_int_equal(verdict.run, i + 1);
	}
	assert_true(fabs(verdict.rate_kib_per_s - 5000.0 / 3600) < 0.1);
	assert_true(verdict.rate_low < verdict.rate_kib_per_s &&
		    verdict.rate_high > verdict.rate_kib_per_s);
	assert_true(fabs(verdict.since_s) < 200);
	assert_true(fabs(verdict.alert_s - (2 * 3620 + 3590)) < 1);
	assert_string_equal(verdict.class_name, "heap-growth");
	mw_family_accuse(&verdict, alone, &single);
	assert_true(single.leak && single.first_alert_s == verdict.alert_s);
	assert_true(single.confidence >= 0.5 && strcmp(single.class_name, "none") != 0);
	assert_non_null(strstr(single.reason, "in each of 6 lives in a row"));
	assert_null(strstr(single.reason, "may yet be"));
	/* One that holds ends it. */
	assert_true(end_life(families, (struct life){ 6 * 3620, 3600, 80000, 0, 0 }));
	assert_false(verdict_of(families).leak);
	mw_leak_free(alone);
	mw_families_free(families);
}

/* Whatever @next makes of life @i, the family is innocent. */
static void innocent(const char *name, struct life (*next)(int i))
{
	struct mw_families *families = mw_families_new(1);

	for (int i = 0; i < 8; i++) {
		end_life(families, next(i));
		if (verdict_of(families).leak)
			fail_msg("%s: told after life %d", name, i + 1);
	}
	mw_families_free(families);
}

static struct life warm_up(int i)
{
	return (struct life){ i * 3620.0, 3600, 80000, 40000, 900 };
}

static struct life wave(int i)
{
	return (struct life){ i * 3620.0, 3600, 80000.0 + i * 5000, 5000, 0 };
}

static struct life job(int i)
{
	return (struct life){ i * 7200.0, 3600, 80000, 5000, 0 };
}

static struct life side_by_side(int i)
{
	return (struct life){ i * 5.0, 3600, 80000, 5000, 0 };
}

static struct life other_rates(int i)
{
	return (struct life){ i * 3620.0, 3600, 80000, 2500.0 * (1 + 3 * (i % 2)), 0 };
}

static struct life small(int i)
{
	return (struct life){ i * 3620.0, 3600, 80000, 800, 0 };
}

static struct life short_lived(int i)
{
	return (struct life){ i * 400.0, 390, 80000, 40000, 0 };
}

static void what_looks_alike(void **state)
{
	(void)state;
	innocent("warm-up", warm_up);
	innocent("wave", wave);
	innocent("job", job);
	innocent("side by side", side_by_side);
	innocent("other rates", other_rates);
	innocent("small", small);
	innocent("short-lived", short_lived);
}

static void count_one(const struct mw_family_verdict *verdict, void *arg)
{
	char text[256], small[20];
	size_t *count = arg;

	(*count)++;
	assert_true(mw_family_sentence(verdict, text, sizeof(text)) == strlen(text));
	assert_non_null(strstr(text, "in 3 lives in a row of 3"));
	assert_int_equal(mw_family_sentence(verdict, small, sizeof(small)), sizeof(small) - 1);
}

/* ---- what earlier lives came back from ---- */

#define TOOTH_KIB 80000.0

/* A collector's heap: from 100 MB by TOOTH_KIB in 2 h, then given back; and a leak of the same rate. */
static double collected_kib(double t)
{
	return 1e5 + TOOTH_KIB * fmod(t / 7200.0, 1.0);
}

static double leaking_kib(double t)
{
	return 1e5 + TOOTH_KIB * t / 7200.0;
}

/* Feeds a life of 7 h; returns its alerts, and in @ret_high how far it had risen at the first. */
static int live_among(struct mw_families *families, double begin_s, int64_t limit_kb,
		      double (*kib)(double t), double *ret_high)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = { .pid = 7, .start_ticks = (uint64_t)begin_s, .comm = "api" };
	struct mw_verdict verdict;
	int alerts = 0;

	assert_non_null(leak);
	sample.anon_kb = sample.file_kb = sample.shmem_kb = sample.swap_kb = MW_UNKNOWN;
	sample.threads = sample.minflt = sample.page_allocs = sample.page_frees = MW_UNKNOWN;
	sample.owned_user_pages = sample.owned_kernel_pages = MW_UNKNOWN;
	sample.limit_kb = limit_kb;
	*ret_high = NAN;
	mw_families_teach(families, "api", leak);
	for (double t = 0; t < 7 * 3600; t += 10) {
		sample.time_s = begin_s + t;
		sample.rss_kb = (int64_t)(kib(t) + 200.0 * fmod(t * 0.37, 1));
		if (mw_leak_add(leak, &sample)) {
			mw_leak_verdict(leak, &verdict);
			alerts += verdict.leak;
			*ret_high = isnan(*ret_high) ? kib(t) - kib(0) : *ret_high;
		}
		mw_families_learn(families, "api", leak);
	}
	mw_families_end(families, "api", leak);
	mw_leak_free(leak);
	return alerts;
}

/* Nobody can tell its first tooth from a leak; from the second life on it is no news. */
static void a_collector_is_known_after_a_restart(void **state)
{
	struct mw_families *families = mw_families_new(4);
	double high;

	(void)state;
	assert_true(live_among(families, 0, MW_UNKNOWN, collected_kib, &high) > 0);
	for (int i = 1; i < 5; i++)
		assert_int_equal(
			live_among(families, i * 25300.0, MW_UNKNOWN, collected_kib, &high), 0);
	assert_false(verdict_of(families).leak);
	mw_families_free(families);
}

/* A leak goes on above what the collector came back from, or takes what is left below the limit. */
static void a_leak_after_a_collector_is_told(void **state)
{
	struct mw_families *families = mw_families_new(4), *others = mw_families_new(4);
	double high, near;

	(void)state;
	live_among(families, 0, MW_UNKNOWN, collected_kib, &high);
	assert_int_equal(live_among(families, 25300, MW_UNKNOWN, leaking_kib, &high), 1);
	assert_true(high > TOOTH_KIB && high < 1.5 * TOOTH_KIB);
	/* What leaks leaves no memory of its height. */
	assert_int_equal(live_among(families, 50600, MW_UNKNOWN, leaking_kib, &near), 1);
	assert_true(fabs(near - high) < 0.1 * TOOTH_KIB);
	/* Another name knows nothing: it is told on the way up. */
	assert_int_equal(live_among(others, 0, MW_UNKNOWN, leaking_kib, &near), 1);
	assert_true(near < 0.7 * TOOTH_KIB);
	/* 20 MB of room above the known: told before it is used. */
	assert_int_equal(live_among(families, 75900, 200000, leaking_kib, &near), 1);
	assert_true(near < 1e5 && near < high);
	mw_families_free(families);
	mw_families_free(others);
}

/* Many names: the oldest are forgotten, those that leak last; none at all is no crash. */
static void families_are_bounded(void **state)
{
	struct mw_families *families = mw_families_new(8), *nobody = mw_families_new(0);
	const struct life still = { 0, 1000, 5000, 0, 0 };
	struct mw_leak *leak = live(&still);
	struct mw_family_verdict verdict;
	char name[200];
	size_t told = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		end_life(families, (struct life){ i * 3620.0, 3600, 80000, 5000, 0 });
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "unit-%d.service", i);
		mw_families_end(families, name, leak);
	}
	assert_true(verdict_of(families).leak);
	assert_true(mw_families_get(families, name, &verdict) && verdict.lives == 1);
	assert_false(mw_families_get(families, "unit-5.service", &verdict));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	mw_families_teach(nobody, "api", leak);
	mw_families_learn(nobody, "api", leak);
	for (int i = 0; i < 3; i++)
		mw_families_end(families, name, leak);
	assert_true(mw_families_get(families, name, &verdict) && verdict.lives == 3);
	mw_families_each(families, count_one, &told);
	assert_int_equal(told, 1);
	assert_true(mw_families_bytes(families) < 8 * 256 + 64);
	assert_false(mw_families_end(nobody, "api", leak));
	mw_leak_free(leak);
	mw_families_free(families);
	mw_families_free(nobody);
}

static int defaults(void **state)
{
	(void)state;
	mw_leak_defaults(&config);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leak_that_is_restarted_every_hour),
		cmocka_unit_test(what_looks_alike),
		cmocka_unit_test(a_collector_is_known_after_a_restart),
		cmocka_unit_test(a_leak_after_a_collector_is_told),
		cmocka_unit_test(families_are_bounded),
	};

	return cmocka_run_group_tests(tests, defaults, NULL);
}

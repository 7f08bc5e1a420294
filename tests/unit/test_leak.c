// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_leak.c - the online detector on the patterns that it has to tell apart,
 * at the time-scales of a demo, a recording and the field; and on what no
 * process should look like.
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

#include "entity.h"
#include "leak.h"

static struct mw_leak_config config;

static double noise(uint64_t *state)
{
	double sum = -6.0;

	for (int i = 0; i < 12; i++) {
		*state = *state * 6364136223846793005u + 1442695040888963407u;
		sum += (double)(*state >> 11) * 0x1p-53;
	}
	return sum;
}

static struct mw_sample blank(void)
{
	struct mw_sample sample = mw_sample_unknown();

	sample.pid = 42;
	sample.start_ticks = 4711;
	strcpy(sample.comm, "victim");
	return sample;
}

/* Memory over x = 0..1, in parts of the base, which is 1. */
static double steady(double x)
{
	return 1 + 0 * x;
}

static double leaking(double x)
{
	return 1 + 1.5 * x;
}

static double collected(double x)
{
	return 1 + 0.6 * fmod(x * 13, 1);
}

static double collected_often(double x)
{
	return 1 + 0.6 * fmod(x * 47, 1);
}

static double rising_floor(double x)
{
	return collected(x) + 1.2 * x;
}

static double staircase(double x)
{
	return 1 + floor(x * 15) / 10;
}

static double cache(double x)
{
	return 1 + 1.5 * (1 - exp(-x / 0.06));
}

static double slow_cache(double x)
{
	return 1 + 1.5 * (1 - exp(-x / 0.12));
}

static double linear_cache(double x)
{
	return 1 + fmin(1, x / 0.3);
}

static double daily(double x)
{
	return 1.25 - 0.25 * cos(2 * M_PI * 6.3 * x);
}

static double step(double x)
{
	return x < 0.4 ? 1 : 1.7;
}

static double batch(double x)
{
	double job = fmod(x * 20, 1);

	return 1 + (job < 0.5 ? 2 * job : 0);
}

static double late(double x)
{
	return 1 + fmax(0, x - 0.4) * 3;
}

static double stopped(double x)
{
	return 1 + fmin(0.45, x) * 3;
}

/* Part of the data after which a fill is done, or its time constant. */
static double duration_of_fill;

static double filling(double x)
{
	return 1 + 1.5 * (1 - exp(-x / duration_of_fill));
}

static double filling_high(double x)
{
	return 1 + 200 * (1 - exp(-0.16 * x));
}

static double filling_low(double x)
{
	return 1 + 6 * (1 - exp(-0.16 * x));
}

static double filling_by_root(double x)
{
	return 1 + 2 * pow(fmin(1, x / duration_of_fill), 0.6);
}

static double filling_by_square_root(double x)
{
	return 1 + 2 * sqrt(fmin(1, x / duration_of_fill));
}

/* Keeps each of some things when it is asked for first: lumps that come ever more rarely. */
static struct {
	int things;
	double mean; /* part of the data after which one is asked for first, on average */
	uint64_t seed;
} store;

static double storing(double x)
{
	uint64_t state = store.seed;
	int kept = 0;

	for (int i = 0; i < store.things; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		kept += -log(1.0 - (double)(state >> 11) * 0x1p-53) * store.mean < x;
	}
	return 1 + 2.0 * kept / store.things;
}

static double given_back(double x)
{
	return x < 0.6 ? 1 + 2 * x : 1.05;
}

struct series {
	double (*course)(double);
	double interval_s, duration_s, base_kb, sd;
	double limit; /* in parts of the base; 0: not known */
};

static struct mw_verdict run(const struct series *series)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;
	uint64_t seed = 99;
	int count = (int)(series->duration_s / series->interval_s);

	assert_non_null(leak);
	for (int i = 0; i < count; i++) {
		double part = series->course((double)i / count) + series->sd * noise(&seed);

		sample.time_s = 1000 + i * series->interval_s;
		sample.rss_kb = (int64_t)(series->base_kb * part / 4) * 4;
		if (series->limit > 0)
			sample.limit_kb = (int64_t)(series->base_kb * series->limit);
		mw_leak_add(leak, &sample);
	}
	mw_leak_verdict(leak, &verdict);
	mw_leak_free(leak);
	return verdict;
}

static void patterns(void **state)
{
	static const struct {
		const char *name;
		double (*course)(double);
		bool leaks, ever;
	} patterns[] = {
		{ "steady", steady, false, false },
		{ "leak", leaking, true, true },
		{ "saw-tooth", collected_often, false, false },
		/* The first tooth of few may last as long as a leak that is told. */
		{ "long saw-tooth", collected, false, true },
		{ "rising floor", rising_floor, true, true },
		{ "staircase", staircase, true, true },
		{ "cache", cache, false, false },
		/* One that fills for a day looks straight under noise for its first 10 h. */
		{ "slow cache", slow_cache, false, true },
		{ "linear cache", linear_cache, false, true },
		{ "daily wave", daily, false, false },
		{ "step", step, false, false },
		/* Its first job doubles the memory in 4 h, a third of the way to the limit. */
		{ "batch", batch, false, true },
		{ "late", late, true, true },
		{ "stopped", stopped, false, true },
		{ "given back", given_back, false, true },
	};
	static const struct {
		double interval_s, duration_s, base_kb;
	} scales[] = {
		{ 0.2, 25, 4096 },	 /* the demo */
		{ 0.1, 30, 9000 },	 /* a faster one */
		{ 1, 600, 300000 },	 /* a recording of 10 minutes */
		{ 10, 6 * 3600, 2e6 },	 /* a working day */
		{ 60, 7 * 86400, 40e6 }, /* a week */
	};
	static const double deviations[] = { 0, 0.01 };

	(void)state;
	for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++)
		for (size_t s = 0; s < sizeof(scales) / sizeof(scales[0]); s++)
			for (size_t d = 0; d < sizeof(deviations) / sizeof(deviations[0]); d++) {
				struct series series = { patterns[p].course,   scales[s].interval_s,
							 scales[s].duration_s, scales[s].base_kb,
							 deviations[d],	       4 };
				struct mw_verdict verdict = run(&series);
				bool ever = !isnan(verdict.first_alert_s);

				/* What ends early may not last long enough to be told at all. */
				if (verdict.leak != patterns[p].leaks ||
				    (ever && !patterns[p].ever))
					fail_msg(
						"%s, every %g s for %g s, noise %g: leak %d, alert %g: %s",
						patterns[p].name, scales[s].interval_s,
						scales[s].duration_s, deviations[d], verdict.leak,
						verdict.first_alert_s, verdict.reason);
				assert_true(strcmp(verdict.class_name, "none") != 0 ||
					    !verdict.leak);
				assert_true(verdict.confidence >= 0 && verdict.confidence <= 1);
				assert_int_equal(verdict.leak, verdict.confidence >= 0.5);
				assert_true(strlen(verdict.reason) > 10);
			}
}

/* The demo's leaker is told in 15 to 20 s of 25. */
static void demo_is_in_time(void **state)
{
	const struct series series = { leaking, 0.2, 25, 4096, 0.002, 0 };
	struct mw_verdict verdict = run(&series);

	(void)state;
	assert_true(verdict.first_alert_s > 1010 && verdict.first_alert_s < 1020);
	assert_true(fabs(verdict.since_s - 1000) < 2);
}

/* Is a floor that is @course of the base and of @slow s told at any time? */
static bool is_ever_told(double (*course)(double), double slow_s, double interval_s, double base_kb,
			 int count)
{
	const struct series series = { course, interval_s, count * interval_s, base_kb, 1e-5, 0 };

	duration_of_fill = slow_s / series.duration_s;
	return !isnan(run(&series).first_alert_s);
}

/*
 * What fills from the beginning of its life is straight at first, but for what it slows down by:
 * that is more than chance long before it is much.
 */
static void what_slows_down_surely_waits(void **state)
{
	(void)state;
	assert_false(is_ever_told(filling, 58000, 50, 672000, 4000));
	assert_false(is_ever_told(filling, 300, 0.25, 200000, 4000));
	assert_true(is_ever_told(leaking, 0, 50, 672000, 200));
	/* What heads for two hundred times its beginning is not waited for; what heads for six is. */
	assert_true(is_ever_told(filling_high, 0, 0.05, 100000, 118));
	assert_false(is_ever_told(filling_low, 0, 0.05, 100000, 118));
}

/* The last part of a fill that goes on is no growth that began late. */
static void what_goes_on_has_not_begun_late(void **state)
{
	(void)state;
	assert_false(is_ever_told(filling_by_root, 600, 0.2, 80000, 3900));
	assert_false(is_ever_told(filling_by_root, 30000, 10, 2e6, 3900));
	assert_true(is_ever_told(late, 0, 0.2, 80000, 3900));
}

/* What is certain to slow down is told as it is only when it has done so for very long. */
static void what_certainly_slows_down_waits_for_longer(void **state)
{
	(void)state;
	assert_false(is_ever_told(filling_by_square_root, 470, 0.2, 80000, 3900));
	assert_false(is_ever_told(filling_by_square_root, 376, 0.2, 80000, 6280));
}

/*
 * Lumps that come at random say little of whether they come ever more rarely: of these stores it is
 * not known that they have not come a time constant along.
 */
static void what_may_be_nearly_full_waits(void **state)
{
	static const struct {
		int things;
		double mean;
		uint64_t seed;
	} stores[] = {
		{ 10, 0.1, 49 }, { 20, 0.1, 15 }, { 20, 0.1, 18 }, { 20, 0.2, 38 },
		{ 20, 0.2, 49 }, { 40, 0.1, 33 }, { 40, 0.2, 44 }, { 80, 0.1, 40 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		store.things = stores[i].things;
		store.mean = stores[i].mean;
		store.seed = stores[i].seed;
		assert_false(is_ever_told(storing, 0, 0.5, 100000, 1500));
	}
}

/* A ramp that has ended is not told any more, though the last window's minimum is still on it. */
static void what_has_ended_is_not_told(void **state)
{
	int told = 0;

	(void)state;
	for (int end = 60; end < 400; end++) {
		struct mw_leak *leak = mw_leak_new(&config);
		struct mw_sample sample = blank();
		struct mw_verdict verdict;

		for (int i = 0; i < 2 * end; i++) {
			sample.time_s = i;
			sample.rss_kb = 100000 + 400 * (i < end ? i : end);
			mw_leak_add(leak, &sample);
		}
		mw_leak_verdict(leak, &verdict);
		assert_false(verdict.leak);
		told += verdict.first_alert_s < end;
		/* There are 20 windows or more: told in half of one at most. */
		if (verdict.first_alert_s > end + end / 40.0 + 1)
			fail_msg("a ramp of %d s is told at %.0f s", end, verdict.first_alert_s);
		mw_leak_free(leak);
	}
	assert_in_range(told, 250, 340);
}

/*
 * A program that takes 100 KiB a step, with hardly more than a look's time from step to step: now
 * and then a look finds nothing new, and all later ones a step less than the line so far. That is
 * no end.
 */
static void in_step_with_the_looks(void **state)
{
	(void)state;
	for (int phase = 0; phase < 100; phase++) {
		struct mw_leak *leak = mw_leak_new(&config);
		struct mw_sample sample = blank();
		struct mw_verdict verdict;

		sample.limit_kb = 24 << 20;
		sample.rss_kb = 24;
		for (int i = 0; i < 150; i++) {
			/* The first look is early: at the beginning of the program. */
			sample.time_s = 0.02 * i + (i > 0 ? 0.0001 : 0.0);
			mw_leak_add(leak, &sample);
			sample.rss_kb = 192 + 100 * (int64_t)(i / 1.0035 + phase / 100.0);
		}
		mw_leak_verdict(leak, &verdict);
		if (!verdict.leak)
			fail_msg("with the first look at %d %% of a step it is not told", phase);
		mw_leak_free(leak);
	}
}

static void rate_and_interval(void **state)
{
	static const struct series series[] = {
		{ leaking, 0.2, 25, 4096, 0, 0 },
		{ leaking, 1, 600, 300000, 0.01, 0 },
		{ leaking, 10, 86400, 2e6, 0.03, 0 },
		{ leaking, 60, 7 * 86400, 40e6, 0.001, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++) {
		struct mw_verdict verdict = run(&series[i]);
		double rate = 1.5 * series[i].base_kb / series[i].duration_s;

		assert_true(verdict.leak);
		assert_true(fabs(verdict.rate_kib_per_s / rate - 1) < 0.1);
		assert_true(verdict.rate_low <= rate && rate <= verdict.rate_high);
	}
}

/* 0.5 MB an hour in 300 MB under 4 MB of noise, found within a day. */
static void slow_leak_within_a_day(void **state)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 8640; i++) {
		sample.time_s = i * 10.0;
		sample.rss_kb = (int64_t)(300e3 + 0.5 * 1024 * i / 360.0 + 4096 * noise(&seed));
		mw_leak_add(leak, &sample);
	}
	mw_leak_verdict(leak, &verdict);
	mw_leak_free(leak);
	assert_true(verdict.leak && verdict.first_alert_s < 86400);
	assert_true(fabs(verdict.rate_kib_per_s * 3600 / 512 - 1) < 0.1);
}

static void beginning_of_a_late_leak(void **state)
{
	const struct series series = { late, 10, 86400, 2e6, 0.005, 0 };
	struct mw_verdict verdict = run(&series);

	(void)state;
	assert_true(verdict.leak);
	assert_true(fabs(verdict.since_s - 1000 - 0.4 * 86400) < 0.06 * 86400);
	assert_true(verdict.first_alert_s > verdict.since_s);
	assert_true(fabs(verdict.rate_kib_per_s / (3 * 2e6 / 86400) - 1) < 0.1);
}

/* A verdict depends on what is seen and not on its units: time x 100, memory x 100. */
static void scale_invariance(void **state)
{
	static double (*const courses[])(double) = { steady, leaking, collected, rising_floor,
						     cache,  daily,   step,	 batch,
						     late,   stopped };

	(void)state;
	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++) {
		struct series small = { courses[i], 1, 900, 200000, 0.004, 0 };
		struct series large = { courses[i], 100, 90000, 200000 * 100, 0.004, 0 };
		struct mw_verdict a = run(&small), b = run(&large);

		assert_int_equal(a.leak, b.leak);
		assert_string_equal(a.class_name, b.class_name);
		if (a.leak)
			assert_true(fabs(b.rate_kib_per_s / a.rate_kib_per_s - 1) < 0.01);
	}
}

/* Asked at every moment, or once: the online verdict sees nothing of the future. */
static void replay_is_live(void **state)
{
	enum { COUNT = 900 };
	static struct mw_verdict live[COUNT];
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_verdict verdict;
	double first = NAN;
	bool was = false;

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct mw_sample sample = blank();
		uint64_t seed = 1;

		for (int i = 0; i < COUNT; i++) {
			bool changed;

			sample.time_s = i;
			sample.rss_kb =
				(int64_t)(1e5 * (stopped((double)i / COUNT) + 0.01 * noise(&seed)));
			changed = mw_leak_add(leak, &sample);
			mw_leak_verdict(leak, &verdict);
			if (round == 1) {
				assert_memory_equal(&verdict.reason, &live[i].reason,
						    MW_REASON_MAX);
				assert_int_equal(verdict.leak, live[i].leak);
				continue;
			}
			live[i] = verdict;
			assert_int_equal(changed, verdict.leak != was);
			was = verdict.leak;
			if (changed && verdict.leak && isnan(first))
				first = i;
			assert_true(isnan(first) ? isnan(verdict.first_alert_s)
						 : verdict.first_alert_s == first);
		}
		mw_leak_free(leak);
		leak = mw_leak_new(&config);
	}
	assert_false(isnan(first));
	mw_leak_free(leak);
}

/* Of each class one course, and what must not be taken for it. */
static void classes(void **state)
{
	static const struct {
		const char *name, *words;
		int heap, shmem, file, swap, kernel_pages, live; /* each second */
		int thread_s;					 /* a thread each so many s */
		int thread_pages;
	} kinds[] = {
		{ .name = "heap-growth", .words = "", .heap = 100 },
		{ .name = "heap-growth", .words = "", .swap = 100 },
		{ .name = "shared-memory", .words = "the heap by 0", .shmem = 100 },
		{ .name = "kernel-memory", .words = "the heap by 0", .kernel_pages = 25 },
		{ .name = "none", .words = "", .file = 100 },
		{ .name = "threads",
		  .words = "threads with it by 2",
		  .heap = 100,
		  .thread_s = 20,
		  .thread_pages = 5 },
		/* No kernel memory for them: the number says nothing. */
		{ .name = "heap-growth", .words = "", .heap = 100, .thread_s = 20 },
		{ .name = "heap-growth", .words = "", .heap = 100, .live = 95 },
		{ .name = "fragmentation",
		  .words = "live allocation by 5",
		  .heap = 100,
		  .live = 10 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct mw_leak *leak = mw_leak_new(&config);
		struct mw_sample sample = blank();
		struct mw_verdict verdict;

		for (int i = 0; i < 600; i++) {
			int threads = kinds[k].thread_s ? i / kinds[k].thread_s : 0;

			sample.time_s = i;
			sample.anon_kb = 50000 + kinds[k].heap * i;
			sample.shmem_kb = 1000 + kinds[k].shmem * i;
			sample.file_kb = 8000 + kinds[k].file * i;
			sample.swap_kb = kinds[k].swap * i;
			sample.live_kb = kinds[k].live ? 40000 + kinds[k].live * i : MW_UNKNOWN;
			sample.threads = 4 + threads;
			sample.owned_kernel_pages =
				300 + kinds[k].kernel_pages * i + kinds[k].thread_pages * threads;
			sample.rss_kb = sample.anon_kb + sample.shmem_kb + sample.file_kb;
			mw_leak_add(leak, &sample);
		}
		mw_leak_verdict(leak, &verdict);
		mw_leak_free(leak);
		assert_string_equal(verdict.class_name, kinds[k].name);
		if (!strstr(verdict.reason, kinds[k].words))
			fail_msg("%s: '%s' is not in: %s", kinds[k].name, kinds[k].words,
				 verdict.reason);
		assert_int_equal(verdict.leak, !kinds[k].file);
		if (verdict.leak)
			assert_true(fabs(verdict.rate_kib_per_s - 100) < 10);
	}
}

/* What is no process is judged as one, and named for what it is. */
static void entities(void **state)
{
	static const struct {
		enum mw_entity entity;
		const char *class_name, *words;
	} kinds[] = {
		{ MW_ENTITY_SLAB, "slab-cache", "floor of the slab cache rose" },
		{ MW_ENTITY_ORPHANS, "orphans", "floor of pages owned by exited processes rose" },
		{ MW_ENTITY_HOST, "host-memory", "floor of memory that no process explains rose" },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct mw_leak *leak = mw_leak_new(&config);
		struct mw_sample sample;
		struct mw_verdict verdict;

		for (int i = 0; i < 600; i++) {
			mw_entity_sample(kinds[k].entity, "kmalloc-64", i, 20000 + 50 * i, &sample);
			mw_leak_add(leak, &sample);
		}
		mw_leak_verdict(leak, &verdict);
		mw_leak_free(leak);
		assert_string_equal(verdict.class_name, kinds[k].class_name);
		assert_non_null(strstr(verdict.reason, kinds[k].words));
	}
}

static void class_of_the_course(void **state)
{
	const struct series stairs = { staircase, 1, 600, 300000, 0, 0 };
	const struct series teeth = { rising_floor, 1, 600, 300000, 0, 0 };

	(void)state;
	assert_string_equal(run(&stairs).class_name, "staircase");
	assert_string_equal(run(&teeth).class_name, "rising-floor");
}

/* The limit is the one of the last sample; without one there is no time to it. */
static void time_to_limit(void **state)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;

	(void)state;
	for (int i = 0; i < 600; i++) {
		sample.time_s = i;
		sample.rss_kb = 100000 + 100 * i;
		sample.limit_kb = i < 500 ? 10000000 : 200000;
		mw_leak_add(leak, &sample);
	}
	mw_leak_verdict(leak, &verdict);
	assert_true(verdict.leak && verdict.limit_kb == 200000);
	assert_true(fabs(verdict.time_to_limit_s - (200000 - 159900) / 100.0) < 10);
	assert_true(verdict.time_to_limit_low_s <= verdict.time_to_limit_s &&
		    verdict.time_to_limit_low_s > 0.9 * verdict.time_to_limit_s);
	assert_true(verdict.time_to_limit_high_s >= verdict.time_to_limit_s &&
		    verdict.time_to_limit_high_s < 1.1 * verdict.time_to_limit_s);
	sample.time_s = 600;
	sample.rss_kb = 250000;
	mw_leak_add(leak, &sample);
	mw_leak_verdict(leak, &verdict);
	assert_true(verdict.time_to_limit_s == 0);
	sample.time_s = 601;
	sample.limit_kb = MW_UNKNOWN;
	mw_leak_add(leak, &sample);
	mw_leak_verdict(leak, &verdict);
	assert_true(isnan(verdict.time_to_limit_s) && isnan(verdict.time_to_limit_low_s) &&
		    isnan(verdict.time_to_limit_high_s));
	mw_leak_free(leak);
}

/* Near the limit nothing waits: a rise that a daily wave could be. */
static void urgency(void **state)
{
	double alerts[2];

	(void)state;
	for (int near = 0; near < 2; near++) {
		struct mw_leak *leak = mw_leak_new(&config);
		struct mw_sample sample = blank();
		struct mw_verdict verdict;

		for (int i = 0; i < 3000; i++) {
			sample.time_s = i * 10.0;
			sample.rss_kb = 1000000 + 10 * i;
			sample.limit_kb = near ? 1020000 : 8000000;
			mw_leak_add(leak, &sample);
		}
		mw_leak_verdict(leak, &verdict);
		alerts[near] = verdict.first_alert_s;
		mw_leak_free(leak);
	}
	assert_true(alerts[1] < 20000 / 2 && (isnan(alerts[0]) || alerts[0] > 1.5 * alerts[1]));
}

/* A tooth of an hour, given back; then a climb at @rate times its rate to @times its height. */
static bool is_told_after_a_tooth(double rate, double times)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;

	for (int i = 0; i < 360 * (1 + times / rate); i++) {
		double climbed = i < 360 ? i : rate * (i - 360);

		sample.time_s = i * 10.0;
		sample.rss_kb = 100000 + (int64_t)(50 * climbed) + (i * 7) % 50;
		mw_leak_add(leak, &sample);
		mw_leak_verdict(leak, &verdict);
		if (verdict.leak && i >= 400)
			break;
	}
	mw_leak_free(leak);
	return verdict.leak;
}

/*
 * What a life has given back once may come again, and longer: what is three times as high is news,
 * but not while it rises at the rate of what was given back: that is the same work.
 */
static void teeth_of_its_own(void **state)
{
	(void)state;
	assert_false(is_told_after_a_tooth(3, 2.5));
	assert_true(is_told_after_a_tooth(3, 4.5));
	assert_false(is_told_after_a_tooth(1, 5.5));
	assert_true(is_told_after_a_tooth(1, 9.5));
	assert_true(is_told_after_a_tooth(0.4, 4.5));
}

static void bad_times(void **state)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;

	(void)state;
	mw_leak_verdict(leak, &verdict);
	assert_false(verdict.leak);
	assert_int_equal(verdict.samples, 0);
	sample.rss_kb = 5;
	sample.time_s = 10;
	mw_leak_add(leak, &sample);
	sample.time_s = 9;
	mw_leak_add(leak, &sample);
	sample.time_s = NAN;
	mw_leak_add(leak, &sample);
	sample.time_s = INFINITY;
	mw_leak_add(leak, &sample);
	assert_int_equal(mw_leak_ignored(leak), 3);
	sample.time_s = 10;
	mw_leak_add(leak, &sample);
	mw_leak_verdict(leak, &verdict);
	assert_int_equal(verdict.samples, 2);
	mw_leak_free(leak);
	mw_leak_free(NULL);
}

/* A leaker of 100 KiB/s whose samples @spoil damages: the same leak must be told in the end. */
static void leaks_in_spite_of(void (*spoil)(struct mw_sample *sample, int i), double until_s,
			      double slack_s)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_verdict verdict;

	for (int i = 0; i < 900; i++) {
		struct mw_sample sample = blank();

		sample.time_s = 1000 + i;
		sample.rss_kb = 50000 + 100 * i;
		sample.page_allocs = 25 * i;
		spoil(&sample, i);
		if (sample.pid >= 0)
			mw_leak_add(leak, &sample);
	}
	mw_leak_verdict(leak, &verdict);
	mw_leak_free(leak);
	assert_true(verdict.leak);
	assert_true(fabs(verdict.rate_kib_per_s - 100) < 10);
	assert_true(fabs(verdict.since_s - until_s) < slack_s);
}

static void clock_is_set_back(struct mw_sample *sample, int i)
{
	sample->time_s -= i >= 300 ? 1e6 : 0;
}

static void clock_is_set_forward(struct mw_sample *sample, int i)
{
	sample->time_s += i >= 300 ? 1e9 : 0;
}

/* The memory of a host that sleeps stands still. */
static void host_sleeps(struct mw_sample *sample, int i)
{
	sample->time_s += i >= 450 ? 8 * 3600 : 0;
}

static void every_third_is_missing(struct mw_sample *sample, int i)
{
	if (i % 3 == 0 || (i > 400 && i < 460))
		sample->pid = -1;
}

static void counters_go_back(struct mw_sample *sample, int i)
{
	sample->page_allocs = i % 50 ? 25 * i % 1000 : INT64_MAX;
	sample->minflt = -i;
	sample->threads = i % 7 ? 5 : 0;
}

static void is_renamed(struct mw_sample *sample, int i)
{
	snprintf(sample->comm, sizeof(sample->comm), "worker-%d", i);
}

static void pid_is_reused(struct mw_sample *sample, int i)
{
	if (i % 10 != 5)
		return;
	sample->start_ticks++;
	sample->rss_kb = 12;
}

static void is_huge_at_times(struct mw_sample *sample, int i)
{
	if (i % 97 == 50)
		sample->rss_kb = INT64_MAX;
	if (i % 89 == 50)
		sample->time_s = i % 2 ? NAN : INFINITY;
}

static void bad_input(void **state)
{
	(void)state;
	leaks_in_spite_of(clock_is_set_back, 1000 - 1e6, 40);
	leaks_in_spite_of(clock_is_set_forward, 1000 + 1e9, 40);
	leaks_in_spite_of(host_sleeps, 1000 + 8 * 3600, 40);
	leaks_in_spite_of(every_third_is_missing, 1000, 40);
	leaks_in_spite_of(counters_go_back, 1000, 40);
	leaks_in_spite_of(is_renamed, 1000, 40);
	leaks_in_spite_of(pid_is_reused, 1000, 40);
	leaks_in_spite_of(is_huge_at_times, 1000, 40);
}

/* An exec leaves another program in the same life: what was found of the first is over. */
static void exec_ends_the_leak(void **state)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;

	(void)state;
	for (int i = 0; i < 1200; i++) {
		sample.time_s = i;
		sample.rss_kb = i < 600 ? 50000 + 100 * i : 3000;
		snprintf(sample.comm, sizeof(sample.comm), i < 600 ? "sh" : "sleep");
		mw_leak_add(leak, &sample);
		if (i != 599 && i != 1199)
			continue;
		mw_leak_verdict(leak, &verdict);
		assert_int_equal(verdict.leak, i == 599);
		assert_string_equal(verdict.comm, i == 599 ? "sh" : "sleep");
	}
	mw_leak_free(leak);
}

/* The evidence beside the trend: a level that is unusual, a rate that jumped, a drift. */
static void usual_and_unusual(void **state)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	struct mw_verdict verdict;
	uint64_t seed = 11;

	(void)state;
	sample.page_allocs = 0;
	for (int i = 0; i < 3000; i++) {
		sample.time_s = i * 10.0;
		sample.rss_kb = (int64_t)((i < 2900 ? 100000 : 140000) + 1000 * noise(&seed));
		sample.page_allocs += i < 2995 ? 1000 : 9000;
		mw_leak_add(leak, &sample);
		if (i != 2899)
			continue;
		mw_leak_verdict(leak, &verdict);
		assert_true(verdict.watermark_kib > 102000 && verdict.watermark_kib < 110000);
		assert_true(verdict.above_watermark_s == 0);
		assert_true(fabs(verdict.alloc_per_s - 100) < 1 && verdict.alloc_change == 1);
	}
	mw_leak_verdict(leak, &verdict);
	mw_leak_free(leak);
	assert_false(verdict.leak);
	assert_true(fabs(verdict.above_watermark_s - 990) < 20);
	assert_true(verdict.alloc_change > 2 && verdict.alloc_per_s > 300);
}

/* Whatever comes: no crash, no undefined behaviour, numbers in range. */
static void nonsense(void **state)
{
	static const int64_t values[] = { 0,	     1,		-1,	   4096,
					  1 << 30,   INT64_MAX, INT64_MIN, INT64_MIN + 1,
					  123456789, -987654321 };
	const size_t count = sizeof(values) / sizeof(values[0]);

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct mw_leak *leak = mw_leak_new(&config);
		struct mw_sample sample = blank();
		struct mw_verdict verdict;
		uint64_t random = (uint64_t)round * 2654435761u + 1;

		sample.time_s = round % 3 ? 0 : -1e12;
		memset(sample.comm, 'x', sizeof(sample.comm));
		for (int i = 0; i < 3000; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			sample.rss_kb = values[(random >> 33) % count];
			sample.anon_kb = round % 2 ? MW_UNKNOWN : values[(random >> 37) % count];
			sample.file_kb = values[(random >> 41) % count];
			sample.swap_kb = values[(random >> 45) % count];
			sample.shmem_kb = values[(random >> 49) % count];
			sample.owned_kernel_pages = values[(random >> 53) % count];
			sample.threads = values[(random >> 57) % count];
			sample.limit_kb = values[(random >> 35) % count];
			sample.live_kb = values[(random >> 39) % count];
			sample.page_allocs = values[(random >> 43) % count];
			sample.time_s += (random >> 60) == 0 ? 1e9 : (random >> 62) == 0 ? 0 : 1e-3;
			mw_leak_add(leak, &sample);
			mw_leak_verdict(leak, &verdict);
			assert_true(verdict.confidence >= 0 && verdict.confidence <= 1);
			assert_true(memchr(verdict.comm, 0, MW_COMM_MAX) != NULL);
			assert_true(!(verdict.time_to_limit_s < 0));
		}
		mw_leak_free(leak);
	}
}

/* 5,000 processes in 8 MiB, most of which do nothing, with room for the table that finds them. */
static void state_is_small(void **state)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = blank();
	size_t still, heap;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		sample.time_s = i;
		sample.rss_kb = 5000 + (i > 5000 ? i % 100 : 0);
		sample.threads = 3;
		sample.owned_kernel_pages = 40;
		sample.page_allocs = i;
		mw_leak_add(leak, &sample);
		if (i == 5000)
			still = mw_leak_bytes(leak);
	}
	heap = mw_leak_bytes(leak);
	mw_leak_free(leak);
	assert_true(still <= 400);
	assert_true(heap <= 1200);
	assert_true(mw_leak_size() <= 1800);
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
		cmocka_unit_test(patterns),
		cmocka_unit_test(demo_is_in_time),
		cmocka_unit_test(what_has_ended_is_not_told),
		cmocka_unit_test(what_slows_down_surely_waits),
		cmocka_unit_test(what_goes_on_has_not_begun_late),
		cmocka_unit_test(what_certainly_slows_down_waits_for_longer),
		cmocka_unit_test(what_may_be_nearly_full_waits),
		cmocka_unit_test(in_step_with_the_looks),
		cmocka_unit_test(rate_and_interval),
		cmocka_unit_test(slow_leak_within_a_day),
		cmocka_unit_test(beginning_of_a_late_leak),
		cmocka_unit_test(scale_invariance),
		cmocka_unit_test(replay_is_live),
		cmocka_unit_test(classes),
		cmocka_unit_test(entities),
		cmocka_unit_test(class_of_the_course),
		cmocka_unit_test(time_to_limit),
		cmocka_unit_test(urgency),
		cmocka_unit_test(teeth_of_its_own),
		cmocka_unit_test(bad_times),
		cmocka_unit_test(bad_input),
		cmocka_unit_test(exec_ends_the_leak),
		cmocka_unit_test(usual_and_unusual),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(state_is_small),
	};

	return cmocka_run_group_tests(tests, defaults, NULL);
}

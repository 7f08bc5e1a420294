// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_eval_judges.c - the baselines of tests/eval on series whose answer is known
 * from their papers, and that generators keep to their labels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/eval/bins.c"
#include "tests/eval/clean.c"
#undef DAY
#include "tests/eval/generators.c"
#include "tests/eval/judge_lines.c"
#include "tests/eval/judge_precogmf.c"
#include "tests/eval/judges.c"

#define LIMIT_KB 1000000.0
#define STEP_S	 300.0
#define COUNT	 2000

typedef double (*course_fn)(double t);

/* What @judge says of @course, percent of the limit, every five minutes for a week. */
static struct mw_judgement ask(course_fn course,
			       void (*judge)(const struct mw_labelled *, struct mw_judgement *))
{
	static struct mw_sample samples[COUNT];
	struct mw_labelled series = { .samples = samples, .count = COUNT, .limit_kb = LIMIT_KB };
	struct mw_judgement judgement;

	for (int i = 0; i < COUNT; i++) {
		samples[i] = mw_sample_unknown();
		samples[i].time_s = STEP_S * i;
		samples[i].pid = 1;
		samples[i].rss_kb = (int64_t)(course(STEP_S * i) / 100.0 * LIMIT_KB);
	}
	mw_judgement_init(&judgement);
	judge(&series, &judgement);
	return judgement;
}

static double flat(double t)
{
	return 50.0 + 0.01 * sin(t);
}

/* 50 % to 95 % in the week */
static double climbing(double t)
{
	return 50.0 + 45.0 * t / (STEP_S * COUNT);
}

/* the same at a twentieth: in a week far from the limit */
static double creeping(double t)
{
	return 50.0 + 2.0 * t / (STEP_S * COUNT);
}

/* two like ramps of a day and a half, the first of them in training */
static double known_ramps(double t)
{
	double day = fmod(t, 3.2 * 86400.0) / 86400.0;

	return 50.0 + (day < 1.5 ? 20.0 * day : 0.0) + 0.001 * sin(t);
}

static double fast(double t)
{
	return 10.0 * exp(0.2 * fmin(t, 5.0 * 3600.0) / 3600.0);
}

static void fixed_speaks_at_ninety_percent(void **state)
{
	struct mw_judgement said = ask(climbing, mw_judge_fixed);

	(void)state;
	assert_true(said.leak);
	assert_int_equal(said.alerts, 1);
	assert_float_equal(said.first_s, STEP_S * COUNT * 40.0 / 45.0, 2.0 * STEP_S);
	assert_false(ask(creeping, mw_judge_fixed).leak);
}

static void one_hour_wants_ten_percent(void **state)
{
	struct mw_judgement said = ask(fast, mw_judge_one_hour);

	(void)state;
	assert_int_equal(said.alerts, 1);
	assert_false(said.leak);
	assert_int_equal(ask(climbing, mw_judge_one_hour).alerts, 0);
}

static void lbr_wants_the_limit_within_a_week(void **state)
{
	struct mw_judgement said = ask(climbing, mw_judge_lbr);

	(void)state;
	assert_true(said.leak);
	assert_float_equal(said.rate, 0.45 * LIMIT_KB / (STEP_S * COUNT), 1e-3);
	assert_false(ask(creeping, mw_judge_lbr).leak);
	assert_int_equal(ask(flat, mw_judge_lbr).alerts, 0);
}

static void precogmf_ignores_what_it_has_seen(void **state)
{
	(void)state;
	assert_true(ask(climbing, mw_judge_precogmf).leak);
	assert_int_equal(ask(known_ramps, mw_judge_precogmf).alerts, 0);
	assert_true(ask(known_ramps, mw_judge_lbr).alerts > 0);
	assert_int_equal(ask(flat, mw_judge_precogmf).alerts, 0);
}

static void memwatch_is_judged_by_life(void **state)
{
	struct mw_judgement said = ask(climbing, mw_judge_memwatch);

	(void)state;
	assert_true(said.leak);
	assert_float_equal(said.rate, 0.45 * LIMIT_KB / (STEP_S * COUNT), 0.01);
	assert_false(ask(flat, mw_judge_memwatch).leak);
}

static void setup_line(struct mw_generator *g)
{
	g->grows = 0.5 * g->base + 5000.0;
	g->noise = g->drift = 0.0;
	g->begins_s = 0.3 * g->duration_s;
}

static double value_line(struct mw_generator *g, double t)
{
	return g->base + ramp(g, t);
}

/* The label's rate, beginning and limit are those of the samples. */
static void a_leak_keeps_to_its_label(void **state)
{
	static const struct mw_pattern line = { "line", true, setup_line, value_line };
	struct mw_sample first = { 0 }, sample = { 0 };
	struct mw_generator g;

	(void)state;
	for (uint64_t seed = 1; seed < 50; seed++) {
		double rate, left_s;

		mw_generator_init(&g, &line, seed);
		g.has_anon = false;
		do
			assert_true(mw_generator_next(&g, &first));
		while (first.time_s < g.begins_s);
		while (mw_generator_next(&g, &sample))
			;
		rate = (double)(sample.rss_kb - first.rss_kb) / (sample.time_s - first.time_s);
		assert_float_equal(rate / g.rate, 1.0, 0.01);
		left_s = mw_generator_to_limit_s(&g) - (sample.time_s - g.begins_s);
		assert_float_equal(((double)sample.rss_kb + left_s * g.rate) / g.limit, 1.0, 0.01);
	}
}

static void a_seed_is_a_series(void **state)
{
	struct mw_sample a, b;
	struct mw_generator one, two;

	(void)state;
	for (int i = 0; i < mw_clean_patterns.count; i++) {
		mw_generator_init(&one, &mw_clean_patterns.patterns[i], 7);
		mw_generator_init(&two, &mw_clean_patterns.patterns[i], 7);
		while (mw_generator_next(&one, &a)) {
			assert_true(mw_generator_next(&two, &b));
			assert_memory_equal(&a, &b, sizeof(a));
			assert_true(a.rss_kb > 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_speaks_at_ninety_percent),
		cmocka_unit_test(one_hour_wants_ten_percent),
		cmocka_unit_test(lbr_wants_the_limit_within_a_week),
		cmocka_unit_test(precogmf_ignores_what_it_has_seen),
		cmocka_unit_test(memwatch_is_judged_by_life),
		cmocka_unit_test(a_leak_keeps_to_its_label),
		cmocka_unit_test(a_seed_is_a_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

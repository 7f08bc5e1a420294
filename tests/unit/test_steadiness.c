// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_steadiness.c - growth and fluctuation of series that are known, and what
 * the gate makes of them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gate.h"
#include "steadiness.h"

#define assert_near(value, expected, error) assert_true(fabs((value) - (expected)) <= (error))

/* level + KiB a minute, and a triangular wave of that height and period. */
struct shape {
	double level, per_minute, height, period_s;
};

static double value(const struct shape *shape, double t)
{
	double phase = shape->period_s > 0 ? fmod(t / shape->period_s, 1) : 0;
	double wave = phase < 0.5 ? 2 * phase : 2 - 2 * phase;

	return shape->level + shape->per_minute * t / 60 + shape->height * (wave - 0.5);
}

static void feed(struct mw_steadiness *steadiness, const struct shape *shape, double interval_s,
		 int samples)
{
	for (int i = 0; i < samples; i++)
		mw_steadiness_add(steadiness, 1e9 + interval_s * i, value(shape, interval_s * i));
}

static struct mw_steady judge(const struct shape *shape, double interval_s, int samples)
{
	struct mw_steadiness steadiness = { 0 };
	struct mw_steady steady;

	feed(&steadiness, shape, interval_s, samples);
	assert_int_equal(steadiness.samples, samples);
	assert_true(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
	return steady;
}

static void a_line(void **state)
{
	const struct shape shape = { .level = 200000, .per_minute = 1000 };

	(void)state;
	for (int samples = 30; samples < 20000; samples *= 3) {
		struct mw_steady steady = judge(&shape, 0.2, samples);

		assert_near(steady.growth, 0.5, 0.01);
		assert_true(steady.growth_low <= steady.growth &&
			    steady.growth <= steady.growth_high);
		assert_near(steady.level_kib, 200000, 100 + samples * 0.2 / 30 / 60 * 1000);
		assert_near(steady.span_s, 0.2 * (samples - 1), 1e-6);
		/* Within what the line rises in one window. */
		assert_true(steady.swing_kib <= 1000 * 0.2 * samples / 30 / 60 + 1);
	}
}

static void a_wave(void **state)
{
	const struct shape shape = { .level = 100000, .height = 20000, .period_s = 7.3 };

	(void)state;
	for (int samples = 600; samples < 40000; samples *= 3) {
		struct mw_steady steady = judge(&shape, 0.2, samples);

		assert_near(steady.fluctuation, 20, 2);
		assert_near(steady.swing_kib, 20000, 1000);
		assert_near(steady.growth, 0, 0.5);
	}
}

static void too_few(void **state)
{
	struct mw_steady steady = { .level_kib = 42 };
	struct mw_steadiness steadiness = { 0 };
	const struct shape flat = { .level = 1000 };

	(void)state;
	assert_true(isnan(mw_steadiness_begin_s(&steadiness)));
	assert_true(isnan(mw_steadiness_end_s(&steadiness)));
	assert_false(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
	feed(&steadiness, &flat, 1, MW_STEADINESS_SAMPLES_MIN - 1);
	assert_false(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
	assert_near(steady.level_kib, 42, 0);
	mw_steadiness_add(&steadiness, 2e9, 1000);
	assert_true(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
	/* Nine windows are left after the warm-up. */
	assert_false(mw_steadiness_judge(&steadiness, 1e9 + 21, &steady));
}

static void at_one_moment(void **state)
{
	struct mw_steadiness steadiness = { 0 };
	struct mw_steady steady;

	(void)state;
	for (int i = 0; i < 100; i++)
		mw_steadiness_add(&steadiness, 5, 1000 + i);
	assert_false(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
}

static void back_in_time(void **state)
{
	const struct shape flat = { .level = 1000 };
	struct mw_steadiness steadiness = { 0 };
	struct mw_steady steady;

	(void)state;
	feed(&steadiness, &flat, 1, 100);
	mw_steadiness_add(&steadiness, 1e9, 1e12);
	assert_int_equal(steadiness.samples, 100);
	assert_true(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
	assert_near(steady.swing_kib, 0, 1e-6);
}

static void warm_up_is_left_out(void **state)
{
	struct mw_steadiness steadiness = { 0 };
	struct mw_steady steady;

	(void)state;
	for (int i = 0; i < 1000; i++)
		mw_steadiness_add(&steadiness, i, i < 150 ? 100 * i : 15000);
	assert_true(mw_steadiness_judge(&steadiness, -INFINITY, &steady));
	assert_true(steady.fluctuation > 50);
	assert_true(mw_steadiness_judge(&steadiness, 200, &steady));
	assert_near(steady.fluctuation, 0, 1e-6);
	assert_near(steady.growth, 0, 1e-6);
}

/* --- the gate ------------------------------------------------------------------- */

static void pass_gate(const struct shape *shape, bool leaks, struct mw_gate_row *ret_row)
{
	struct mw_verdict verdict = { .comm = "api", .pid = 7, .leak = leaks, .reason = "floor" };
	struct mw_steadiness steadiness = { 0 };
	struct mw_gate_limits limits;

	mw_gate_defaults(&limits);
	feed(&steadiness, shape, 0.2, 1500);
	mw_gate_judge(&limits, &steadiness, &verdict, ret_row);
}

static void gate_limits(void **state)
{
	static const struct {
		struct shape shape;
		bool leaks, grows, swings;
	} cases[] = {
		{ .shape = { .level = 200000 } },
		{ .shape = { .level = 200000, .per_minute = 900 } },
		{ .shape = { .level = 200000, .per_minute = 1100 }, .grows = true },
		{ .shape = { .level = 200000, .height = 28000, .period_s = 3.1 } },
		{ .shape = { .level = 200000, .height = 32000, .period_s = 3.1 }, .swings = true },
		/* A slope that the swings could be. */
		{ .shape = { .level = 200000, .height = 20000, .period_s = 150 } },
		/* 17 % of little. */
		{ .shape = { .level = 1500, .height = 200, .period_s = 3.1 } },
		{ .shape = { .level = 1500, .per_minute = 40 } },
		{ .shape = { .level = 200000 }, .leaks = true },
		{ .shape = { .level = 200000, .per_minute = -5000 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_gate_row row;

		pass_gate(&cases[i].shape, cases[i].leaks, &row);
		assert_true(row.is_steady_known);
		assert_int_equal(row.has[MW_GATE_GROWTH], cases[i].grows);
		assert_int_equal(row.has[MW_GATE_FLUCTUATION], cases[i].swings);
		assert_int_equal(row.has[MW_GATE_LEAK], cases[i].leaks);
		assert_int_equal(mw_gate_result(&row, 1),
				 mw_gate_has_fault(&row) ? MW_GATE_FAIL : MW_GATE_PASS);
	}
}

static void gate_of_nothing(void **state)
{
	struct mw_gate_row rows[2] = { 0 };

	(void)state;
	assert_int_equal(mw_gate_result(rows, 0), MW_GATE_UNKNOWN);
	assert_int_equal(mw_gate_result(rows, 2), MW_GATE_UNKNOWN);
	rows[1].is_steady_known = true;
	assert_int_equal(mw_gate_result(rows, 2), MW_GATE_PASS);
	rows[0].has[MW_GATE_LEAK] = true;
	assert_int_equal(mw_gate_result(rows, 2), MW_GATE_FAIL);
}

static void warm_up_of_the_gate(void **state)
{
	struct mw_verdict verdict = { .comm = "jvm" };
	struct mw_steadiness steadiness = { 0 };
	struct mw_gate_limits limits;
	struct mw_gate_row row;

	(void)state;
	mw_gate_defaults(&limits);
	for (int i = 0; i < 1000; i++)
		mw_steadiness_add(&steadiness, i, i < 180 ? 1000 * i : 180000);
	mw_gate_judge(&limits, &steadiness, &verdict, &row);
	assert_int_equal(mw_gate_result(&row, 1), MW_GATE_PASS);
	limits.warm_up_s = 100;
	mw_gate_judge(&limits, &steadiness, &verdict, &row);
	assert_int_equal(mw_gate_result(&row, 1), MW_GATE_FAIL);
}

static void words(void **state)
{
	const struct shape grows = { .level = 204800, .per_minute = 4096 };
	const struct shape swings = { .level = 204800, .height = 102400, .period_s = 3.1 };
	char text[MW_GATE_TEXT_MAX];
	struct mw_gate_limits limits;
	struct mw_gate_row row;

	(void)state;
	mw_gate_defaults(&limits);
	pass_gate(&grows, true, &row);
	mw_gate_explain(&limits, &row, MW_GATE_GROWTH, text);
	assert_non_null(strstr(text, "grows by 1."));
	assert_non_null(strstr(text, "0.50 are allowed"));
	mw_gate_explain(&limits, &row, MW_GATE_LEAK, text);
	assert_string_equal(text, "leaks: floor");
	pass_gate(&swings, false, &row);
	mw_gate_explain(&limits, &row, MW_GATE_FLUCTUATION, text);
	assert_non_null(strstr(text, "fluctuates by 4"));
	assert_non_null(strstr(text, "15.0 are the limit"));
	assert_string_equal(mw_gate_fault_name(MW_GATE_FLUCTUATION), "fluctuation");
	assert_string_equal(mw_gate_result_name(MW_GATE_UNKNOWN), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line),
		cmocka_unit_test(a_wave),
		cmocka_unit_test(too_few),
		cmocka_unit_test(at_one_moment),
		cmocka_unit_test(back_in_time),
		cmocka_unit_test(warm_up_is_left_out),
		cmocka_unit_test(gate_limits),
		cmocka_unit_test(gate_of_nothing),
		cmocka_unit_test(warm_up_of_the_gate),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

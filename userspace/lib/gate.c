// SPDX-License-Identifier: GPL-2.0-only
/*
 * gate.c - the gate before a release: growth at most 0.5 % a minute, fluctuation
 * under 15 % after the warm-up, and no leak. Must never read a clock or print.
 *
 * Growth is held against a process only when the interval of its rate is above
 * zero: with much noise and little time the estimate alone would fail a good
 * release now and then. And neither growth nor swings count below 256 KiB:
 * of a shell of 1.5 MiB that is 17 %, and means nothing.
 */
#include "gate.h"

#include <stdio.h>

#define WARM_UP_PART 0.2

void mw_gate_defaults(struct mw_gate_limits *ret_limits)
{
	*ret_limits = (struct mw_gate_limits){
		.max_growth = 0.5,
		.max_fluctuation = 15,
		.min_kib = 256,
		.warm_up_s = -1,
	};
}

static double warm_until_s(const struct mw_gate_limits *limits,
			   const struct mw_steadiness *steadiness)
{
	double begin_s = mw_steadiness_begin_s(steadiness);
	double life_s = mw_steadiness_end_s(steadiness) - begin_s;

	return begin_s + (limits->warm_up_s < 0 ? WARM_UP_PART * life_s : limits->warm_up_s);
}

void mw_gate_judge(const struct mw_gate_limits *limits, const struct mw_steadiness *steadiness,
		   const struct mw_verdict *verdict, struct mw_gate_row *ret_row)
{
	struct mw_gate_row row = { .verdict = *verdict };
	const struct mw_steady *steady = &row.steady;

	row.is_steady_known =
		mw_steadiness_judge(steadiness, warm_until_s(limits, steadiness), &row.steady);
	row.has[MW_GATE_LEAK] = verdict->leak;
	if (row.is_steady_known) {
		row.has[MW_GATE_GROWTH] = steady->growth > limits->max_growth &&
					  steady->growth_low > 0 &&
					  steady->grown_kib >= limits->min_kib;
		row.has[MW_GATE_FLUCTUATION] = steady->fluctuation >= limits->max_fluctuation &&
					       steady->swing_kib >= limits->min_kib;
	}
	*ret_row = row;
}

bool mw_gate_has_fault(const struct mw_gate_row *row)
{
	for (size_t fault = 0; fault < MW_GATE_FAULTS; fault++)
		if (row->has[fault])
			return true;
	return false;
}

enum mw_gate_result mw_gate_result(const struct mw_gate_row *rows, size_t count)
{
	enum mw_gate_result result = MW_GATE_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		if (mw_gate_has_fault(&rows[i]))
			return MW_GATE_FAIL;
		if (rows[i].is_steady_known)
			result = MW_GATE_PASS;
	}
	return result;
}

const char *mw_gate_fault_name(enum mw_gate_fault fault)
{
	static const char *const names[] = {
		[MW_GATE_GROWTH] = "growth",
		[MW_GATE_FLUCTUATION] = "fluctuation",
		[MW_GATE_LEAK] = "leak",
	};

	return names[fault];
}

const char *mw_gate_result_name(enum mw_gate_result result)
{
	static const char *const names[] = {
		[MW_GATE_PASS] = "pass",
		[MW_GATE_FAIL] = "fail",
		[MW_GATE_UNKNOWN] = "unknown",
	};

	return names[result];
}

void mw_gate_explain(const struct mw_gate_limits *limits, const struct mw_gate_row *row,
		     enum mw_gate_fault fault, char ret_text[MW_GATE_TEXT_MAX])
{
	const struct mw_steady *steady = &row->steady;
	char swing[MW_FORMAT_MAX];
	char level[MW_FORMAT_MAX];

	mw_format_kib(steady->swing_kib, swing);
	mw_format_kib(steady->level_kib, level);
	switch (fault) {
	case MW_GATE_GROWTH:
		snprintf(ret_text, MW_GATE_TEXT_MAX,
			 "grows by %.2f %% a minute (%.2f to %.2f) from %s, %.2f are allowed",
			 steady->growth, steady->growth_low, steady->growth_high, level,
			 limits->max_growth);
		return;
	case MW_GATE_FLUCTUATION:
		snprintf(ret_text, MW_GATE_TEXT_MAX,
			 "fluctuates by %.1f %% (%s about %s), %.1f are the limit",
			 steady->fluctuation, swing, level, limits->max_fluctuation);
		return;
	default: snprintf(ret_text, MW_GATE_TEXT_MAX, "leaks: %s", row->verdict.reason); return;
	}
}

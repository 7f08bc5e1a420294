/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gate.h - what `memwatch check` asks of a process before a release, and what a
 * whole check came to. Pure: no clock, no files, no allocation.
 */
#ifndef MW_GATE_H
#define MW_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "steadiness.h"
#include "verdict.h"

/**
 * struct mw_gate_limits - what is asked
 * @max_growth:      percent a minute
 * @max_fluctuation: percent
 * @min_kib:         growth and swings below this are not held against anybody, KiB
 * @warm_up_s:       of each process's life is left out; below 0: a fifth of it
 */
struct mw_gate_limits {
	double max_growth;
	double max_fluctuation;
	double min_kib;
	double warm_up_s;
};

/* What a process is blamed for. */
enum mw_gate_fault {
	MW_GATE_GROWTH,	     /* it grows faster than allowed, and its interval is above 0 */
	MW_GATE_FLUCTUATION, /* it swings more than allowed */
	MW_GATE_LEAK,	     /* the detector calls it a leak */
	MW_GATE_FAULTS,
};

/**
 * struct mw_gate_row - one process
 * @verdict: of the detector
 * @is_steady_known: whether there was enough of it to fill @steady
 * @steady: growth and fluctuation after the warm-up
 * @has: the faults found
 */
struct mw_gate_row {
	struct mw_verdict verdict;
	bool is_steady_known;
	struct mw_steady steady;
	bool has[MW_GATE_FAULTS];
};

enum mw_gate_result {
	MW_GATE_PASS,
	MW_GATE_FAIL,
	MW_GATE_UNKNOWN, /* there was not enough of any process to judge */
};

/** mw_gate_defaults() - 0.5 % a minute, 15 %, 256 KiB, a fifth */
void mw_gate_defaults(struct mw_gate_limits *ret_limits);

/**
 * mw_gate_judge() - one process
 * @steadiness: its samples
 * @verdict:    what the detector says of it
 */
void mw_gate_judge(const struct mw_gate_limits *limits, const struct mw_steadiness *steadiness,
		   const struct mw_verdict *verdict, struct mw_gate_row *ret_row);

/** mw_gate_has_fault() - whether it is blamed for anything */
bool mw_gate_has_fault(const struct mw_gate_row *row);

/** mw_gate_result() - what all rows come to */
enum mw_gate_result mw_gate_result(const struct mw_gate_row *rows, size_t count);

/** mw_gate_fault_name() - "growth", "fluctuation", "leak" */
const char *mw_gate_fault_name(enum mw_gate_fault fault);

/** mw_gate_result_name() - "pass", "fail", "unknown" */
const char *mw_gate_result_name(enum mw_gate_result result);

/* Longest text of mw_gate_explain(), with its NUL. */
#define MW_GATE_TEXT_MAX (MW_REASON_MAX + 64)

/** mw_gate_explain() - a fault in words, with its numbers and what was allowed */
void mw_gate_explain(const struct mw_gate_limits *limits, const struct mw_gate_row *row,
		     enum mw_gate_fault fault, char ret_text[MW_GATE_TEXT_MAX]);

#endif /* MW_GATE_H */

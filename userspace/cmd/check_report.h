/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_report.h - what `memwatch check` found, as a table, as JSON and as the
 * JUnit XML that CI systems read.
 */
#ifndef MW_CHECK_REPORT_H
#define MW_CHECK_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/gate.h"

/* Longest note, with its NUL. */
#define CHECK_NOTE_MAX 160

/**
 * struct check_report - a check that is over
 * @limits:  what was asked
 * @rows:    the processes judged, those with faults first
 * @count:   how many
 * @brief:   processes that lived for less than half of the time: judged for leaks alone
 * @watched_s: for how long
 * @begin_s: Unix time at which it began
 * @failure: what failed besides: the command itself; "" if nothing did
 * @result:  what it comes to
 */
struct check_report {
	const struct mw_gate_limits *limits;
	const struct mw_gate_row *rows;
	size_t count;
	uint64_t brief;
	double watched_s;
	double begin_s;
	char failure[CHECK_NOTE_MAX];
	enum mw_gate_result result;
};

/** check_report_table() - for people; true if all of it was written */
bool check_report_table(const struct check_report *report, FILE *file, bool is_colour);

/** check_report_json() - one object on one line; false without memory or room */
bool check_report_json(const struct check_report *report, FILE *file);

/** check_report_junit() - one test a process and question; true if all of it was written */
bool check_report_junit(const struct check_report *report, FILE *file);

#endif /* MW_CHECK_REPORT_H */

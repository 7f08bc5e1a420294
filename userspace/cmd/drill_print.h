/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drill_print.h - what came of a fire drill, for people and as JSON.
 */
#ifndef MW_DRILL_PRINT_H
#define MW_DRILL_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../lib/alert_tail.h"

/**
 * struct drill_outcome - of one drill
 * @alerts:        the file in which the alert was looked for
 * @is_cgroup:     whether the limit was a control group's; else RLIMIT_AS
 * @rate_kib_s:    the true rate
 * @is_told:       there was an alert; only then are @told, @told_after_s and
 *                 @leaked_when_told_kib of any meaning
 * @was_met:       the process met its limit
 * @has_ended:     by itself, or by the kernel
 * @ended_after_s: or how long it has leaked until now
 */
struct drill_outcome {
	const char *alerts;
	pid_t pid;
	double begin_s;
	int64_t limit_kib;
	bool is_cgroup;
	double rate_kib_s;
	bool is_told;
	struct mw_told told;
	double told_after_s;
	int64_t leaked_when_told_kib;
	bool was_met;
	bool has_ended;
	double ended_after_s;
	int64_t leaked_kib;
};

/** drill_print() - in sentences, on standard output */
void drill_print(const struct drill_outcome *outcome);

/** drill_print_json() - as one object; returns 0 or -ENOMEM */
int drill_print_json(const struct drill_outcome *outcome);

#endif /* MW_DRILL_PRINT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - `if ... then ...`: which verdicts are worth telling, and what is done then.
 * Pure; the memory belongs to the configuration.
 */
#ifndef MW_POLICY_H
#define MW_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "match.h"
#include "message.h"
#include "verdict.h"

#define MW_POLICY_NAME_MAX 32

/**
 * struct mw_policy_if - all conditions have to hold
 * @classes:         one of these classes; an empty list asks for nothing
 * @rate_kib_per_s:  the leak is at least as fast, KiB/s; NAN: not asked
 * @confidence:      at least as sure, 0 to 1; NAN: not asked
 * @time_to_limit_s: no more time than this is left; NAN: not asked. A leak without a known
 *                   limit does not fulfil it.
 * @duration_s:      it has leaked for as long; NAN: not asked
 * @match:           the process
 */
struct mw_policy_if {
	const char *const *classes;
	size_t class_count;
	double rate_kib_per_s;
	double confidence;
	double time_to_limit_s;
	double duration_s;
	struct mw_match match;
};

/**
 * struct mw_policy_run - a command to run; @argv is NULL for none
 * @argv:      program and arguments, NULL at the end
 * @is_shell:  argv[0] is a line for /bin/sh -c
 * @timeout_s: then it is ended
 */
struct mw_policy_run {
	const char *const *argv;
	bool is_shell;
	double timeout_s;
};

/**
 * struct mw_policy - one rule
 * @name:           unique; the alert's rule
 * @condition:      when
 * @severity:       how much it matters
 * @pending_s:      the condition has to last this long before the alert fires
 * @clear_s:        it has to be gone this long before the alert is resolved
 * @repeat_s:       an alert that stands is told again after this; 0: never
 * @max_per_hour:   alerts told in an hour; 0: no bound
 * @is_logged:      one line on standard output
 * @is_notified:    told to sinks
 * @sinks:          to these; an empty list: to all
 * @has_snapshot:   samples of the process are written to a file
 * @run:            a command
 */
struct mw_policy {
	char name[MW_POLICY_NAME_MAX];
	struct mw_policy_if condition;
	enum mw_severity severity;
	double pending_s;
	double clear_s;
	double repeat_s;
	unsigned int max_per_hour;
	bool is_logged;
	bool is_notified;
	const char *const *sinks;
	size_t sink_count;
	bool has_snapshot;
	struct mw_policy_run run;
};

/**
 * mw_policy_defaults() - any leak, logged and notified as a warning, told again each day,
 * resolved when it has been gone for five minutes; without a name
 */
void mw_policy_defaults(struct mw_policy *ret_policy);

/**
 * mw_policy_holds() - whether a verdict fulfils the conditions
 * @stands: the alert fires already: then numbers may be a fifth short of what they have to be
 *          to fire, so that an alert at its threshold does not come and go
 */
bool mw_policy_holds(const struct mw_policy *policy, const struct mw_verdict *verdict,
		     const struct mw_subject *subject, double now_s, bool stands);

#endif /* MW_POLICY_H */

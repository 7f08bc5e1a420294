/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alert.h - how a verdict is told: the JSON Lines of userspace/README.md and one
 * sentence for people. Pure formatting into the caller's buffer: no clock, no
 * files, no allocation.
 *
 * Every function returns the length written, without the NUL and without a
 * newline, or -1 when @size is too small (then @ret_text holds an empty string
 * if @size is above zero). MW_ALERT_TEXT_MAX bytes are always enough.
 */
#ifndef MW_ALERT_H
#define MW_ALERT_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict.h"

#define MW_ALERT_TEXT_MAX 6144

/* 16 hexadecimal digits and the NUL. */
#define MW_FINGERPRINT_MAX 17

enum mw_alert_state {
	MW_STATE_PENDING,
	MW_STATE_FIRING,
	MW_STATE_RESOLVED,
};

#define MW_STATES 3

/* "pending", "firing" and "resolved", by state */
extern const char *const mw_state_names[MW_STATES];

/** mw_state_name() - of these the state's */
const char *mw_state_name(enum mw_alert_state state);

/**
 * struct mw_alert - one event of an alert's life
 * @verdict: what is said, as of @time_s
 * @state:   pending: it is found, and has not lasted as long as the rule asks for
 * @time_s:  when, in the time of the samples, or of the wall for a live source
 * @host:    host name
 * @rule:    name of the rule that raised it, e.g. "leak"
 */
struct mw_alert {
	const struct mw_verdict *verdict;
	enum mw_alert_state state;
	double time_s;
	const char *host;
	const char *rule;
};

/** mw_verdict_to_json() - the object of `analyze --json`; NAN and MW_UNKNOWN become null */
int mw_verdict_to_json(const struct mw_verdict *verdict, char *ret_text, size_t size);

/**
 * mw_alert_to_json() - one line of the alert stream: "state"
 * (mw_state_name()), "time_s", "host", "rule", "fingerprint", then the fields of the
 * verdict.
 */
int mw_alert_to_json(const struct mw_alert *alert, char *ret_text, size_t size);

/**
 * mw_alert_to_sentence() - one readable sentence: who, how fast (with the
 * interval), since when, how long to the limit. Bytes of the name that a
 * terminal would not print are written as \ooo.
 */
int mw_alert_to_sentence(const struct mw_alert *alert, char *ret_text, size_t size);

/**
 * mw_alert_fingerprint() - the same for one host, rule and process life
 * (pid and start_ticks), whatever the process is called now: 64-bit FNV-1a.
 */
void mw_alert_fingerprint(const struct mw_alert *alert, char ret_text[MW_FINGERPRINT_MAX]);

#endif /* MW_ALERT_H */

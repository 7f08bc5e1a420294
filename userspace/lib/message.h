/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * message.h - one event of an alert's life as it is told to sinks, and the one
 * line of JSON by which it is queued, stored and sent. Pure but for the memory
 * of a message that was read back.
 */
#ifndef MW_MESSAGE_H
#define MW_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert.h"

enum mw_severity {
	MW_SEVERITY_INFO,
	MW_SEVERITY_WARNING,
	MW_SEVERITY_CRITICAL,
};

#define MW_MESSAGE_LABELS_MAX 16
/* Longest id with its NUL: fingerprint, state, time in ms. */
#define MW_MESSAGE_ID_MAX 64
/* Longest line of mw_message_to_json(), with its NUL; longer messages are refused. */
#define MW_MESSAGE_TEXT_MAX 16384

/* A name and a value, NUL-terminated UTF-8; names as Prometheus has them: [a-zA-Z_][a-zA-Z0-9_]* */
struct mw_label {
	const char *name;
	const char *value;
};

/**
 * struct mw_message - an event to tell; strings are the caller's and are copied when sent
 * @state:       what has become of the alert
 * @severity:    how much it matters; of a resolved one: what it was
 * @fingerprint: the alert's, the same for all its events (mw_alert_fingerprint())
 * @time_s:      of this event, Unix time in seconds
 * @starts_s:    when the alert began to fire (pending: when it began), Unix time
 * @ends_s:      when it was resolved, Unix time; NAN while it was not
 * @host:        host name
 * @rule:        name of the rule or policy, e.g. "leak"
 * @comm:        name of the process; "" where it is about none
 * @pid:         its process id; 0 where it is about none
 * @json:        the line of mw_alert_to_json(): one object, with at least "state", "time_s",
 *               "fingerprint", "host" and "rule"
 * @sentence:    the line of mw_alert_to_sentence(), safe for a terminal
 * @labels:      more of them (unit, cgroup, class …); may be NULL
 * @label_count: how many, at most MW_MESSAGE_LABELS_MAX
 * @sinks:       names of the sinks that are told, with blanks between them; NULL: all
 */
struct mw_message {
	enum mw_alert_state state;
	enum mw_severity severity;
	char fingerprint[MW_FINGERPRINT_MAX];
	double time_s;
	double starts_s;
	double ends_s;
	const char *host;
	const char *rule;
	const char *comm;
	int32_t pid;
	const char *json;
	const char *sentence;
	const struct mw_label *labels;
	size_t label_count;
	const char *sinks;
};

/** mw_severity_name() - "info", "warning" or "critical" */
const char *mw_severity_name(enum mw_severity severity);

/** mw_severity_parse() - by that name; returns false, *@ret_severity untouched, for another */
bool mw_severity_parse(const char *name, enum mw_severity *ret_severity);

/**
 * mw_message_id() - what names this event wherever it arrives, so that one that
 * arrives twice can be told: fingerprint, state and time in ms, "…-firing-1795228073388"
 */
void mw_message_id(const struct mw_message *message, char ret_id[MW_MESSAGE_ID_MAX]);

/**
 * mw_message_to_json() - one line without a newline: @json's fields as they are
 * written there, then "id", "severity", "starts_s", "ends_s" (or null), "labels"
 * (an object of strings), "message" (the sentence) and, if there are any, "sinks".
 * Returns the length, or -1 when @size is too small or @json is no object; then
 * @ret_text holds an empty string if @size is above zero.
 */
int mw_message_to_json(const struct mw_message *message, char *ret_text, size_t size);

/* A message that was read back from its line. Opaque owner of the strings. */
struct mw_letter;

/**
 * mw_letter_new() - read the line that mw_message_to_json() wrote
 * Returns it, or NULL without memory or when the line lacks "state", "time_s",
 * "fingerprint", "severity" or "id".
 */
struct mw_letter *mw_letter_new(const char *line);

/** mw_letter_message() - what it says; @json is the whole line */
const struct mw_message *mw_letter_message(const struct mw_letter *letter);

/** mw_letter_free() - release it; NULL is allowed */
void mw_letter_free(struct mw_letter *letter);

#endif /* MW_MESSAGE_H */

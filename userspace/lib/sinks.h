/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sinks.h - where alerts are told: standard output, journald, syslog, a file, a
 * command, a webhook, Alertmanager. Each message is queued (on disk when there
 * is a store, outbox.h) and each sink takes it from there in order, at its own
 * pace: a sink that is down delays and loses nothing until the queue's bound.
 * At least once: after kill -9 the last message may come twice, with the same
 * "id".
 *
 * Nothing here waits. Commands and HTTP run in child processes of their own
 * (libcurl is loaded there alone: 6 MiB that the daemon does not carry), so the
 * program must have one thread, and must leave SIGCHLD and the wait for
 * children that are not its own alone. SIGPIPE has to be ignored.
 */
#ifndef MW_SINKS_H
#define MW_SINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "notice.h"

struct mw_store;
struct mw_sinks;

enum mw_sink_type {
	MW_SINK_STDOUT,	      /* one line a message on standard output */
	MW_SINK_JOURNAL,      /* journald's native protocol, with MEMWATCH_* fields */
	MW_SINK_SYSLOG,	      /* /dev/log */
	MW_SINK_FILE,	      /* appended; opened anew when renamed or removed, and on reopen */
	MW_SINK_COMMAND,      /* the JSON line on its standard input; exit 0 means taken */
	MW_SINK_WEBHOOK,      /* HTTP POST of the JSON line; 2xx means taken */
	MW_SINK_ALERTMANAGER, /* POST URL/api/v2/alerts; sent again while firing */
};

enum mw_sink_format {
	MW_SINK_JSON, /* the line of mw_message_to_json() */
	MW_SINK_TEXT, /* the sentence */
};

/**
 * struct mw_sink_config - one sink; all zero but @type is valid where nothing is required
 * @name:               unique; names its place in the queue across restarts; NULL: the type's
 * @type:               what it is
 * @min_severity:       less than this it is not told
 * @pending:            whether it is told of pending alerts, too
 * @no_resolved:        whether it is not told of resolved ones
 * @format:             stdout and file
 * @path:               file: where to (required); journal, syslog: the socket, NULL: the usual one
 * @facility:           syslog: LOG_DAEMON and such; 0: LOG_DAEMON
 * @argv:               command: program (found by PATH) and arguments, NULL at the end (required)
 * @is_shell:           command: @argv[0] is a line for /bin/sh -c, the rest its $1…
 * @url:                webhook: the whole; alertmanager: up to before /api/v2/alerts (required)
 * @headers:            webhook, alertmanager: "Name: value" each, NULL at the end; or NULL
 * @ca_file:            certificates to trust, PEM; NULL: the system's. TLS is always verified.
 * @timeout_s:          command, webhook, alertmanager: for one try; 0: 10 s
 * @resolve_timeout_s:  alertmanager: how long an alert stands that is not sent again; 0: 300 s.
 *                      It is sent again each third of that.
 * @generator_url:      alertmanager: link in the alert; NULL: none
 */
struct mw_sink_config {
	const char *name;
	enum mw_sink_type type;
	enum mw_severity min_severity;
	bool pending;
	bool no_resolved;
	enum mw_sink_format format;
	const char *path;
	int facility;
	const char *const *argv;
	bool is_shell;
	const char *url;
	const char *const *headers;
	const char *ca_file;
	double timeout_s;
	double resolve_timeout_s;
	const char *generator_url;
};

/**
 * struct mw_sinks_config - all sinks; copied by mw_sinks_open()
 * @sinks, @count: the sinks, in the order in which they are served
 * @queue_max:     messages that are kept for sinks that are down; 0: 10,000. Beyond it the
 *                 oldest of the lowest severity is dropped, and counted.
 * @retry_min_s:   after the first failure; doubled each time, ±50 % at random; 0: 1 s
 * @retry_max_s:   no longer than this; 0: 300 s
 * @notice:        told when a sink goes down or comes back, and of drops; may be NULL
 * @notice_arg:    handed to it
 */
struct mw_sinks_config {
	const struct mw_sink_config *sinks;
	size_t count;
	size_t queue_max;
	double retry_min_s;
	double retry_max_s;
	mw_notice_fn notice;
	void *notice_arg;
};

/**
 * struct mw_sink_status - one sink's counters since it was opened
 * @name, @type_name: as configured; "webhook" and such
 * @is_down:          the last try failed
 * @queued:           messages that wait for it
 * @delivered:        taken by it
 * @failures:         tries that failed
 * @dropped:          given up because the queue was full
 * @refused:          given up because the receiver refused that very message (HTTP 400, 413,
 *                    422 five times)
 * @firing:           alertmanager: alerts that are kept alive there
 * @last_error:       of the last try that failed, in words; "" if none did
 * @last_error_s:     when, Unix time; NAN if never
 * @last_delivery_s:  when it last took one, Unix time; NAN if never
 */
struct mw_sink_status {
	const char *name;
	const char *type_name;
	bool is_down;
	uint64_t queued;
	uint64_t delivered;
	uint64_t failures;
	uint64_t dropped;
	uint64_t refused;
	uint64_t firing;
	const char *last_error;
	double last_error_s;
	double last_delivery_s;
};

/**
 * mw_sink_type_parse() - "stdout", "journal", "syslog", "file", "command", "webhook" or
 * "alertmanager"; returns false, *@ret_type untouched, for another
 */
bool mw_sink_type_parse(const char *name, enum mw_sink_type *ret_type);

/**
 * mw_sink_check() - whether a sink can be made of these settings; opens nothing
 * Returns NULL, or the name of the setting that is missing or wrong ("url", "path", "argv",
 * "headers", "timeout_s", "resolve_timeout_s"), with what is wrong in @ret_wrong.
 */
const char *mw_sink_check(const struct mw_sink_config *config, char ret_wrong[MW_NOTICE_MAX]);

/**
 * mw_sinks_open() - begin; what an earlier run left in the queue is sent
 * @store: where the queue is kept; NULL: in memory alone. Must outlive the sinks.
 * Returns 0 with *@ret_sinks, -ENOMEM, or -EINVAL with a sentence in @ret_error: two of one
 * name, or what mw_sink_check() says. A sink that cannot be reached now is no error.
 */
int mw_sinks_open(const struct mw_sinks_config *config, struct mw_store *store, double now_s,
		  struct mw_sinks **ret_sinks, char ret_error[MW_NOTICE_MAX]);

/**
 * mw_sinks_reload() - other settings: what waits, and what receivers were told, goes over
 * @sinks:   replaced; on failure they stay as they are
 * @flush_s: deliveries under way are given so long to end
 * Sinks are known by their names. Returns 0, -ENOMEM, or -EINVAL, as mw_sinks_open().
 */
int mw_sinks_reload(struct mw_sinks **sinks, const struct mw_sinks_config *config, double now_s,
		    double flush_s, char ret_error[MW_NOTICE_MAX]);

/**
 * mw_sinks_send() - queue a message for all sinks; mw_sinks_pump() delivers it
 * Returns 0: it is on disk (or there is no store); 1: in memory until the disk takes it;
 * -E2BIG: longer than MW_MESSAGE_TEXT_MAX; -EINVAL: @json is no object; -ENOMEM.
 */
int mw_sinks_send(struct mw_sinks *sinks, const struct mw_message *message, double now_s);

/**
 * mw_sinks_pump() - start, continue and end deliveries; never waits, at most some ms
 * Returns after how many seconds it wants to be called again: at once when the round is idle
 * or mw_sinks_fd() is readable; INFINITY when nothing waits.
 */
double mw_sinks_pump(struct mw_sinks *sinks, double now_s);

/** mw_sinks_fd() - readable (poll, POLLIN) when a child has something to say to the pump */
int mw_sinks_fd(const struct mw_sinks *sinks);

/** mw_sinks_reopen() - for SIGHUP: close files and sockets; they open anew at the next message */
void mw_sinks_reopen(struct mw_sinks *sinks);

/* Whether an alert still fires. */
typedef bool (*mw_firing_fn)(const char *fingerprint, void *arg);

/**
 * mw_sinks_settle() - once after a start, when the caller knows which alerts fire: what
 * receivers were told by an earlier run and does not fire any more is resolved there
 */
void mw_sinks_settle(struct mw_sinks *sinks, mw_firing_fn is_firing, void *arg, double now_s);

/** mw_sinks_count() - how many sinks there are */
size_t mw_sinks_count(const struct mw_sinks *sinks);

/** mw_sinks_status() - counters of sink @index; strings live until the next call on @sinks */
void mw_sinks_status(const struct mw_sinks *sinks, size_t index, struct mw_sink_status *ret_status);

/**
 * mw_sinks_close() - deliver what can be, for @flush_s seconds at most, then end all children
 * What is left stays in the store's queue. Returns how many messages are left somewhere
 * (without a store they are lost). NULL is allowed.
 */
size_t mw_sinks_close(struct mw_sinks *sinks, double now_s, double flush_s);

#endif /* MW_SINKS_H */

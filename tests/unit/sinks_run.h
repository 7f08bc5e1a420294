/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sinks_run.h - the daemon's part for tests of sinks: messages to send, a loop
 * that pumps until something is so, and what files hold.
 */
#ifndef MW_TEST_SINKS_RUN_H
#define MW_TEST_SINKS_RUN_H

#include <math.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <time.h>

#include "scratch.h"
#include "sinks.h"
#include "store.h"

static struct mw_sinks *sinks;

static inline double wall_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The @number-th alert: its fingerprint and pid are that number. */
static inline int tell(enum mw_alert_state state, enum mw_severity severity, int number)
{
	static const struct mw_label labels[] = { { "unit", "api.service" } };
	double now = wall_s();
	struct mw_message message = {
		.state = state,
		.severity = severity,
		.time_s = now,
		.starts_s = now - 5,
		.ends_s = state == MW_STATE_RESOLVED ? now : NAN,
		.host = "web1",
		.rule = "leak",
		.comm = "a\npi",
		.pid = number,
		.sentence = "api leaks.",
		.labels = labels,
		.label_count = 1,
	};
	char json[512];

	snprintf(message.fingerprint, sizeof(message.fingerprint), "%016x", number);
	snprintf(json, sizeof(json),
		 "{\"state\":\"%s\",\"time_s\":%.3f,\"host\":\"web1\",\"rule\":\"leak\","
		 "\"fingerprint\":\"%s\",\"comm\":\"a\\npi\",\"pid\":%d}",
		 mw_state_name(state), now, message.fingerprint, number);
	message.json = json;
	return mw_sinks_send(sinks, &message, now);
}

static inline struct mw_sink_status status_of(size_t index)
{
	struct mw_sink_status status;

	mw_sinks_status(sinks, index, &status);
	return status;
}

/* Pumps until @is_so(@arg) or for @limit_s; returns whether it became so. */
static inline bool pump_until(bool (*is_so)(int arg), int arg, double limit_s)
{
	double end_s = wall_s() + limit_s;

	do {
		double wait_s = fmin(mw_sinks_pump(sinks, wall_s()), 0.1);
		struct epoll_event event;

		if (is_so(arg))
			return true;
		epoll_wait(mw_sinks_fd(sinks), &event, 1, (int)(wait_s * 1000) + 1);
	} while (wall_s() < end_s);
	return is_so(arg);
}

static inline bool has_delivered(int count)
{
	return status_of(0).delivered >= (uint64_t)count;
}

static inline bool has_failed(int count)
{
	return status_of(0).failures >= (uint64_t)count;
}

/* The whole of a file, "" if there is none. */
static inline const char *contents(const char *path)
{
	static char text[262144];
	FILE *file = fopen(path, "re");
	size_t length = 0;

	if (file != NULL) {
		length = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[length] = '\0';
	return text;
}

static inline int count_of(const char *text, const char *word)
{
	int count = 0;

	for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word))
		count++;
	return count;
}

static inline void open_sinks(const struct mw_sink_config *config, size_t count,
			      struct mw_store *store)
{
	struct mw_sinks_config all = {
		.sinks = config,
		.count = count,
		.retry_min_s = 0.05,
		.retry_max_s = 0.2,
		.notice = note,
	};
	char error[MW_NOTICE_MAX] = "";

	notices[0] = '\0';
	if (mw_sinks_open(&all, store, wall_s(), &sinks, error) != 0)
		fail_msg("%s", error);
}

static inline int reload_sinks(const struct mw_sink_config *config, size_t count,
			       char error[MW_NOTICE_MAX])
{
	struct mw_sinks_config all = {
		.sinks = config,
		.count = count,
		.retry_min_s = 0.05,
		.retry_max_s = 0.2,
		.notice = note,
	};

	return mw_sinks_reload(&sinks, &all, wall_s(), 0.5, error);
}

static inline struct mw_store *open_store(void)
{
	struct mw_store_config config;
	struct mw_store *store = NULL;
	char error[MW_NOTICE_MAX] = "";

	mw_store_defaults(&config);
	config.path = scratch_path("state.db");
	if (mw_store_open(&config, wall_s(), &store, error) < 0)
		fail_msg("%s", error);
	return store;
}

#endif /* MW_TEST_SINKS_RUN_H */

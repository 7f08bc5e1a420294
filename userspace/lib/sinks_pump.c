// SPDX-License-Identifier: GPL-2.0-only
/*
 * sinks_pump.c - which sink gets which message when: takes messages from the
 * outbox in order, gives them to the kinds of sinks, waits longer after each
 * failure, and counts. Knows nothing of how a kind delivers, and never waits for
 * one.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "sinks_internal.h"

/* Messages that one sink gets in one pump. */
#define BURST 16
/* A pipe that is full, or a message that only memory holds: again after this. */
#define FULL_RETRY_S   0.2
#define MEMORY_RETRY_S 10.0
/* How often one message may be refused before it is given up. */
#define REFUSALS_MAX 5

/* --- what came of a try ------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 3)))
tell(const struct mw_sinks *sinks, const char *format, ...)
{
	char text[MW_NOTICE_MAX];
	va_list args;

	if (sinks->config.notice == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sinks->config.notice(text, sinks->config.notice_arg);
}

static void failed(struct mw_sinks *sinks, struct mw_sink *sink, double now_s)
{
	sink->failures++;
	sink->status.failures++;
	sink->status.last_error_s = now_s;
	sink->due_s =
		now_s + mw_backoff_s(sink->failures, sinks->config.retry_min_s,
				     sinks->config.retry_max_s, mw_random_next(&sinks->random));
	if (!sink->status.is_down)
		tell(sinks, "sink %s is down: %.300s; messages wait for it", sink->config.name,
		     sink->error);
	sink->status.is_down = true;
}

static void works(struct mw_sinks *sinks, struct mw_sink *sink)
{
	sink->failures = 0;
	sink->refusals = 0;
	sink->due_s = -INFINITY;
	if (sink->status.is_down)
		tell(sinks, "sink %s works again", sink->config.name);
	sink->status.is_down = false;
}

static size_t index_of(const struct mw_sinks *sinks, const struct mw_sink *sink)
{
	return (size_t)(sink - sinks->sinks);
}

/* @id has been dealt with, one way or the other; 0: it was none of the queue. */
static void pass(struct mw_sinks *sinks, struct mw_sink *sink, int64_t id)
{
	if (id > 0)
		mw_outbox_done(sinks->outbox, index_of(sinks, sink), id);
	sink->sending_id = 0;
}

static void give_up(struct mw_sinks *sinks, struct mw_sink *sink, int64_t id)
{
	tell(sinks, "sink %s refuses a message, which is given up: %.300s", sink->config.name,
	     sink->error);
	sink->status.refused++;
	sink->refusals = 0;
	pass(sinks, sink, id);
}

/* Returns whether the sink can have the next message at once. */
static bool conclude(struct mw_sinks *sinks, struct mw_sink *sink, enum mw_sink_result result,
		     int64_t id, double now_s)
{
	switch (result) {
	case MW_SINK_TAKEN:
		works(sinks, sink);
		if (id > 0) {
			sink->status.delivered++;
			sink->status.last_delivery_s = now_s;
		}
		pass(sinks, sink, id);
		return true;
	case MW_SINK_STARTED: sink->sending_id = id; return false;
	case MW_SINK_FULL: sink->due_s = now_s + FULL_RETRY_S; return false;
	case MW_SINK_REFUSED:
		failed(sinks, sink, now_s);
		if (++sink->refusals >= REFUSALS_MAX)
			give_up(sinks, sink, id);
		return false;
	case MW_SINK_FAILED: failed(sinks, sink, now_s); return false;
	}
	return false;
}

/* --- giving ---------------------------------------------------------------------------------------- */

static bool is_named(const char *names, const char *name)
{
	size_t len = strlen(name);

	while (*names != '\0') {
		size_t word = strcspn(names, " ");

		if (word == len && strncmp(names, name, len) == 0)
			return true;
		names += word + (names[word] == ' ');
	}
	return false;
}

static bool wants(const struct mw_sink *sink, const struct mw_message *message)
{
	if (message->sinks != NULL && !is_named(message->sinks, sink->config.name))
		return false;
	if (message->severity < sink->config.min_severity)
		return false;
	if (message->state == MW_STATE_PENDING)
		return sink->config.pending && sink->ops != &mw_sink_alertmanager;
	return message->state == MW_STATE_FIRING || !sink->config.no_resolved;
}

/* Returns whether the sink can have the next one at once. */
static bool give(struct mw_sinks *sinks, struct mw_sink *sink, int64_t id, const char *line,
		 double now_s)
{
	struct mw_letter *letter = mw_letter_new(line);
	bool goes_on = true;

	/* A line that this version cannot read was written by none that we know. */
	if (letter == NULL) {
		mw_sink_error(sink, "it is damaged in the queue");
		give_up(sinks, sink, id);
	} else if (wants(sink, mw_letter_message(letter))) {
		goes_on = conclude(sinks, sink,
				   sink->ops->deliver(sink, mw_letter_message(letter), now_s), id,
				   now_s);
	} else {
		pass(sinks, sink, id);
	}
	mw_letter_free(letter);
	return goes_on;
}

static void give_next(struct mw_sinks *sinks, struct mw_sink *sink, double now_s)
{
	bool goes_on = true;

	for (int i = 0; goes_on && i < BURST; i++) {
		char *line;
		int64_t id;

		if (mw_outbox_next(sinks->outbox, index_of(sinks, sink), 0, &id, &line) < 0)
			return;
		goes_on = give(sinks, sink, id, line, now_s);
		free(line);
	}
}

static void finish(struct mw_sinks *sinks, struct mw_sink *sink, double now_s)
{
	if (mw_worker_poll(&sink->worker, now_s))
		conclude(sinks, sink, sink->ops->finish(sink, now_s), sink->sending_id, now_s);
}

/* A clock that was set back must not make a sink wait for ever. */
static bool is_due(const struct mw_sinks *sinks, const struct mw_sink *sink, double now_s)
{
	return now_s >= sink->due_s || sink->due_s - now_s > 2.0 * sinks->config.retry_max_s;
}

static void pump_sink(struct mw_sinks *sinks, struct mw_sink *sink, double now_s)
{
	finish(sinks, sink, now_s);
	if (sink->worker.pid == 0 && sink->ops->resend != NULL && is_due(sinks, sink, now_s) &&
	    now_s >= sink->resend_s) {
		enum mw_sink_result result = sink->ops->resend(sink, now_s);

		if (result == MW_SINK_TAKEN)
			sink->resend_s = INFINITY;
		else
			conclude(sinks, sink, result, 0, now_s);
	}
	if (sink->worker.pid == 0 && is_due(sinks, sink, now_s))
		give_next(sinks, sink, now_s);
}

static void tell_drops(struct mw_sinks *sinks, size_t index)
{
	uint64_t dropped = mw_outbox_dropped(sinks->outbox, index);
	uint64_t told = sinks->dropped[index];

	/* At one, and each time that there are twice as many. */
	if (dropped == 0 || dropped < 2 * told)
		return;
	sinks->dropped[index] = dropped;
	tell(sinks, "the queue of sink %s is full: %ju messages dropped so far",
	     sinks->names[index], (uintmax_t)dropped);
}

/* Until when @sink can be left alone; what waits in the queue is only counted if it is not due. */
static double wait_of(struct mw_sinks *sinks, struct mw_sink *sink, double now_s)
{
	double wait_s = INFINITY;

	if (sink->worker.pid != 0)
		return fmax(0.0, fmin(sink->worker.deadline_s - now_s,
				      sink->worker.pid_fd >= 0 ? INFINITY : 0.05));
	if (mw_outbox_waiting(sinks->outbox, index_of(sinks, sink)) > 0)
		wait_s = fmax(0.0, sink->due_s - now_s);
	return fmin(wait_s, fmax(0.0, fmax(sink->resend_s, sink->due_s) - now_s));
}

double mw_sinks_pump(struct mw_sinks *sinks, double now_s)
{
	double wait_s = INFINITY;

	for (size_t i = 0; i < sinks->count; i++)
		pump_sink(sinks, &sinks->sinks[i], now_s);
	mw_outbox_sync(sinks->outbox, now_s);
	for (size_t i = 0; i < sinks->count; i++) {
		tell_drops(sinks, i);
		wait_s = fmin(wait_s, wait_of(sinks, &sinks->sinks[i], now_s));
	}
	if (sinks->is_in_memory)
		wait_s = fmin(wait_s, MEMORY_RETRY_S);
	return wait_s;
}

int mw_sinks_send(struct mw_sinks *sinks, const struct mw_message *message, double now_s)
{
	char line[MW_MESSAGE_TEXT_MAX];
	int result;

	(void)now_s;
	if (mw_message_to_json(message, line, sizeof(line)) < 0)
		return message->json[0] == '{' ? -E2BIG : -EINVAL;
	result = mw_outbox_add(sinks->outbox, message->severity, line);
	if (result >= 0)
		sinks->is_in_memory = result > 0;
	return result;
}

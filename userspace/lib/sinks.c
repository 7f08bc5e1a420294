// SPDX-License-Identifier: GPL-2.0-only
/*
 * sinks.c - sinks are opened, asked how they are, and closed; and what all kinds
 * of them share. Delivers nothing: sinks_pump.c does.
 */
#include "sinks.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "escape.h"
#include "sinks_internal.h"

/* --- what the kinds share --------------------------------------------------------------------- */

void mw_sink_error(struct mw_sink *sink, const char *format, ...)
{
	char text[MW_NOTICE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (size_t length = strlen(text);
	     length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '); length--)
		text[length - 1] = '\0';
	mw_escape_display(sink->error, sizeof(sink->error), text, strlen(text));
}

void mw_sink_close_fd(struct mw_sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
	sink->written = 0;
}

enum mw_sink_result mw_sink_work(struct mw_sink *sink, mw_worker_fn fn, void *arg, double now_s)
{
	int err = mw_worker_start(&sink->worker, sink->epoll_fd,
				  now_s + sink->config.timeout_s +
					  (sink->ops == &mw_sink_command ? 0.0 : 1.0),
				  fn, arg);

	if (err == 0)
		return MW_SINK_STARTED;
	mw_sink_error(sink, "cannot start a process: %s", strerror(-err));
	return MW_SINK_FAILED;
}

/* --- what is left ------------------------------------------------------------------------------------ */

static size_t left(struct mw_sinks *sinks)
{
	size_t most = 0;

	for (size_t i = 0; i < sinks->count; i++) {
		size_t waiting = (size_t)mw_outbox_waiting(sinks->outbox, i);

		most = waiting > most ? waiting : most;
	}
	return most;
}

static double steady_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Deliver what can be within @flush_s; returns what time it is then. */
static double flush(struct mw_sinks *sinks, double now_s, double flush_s)
{
	double begin_s = steady_s(), passed_s = 0;

	while (left(sinks) > 0 && passed_s <= flush_s) {
		double wait_s = fmin(mw_sinks_pump(sinks, now_s + passed_s), flush_s - passed_s);
		struct epoll_event event;

		if (left(sinks) > 0 && wait_s > 0)
			epoll_wait(sinks->epoll_fd, &event, 1, (int)(wait_s * 1000.0) + 1);
		passed_s = steady_s() - begin_s;
	}
	return now_s + passed_s;
}

/* --- open and close ------------------------------------------------------------------------------------ */

static int open_sink(struct mw_sinks *sinks, size_t index, const struct mw_sink_config *config,
		     struct mw_store *store)
{
	struct mw_sink *sink = &sinks->sinks[index];
	int err;

	sink->ops = mw_sink_kind(config->type);
	sink->store = store;
	sink->epoll_fd = sinks->epoll_fd;
	sink->fd = -1;
	sink->due_s = -INFINITY;
	sink->resend_s = INFINITY;
	sink->status.last_error_s = NAN;
	sink->status.last_delivery_s = NAN;
	mw_worker_init(&sink->worker);
	sinks->count++;
	err = mw_sink_config_copy(&sink->config, config);
	sinks->names[index] = sink->config.name;
	if (err == 0 && sink->ops->open != NULL)
		err = sink->ops->open(sink);
	return err;
}

static void free_sinks(struct mw_sinks *sinks)
{
	for (size_t i = 0; i < sinks->count; i++) {
		struct mw_sink *sink = &sinks->sinks[i];

		mw_worker_kill(&sink->worker);
		if (sink->ops->free != NULL)
			sink->ops->free(sink);
		mw_sink_config_free(&sink->config);
	}
	mw_outbox_free(sinks->outbox);
	if (sinks->epoll_fd >= 0)
		close(sinks->epoll_fd);
	free(sinks->dropped);
	free(sinks->names);
	free(sinks);
}

static const char *name_of(const struct mw_sink_config *config)
{
	return config->name != NULL ? config->name : mw_sink_kind(config->type)->name;
}

static int check_all(const struct mw_sinks_config *config, char ret_error[MW_NOTICE_MAX])
{
	for (size_t i = 0; i < config->count; i++) {
		char wrong[MW_NOTICE_MAX];
		const char *setting = mw_sink_check(&config->sinks[i], wrong);

		if (setting != NULL) {
			return mw_failed(-EINVAL, ret_error, "sink %.100s: %s %.300s",
					 name_of(&config->sinks[i]), setting, wrong);
		}
		for (size_t j = 0; j < i; j++) {
			if (strcmp(name_of(&config->sinks[i]), name_of(&config->sinks[j])) != 0)
				continue;
			return mw_failed(-EINVAL, ret_error,
					 "two sinks are called %.100s: give each a name of its own",
					 name_of(&config->sinks[i]));
		}
	}
	return 0;
}

static struct mw_sinks *new_sinks(const struct mw_sinks_config *config, double now_s)
{
	struct mw_sinks *sinks = calloc(1, sizeof(*sinks) + config->count * sizeof(struct mw_sink));

	if (sinks == NULL)
		return NULL;
	sinks->config = *config;
	sinks->config.sinks = NULL;
	if (sinks->config.queue_max == 0)
		sinks->config.queue_max = 10000;
	if (sinks->config.retry_min_s == 0)
		sinks->config.retry_min_s = 1;
	if (sinks->config.retry_max_s == 0)
		sinks->config.retry_max_s = 300;
	sinks->random = ((uint64_t)getpid() << 32 ^ (uint64_t)(now_s * 1e6)) | 1;
	sinks->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	sinks->names = calloc(config->count + 1, sizeof(*sinks->names));
	sinks->dropped = calloc(config->count + 1, sizeof(*sinks->dropped));
	if (sinks->epoll_fd >= 0 && sinks->names != NULL && sinks->dropped != NULL)
		return sinks;
	free_sinks(sinks);
	return NULL;
}

/* All but their outbox. */
static int open_all(const struct mw_sinks_config *config, struct mw_store *store, double now_s,
		    struct mw_sinks **ret_sinks, char ret_error[MW_NOTICE_MAX])
{
	struct mw_sinks *sinks;
	int err = check_all(config, ret_error);

	if (err < 0)
		return err;
	sinks = new_sinks(config, now_s);
	if (sinks == NULL)
		return -ENOMEM;
	sinks->store = store;
	for (size_t i = 0; err == 0 && i < config->count; i++)
		err = open_sink(sinks, i, &config->sinks[i], store);
	if (err < 0) {
		free_sinks(sinks);
		return -ENOMEM;
	}
	*ret_sinks = sinks;
	return 0;
}

int mw_sinks_open(const struct mw_sinks_config *config, struct mw_store *store, double now_s,
		  struct mw_sinks **ret_sinks, char ret_error[MW_NOTICE_MAX])
{
	struct mw_sinks *sinks;
	int err = open_all(config, store, now_s, &sinks, ret_error);

	if (err < 0)
		return err;
	sinks->outbox = mw_outbox_new(store, sinks->names, sinks->count, sinks->config.queue_max);
	if (sinks->outbox == NULL) {
		free_sinks(sinks);
		return -ENOMEM;
	}
	/* From now on it is known what these sinks have had. */
	mw_outbox_sync(sinks->outbox, now_s);
	*ret_sinks = sinks;
	return 0;
}

static struct mw_sink *sink_named(struct mw_sinks *sinks, const char *name)
{
	for (size_t i = 0; i < sinks->count; i++)
		if (strcmp(sinks->names[i], name) == 0)
			return &sinks->sinks[i];
	return NULL;
}

/* What only the old ones know. */
static void take_over(struct mw_sinks *sinks, struct mw_sinks *old)
{
	for (size_t i = 0; i < sinks->count; i++) {
		struct mw_sink *sink = &sinks->sinks[i], *from = sink_named(old, sinks->names[i]);

		sinks->dropped[i] = mw_outbox_dropped(sinks->outbox, i);
		if (from != NULL && from->ops == sink->ops && sink->ops == &mw_sink_alertmanager)
			mw_alertmanager_take_over(sink, from);
	}
}

int mw_sinks_reload(struct mw_sinks **sinks, const struct mw_sinks_config *config, double now_s,
		    double flush_s, char ret_error[MW_NOTICE_MAX])
{
	struct mw_sinks *old = *sinks, *new;
	struct mw_outbox *outbox;
	int err;

	now_s = flush(old, now_s, flush_s);
	mw_outbox_sync(old->outbox, now_s);
	err = open_all(config, old->store, now_s, &new, ret_error);
	if (err < 0)
		return err;
	outbox = mw_outbox_renew(old->outbox, new->names, new->count, new->config.queue_max);
	if (outbox == NULL) {
		free_sinks(new);
		return -ENOMEM;
	}
	new->outbox = outbox;
	new->is_in_memory = old->is_in_memory;
	take_over(new, old);
	old->outbox = NULL;
	free_sinks(old);
	mw_outbox_sync(new->outbox, now_s);
	*sinks = new;
	return 0;
}

void mw_sinks_settle(struct mw_sinks *sinks, mw_firing_fn is_firing, void *arg, double now_s)
{
	for (size_t i = 0; i < sinks->count; i++)
		if (sinks->sinks[i].ops == &mw_sink_alertmanager)
			mw_alertmanager_settle(&sinks->sinks[i], is_firing, arg, now_s);
}

int mw_sinks_fd(const struct mw_sinks *sinks)
{
	return sinks->epoll_fd;
}

void mw_sinks_reopen(struct mw_sinks *sinks)
{
	for (size_t i = 0; i < sinks->count; i++) {
		struct mw_sink *sink = &sinks->sinks[i];

		if (sink->ops->reopen != NULL)
			sink->ops->reopen(sink);
		/* Whoever says so has perhaps mended it. */
		sink->due_s = -INFINITY;
	}
}

size_t mw_sinks_count(const struct mw_sinks *sinks)
{
	return sinks->count;
}

void mw_sinks_status(const struct mw_sinks *sinks, size_t index, struct mw_sink_status *ret_status)
{
	const struct mw_sink *sink = &sinks->sinks[index];

	*ret_status = sink->status;
	ret_status->name = sink->config.name;
	ret_status->type_name = sink->ops->name;
	ret_status->queued = mw_outbox_waiting(sinks->outbox, index);
	ret_status->dropped = mw_outbox_dropped(sinks->outbox, index);
	ret_status->last_error = sink->error;
}

size_t mw_sinks_close(struct mw_sinks *sinks, double now_s, double flush_s)
{
	size_t waiting;

	if (sinks == NULL)
		return 0;
	now_s = flush(sinks, now_s, flush_s);
	mw_outbox_sync(sinks->outbox, now_s);
	waiting = left(sinks);
	free_sinks(sinks);
	return waiting;
}

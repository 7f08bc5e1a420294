// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_alertmanager.c - Alertmanager's API v2. It forgets an alert that is not
 * sent again, so this file owns the list of what it was last told to be firing,
 * kept in the store across restarts, and sends that again each third of the
 * time after which it would be forgotten.
 *
 * Alertmanager knows an alert by its labels. Where these change while it fires
 * (a graver severity, another class), the one with the old labels is resolved in
 * the same request; and what is resolved is resolved under the labels that it
 * was told with.
 */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sink_http.h"
#include "store.h"

#define PATH "/api/v2/alerts"
/* Alerts in one request. */
#define BATCH 100
/* What is kept of each sink; the rest is told once and not again. */
#define FIRING_MAX 500

/* @alert: as it was posted, without endsAt; @ended_s: to be resolved then, or NAN */
struct firing {
	struct firing *next;
	char fingerprint[MW_FINGERPRINT_MAX];
	cJSON *alert;
	double ended_s;
	bool is_sent; /* in the request under way */
};

struct alertmanager {
	struct firing *first;
	char url[1024];
	char kind[128];
	struct firing *under_way; /* the message's alert, not in the list */
	bool is_resolved;	  /* it is the end of it */
	bool is_resend;
};

/* --- alerts as JSON ------------------------------------------------------------------------------ */

static cJSON *time_text(double time_s)
{
	time_t whole = (time_t)floor(time_s);
	char text[64];
	struct tm tm;
	size_t length;

	gmtime_r(&whole, &tm);
	length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + length, sizeof(text) - length, ".%03dZ",
		 (int)((time_s - (double)whole) * 1000.0));
	return cJSON_CreateString(text);
}

/* A label without a value is none; its name has the letters that Prometheus allows. */
static void add_label(cJSON *labels, const char *name, const char *value)
{
	char clean[64];
	size_t i;

	snprintf(clean, sizeof(clean), "%s", name);
	for (i = 0; clean[i] != '\0'; i++)
		if (!isalnum((unsigned char)clean[i]) ||
		    (i == 0 && isdigit((unsigned char)clean[i])))
			clean[i] = '_';
	if (i > 0 && value[0] != '\0' && cJSON_GetObjectItemCaseSensitive(labels, clean) == NULL)
		cJSON_AddStringToObject(labels, clean, value);
}

static cJSON *labels_of(const struct mw_message *message)
{
	cJSON *labels = cJSON_CreateObject();
	char pid[16] = "";

	if (message->pid > 0)
		snprintf(pid, sizeof(pid), "%d", message->pid);
	add_label(labels, "alertname", message->rule);
	add_label(labels, "instance", message->host);
	add_label(labels, "severity", mw_severity_name(message->severity));
	add_label(labels, "comm", message->comm);
	add_label(labels, "pid", pid);
	add_label(labels, "fingerprint", message->fingerprint);
	for (size_t i = 0; i < message->label_count; i++)
		add_label(labels, message->labels[i].name, message->labels[i].value);
	return labels;
}

static cJSON *alert_of(const struct mw_sink *sink, const struct mw_message *message)
{
	double starts_s = isfinite(message->starts_s) ? message->starts_s : message->time_s;
	cJSON *alert = cJSON_CreateObject();
	cJSON *annotations;
	char id[MW_MESSAGE_ID_MAX];

	mw_message_id(message, id);
	cJSON_AddItemToObject(alert, "labels", labels_of(message));
	annotations = cJSON_AddObjectToObject(alert, "annotations");
	cJSON_AddStringToObject(annotations, "summary", message->sentence);
	cJSON_AddStringToObject(annotations, "id", id);
	cJSON_AddItemToObject(alert, "startsAt", time_text(starts_s));
	if (sink->config.generator_url != NULL)
		cJSON_AddStringToObject(alert, "generatorURL", sink->config.generator_url);
	return alert;
}

static void add_until(cJSON *array, const cJSON *alert, double ends_s)
{
	cJSON *copy = cJSON_Duplicate(alert, true);

	cJSON_AddItemToObject(copy, "endsAt", time_text(ends_s));
	cJSON_AddItemToArray(array, copy);
}

/* --- what it was told ------------------------------------------------------------------------------ */

static void free_firing(struct firing *firing)
{
	if (firing == NULL)
		return;
	cJSON_Delete(firing->alert);
	free(firing);
}

static struct firing *new_firing(const char *fingerprint, cJSON *alert)
{
	struct firing *firing = calloc(1, sizeof(*firing));

	if (firing == NULL || alert == NULL) {
		cJSON_Delete(alert);
		free(firing);
		return NULL;
	}
	snprintf(firing->fingerprint, sizeof(firing->fingerprint), "%s", fingerprint);
	firing->alert = alert;
	firing->ended_s = NAN;
	return firing;
}

static struct firing **find(struct alertmanager *manager, const char *fingerprint)
{
	struct firing **link = &manager->first;

	while (*link != NULL && strcmp((*link)->fingerprint, fingerprint) != 0)
		link = &(*link)->next;
	return link;
}

static void forget(struct mw_sink *sink, struct firing **link)
{
	struct alertmanager *manager = sink->private_data;
	struct firing *gone = *link;

	if (gone == NULL)
		return;
	if (sink->store != NULL)
		mw_store_delete(sink->store, manager->kind, gone->fingerprint);
	*link = gone->next;
	free_firing(gone);
	sink->status.firing--;
}

/* What the disk does not take now it gets with the next message of that alert. */
static void remember(struct mw_sink *sink, struct firing *firing, double now_s)
{
	struct alertmanager *manager = sink->private_data;
	char *text = cJSON_PrintUnformatted(firing->alert);

	forget(sink, find(manager, firing->fingerprint));
	if (sink->status.firing >= FIRING_MAX || text == NULL) {
		free_firing(firing);
	} else {
		if (sink->store != NULL)
			mw_store_put(sink->store, manager->kind, firing->fingerprint, text,
				     strlen(text), now_s);
		firing->next = manager->first;
		manager->first = firing;
		sink->status.firing++;
	}
	free(text);
}

static int load_one(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	struct mw_sink *sink = arg;
	struct alertmanager *manager = sink->private_data;
	struct firing *firing = new_firing(key, cJSON_ParseWithLength(data, size));

	(void)put_s;
	if (firing == NULL)
		return 0;
	firing->next = manager->first;
	manager->first = firing;
	sink->status.firing++;
	return 0;
}

static int open_alertmanager(struct mw_sink *sink)
{
	struct alertmanager *manager = calloc(1, sizeof(*manager));
	size_t length = strlen(sink->config.url);

	if (manager == NULL)
		return -ENOMEM;
	sink->private_data = manager;
	while (length > 0 && sink->config.url[length - 1] == '/')
		length--;
	snprintf(manager->url, sizeof(manager->url), "%.*s" PATH, (int)length, sink->config.url);
	snprintf(manager->kind, sizeof(manager->kind), "firing:%s", sink->config.name);
	if (sink->store != NULL)
		mw_store_each(sink->store, manager->kind, load_one, sink);
	/* The time that has passed since is not known: at once. */
	sink->resend_s = manager->first != NULL ? -INFINITY : INFINITY;
	return 0;
}

static void free_list(struct alertmanager *manager)
{
	while (manager->first != NULL) {
		struct firing *next = manager->first->next;

		free_firing(manager->first);
		manager->first = next;
	}
}

static void free_alertmanager(struct mw_sink *sink)
{
	struct alertmanager *manager = sink->private_data;

	if (manager == NULL)
		return;
	free_list(manager);
	free_firing(manager->under_way);
	free(manager);
}

/* --- one message -------------------------------------------------------------------------------------- */

static enum mw_sink_result post(struct mw_sink *sink, cJSON *array, double now_s)
{
	struct alertmanager *manager = sink->private_data;
	enum mw_sink_result result = MW_SINK_FAILED;
	char *body = cJSON_PrintUnformatted(array);

	if (body != NULL)
		result = mw_sink_post(sink, manager->url, body, now_s);
	else
		mw_sink_error(sink, "out of memory");
	free(body);
	cJSON_Delete(array);
	return result;
}

static bool has_labels(const struct firing *told, const cJSON *alert)
{
	return cJSON_Compare(cJSON_GetObjectItemCaseSensitive(told->alert, "labels"),
			     cJSON_GetObjectItemCaseSensitive(alert, "labels"), true);
}

static void add_message(const struct mw_sink *sink, const struct mw_message *message,
			const struct firing *told, cJSON *array, double now_s)
{
	const struct alertmanager *manager = sink->private_data;
	const cJSON *alert = manager->under_way->alert;

	if (!manager->is_resolved) {
		if (told != NULL && !has_labels(told, alert))
			add_until(array, told->alert, now_s);
		add_until(array, alert, now_s + sink->config.resolve_timeout_s);
		return;
	}
	add_until(array, told != NULL ? told->alert : alert,
		  isfinite(message->ends_s) ? fmax(message->ends_s, message->starts_s)
					    : message->time_s);
}

static enum mw_sink_result deliver_alertmanager(struct mw_sink *sink,
						const struct mw_message *message, double now_s)
{
	struct alertmanager *manager = sink->private_data;
	struct firing *told = *find(manager, message->fingerprint);
	cJSON *array = cJSON_CreateArray();

	free_firing(manager->under_way);
	manager->under_way = new_firing(message->fingerprint, alert_of(sink, message));
	if (manager->under_way == NULL || array == NULL) {
		cJSON_Delete(array);
		mw_sink_error(sink, "out of memory");
		return MW_SINK_FAILED;
	}
	manager->is_resend = false;
	manager->is_resolved = message->state == MW_STATE_RESOLVED;
	add_message(sink, message, told, array, now_s);
	return post(sink, array, now_s);
}

/* --- again ----------------------------------------------------------------------------------------------- */

/* Returns how many alerts of the list are in the request. */
static int add_list(const struct mw_sink *sink, cJSON *array, double now_s)
{
	const struct alertmanager *manager = sink->private_data;
	int count = 0;

	for (struct firing *firing = manager->first; firing != NULL; firing = firing->next) {
		if (firing->is_sent || count == BATCH)
			continue;
		firing->is_sent = true;
		count++;
		add_until(array, firing->alert,
			  isfinite(firing->ended_s) ? firing->ended_s
						    : now_s + sink->config.resolve_timeout_s);
	}
	return count;
}

static enum mw_sink_result resend(struct mw_sink *sink, double now_s)
{
	struct alertmanager *manager = sink->private_data;
	cJSON *array = cJSON_CreateArray();

	if (array == NULL || add_list(sink, array, now_s) == 0) {
		cJSON_Delete(array);
		return MW_SINK_TAKEN;
	}
	manager->is_resend = true;
	return post(sink, array, now_s);
}

/* All were sent: those that have ended are forgotten, the others are due again. */
static void end_resend(struct mw_sink *sink, double now_s)
{
	struct alertmanager *manager = sink->private_data;
	struct firing **link = &manager->first;

	for (const struct firing *firing = manager->first; firing != NULL; firing = firing->next)
		if (!firing->is_sent) {
			sink->resend_s = now_s;
			return;
		}
	while (*link != NULL) {
		(*link)->is_sent = false;
		if (isfinite((*link)->ended_s))
			forget(sink, link);
		else
			link = &(*link)->next;
	}
	sink->resend_s =
		manager->first != NULL ? now_s + sink->config.resolve_timeout_s / 3.0 : INFINITY;
}

static void restart_resend(struct alertmanager *manager)
{
	for (struct firing *firing = manager->first; firing != NULL; firing = firing->next)
		firing->is_sent = false;
}

static enum mw_sink_result finish_alertmanager(struct mw_sink *sink, double now_s)
{
	struct alertmanager *manager = sink->private_data;
	enum mw_sink_result result = mw_sink_answer(sink);

	if (manager->is_resend) {
		/* It takes those that are valid and says 400 of the others: these it never had. */
		if (result == MW_SINK_REFUSED)
			result = MW_SINK_TAKEN;
		if (result == MW_SINK_TAKEN)
			end_resend(sink, now_s);
		else
			restart_resend(manager);
		return result;
	}
	if (result != MW_SINK_TAKEN)
		return result;
	if (manager->is_resolved) {
		forget(sink, find(manager, manager->under_way->fingerprint));
	} else {
		remember(sink, manager->under_way, now_s);
		manager->under_way = NULL;
	}
	if (manager->first != NULL)
		sink->resend_s = fmin(sink->resend_s, now_s + sink->config.resolve_timeout_s / 3.0);
	return result;
}

void mw_alertmanager_take_over(struct mw_sink *sink, struct mw_sink *old)
{
	struct alertmanager *manager = sink->private_data, *from = old->private_data;

	free_list(manager);
	manager->first = from->first;
	from->first = NULL;
	restart_resend(manager);
	sink->status.firing = old->status.firing;
	old->status.firing = 0;
	/* It may be another receiver under that name: at once. */
	sink->resend_s = manager->first != NULL ? -INFINITY : INFINITY;
}

void mw_alertmanager_settle(struct mw_sink *sink, mw_firing_fn is_firing, void *arg, double now_s)
{
	struct alertmanager *manager = sink->private_data;

	for (struct firing *firing = manager->first; firing != NULL; firing = firing->next)
		if (!is_firing(firing->fingerprint, arg))
			firing->ended_s = now_s;
	if (manager->first != NULL)
		sink->resend_s = -INFINITY;
}

const struct mw_sink_ops mw_sink_alertmanager = {
	.name = "alertmanager",
	.open = open_alertmanager,
	.deliver = deliver_alertmanager,
	.finish = finish_alertmanager,
	.resend = resend,
	.free = free_alertmanager,
};

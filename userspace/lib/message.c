// SPDX-License-Identifier: GPL-2.0-only
/*
 * message.c - the line of JSON that a message travels as. The alert's own
 * fields are passed on byte for byte (start_ticks needs 64 bits, cJSON keeps
 * doubles); what is added goes through cJSON. Never judges, never touches files.
 */
#include "message.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "json_field.h"

static const char *const severity_names[] = { "info", "warning", "critical" };

#define SEVERITIES (sizeof(severity_names) / sizeof(severity_names[0]))

struct mw_letter {
	cJSON *root;
	char *line;
	struct mw_message message;
	struct mw_label labels[MW_MESSAGE_LABELS_MAX];
};

const char *mw_severity_name(enum mw_severity severity)
{
	return severity_names[severity];
}

/* Returns the index of @name, or -1. */
static int index_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return (int)i;
	return -1;
}

bool mw_severity_parse(const char *name, enum mw_severity *ret_severity)
{
	int index = index_of(name, severity_names, SEVERITIES);

	if (index < 0)
		return false;
	*ret_severity = (enum mw_severity)index;
	return true;
}

void mw_message_id(const struct mw_message *message, char ret_id[MW_MESSAGE_ID_MAX])
{
	double ms = message->time_s * 1000.0;

	snprintf(ret_id, MW_MESSAGE_ID_MAX, "%s-%s-%lld", message->fingerprint,
		 mw_state_name(message->state), isfinite(ms) ? llround(ms) : 0LL);
}

/* --- writing -------------------------------------------------------------------- */

static bool add_text(cJSON *object, const char *name, const char *text)
{
	size_t size = 3 * strlen(text) + 1;
	char *clean = malloc(size);
	bool added = false;

	if (clean != NULL) {
		mw_utf8_clean(clean, size, text, strlen(text));
		added = cJSON_AddStringToObject(object, name, clean) != NULL;
	}
	free(clean);
	return added;
}

static bool add_labels(cJSON *object, const struct mw_message *message)
{
	cJSON *labels = cJSON_AddObjectToObject(object, "labels");
	bool added = labels != NULL;

	for (size_t i = 0; added && i < message->label_count && i < MW_MESSAGE_LABELS_MAX; i++)
		added = add_text(labels, message->labels[i].name, message->labels[i].value);
	return added;
}

/* What stands behind the alert's own fields, as an object of its own; NULL without memory. */
static char *tail_of(const struct mw_message *message)
{
	cJSON *tail = cJSON_CreateObject();
	char id[MW_MESSAGE_ID_MAX];
	char *text = NULL;

	mw_message_id(message, id);
	/* cJSON writes what is not finite as null. */
	if (tail != NULL && cJSON_AddStringToObject(tail, "id", id) != NULL &&
	    add_text(tail, "severity", mw_severity_name(message->severity)) &&
	    cJSON_AddNumberToObject(tail, "starts_s", message->starts_s) != NULL &&
	    cJSON_AddNumberToObject(tail, "ends_s", message->ends_s) != NULL &&
	    add_labels(tail, message) && add_text(tail, "message", message->sentence) &&
	    (message->sinks == NULL || add_text(tail, "sinks", message->sinks)))
		text = cJSON_PrintUnformatted(tail);
	cJSON_Delete(tail);
	return text;
}

int mw_message_to_json(const struct mw_message *message, char *ret_text, size_t size)
{
	size_t head = strlen(message->json);
	int length = -1;
	char *tail;

	if (size > 0)
		ret_text[0] = '\0';
	if (head < 3 || message->json[0] != '{' || message->json[head - 1] != '}')
		return -1;
	tail = tail_of(message);
	if (tail != NULL && head - 1 + strlen(tail) < size)
		length =
			snprintf(ret_text, size, "%.*s,%s", (int)head - 1, message->json, tail + 1);
	free(tail);
	return length;
}

/* --- reading -------------------------------------------------------------------- */

static void read_labels(struct mw_letter *letter)
{
	const cJSON *labels = cJSON_GetObjectItemCaseSensitive(letter->root, "labels");
	const cJSON *label;

	letter->message.labels = letter->labels;
	cJSON_ArrayForEach(label, labels)
	{
		size_t at = letter->message.label_count;

		if (at == MW_MESSAGE_LABELS_MAX || !cJSON_IsString(label))
			continue;
		letter->labels[at].name = label->string;
		letter->labels[at].value = label->valuestring;
		letter->message.label_count++;
	}
}

/* Returns whether all that a message must have is there. */
static bool read_message(struct mw_letter *letter)
{
	struct mw_message *message = &letter->message;
	const cJSON *root = letter->root;
	double pid = mw_json_number(root, "pid");
	int state = index_of(mw_json_text(root, "state"), mw_state_names, MW_STATES);

	if (state < 0 || !mw_severity_parse(mw_json_text(root, "severity"), &message->severity))
		return false;
	message->state = (enum mw_alert_state)state;
	message->time_s = mw_json_number(root, "time_s");
	message->starts_s = mw_json_number(root, "starts_s");
	message->ends_s = mw_json_number(root, "ends_s");
	snprintf(message->fingerprint, sizeof(message->fingerprint), "%s",
		 mw_json_text(root, "fingerprint"));
	message->host = mw_json_text(root, "host");
	message->rule = mw_json_text(root, "rule");
	message->comm = mw_json_text(root, "comm");
	message->pid = isfinite(pid) ? (int32_t)pid : 0;
	message->json = letter->line;
	message->sentence = mw_json_text(root, "message");
	if (cJSON_HasObjectItem(root, "sinks"))
		message->sinks = mw_json_text(root, "sinks");
	read_labels(letter);
	return isfinite(message->time_s) && message->fingerprint[0] != '\0' &&
	       mw_json_text(root, "id")[0] != '\0';
}

struct mw_letter *mw_letter_new(const char *line)
{
	struct mw_letter *letter = calloc(1, sizeof(*letter));

	if (letter == NULL)
		return NULL;
	letter->line = strdup(line);
	letter->root = cJSON_Parse(line);
	if (letter->line != NULL && cJSON_IsObject(letter->root) && read_message(letter))
		return letter;
	mw_letter_free(letter);
	return NULL;
}

const struct mw_message *mw_letter_message(const struct mw_letter *letter)
{
	return &letter->message;
}

void mw_letter_free(struct mw_letter *letter)
{
	if (letter == NULL)
		return;
	cJSON_Delete(letter->root);
	free(letter->line);
	free(letter);
}

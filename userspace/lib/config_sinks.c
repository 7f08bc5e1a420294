// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_sinks.c - makes sinks of their section. What a type of sink needs is known to
 * sinks.h, which is asked; here only single values are read.
 */
#include "config_sinks.h"

#include <string.h>
#include <syslog.h>

#include "config_policies.h"

static const struct {
	const char *name;
	int value;
} facilities[] = {
	{ "daemon", LOG_DAEMON }, { "user", LOG_USER },	    { "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
};

#define FACILITIES (sizeof(facilities) / sizeof(facilities[0]))

static void read_facility(struct mw_config_reader *reader, const char *text, int *value)
{
	const char *names[FACILITIES];
	int index;

	if (text == NULL)
		return;
	for (size_t i = 0; i < FACILITIES; i++)
		names[i] = facilities[i].name;
	index = mw_config_word(reader, "facility", text, names, FACILITIES);
	if (index >= 0)
		*value = facilities[index].value;
}

static void read_type(struct mw_config_reader *reader, const struct raw_sink *raw,
		      struct mw_sink_config *sink)
{
	static const char *const types[] = { "stdout",	"journal", "syslog",	  "file",
					     "command", "webhook", "alertmanager" };
	static const char *const formats[] = { "json", "text" };
	int index =
		mw_config_word(reader, "type", raw->type, types, sizeof(types) / sizeof(types[0]));

	if (index >= 0)
		mw_sink_type_parse(types[index], &sink->type);
	if (raw->format == NULL)
		return;
	index = mw_config_word(reader, "format", raw->format, formats, 2);
	if (index >= 0)
		sink->format = index == 0 ? MW_SINK_JSON : MW_SINK_TEXT;
}

static void read_command(struct mw_config_reader *reader, struct mw_config_memory *memory,
			 const struct raw_sink *raw, struct mw_sink_config *sink)
{
	char *shell[] = { raw->shell };

	if (raw->command != NULL && raw->shell != NULL)
		mw_config_wrong(reader, "shell", raw->shell,
				"stands beside 'command'; give one of them");
	if (raw->shell != NULL) {
		sink->argv = mw_config_strings(reader, memory, "shell", shell, 1);
		sink->is_shell = true;
	} else {
		sink->argv = mw_config_strings(reader, memory, "command", raw->command,
					       raw->command_count);
	}
}

/* The key by which memwatch.yaml knows a setting of struct mw_sink_config. */
static const char *key_of(const char *setting)
{
	if (strcmp(setting, "argv") == 0)
		return "command";
	if (strcmp(setting, "timeout_s") == 0)
		return "timeout";
	return strcmp(setting, "resolve_timeout_s") == 0 ? "resolve_timeout" : setting;
}

static void read_sink(struct mw_config_reader *reader, struct mw_config_memory *memory,
		      const struct raw_sink *raw, struct mw_sink_config *sink)
{
	size_t complaints = reader->errors->count;
	char wrong[MW_NOTICE_MAX];
	const char *setting;
	bool resolved = true;

	sink->name = raw->type;
	mw_config_name(reader, "name", raw->name);
	mw_config_text(reader, "name", raw->name, &sink->name);
	read_type(reader, raw, sink);
	mw_config_severity(reader, "min_severity", raw->min_severity, &sink->min_severity);
	mw_config_bool(reader, "pending", raw->pending, &sink->pending);
	mw_config_bool(reader, "resolved", raw->resolved, &resolved);
	sink->no_resolved = !resolved;
	mw_config_text(reader, "path", raw->path, &sink->path);
	read_facility(reader, raw->facility, &sink->facility);
	read_command(reader, memory, raw, sink);
	mw_config_text(reader, "url", raw->url, &sink->url);
	sink->headers =
		mw_config_strings(reader, memory, "headers", raw->headers, raw->headers_count);
	mw_config_text(reader, "ca_file", raw->ca_file, &sink->ca_file);
	mw_config_duration(reader, "timeout", raw->timeout, &sink->timeout_s);
	mw_config_duration(reader, "resolve_timeout", raw->resolve_timeout,
			   &sink->resolve_timeout_s);
	mw_config_text(reader, "generator_url", raw->generator_url, &sink->generator_url);
	if (reader->errors->count > complaints)
		return;
	setting = mw_sink_check(sink, wrong);
	if (setting != NULL)
		mw_config_wrong(reader, key_of(setting), NULL, "%s", wrong);
}

static void read_queue(struct mw_config_reader *reader, const struct raw_queue *raw,
		       struct mw_sinks_config *sinks)
{
	unsigned int messages = 0;

	mw_config_section(reader, "queue");
	mw_config_count(reader, "max_messages", raw->max_messages, 1, 10000000, &messages);
	sinks->queue_max = messages;
	mw_config_duration(reader, "retry_min", raw->retry_min, &sinks->retry_min_s);
	mw_config_duration(reader, "retry_max", raw->retry_max, &sinks->retry_max_s);
}

void mw_config_sinks(struct mw_config_reader *reader, struct mw_config_memory *memory,
		     const struct raw_config *raw, struct mw_sinks_config *sinks)
{
	struct mw_sink_config *list = mw_config_memory_get(memory, raw->sinks_count, sizeof(*list));

	read_queue(reader, &raw->queue, sinks);
	if (list == NULL)
		return;
	sinks->sinks = list;
	sinks->count = raw->sinks_count;
	for (unsigned int i = 0; i < raw->sinks_count; i++) {
		mw_config_section(reader, "sinks[%u]", i);
		read_sink(reader, memory, &raw->sinks[i], &list[i]);
		for (unsigned int j = 0; j < i; j++)
			if (strcmp(list[i].name, list[j].name) == 0)
				mw_config_wrong(
					reader, raw->sinks[i].name != NULL ? "name" : "",
					list[i].name,
					"is the name of another sink, too; give each its own");
	}
}

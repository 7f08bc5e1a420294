// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_config.c - settings of sinks: their names, what is wrong with them, and
 * copies that live as long as the sink does. Opens nothing.
 */
#include "sink_config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mw_sink_ops *const kinds[] = {
	[MW_SINK_STDOUT] = &mw_sink_stdout,
	[MW_SINK_JOURNAL] = &mw_sink_journal,
	[MW_SINK_SYSLOG] = &mw_sink_syslog,
	[MW_SINK_FILE] = &mw_sink_file,
	[MW_SINK_COMMAND] = &mw_sink_command,
	[MW_SINK_WEBHOOK] = &mw_sink_webhook,
	[MW_SINK_ALERTMANAGER] = &mw_sink_alertmanager,
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct mw_sink_ops *mw_sink_kind(enum mw_sink_type type)
{
	return kinds[type];
}

bool mw_sink_type_parse(const char *name, enum mw_sink_type *ret_type)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(name, kinds[i]->name) != 0)
			continue;
		*ret_type = (enum mw_sink_type)i;
		return true;
	}
	return false;
}

/* --- what is wrong ------------------------------------------------------------------------- */

static const char *check_url(const struct mw_sink_config *config, char ret_wrong[MW_NOTICE_MAX])
{
	const char *url = config->url != NULL ? config->url : "";
	size_t scheme = strncmp(url, "http://", 7) == 0	   ? 7
			: strncmp(url, "https://", 8) == 0 ? 8
							   : 0;

	if (scheme > 0 && url[scheme] != '\0' && url[scheme] != '/' && strlen(url) < 1000)
		return NULL;
	snprintf(ret_wrong, MW_NOTICE_MAX,
		 url[0] == '\0' ? "is missing: give http://HOST… or https://HOST…"
				: "has to begin with http://HOST or https://HOST and be shorter "
				  "than 1000 bytes");
	return "url";
}

/* A line end in a header would begin another header. */
static const char *check_headers(const struct mw_sink_config *config, char ret_wrong[MW_NOTICE_MAX])
{
	for (size_t i = 0; config->headers != NULL && config->headers[i] != NULL; i++) {
		const char *header = config->headers[i];
		const char *colon = strchr(header, ':');

		if (colon != NULL && colon > header && strpbrk(header, "\r\n") == NULL)
			continue;
		snprintf(ret_wrong, MW_NOTICE_MAX, "number %zu is not \"Name: value\" in one line",
			 i + 1);
		return "headers";
	}
	return NULL;
}

static const char *check_needed(const struct mw_sink_config *config, char ret_wrong[MW_NOTICE_MAX])
{
	const char *wrong;

	switch (config->type) {
	case MW_SINK_FILE:
		snprintf(ret_wrong, MW_NOTICE_MAX, "is missing: give the file to append to");
		return config->path != NULL && config->path[0] != '\0' ? NULL : "path";
	case MW_SINK_COMMAND:
		snprintf(ret_wrong, MW_NOTICE_MAX,
			 "is missing: give the program and its arguments");
		return config->argv != NULL && config->argv[0] != NULL && config->argv[0][0] != '\0'
			       ? NULL
			       : "argv";
	case MW_SINK_WEBHOOK:
	case MW_SINK_ALERTMANAGER:
		wrong = check_url(config, ret_wrong);
		return wrong != NULL ? wrong : check_headers(config, ret_wrong);
	case MW_SINK_STDOUT:
	case MW_SINK_JOURNAL:
	case MW_SINK_SYSLOG: break;
	}
	return NULL;
}

const char *mw_sink_check(const struct mw_sink_config *config, char ret_wrong[MW_NOTICE_MAX])
{
	if (!(config->timeout_s >= 0 && config->timeout_s <= 3600)) {
		snprintf(ret_wrong, MW_NOTICE_MAX, "has to be up to an hour");
		return "timeout_s";
	}
	if (!(config->resolve_timeout_s == 0 ||
	      (config->resolve_timeout_s >= 3 && config->resolve_timeout_s <= 86400))) {
		snprintf(ret_wrong, MW_NOTICE_MAX, "has to be 3 s to a day");
		return "resolve_timeout_s";
	}
	return check_needed(config, ret_wrong);
}

/* --- copies ---------------------------------------------------------------------------------- */

static bool copy_text(const char **text)
{
	if (*text == NULL)
		return true;
	*text = strdup(*text);
	return *text != NULL;
}

static bool copy_list(const char *const **list)
{
	const char *const *source = *list;
	const char **copy;
	size_t count = 0;

	if (source == NULL)
		return true;
	while (source[count] != NULL)
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	*list = copy;
	for (size_t i = 0; copy != NULL && i < count; i++) {
		copy[i] = strdup(source[i]);
		if (copy[i] == NULL)
			return false;
	}
	return copy != NULL;
}

int mw_sink_config_copy(struct mw_sink_config *ret_config, const struct mw_sink_config *config)
{
	bool is_whole;

	*ret_config = *config;
	if (ret_config->name == NULL)
		ret_config->name = kinds[config->type]->name;
	if (ret_config->timeout_s == 0)
		ret_config->timeout_s = 10;
	if (ret_config->resolve_timeout_s == 0)
		ret_config->resolve_timeout_s = 300;
	/* All of them, so that none is left that belongs to the caller. */
	is_whole = copy_text(&ret_config->name);
	is_whole = copy_text(&ret_config->path) && is_whole;
	is_whole = copy_text(&ret_config->url) && is_whole;
	is_whole = copy_text(&ret_config->ca_file) && is_whole;
	is_whole = copy_text(&ret_config->generator_url) && is_whole;
	is_whole = copy_list(&ret_config->argv) && is_whole;
	is_whole = copy_list(&ret_config->headers) && is_whole;
	return is_whole ? 0 : -ENOMEM;
}

static void free_list(const char *const *list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free((char *)list[i]);
	free((void *)list);
}

void mw_sink_config_free(struct mw_sink_config *config)
{
	free((char *)config->name);
	free((char *)config->path);
	free((char *)config->url);
	free((char *)config->ca_file);
	free((char *)config->generator_url);
	free_list(config->argv);
	free_list(config->headers);
}

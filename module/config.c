// SPDX-License-Identifier: GPL-2.0-only
/*
 * config.c - parses settings. Pure: says what is asked for, changes nothing.
 */
#include "config.h"

#ifndef __KERNEL__
#include <stdio.h>
#endif

/* @max: 0 for what is set when the module is loaded, and then only shown */
static const struct {
	const char *name;
	u32 max;
	const char *range;
} keys[MW_CONFIG_KEYS] = {
	[MW_CONFIG_PAGES] = { "pages", 1, "must be 0 or 1" },
	[MW_CONFIG_GROWTH] = { "growth", 1, "must be 0 or 1" },
	[MW_CONFIG_STALLS] = { "stalls", 1, "must be 0 or 1" },
	[MW_CONFIG_FRAGMENTATION] = { "fragmentation", 1, "must be 0 or 1" },
	[MW_CONFIG_SLAB] = { "slab", 2, "must be 0, 1 or 2" },
	[MW_CONFIG_KEEP_EXITED] = { "keep_exited", 16384, "must be 0 to 16384" },
	[MW_CONFIG_MAX_TASKS] = { "max_tasks", 0, NULL },
	[MW_CONFIG_PAGE_OWNER] = { "page_owner", 0, NULL },
	[MW_CONFIG_PROC_GID] = { "proc_gid", 0, NULL },
};

const char *mw_config_key_name(enum mw_config_key key)
{
	return keys[key].name;
}

/* A word of the line. */
struct word {
	const char *at;
	int len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct word next_word(const char **at, const char *end)
{
	struct word word;

	while (*at < end && is_blank(**at))
		(*at)++;
	word.at = *at;
	while (*at < end && !is_blank(**at))
		(*at)++;
	word.len = (int)(*at - word.at);
	return word;
}

static bool is_word(struct word word, const char *name)
{
	return (size_t)word.len == strlen(name) && !memcmp(word.at, name, word.len);
}

/* Decimal digits only, at most nine of them. */
static bool parse_number(struct word word, u32 *ret_value)
{
	u32 value = 0;

	if (!word.len || word.len > 9)
		return false;
	for (int i = 0; i < word.len; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
		value = value * 10 + (u32)(word.at[i] - '0');
	}
	*ret_value = value;
	return true;
}

static int find_key(struct word word)
{
	for (int key = 0; key < MW_CONFIG_KEYS; key++)
		if (is_word(word, keys[key].name))
			return key;
	return -1;
}

/* Words come from a line of MW_CONFIG_LINE_MAX at most: they fit the reason. */
static int refuse(char *ret_reason, struct word key, struct word value, const char *why)
{
	snprintf(ret_reason, MW_CONFIG_REASON_MAX, "\"%.*s %.*s\": %s", key.len > 20 ? 20 : key.len,
		 key.at, value.len > 20 ? 20 : value.len, value.at, why);
	return -EINVAL;
}

int mw_config_parse(const char *line, size_t len, struct mw_config_setting *ret_setting,
		    char *ret_reason)
{
	struct word name, value, rest;
	const char *at = line;
	const char *end;
	u32 number;
	int key;

	if (len && line[len - 1] == '\n')
		len--;
	end = line + (len < MW_CONFIG_LINE_MAX ? len : MW_CONFIG_LINE_MAX);
	name = next_word(&at, end);
	value = next_word(&at, end);
	rest = next_word(&at, end);
	key = find_key(name);
	if (len >= MW_CONFIG_LINE_MAX)
		return refuse(ret_reason, name, value, "the line is too long");
	if (memchr(line, '\n', len) || memchr(line, '\0', len))
		return refuse(ret_reason, name, value, "one setting a write");
	if (key < 0)
		return refuse(ret_reason, name, value, "no such key");
	if (!keys[key].max)
		return refuse(ret_reason, name, value, "is set when the module is loaded");
	if (!value.len || rest.len)
		return refuse(ret_reason, name, value, "expected a key and one value");
	if (!parse_number(value, &number) || number > keys[key].max)
		return refuse(ret_reason, name, value, keys[key].range);
	*ret_setting = (struct mw_config_setting){ key, number };
	return 0;
}

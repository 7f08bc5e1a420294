// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_value.c - single values of a configuration. Strict: nothing is guessed, and
 * what is refused is said with what would be taken.
 */
#include "config_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "duration.h"
#include "number.h"

void mw_config_section(struct mw_config_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->section, sizeof(reader->section), format, args);
	va_end(args);
}

static void make_path(const struct mw_config_reader *reader, const char *key,
		      char ret_path[2 * MW_CONFIG_PATH_MAX])
{
	snprintf(ret_path, 2 * MW_CONFIG_PATH_MAX, "%s%s%s", reader->section,
		 reader->section[0] != '\0' && key[0] != '\0' ? "." : "", key);
}

bool mw_config_has(const struct mw_config_reader *reader, const char *key)
{
	char path[2 * MW_CONFIG_PATH_MAX];

	make_path(reader, key, path);
	return mw_config_lines_find(reader->lines, path) != 0;
}

void mw_config_wrong(struct mw_config_reader *reader, const char *key, const char *value,
		     const char *format, ...)
{
	char path[2 * MW_CONFIG_PATH_MAX], wrong[MW_CONFIG_ERROR_TEXT];
	unsigned int line;
	va_list args;

	make_path(reader, key, path);
	va_start(args, format);
	vsnprintf(wrong, sizeof(wrong), format, args);
	va_end(args);
	line = mw_config_lines_find(reader->lines, path);
	if (line == 0) /* a key that is missing: where its section begins */
		line = mw_config_lines_find(reader->lines, reader->section);
	mw_config_complain(reader->errors, line, path, value, "%s", wrong);
}

void mw_config_bool(struct mw_config_reader *reader, const char *key, const char *text, bool *value)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	if (text == NULL)
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*value = i % 2 == 1;
			return;
		}
	}
	mw_config_wrong(reader, key, text, "has to be true or false");
}

void mw_config_count(struct mw_config_reader *reader, const char *key, const char *text,
		     unsigned int least, unsigned int most, unsigned int *value)
{
	uint64_t number;

	if (text == NULL)
		return;
	if (mw_number_uint64(text, strlen(text), &number) != NULL || number < least ||
	    number > most)
		mw_config_wrong(reader, key, text, "has to be a whole number from %u to %u", least,
				most);
	else
		*value = (unsigned int)number;
}

void mw_config_number(struct mw_config_reader *reader, const char *key, const char *text,
		      double least, double most, double *value)
{
	double number;

	if (text == NULL)
		return;
	if (mw_number_double(text, strlen(text), &number) != NULL ||
	    !(number >= least && number <= most))
		mw_config_wrong(reader, key, text, "has to be a number from %g to %g", least, most);
	else
		*value = number;
}

void mw_config_part(struct mw_config_reader *reader, const char *key, const char *text,
		    double *value)
{
	size_t len;
	bool is_percent;
	double number;

	if (text == NULL)
		return;
	len = strlen(text);
	is_percent = len > 0 && text[len - 1] == '%';
	if (mw_number_double(text, len - (is_percent ? 1 : 0), &number) != NULL)
		number = -1;
	if (is_percent)
		number /= 100;
	if (!(number >= 0 && number <= 1))
		mw_config_wrong(reader, key, text,
				"has to be a number from 0 to 1, or a percentage such as 35%%");
	else
		*value = number;
}

void mw_config_duration(struct mw_config_reader *reader, const char *key, const char *text,
			double *value)
{
	const char *wrong = text != NULL ? mw_duration_parse(text, value) : NULL;

	if (wrong != NULL)
		mw_config_wrong(reader, key, text, "this duration %s", wrong);
}

void mw_config_delay(struct mw_config_reader *reader, const char *key, const char *text,
		     double *value)
{
	if (text != NULL &&
	    (strcmp(text, "0") == 0 || strcmp(text, "0s") == 0 || strcmp(text, "never") == 0))
		*value = 0;
	else
		mw_config_duration(reader, key, text, value);
}

void mw_config_size(struct mw_config_reader *reader, const char *key, const char *text,
		    int64_t *value_kb)
{
	const char *wrong = text != NULL ? mw_size_parse_kb(text, value_kb) : NULL;

	if (wrong != NULL)
		mw_config_wrong(reader, key, text, "this size %s", wrong);
}

void mw_config_rate(struct mw_config_reader *reader, const char *key, const char *text,
		    double *value)
{
	const char *slash;
	char amount[32], period[8];
	int64_t kb;
	double seconds;

	if (text == NULL)
		return;
	slash = strchr(text, '/');
	if (slash != NULL && (size_t)(slash - text) < sizeof(amount) && strlen(slash) <= 4) {
		snprintf(amount, sizeof(amount), "%.*s", (int)(slash - text), text);
		snprintf(period, sizeof(period), "1%s", slash + 1);
		if (slash[1] != '\0' && mw_size_parse_kb(amount, &kb) == NULL &&
		    mw_duration_parse(period, &seconds) == NULL) {
			*value = (double)kb / seconds;
			return;
		}
	}
	mw_config_wrong(reader, key, text,
			"has to be an amount of at least 1K over s, m, h or d, such as 512K/h");
}

int mw_config_word(struct mw_config_reader *reader, const char *key, const char *text,
		   const char *const *words, size_t count)
{
	char list[192] = "";
	const char *nearest;
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return (int)i;
	nearest = mw_nearest(text, words, count);
	for (size_t i = 0; i < count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
					 i > 0 ? ", " : "", words[i]);
	if (nearest != NULL)
		mw_config_wrong(reader, key, text, "is not known; did you mean '%s'?", nearest);
	else
		mw_config_wrong(reader, key, text, "is none of %s", list);
	return -1;
}

void mw_config_severity(struct mw_config_reader *reader, const char *key, const char *text,
			enum mw_severity *value)
{
	static const char *const words[] = {
		[MW_SEVERITY_INFO] = "info",
		[MW_SEVERITY_WARNING] = "warning",
		[MW_SEVERITY_CRITICAL] = "critical",
	};
	int index;

	if (text == NULL)
		return;
	index = mw_config_word(reader, key, text, words, sizeof(words) / sizeof(words[0]));
	if (index >= 0)
		*value = (enum mw_severity)index;
}

void mw_config_minute(struct mw_config_reader *reader, const char *key, const char *text,
		      int *value)
{
	const char *colon = strchr(text, ':');
	uint64_t hours, minutes;

	if (colon != NULL && strlen(colon) == 3 &&
	    mw_number_uint64(text, (size_t)(colon - text), &hours) == NULL &&
	    mw_number_uint64(colon + 1, 2, &minutes) == NULL && minutes < 60 &&
	    hours * 60 + minutes <= 24 * 60 && hours <= 24)
		*value = (int)(hours * 60 + minutes);
	else
		mw_config_wrong(reader, key, text,
				"has to be a time of day in quotes, such as \"22:30\"");
}

void mw_config_uid(struct mw_config_reader *reader, const char *key, const char *text,
		   struct mw_uid_range *value)
{
	const char *dash = strchr(text, '-');
	size_t len = dash != NULL ? (size_t)(dash - text) : strlen(text);
	uint64_t first, last;

	if (mw_number_uint64(text, len, &first) == NULL && first <= UINT32_MAX) {
		last = first;
		if (dash == NULL || (mw_number_uint64(dash + 1, strlen(dash + 1), &last) == NULL &&
				     last <= UINT32_MAX && last >= first)) {
			value->first = (uint32_t)first;
			value->last = (uint32_t)last;
			return;
		}
	}
	mw_config_wrong(reader, key, text,
			"has to be a user id or a range of them, such as 1000-1999");
}

void mw_config_text(struct mw_config_reader *reader, const char *key, const char *text,
		    const char **value)
{
	if (text == NULL)
		return;
	if (text[0] == '\0')
		mw_config_wrong(reader, key, NULL, "has no value; give one or remove the key");
	else
		*value = text;
}

void mw_config_name(struct mw_config_reader *reader, const char *key, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (text != NULL && (len == 0 || len >= MW_CONFIG_NAME_MAX ||
			     strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != len))
		mw_config_wrong(reader, key, text,
				"has to be 1 to %d small letters, digits, '-', '_' or '.'",
				MW_CONFIG_NAME_MAX - 1);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_errors.c - collects what is wrong with a configuration. Values come from a
 * file that anybody may have written: what a terminal would not print is shown as `?`.
 */
#include "config_errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longest part of a value that is shown. */
#define SHOWN_MAX 48

static void printable(const char *value, char ret_text[SHOWN_MAX + 4])
{
	size_t i;

	for (i = 0; i < SHOWN_MAX && value[i] != '\0'; i++)
		ret_text[i] = (unsigned char)value[i] < 0x20 || value[i] == 0x7f ? '?' : value[i];
	strcpy(ret_text + i, value[i] != '\0' ? "..." : "");
}

void mw_config_complain(struct mw_config_errors *errors, unsigned int line, const char *key,
			const char *value, const char *format, ...)
{
	char shown[SHOWN_MAX + 4];
	size_t used = 0;
	va_list args;
	char *text;

	if (errors->count == MW_CONFIG_ERRORS_MAX) {
		errors->beyond++;
		return;
	}
	text = errors->texts[errors->count];
	text[0] = '\0';
	if (key != NULL && key[0] != '\0')
		used += (size_t)snprintf(text, MW_CONFIG_ERROR_TEXT, "%.128s: ", key);
	if (value != NULL) {
		printable(value, shown);
		used += (size_t)snprintf(text + used, MW_CONFIG_ERROR_TEXT - used,
					 "\"%s\": ", shown);
	}
	va_start(args, format);
	vsnprintf(text + used, MW_CONFIG_ERROR_TEXT - used, format, args);
	va_end(args);
	errors->lines[errors->count++] = line;
}

void mw_config_errors_sort(struct mw_config_errors *errors)
{
	for (size_t i = 1; i < errors->count; i++) {
		char text[MW_CONFIG_ERROR_TEXT];
		unsigned int line = errors->lines[i];
		size_t j = i;

		memcpy(text, errors->texts[i], sizeof(text));
		for (; j > 0 && errors->lines[j - 1] > line; j--) {
			errors->lines[j] = errors->lines[j - 1];
			memcpy(errors->texts[j], errors->texts[j - 1], sizeof(text));
		}
		errors->lines[j] = line;
		memcpy(errors->texts[j], text, sizeof(text));
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_status.c - takes /proc/memwatch/status apart. Knows the shape of the
 * file and none of its keys, so that a newer module's further keys come through.
 */
#include "module_status.h"

#include <string.h>

bool mw_status_next(const char **cursor, const char *end, struct mw_status_line *ret_line)
{
	while (*cursor < end) {
		const char *line = *cursor;
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline != NULL ? newline : end;
		const char *equals = memchr(line, '=', (size_t)(stop - line));

		*cursor = newline != NULL ? newline + 1 : end;
		if (equals == NULL)
			continue;
		ret_line->key = line;
		ret_line->key_len = (size_t)(equals - line);
		ret_line->value = equals + 1;
		ret_line->value_len = (size_t)(stop - equals - 1);
		return true;
	}
	return false;
}

bool mw_status_find(const char *text, size_t len, const char *key, struct mw_status_line *ret_line)
{
	const char *cursor = text;
	struct mw_status_line line;

	while (mw_status_next(&cursor, text + len, &line)) {
		if (line.key_len == strlen(key) && memcmp(line.key, key, line.key_len) == 0) {
			*ret_line = line;
			return true;
		}
	}
	return false;
}

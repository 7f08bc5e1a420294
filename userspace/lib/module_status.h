/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_status.h - /proc/memwatch/status: `key=value`, one a line. Pure; works
 * on the caller's buffer and keeps pointers into it.
 */
#ifndef MW_MODULE_STATUS_H
#define MW_MODULE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct mw_status_line - one line
 * @key, @key_len:     in front of the first `=`
 * @value, @value_len: behind it
 */
struct mw_status_line {
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
};

/**
 * mw_status_next() - take the next `key=value` off a text
 * @cursor: where the text goes on; moved behind the line
 * @end:    end of the text
 * Lines without a `=` are skipped. Returns false at the end.
 */
bool mw_status_next(const char **cursor, const char *end, struct mw_status_line *ret_line);

/** mw_status_find() - the first line with this key; false if there is none */
bool mw_status_find(const char *text, size_t len, const char *key, struct mw_status_line *ret_line);

#endif /* MW_MODULE_STATUS_H */

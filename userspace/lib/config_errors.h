/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_errors.h - what is wrong with a configuration: all of it, not only the first.
 */
#ifndef MW_CONFIG_ERRORS_H
#define MW_CONFIG_ERRORS_H

#include <stddef.h>

/* Errors that are kept; those beyond are only counted. */
#define MW_CONFIG_ERRORS_MAX 64
#define MW_CONFIG_ERROR_TEXT 320

/**
 * struct mw_config_errors - all zero to begin with
 * @lines:  line of each, 0 where none is known
 * @texts:  what is wrong, "KEY: \"VALUE\": what; what to do"
 * @count:  how many are kept
 * @beyond: how many more there were
 */
struct mw_config_errors {
	unsigned int lines[MW_CONFIG_ERRORS_MAX];
	char texts[MW_CONFIG_ERRORS_MAX][MW_CONFIG_ERROR_TEXT];
	size_t count;
	size_t beyond;
};

/**
 * mw_config_complain() - add one
 * @line:   1 and up, or 0
 * @key:    path of the key, "sampling.interval", or NULL
 * @value:  what stands there, or NULL; shown as far as it is printable
 * @format: what is wrong
 */
void mw_config_complain(struct mw_config_errors *errors, unsigned int line, const char *key,
			const char *value, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** mw_config_errors_sort() - by line, those of one line as they came */
void mw_config_errors_sort(struct mw_config_errors *errors);

#endif /* MW_CONFIG_ERRORS_H */

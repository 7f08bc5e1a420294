/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_value.h - the text of one value of a configuration as what it means. What is
 * not understood is complained of, with its line, and leaves the result untouched; so does
 * a key that is not there (NULL).
 */
#ifndef MW_CONFIG_VALUE_H
#define MW_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "config_errors.h"
#include "config_shape.h"
#include "match.h"
#include "message.h"

/**
 * struct mw_config_reader - where complaints go, and where we are
 * @section: path of the section being read, "policies[2].if"
 */
struct mw_config_reader {
	struct mw_config_errors *errors;
	const struct mw_config_lines *lines;
	char section[MW_CONFIG_PATH_MAX];
};

/** mw_config_section() - read what is in this section from now on; formatted */
void mw_config_section(struct mw_config_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** mw_config_wrong() - complain of the key @key of the section; @value may be NULL */
void mw_config_wrong(struct mw_config_reader *reader, const char *key, const char *value,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

/** mw_config_has() - whether the key stands in the section; of an empty list, libcyaml keeps nothing */
bool mw_config_has(const struct mw_config_reader *reader, const char *key);

/** mw_config_bool() - true, yes, on; false, no, off */
void mw_config_bool(struct mw_config_reader *reader, const char *key, const char *text,
		    bool *value);

/** mw_config_count() - a whole number within bounds */
void mw_config_count(struct mw_config_reader *reader, const char *key, const char *text,
		     unsigned int least, unsigned int most, unsigned int *value);

/** mw_config_number() - a number within bounds */
void mw_config_number(struct mw_config_reader *reader, const char *key, const char *text,
		      double least, double most, double *value);

/** mw_config_part() - a number between 0 and 1, or a percentage: 0.35, 35% */
void mw_config_part(struct mw_config_reader *reader, const char *key, const char *text,
		    double *value);

/** mw_config_duration() - a span of time in s, above zero */
void mw_config_duration(struct mw_config_reader *reader, const char *key, const char *text,
			double *value);

/** mw_config_delay() - a span of time in s; "0" and "never" are 0 */
void mw_config_delay(struct mw_config_reader *reader, const char *key, const char *text,
		     double *value);

/** mw_config_size() - an amount in KiB */
void mw_config_size(struct mw_config_reader *reader, const char *key, const char *text,
		    int64_t *value_kb);

/** mw_config_rate() - an amount over a time, in KiB/s: "512K/h", "1M/s" */
void mw_config_rate(struct mw_config_reader *reader, const char *key, const char *text,
		    double *value);

/** mw_config_severity() - info, warning, critical */
void mw_config_severity(struct mw_config_reader *reader, const char *key, const char *text,
			enum mw_severity *value);

/** mw_config_minute() - "22:30" in minutes since midnight; up to "24:00" */
void mw_config_minute(struct mw_config_reader *reader, const char *key, const char *text,
		      int *value);

/** mw_config_uid() - "1000", or "1000-1999" */
void mw_config_uid(struct mw_config_reader *reader, const char *key, const char *text,
		   struct mw_uid_range *value);

/** mw_config_text() - any text but an empty one */
void mw_config_text(struct mw_config_reader *reader, const char *key, const char *text,
		    const char **value);

/* Longest name of a policy or a sink, with its NUL. */
#define MW_CONFIG_NAME_MAX 32

/** mw_config_name() - complain unless it is small letters, digits, '-', '_' and '.' */
void mw_config_name(struct mw_config_reader *reader, const char *key, const char *text);

/**
 * mw_config_word() - one of a list
 * Returns its index, or -1 after a complaint, with the nearest word.
 */
int mw_config_word(struct mw_config_reader *reader, const char *key, const char *text,
		   const char *const *words, size_t count);

#endif /* MW_CONFIG_VALUE_H */

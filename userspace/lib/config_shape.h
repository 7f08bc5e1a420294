/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_shape.h - whether a YAML text has the shape of a schema, and on which line
 * each of its keys stands.
 */
#ifndef MW_CONFIG_SHAPE_H
#define MW_CONFIG_SHAPE_H

#include <stdbool.h>

#include <cyaml/cyaml.h>

#include "config_errors.h"

/* Bounds of a configuration; what is larger is refused. */
#define MW_CONFIG_BYTES_MAX (256 * 1024)
#define MW_CONFIG_NODES_MAX 8192
#define MW_CONFIG_DEPTH_MAX 12
#define MW_CONFIG_PATH_MAX  128

/**
 * struct mw_config_lines - where each key and element stands
 * All zero to begin with; mw_config_lines_free() releases it.
 */
struct mw_config_lines {
	struct mw_config_line *list;
	size_t count;
	size_t size;
};

/** mw_config_lines_find() - the line of "policies[0].if.class", or 0 */
unsigned int mw_config_lines_find(const struct mw_config_lines *lines, const char *path);

/** mw_config_lines_free() - release the memory */
void mw_config_lines_free(struct mw_config_lines *lines);

/**
 * mw_config_shape_check() - compare a text with a schema, to its end
 * @schema:       its top; a mapping
 * @errors:       complaints are added: bad YAML, unknown keys with the nearest known one,
 *                keys given twice, a list where a mapping has to be, anchors and aliases,
 *                more than the bounds above
 * @ret_lines:    the lines; filled in also when there are errors
 * @ret_is_empty: there is no document in the text at all, which is no error
 * Returns 0 or -ENOMEM.
 */
int mw_config_shape_check(const char *text, size_t len, const cyaml_schema_value_t *schema,
			  struct mw_config_errors *errors, struct mw_config_lines *ret_lines,
			  bool *ret_is_empty);

/**
 * mw_nearest() - the word of a list that was probably meant
 * @words, @count: the list
 * Returns it, or NULL when none is near: more than a third of @text would have to change.
 */
const char *mw_nearest(const char *text, const char *const *words, size_t count);

#endif /* MW_CONFIG_SHAPE_H */

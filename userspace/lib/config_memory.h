/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_memory.h - the memory of a configuration: what libcyaml loaded and what was made
 * of it, released together.
 */
#ifndef MW_CONFIG_MEMORY_H
#define MW_CONFIG_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "config_schema.h"

struct mw_config_memory;

/** mw_config_memory_new() - nothing yet; NULL without memory */
struct mw_config_memory *mw_config_memory_new(void);

/** mw_config_memory_free() - all of it; NULL is allowed */
void mw_config_memory_free(struct mw_config_memory *memory);

/**
 * mw_config_memory_load() - let libcyaml read a text that has the shape of the schema
 * @ret_raw:    the keys; they live as long as @memory
 * @ret_reason: when it failed, why, in libcyaml's words; "" when it did not say
 * Returns 0, -ENOMEM, or -EBADMSG.
 */
int mw_config_memory_load(struct mw_config_memory *memory, const char *text, size_t len,
			  const struct raw_config **ret_raw, char *ret_reason, size_t size);

/**
 * mw_config_memory_get() - @count zeroed elements of @size bytes
 * Returns them, or NULL without memory, which mw_config_memory_failed() remembers.
 */
void *mw_config_memory_get(struct mw_config_memory *memory, size_t count, size_t size);

/** mw_config_memory_failed() - whether there was ever too little of it */
bool mw_config_memory_failed(const struct mw_config_memory *memory);

#endif /* MW_CONFIG_MEMORY_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_memory.c - owns what libcyaml allocates, and a list of blocks beside it. Aliases
 * are off, so that no text takes more memory than its length allows.
 */
#include "config_memory.h"

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
	struct block *next;
	alignas(max_align_t) unsigned char bytes[];
};

struct mw_config_memory {
	struct raw_config *raw;
	struct block *blocks;
	bool has_failed;
};

/* The first error that libcyaml tells is the cause, the rest its backtrace. */
struct reason {
	char *text;
	size_t size;
};

static void keep_reason(cyaml_log_t level, void *context, const char *format, va_list args)
{
	struct reason *reason = context;

	if (level == CYAML_LOG_ERROR && reason->text[0] == '\0')
		vsnprintf(reason->text, reason->size, format, args);
}

static cyaml_config_t cyaml_config(struct reason *reason)
{
	return (cyaml_config_t){
		.log_fn = reason != NULL ? keep_reason : NULL,
		.log_ctx = reason,
		.mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

struct mw_config_memory *mw_config_memory_new(void)
{
	return calloc(1, sizeof(struct mw_config_memory));
}

void mw_config_memory_free(struct mw_config_memory *memory)
{
	cyaml_config_t config = cyaml_config(NULL);

	if (memory == NULL)
		return;
	if (memory->raw != NULL)
		cyaml_free(&config, &mw_config_schema, memory->raw, 0);
	while (memory->blocks != NULL) {
		struct block *next = memory->blocks->next;

		free(memory->blocks);
		memory->blocks = next;
	}
	free(memory);
}

int mw_config_memory_load(struct mw_config_memory *memory, const char *text, size_t len,
			  const struct raw_config **ret_raw, char *ret_reason, size_t size)
{
	struct reason reason = { ret_reason, size };
	cyaml_config_t config = cyaml_config(&reason);
	cyaml_data_t *data = NULL;
	cyaml_err_t err;

	ret_reason[0] = '\0';
	err = cyaml_load_data((const uint8_t *)text, len, &config, &mw_config_schema, &data, NULL);
	if (err == CYAML_ERR_OOM)
		return -ENOMEM;
	if (err != CYAML_OK) {
		if (ret_reason[0] == '\0')
			snprintf(ret_reason, size, "%s", cyaml_strerror(err));
		return -EBADMSG;
	}
	memory->raw = data;
	*ret_raw = memory->raw;
	return 0;
}

void *mw_config_memory_get(struct mw_config_memory *memory, size_t count, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + count * size);

	if (block == NULL) {
		memory->has_failed = true;
		return NULL;
	}
	block->next = memory->blocks;
	memory->blocks = block;
	return block->bytes;
}

bool mw_config_memory_failed(const struct mw_config_memory *memory)
{
	return memory->has_failed;
}

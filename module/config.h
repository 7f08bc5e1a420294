/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - the language of /proc/memwatch/config: "key value", one setting a
 * write. Pure.
 */
#ifndef _MW_CONFIG_H
#define _MW_CONFIG_H

#include "pure.h"

enum mw_config_key {
	MW_CONFIG_PAGES,
	MW_CONFIG_GROWTH,
	MW_CONFIG_STALLS,
	MW_CONFIG_FRAGMENTATION,
	MW_CONFIG_SLAB,
	MW_CONFIG_KEEP_EXITED,
	MW_CONFIG_MAX_TASKS,
	MW_CONFIG_PAGE_OWNER,
	MW_CONFIG_PROC_GID,
	MW_CONFIG_KEYS,
};

/* The longest line that can be right, with its newline. */
#define MW_CONFIG_LINE_MAX 64

#define MW_CONFIG_REASON_MAX 96

/**
 * struct mw_config_setting - a setting that was asked for
 */
struct mw_config_setting {
	enum mw_config_key key;
	u32 value;
};

const char *mw_config_key_name(enum mw_config_key key);

/**
 * mw_config_parse() - read one setting
 * @line: @len bytes, one newline allowed at the end; not NUL-terminated
 * @ret_setting: untouched on failure
 * @ret_reason: on failure, why, naming key and value; MW_CONFIG_REASON_MAX bytes
 * Returns 0 or -EINVAL.
 */
int mw_config_parse(const char *line, size_t len, struct mw_config_setting *ret_setting,
		    char *ret_reason);

#endif /* _MW_CONFIG_H */

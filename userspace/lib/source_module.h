/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_module.h - the module's /proc/memwatch/tasks as a source.
 */
#ifndef MW_SOURCE_MODULE_H
#define MW_SOURCE_MODULE_H

#include "filter.h"
#include "source.h"

/**
 * mw_source_module_new() - read the table of the module
 * @root:       its directory, usually "/proc/memwatch"; it need not exist yet
 * @filter:     which processes; must outlive the source and may change between rounds
 * @ret_source: the source
 * Returns 0 or -ENOMEM. Its read() returns -ENOENT while the module is not
 * loaded, -EACCES when the reader may not read it, and -EBADMSG when the table
 * has no header or lacks a column that a sample cannot do without.
 */
int mw_source_module_new(const char *root, const struct mw_filter *filter,
			 struct mw_source **ret_source);

#endif /* MW_SOURCE_MODULE_H */

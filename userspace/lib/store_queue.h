/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_queue.h - the table in which messages wait for sinks: rows by rising
 * id, which the caller gives out. Knows nothing of sinks; outbox.h does.
 *
 * Every function returns 0 or a negative errno, as mw_store_event(); -ENOENT
 * where there is no such row.
 */
#ifndef MW_STORE_QUEUE_H
#define MW_STORE_QUEUE_H

#include <stdint.h>

#include "store.h"

/** mw_queue_add() - one more row; @id must be above all others */
int mw_queue_add(struct mw_store *store, int64_t id, enum mw_severity severity, const char *line);

/**
 * mw_queue_next() - the row after @after
 * @ret_line: a copy, for the caller to free()
 */
int mw_queue_next(struct mw_store *store, int64_t after, int64_t *ret_id, char **ret_line);

/** mw_queue_worst() - the oldest row of the lowest severity */
int mw_queue_worst(struct mw_store *store, int64_t *ret_id, enum mw_severity *ret_severity);

/** mw_queue_last() - the greatest id */
int mw_queue_last(struct mw_store *store, int64_t *ret_id);

/** mw_queue_count() - rows after @after */
int mw_queue_count(struct mw_store *store, int64_t after, int64_t *ret_count);

/** mw_queue_delete() - one row; 0 also when it is not there */
int mw_queue_delete(struct mw_store *store, int64_t id);

/** mw_queue_passed() - delete all rows up to @id */
int mw_queue_passed(struct mw_store *store, int64_t id);

#endif /* MW_STORE_QUEUE_H */

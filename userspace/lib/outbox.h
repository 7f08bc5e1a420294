/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outbox.h - messages that wait for readers (the sinks), each of which takes
 * them in order and at its own pace. On disk where there is a store that takes
 * them, in memory otherwise until it does. Bounded: beyond the limit the oldest
 * of the lowest severity goes, and is counted for each reader that had not had
 * it. Never reads a clock, never tells anybody.
 */
#ifndef MW_OUTBOX_H
#define MW_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct mw_outbox;

/* What messages may take in memory while the disk does not take them, bytes of text. */
#define MW_OUTBOX_MEMORY 262144

/**
 * mw_outbox_new() - with what an earlier run left in the store
 * @store:        may be NULL
 * @names:        of the readers. One that the store does not know begins with what comes now;
 *                what is known of others is forgotten. Must outlive the outbox.
 * @limit:        most messages
 * Returns it, or NULL without memory.
 */
struct mw_outbox *mw_outbox_new(struct mw_store *store, const char *const *names, size_t count,
				size_t limit);

/**
 * mw_outbox_renew() - the same messages for other readers
 * @names: a reader that was there goes on where it was; one that was not begins with what comes
 *         now; what is known of others is forgotten
 * Returns it, and @old is gone; or NULL without memory, and @old is as it was.
 */
struct mw_outbox *mw_outbox_renew(struct mw_outbox *old, const char *const *names, size_t count,
				  size_t limit);

/** mw_outbox_free() - what is not on disk is lost; NULL is allowed */
void mw_outbox_free(struct mw_outbox *outbox);

/** mw_outbox_add() - returns 0: on disk or there is no store; 1: in memory; -ENOMEM */
int mw_outbox_add(struct mw_outbox *outbox, enum mw_severity severity, const char *line);

/**
 * mw_outbox_next() - the message after @after; 0 begins at the reader's position
 * @ret_line: a copy, for the caller to free()
 * Returns 0, -ENOENT when there is none, -ENOMEM, or another negative errno of the disk.
 */
int mw_outbox_next(struct mw_outbox *outbox, size_t reader, int64_t after, int64_t *ret_id,
		   char **ret_line);

/** mw_outbox_done() - @reader has had all up to @id; kept with the next mw_outbox_sync() */
void mw_outbox_done(struct mw_outbox *outbox, size_t reader, int64_t id);

/**
 * mw_outbox_sync() - bring the disk up to date: positions, messages that are only in memory,
 * deletion of what all readers have had. Cheap when there is nothing to do.
 */
void mw_outbox_sync(struct mw_outbox *outbox, double now_s);

/** mw_outbox_waiting() - messages that @reader has not had */
uint64_t mw_outbox_waiting(struct mw_outbox *outbox, size_t reader);

/** mw_outbox_dropped() - messages that @reader will never have, since the outbox was made */
uint64_t mw_outbox_dropped(const struct mw_outbox *outbox, size_t reader);

#endif /* MW_OUTBOX_H */

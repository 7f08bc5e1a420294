/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outbox_list.h - messages in memory, oldest first: what the disk did not take. For outbox.c
 * alone.
 */
#ifndef MW_OUTBOX_LIST_H
#define MW_OUTBOX_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "message.h"

/** struct mw_outbox_entry - one message; @size: of @line with its NUL */
struct mw_outbox_entry {
	struct mw_outbox_entry *next;
	int64_t id;
	size_t size;
	enum mw_severity severity;
	char line[];
};

/** struct mw_outbox_list - all zero is an empty one; @bytes: of all lines */
struct mw_outbox_list {
	struct mw_outbox_entry *first;
	struct mw_outbox_entry *last;
	size_t count;
	size_t bytes;
};

/** mw_outbox_entry_new() - in no list; free() releases it; NULL without memory */
struct mw_outbox_entry *mw_outbox_entry_new(int64_t id, enum mw_severity severity,
					    const char *line);

/** mw_outbox_list_append() - the newest; the list owns it now */
void mw_outbox_list_append(struct mw_outbox_list *list, struct mw_outbox_entry *entry);

/** mw_outbox_list_remove() - free one; @before: the one in front of it, NULL for the first */
void mw_outbox_list_remove(struct mw_outbox_list *list, struct mw_outbox_entry *before,
			   struct mw_outbox_entry *entry);

/**
 * mw_outbox_list_worst() - the oldest of the lowest severity, NULL in an empty list
 * *@ret_before: the one in front of it
 */
struct mw_outbox_entry *mw_outbox_list_worst(const struct mw_outbox_list *list,
					     struct mw_outbox_entry **ret_before);

/** mw_outbox_list_clear() - free all */
void mw_outbox_list_clear(struct mw_outbox_list *list);

#endif /* MW_OUTBOX_LIST_H */

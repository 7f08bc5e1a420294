// SPDX-License-Identifier: GPL-2.0-only
/*
 * outbox_list.c - the list of messages that are in memory only. Knows no reader and no disk.
 */
#include "outbox_list.h"

#include <stdlib.h>
#include <string.h>

struct mw_outbox_entry *mw_outbox_entry_new(int64_t id, enum mw_severity severity, const char *line)
{
	size_t size = strlen(line) + 1;
	struct mw_outbox_entry *entry = malloc(sizeof(*entry) + size);

	if (entry == NULL)
		return NULL;
	*entry = (struct mw_outbox_entry){ .id = id, .size = size, .severity = severity };
	memcpy(entry->line, line, size);
	return entry;
}

void mw_outbox_list_append(struct mw_outbox_list *list, struct mw_outbox_entry *entry)
{
	if (list->last != NULL)
		list->last->next = entry;
	else
		list->first = entry;
	list->last = entry;
	list->count++;
	list->bytes += entry->size;
}

void mw_outbox_list_remove(struct mw_outbox_list *list, struct mw_outbox_entry *before,
			   struct mw_outbox_entry *entry)
{
	if (before != NULL)
		before->next = entry->next;
	else
		list->first = entry->next;
	if (list->last == entry)
		list->last = before;
	list->count--;
	list->bytes -= entry->size;
	free(entry);
}

struct mw_outbox_entry *mw_outbox_list_worst(const struct mw_outbox_list *list,
					     struct mw_outbox_entry **ret_before)
{
	struct mw_outbox_entry *worst = NULL, *before = NULL;

	*ret_before = NULL;
	for (struct mw_outbox_entry *entry = list->first; entry != NULL; entry = entry->next) {
		if (worst == NULL || entry->severity < worst->severity) {
			worst = entry;
			*ret_before = before;
		}
		before = entry;
	}
	return worst;
}

void mw_outbox_list_clear(struct mw_outbox_list *list)
{
	while (list->first != NULL)
		mw_outbox_list_remove(list, NULL, list->first);
}

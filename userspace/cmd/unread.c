// SPDX-License-Identifier: GPL-2.0-only
/*
 * unread.c - states that nobody understands, set aside. Must never look into them.
 */
#include "unread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define KEPT_S	 (30 * 86400.0)
#define KIND_MAX 64

int unread_add(struct unread *unread, const char *key)
{
	char **keys = realloc(unread->keys, (unread->count + 1) * sizeof(*keys));
	char *copy = strdup(key);

	if (keys != NULL)
		unread->keys = keys;
	if (keys == NULL || copy == NULL) {
		free(copy);
		return -ENOMEM;
	}
	keys[unread->count++] = copy;
	return 0;
}

static void forget(struct unread *unread)
{
	for (size_t i = 0; i < unread->count; i++)
		free(unread->keys[i]);
	free(unread->keys);
	unread->keys = NULL;
	unread->count = 0;
}

void unread_delete(struct unread *unread, struct mw_store *store)
{
	for (size_t i = 0; i < unread->count; i++)
		mw_store_delete(store, unread->kind, unread->keys[i]);
	forget(unread);
}

void unread_put_aside(struct unread *unread, struct mw_store *store, const char *command,
		      double now_s)
{
	char kind[KIND_MAX];

	snprintf(kind, sizeof(kind), "%s.unread", unread->kind);
	mw_store_expire(store, kind, now_s - KEPT_S);
	if (unread->count == 0)
		return;
	for (size_t i = 0; i < unread->count; i++)
		mw_store_move(store, unread->kind, unread->keys[i], kind);
	cli_note(command,
		 "%zu states of kind %s are damaged or of a newer memwatch: kept in the state file "
		 "as %s for 30 days; what they were about is judged anew",
		 unread->count, unread->kind, kind);
	forget(unread);
}

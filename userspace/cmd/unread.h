/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unread.h - states of the store that could not be read: damaged, or of a newer memwatch. They
 * are kept aside and said, and what they were about begins anew.
 */
#ifndef MW_UNREAD_H
#define MW_UNREAD_H

#include "../lib/store.h"

/**
 * struct unread - keys, collected while the store is read, when it must not be written
 * @kind: of the states
 * The rest is zero to begin with.
 */
struct unread {
	const char *kind;
	char **keys;
	size_t count;
};

/** unread_add() - one more; returns 0 or -ENOMEM */
int unread_add(struct unread *unread, const char *key);

/** unread_delete() - delete these states and forget the keys: they are of no use any more */
void unread_delete(struct unread *unread, struct mw_store *store);

/**
 * unread_put_aside() - make them states of the kind "KIND.unread", say so, forget the keys
 * Older ones of that kind are deleted after 30 days.
 */
void unread_put_aside(struct unread *unread, struct mw_store *store, const char *command,
		      double now_s);

#endif /* MW_UNREAD_H */

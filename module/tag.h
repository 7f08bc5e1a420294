/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tag.h - the pool of distinct tags that processes gave themselves. A slot holds
 * the number of a tag and one reference to it, so that a thousand workers of one
 * job cost two bytes each. The pool has 4096 places and is allocated when the
 * first tag is set; a place is free again with the last slot that held it.
 */
#ifndef _MW_TAG_H
#define _MW_TAG_H

#include <linux/types.h>

#include "memwatch_abi.h"

#define MW_TAGS_MAX 4096

/* No tag. */
#define MW_TAG_NONE 0

/**
 * mw_tag_get() - the number of a tag, with a reference to it
 * @text: 1 to MEMWATCH_TAG_MAX bytes, none of them NUL
 * Process context, may sleep.
 * Returns 0; -ENOSPC if 4096 others are in use; -ENOMEM.
 */
int mw_tag_get(const char *text, size_t len, u16 *ret_tag);

/* Any context. Another reference to a tag that has one; and one less. */
void mw_tag_hold(u16 tag);
void mw_tag_put(u16 tag);

/* The text of a tag that is held meanwhile; any context. */
void mw_tag_copy(u16 tag, char ret_text[MEMWATCH_TAG_MAX + 1]);

/* Has any process a tag, or is about to? Process context. */
bool mw_tags_in_use(void);

/* Bytes of the pool; 0 until the first tag. */
size_t mw_tags_bytes(void);

/* No slot and nobody else uses a tag any more. */
void mw_tags_exit(void);

#endif /* _MW_TAG_H */

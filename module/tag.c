// SPDX-License-Identifier: GPL-2.0-only
/*
 * tag.c - the pool of tags. References are taken and dropped in any context, also
 * in probes and under the table's lock, by one atomic operation; a place goes from
 * free to used only under a mutex, by whoever writes a tag, and only there is its
 * text written. So whoever holds a reference reads a text that stands still.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tag.h"

/* @refs: 0 is a free place */
struct tag {
	atomic_t refs;
	char text[MEMWATCH_TAG_MAX + 1];
};

/*
 * @lock: who may allocate @tags and take a free place. Outside the table's lock.
 * @tags: MW_TAGS_MAX places; number 1 is the first. Stays once it is there.
 * @used: places that were ever used: what is behind needs no look
 */
static struct {
	struct mutex lock;
	struct tag *tags;
	unsigned int used;
} pool = { .lock = __MUTEX_INITIALIZER(pool.lock) };

static struct tag *tag_of(u16 number)
{
	return &pool.tags[number - 1];
}

/* Under the lock: the place of a text that is in use, held; or 0. */
static u16 find(const char *text)
{
	for (unsigned int i = 0; i < pool.used; i++)
		if (!strcmp(pool.tags[i].text, text) && atomic_inc_not_zero(&pool.tags[i].refs))
			return i + 1;
	return MW_TAG_NONE;
}

/* Under the lock: a free place; or 0. Nobody but us makes one used. */
static u16 find_free(void)
{
	for (unsigned int i = 0; i < pool.used; i++)
		if (!atomic_read(&pool.tags[i].refs))
			return i + 1;
	return pool.used < MW_TAGS_MAX ? ++pool.used : MW_TAG_NONE;
}

/* Under the lock. */
static int add(const char *text, u16 *ret_tag)
{
	u16 number = find_free();

	if (!number)
		return -ENOSPC;
	strscpy(tag_of(number)->text, text, sizeof(tag_of(number)->text));
	/* The text before the reference: pairs with whoever got the number from a slot. */
	atomic_set_release(&tag_of(number)->refs, 1);
	*ret_tag = number;
	return 0;
}

static int find_or_add(const char *text, u16 *ret_tag)
{
	u16 number;

	if (!pool.tags)
		WRITE_ONCE(pool.tags, kvcalloc(MW_TAGS_MAX, sizeof(*pool.tags), GFP_KERNEL));
	if (!pool.tags)
		return -ENOMEM;
	number = find(text);
	if (!number)
		return add(text, ret_tag);
	*ret_tag = number;
	return 0;
}

int mw_tag_get(const char *text, size_t len, u16 *ret_tag)
{
	char terminated[MEMWATCH_TAG_MAX + 1] = {};
	int err;

	memcpy(terminated, text, min(len, (size_t)MEMWATCH_TAG_MAX));
	mutex_lock(&pool.lock);
	err = find_or_add(terminated, ret_tag);
	mutex_unlock(&pool.lock);
	return err;
}

void mw_tag_hold(u16 tag)
{
	if (tag)
		atomic_inc(&tag_of(tag)->refs);
}

void mw_tag_put(u16 tag)
{
	if (tag)
		atomic_dec(&tag_of(tag)->refs);
}

void mw_tag_copy(u16 tag, char ret_text[MEMWATCH_TAG_MAX + 1])
{
	if (tag)
		memcpy(ret_text, tag_of(tag)->text, MEMWATCH_TAG_MAX + 1);
	else
		ret_text[0] = '\0';
}

bool mw_tags_in_use(void)
{
	bool any = false;

	mutex_lock(&pool.lock);
	for (unsigned int i = 0; i < pool.used && !any; i++)
		any = atomic_read(&pool.tags[i].refs);
	mutex_unlock(&pool.lock);
	return any;
}

size_t mw_tags_bytes(void)
{
	return READ_ONCE(pool.tags) ? MW_TAGS_MAX * sizeof(*pool.tags) : 0;
}

void mw_tags_exit(void)
{
	kvfree(pool.tags);
	pool.tags = NULL;
	pool.used = 0;
}

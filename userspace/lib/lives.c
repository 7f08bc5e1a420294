// SPDX-License-Identifier: GPL-2.0-only
/*
 * lives.c - a chained hash of process lives whose entries also form a list in
 * the order of their arrival. Owns the blocks, knows nothing of what is in
 * them, and never shrinks its table (it is bounded by the most processes that
 * were ever seen at once).
 */
#include "lives.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 256

struct entry {
	struct entry *chain;
	struct entry *prev;
	struct entry *next;
	uint64_t start_ticks;
	int32_t pid;
	bool seen;
	alignas(max_align_t) unsigned char block[];
};

struct mw_lives {
	struct entry **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
	size_t size;
	struct entry *first;
	struct entry *last;
	struct entry *guess; /* what was got last, or NULL */
};

static size_t hash(int32_t pid, uint64_t start_ticks)
{
	uint64_t h = ((uint64_t)(uint32_t)pid << 32 ^ start_ticks) * 0x9e3779b97f4a7c15ULL;

	return (size_t)(h ^ h >> 32);
}

static struct entry **bucket_of(const struct mw_lives *lives, int32_t pid, uint64_t start_ticks)
{
	return &lives->buckets[hash(pid, start_ticks) & (lives->bucket_count - 1)];
}

static bool is_life(const struct entry *entry, int32_t pid, uint64_t start_ticks)
{
	return entry->pid == pid && entry->start_ticks == start_ticks;
}

struct mw_lives *mw_lives_new(size_t size)
{
	struct mw_lives *lives = calloc(1, sizeof(*lives));

	if (lives == NULL)
		return NULL;
	lives->size = size;
	lives->bucket_count = FIRST_BUCKETS;
	lives->buckets = calloc(lives->bucket_count, sizeof(struct entry *));
	if (lives->buckets == NULL) {
		free(lives);
		return NULL;
	}
	return lives;
}

void mw_lives_free(struct mw_lives *lives, mw_life_fn end, void *arg)
{
	if (lives == NULL)
		return;
	for (struct entry *entry = lives->first; entry != NULL;) {
		struct entry *next = entry->next;

		if (end != NULL)
			end(entry->block, arg);
		free(entry);
		entry = next;
	}
	free(lives->buckets);
	free(lives);
}

/* Double the table. Without memory it stays as it is: slower, and still right. */
static void grow(struct mw_lives *lives)
{
	size_t old_count = lives->bucket_count;
	struct entry **old = lives->buckets;
	struct entry **buckets = calloc(old_count * 2, sizeof(struct entry *));

	if (buckets == NULL)
		return;
	lives->buckets = buckets;
	lives->bucket_count = old_count * 2;
	for (struct entry *entry = lives->first; entry != NULL; entry = entry->next) {
		struct entry **bucket = bucket_of(lives, entry->pid, entry->start_ticks);

		entry->chain = *bucket;
		*bucket = entry;
	}
	free(old);
}

static struct entry *look_up(const struct mw_lives *lives, int32_t pid, uint64_t start_ticks)
{
	struct entry *entry = *bucket_of(lives, pid, start_ticks);

	while (entry != NULL && !is_life(entry, pid, start_ticks))
		entry = entry->chain;
	return entry;
}

static struct entry *find(struct mw_lives *lives, int32_t pid, uint64_t start_ticks)
{
	struct entry *guess = lives->guess != NULL ? lives->guess->next : lives->first;

	if (guess != NULL && is_life(guess, pid, start_ticks))
		return guess;
	return look_up(lives, pid, start_ticks);
}

void *mw_lives_find(const struct mw_lives *lives, int32_t pid, uint64_t start_ticks)
{
	struct entry *entry = look_up(lives, pid, start_ticks);

	return entry != NULL ? entry->block : NULL;
}

static struct entry *append(struct mw_lives *lives, int32_t pid, uint64_t start_ticks)
{
	struct entry *entry = calloc(1, sizeof(*entry) + lives->size);
	struct entry **bucket;

	if (entry == NULL)
		return NULL;
	if (lives->count >= lives->bucket_count)
		grow(lives);
	entry->pid = pid;
	entry->start_ticks = start_ticks;
	bucket = bucket_of(lives, pid, start_ticks);
	entry->chain = *bucket;
	*bucket = entry;
	entry->prev = lives->last;
	if (lives->last != NULL)
		lives->last->next = entry;
	else
		lives->first = entry;
	lives->last = entry;
	lives->count++;
	return entry;
}

void *mw_lives_get(struct mw_lives *lives, int32_t pid, uint64_t start_ticks, bool *ret_is_new)
{
	struct entry *entry = find(lives, pid, start_ticks);

	*ret_is_new = entry == NULL;
	if (entry == NULL)
		entry = append(lives, pid, start_ticks);
	if (entry == NULL)
		return NULL;
	entry->seen = true;
	lives->guess = entry;
	return entry->block;
}

static void unlink_entry(struct mw_lives *lives, struct entry *entry)
{
	struct entry **link = bucket_of(lives, entry->pid, entry->start_ticks);

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	if (entry->prev != NULL)
		entry->prev->next = entry->next;
	else
		lives->first = entry->next;
	if (entry->next != NULL)
		entry->next->prev = entry->prev;
	else
		lives->last = entry->prev;
	lives->count--;
}

void mw_lives_remove(struct mw_lives *lives, int32_t pid, uint64_t start_ticks)
{
	struct entry *entry = look_up(lives, pid, start_ticks);

	if (entry == NULL)
		return;
	if (lives->guess == entry)
		lives->guess = NULL;
	unlink_entry(lives, entry);
	free(entry);
}

size_t mw_lives_sweep(struct mw_lives *lives, mw_life_fn end, void *arg)
{
	lives->guess = NULL;
	for (struct entry *entry = lives->first; entry != NULL;) {
		struct entry *next = entry->next;

		if (!entry->seen) {
			if (end != NULL)
				end(entry->block, arg);
			unlink_entry(lives, entry);
			free(entry);
		} else {
			entry->seen = false;
		}
		entry = next;
	}
	return lives->count;
}

size_t mw_lives_filter(struct mw_lives *lives, mw_life_keep_fn keep, void *arg)
{
	lives->guess = NULL;
	for (struct entry *entry = lives->first, *next; entry != NULL; entry = next) {
		next = entry->next;
		if (keep(entry->block, arg))
			continue;
		unlink_entry(lives, entry);
		free(entry);
	}
	return lives->count;
}

void mw_lives_each(const struct mw_lives *lives, mw_life_fn fn, void *arg)
{
	for (struct entry *entry = lives->first; entry != NULL; entry = entry->next)
		fn(entry->block, arg);
}

size_t mw_lives_count(const struct mw_lives *lives)
{
	return lives->count;
}

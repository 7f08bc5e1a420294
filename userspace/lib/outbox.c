// SPDX-License-Identifier: GPL-2.0-only
/*
 * outbox.c - the queue of the sinks: rows of the store, and behind them a list
 * in memory of what the disk did not take. The list is emptied to the disk
 * before anything new goes there, so that ids rise from the first row to the
 * end of the list.
 */
#include "outbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outbox_list.h"
#include "store_queue.h"

#define KIND_READER "sink"

struct reader {
	const char *name;
	int64_t position; /* had everything up to here */
	int64_t kept;	  /* the position that is on disk, -1: none */
	uint64_t dropped;
};

struct mw_outbox {
	struct mw_store *store;
	size_t limit;
	int64_t last_id;
	int64_t passed;	   /* rows up to here were deleted */
	size_t disk_count; /* rows on disk */
	uint64_t generation;
	bool is_loaded; /* what the store holds is known */
	struct mw_outbox_list list;
	size_t reader_count;
	struct reader readers[];
};

/* --- readers ----------------------------------------------------------------------------- */

static struct reader *reader_named(struct mw_outbox *outbox, const char *name)
{
	for (size_t i = 0; i < outbox->reader_count; i++)
		if (strcmp(outbox->readers[i].name, name) == 0)
			return &outbox->readers[i];
	return NULL;
}

struct unknown {
	struct mw_outbox *outbox;
	char *names[64];
	size_t count;
};

static int load_reader(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	struct unknown *unknown = arg;
	struct reader *reader = reader_named(unknown->outbox, key);
	char text[32];

	(void)put_s;
	if (reader == NULL) {
		if (unknown->count < sizeof(unknown->names) / sizeof(unknown->names[0]))
			unknown->names[unknown->count++] = strdup(key);
		return 0;
	}
	snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)data);
	reader->position = strtoll(text, NULL, 10);
	reader->kept = reader->position;
	return 0;
}

/* The greatest id that was ever given out. */
static int load_last(struct mw_outbox *outbox, int64_t *ret_last)
{
	int64_t last = 0;
	int err = mw_queue_last(outbox->store, &last);

	for (size_t i = 0; i < outbox->reader_count; i++)
		if (outbox->readers[i].kept > last)
			last = outbox->readers[i].kept;
	*ret_last = last;
	return err == -ENOENT ? 0 : err;
}

/* Whoever is new begins with what comes now: that is, behind @last. */
static void place_readers(struct mw_outbox *outbox, int64_t last)
{
	for (size_t i = 0; i < outbox->reader_count; i++)
		if (outbox->readers[i].kept < 0)
			outbox->readers[i].position = last;
}

/* What was sent while the file could not be opened comes behind what is in it. */
static void renumber(struct mw_outbox *outbox, int64_t last)
{
	for (struct mw_outbox_entry *entry = outbox->list.first; entry != NULL; entry = entry->next)
		entry->id = ++last;
	outbox->last_id = last;
}

static void load(struct mw_outbox *outbox)
{
	struct unknown unknown = { .outbox = outbox };
	int64_t count = 0, last = 0;
	int err = mw_store_each(outbox->store, KIND_READER, load_reader, &unknown);

	for (size_t i = 0; i < unknown.count; i++) {
		if (err == 0 && unknown.names[i] != NULL)
			mw_store_delete(outbox->store, KIND_READER, unknown.names[i]);
		free(unknown.names[i]);
	}
	if (err == 0)
		err = load_last(outbox, &last);
	if (err == 0)
		err = mw_queue_count(outbox->store, 0, &count);
	if (err < 0)
		return;
	place_readers(outbox, last);
	renumber(outbox, last);
	outbox->disk_count = (size_t)count;
	outbox->is_loaded = true;
}

static uint64_t generation_of(struct mw_store *store)
{
	struct mw_store_status status;

	mw_store_status(store, &status);
	return status.generation;
}

struct mw_outbox *mw_outbox_new(struct mw_store *store, const char *const *names, size_t count,
				size_t limit)
{
	struct mw_outbox *outbox = calloc(1, sizeof(*outbox) + count * sizeof(struct reader));

	if (outbox == NULL)
		return NULL;
	outbox->store = store;
	outbox->limit = limit;
	outbox->reader_count = count;
	for (size_t i = 0; i < count; i++)
		outbox->readers[i] = (struct reader){ .name = names[i], .kept = -1 };
	if (store != NULL) {
		load(outbox);
		outbox->generation = generation_of(store);
	}
	return outbox;
}

/* A reader that is gone has its mark in the store no more; one that is new begins with what comes. */
static void replace_readers(struct mw_outbox *old, struct mw_outbox *outbox)
{
	for (size_t i = 0; i < outbox->reader_count; i++) {
		const struct reader *known = reader_named(old, outbox->readers[i].name);
		const char *name = outbox->readers[i].name;

		outbox->readers[i] =
			known != NULL ? *known
				      : (struct reader){ .position = old->last_id, .kept = -1 };
		outbox->readers[i].name = name;
	}
	for (size_t i = 0; i < old->reader_count; i++)
		if (old->store != NULL && old->is_loaded &&
		    reader_named(outbox, old->readers[i].name) == NULL)
			mw_store_delete(old->store, KIND_READER, old->readers[i].name);
}

struct mw_outbox *mw_outbox_renew(struct mw_outbox *old, const char *const *names, size_t count,
				  size_t limit)
{
	struct mw_outbox *outbox = calloc(1, sizeof(*outbox) + count * sizeof(struct reader));

	if (outbox == NULL)
		return NULL;
	*outbox = *old;
	outbox->limit = limit;
	outbox->reader_count = count;
	for (size_t i = 0; i < count; i++)
		outbox->readers[i].name = names[i];
	replace_readers(old, outbox);
	free(old);
	return outbox;
}

void mw_outbox_free(struct mw_outbox *outbox)
{
	if (outbox == NULL)
		return;
	mw_outbox_list_clear(&outbox->list);
	free(outbox);
}

static int64_t least_position(const struct mw_outbox *outbox)
{
	int64_t least = outbox->last_id;

	for (size_t i = 0; i < outbox->reader_count; i++)
		if (outbox->readers[i].position < least)
			least = outbox->readers[i].position;
	return least;
}

static void count_drop(struct mw_outbox *outbox, int64_t id)
{
	for (size_t i = 0; i < outbox->reader_count; i++)
		if (outbox->readers[i].position < id)
			outbox->readers[i].dropped++;
}

/* --- too many ------------------------------------------------------------------------------ */

static void drop_from_memory(struct mw_outbox *outbox)
{
	struct mw_outbox_entry *before;
	struct mw_outbox_entry *worst = mw_outbox_list_worst(&outbox->list, &before);

	if (worst == NULL)
		return;
	count_drop(outbox, worst->id);
	mw_outbox_list_remove(&outbox->list, before, worst);
}

/* Of rows and entries: the lowest severity, and of that the oldest, which is a row. */
static void drop_worst(struct mw_outbox *outbox)
{
	struct mw_outbox_entry *before;
	struct mw_outbox_entry *worst = mw_outbox_list_worst(&outbox->list, &before);
	enum mw_severity severity;
	int64_t id;

	if (outbox->store == NULL || mw_queue_worst(outbox->store, &id, &severity) < 0 ||
	    (worst != NULL && worst->severity < severity) ||
	    mw_queue_delete(outbox->store, id) < 0) {
		drop_from_memory(outbox);
		return;
	}
	outbox->disk_count--;
	count_drop(outbox, id);
}

/* --- the disk ------------------------------------------------------------------------------- */

static int store_entry(struct mw_outbox *outbox, const struct mw_outbox_entry *entry)
{
	int err = mw_queue_add(outbox->store, entry->id, entry->severity, entry->line);

	if (err == 0)
		outbox->disk_count++;
	return err;
}

/* As many as the disk takes, oldest first. Returns whether the list is empty now. */
static bool store_list(struct mw_outbox *outbox)
{
	while (outbox->list.first != NULL) {
		if (store_entry(outbox, outbox->list.first) < 0)
			return false;
		mw_outbox_list_remove(&outbox->list, NULL, outbox->list.first);
	}
	return true;
}

static int keep_position(struct mw_outbox *outbox, struct reader *reader, double now_s)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%lld", (long long)reader->position);
	int err =
		mw_store_put(outbox->store, KIND_READER, reader->name, text, (size_t)length, now_s);

	if (err == 0)
		reader->kept = reader->position;
	return err;
}

static void pass_memory(struct mw_outbox *outbox, int64_t id)
{
	while (outbox->list.first != NULL && outbox->list.first->id <= id)
		mw_outbox_list_remove(&outbox->list, NULL, outbox->list.first);
}

static int keep_positions(struct mw_outbox *outbox, double now_s)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < outbox->reader_count; i++)
		if (outbox->readers[i].kept != outbox->readers[i].position)
			err = keep_position(outbox, &outbox->readers[i], now_s);
	return err;
}

static int delete_passed(struct mw_outbox *outbox, int64_t passed)
{
	int64_t count;
	int err = mw_queue_passed(outbox->store, passed);

	if (err == 0 && mw_queue_count(outbox->store, 0, &count) == 0)
		outbox->disk_count = (size_t)count;
	return err;
}

static bool has_news(const struct mw_outbox *outbox, int64_t passed)
{
	for (size_t i = 0; i < outbox->reader_count; i++)
		if (outbox->readers[i].kept != outbox->readers[i].position)
			return true;
	return passed > outbox->passed && outbox->disk_count > 0;
}

/* On failure nothing is known to be kept, and all of it is tried again. */
static void sync_disk(struct mw_outbox *outbox, int64_t passed, double now_s)
{
	int err = mw_store_begin(outbox->store);

	if (err == 0)
		err = keep_positions(outbox, now_s);
	if (err == 0)
		err = delete_passed(outbox, passed);
	if (err == 0)
		err = mw_store_commit(outbox->store);
	else
		mw_store_commit(outbox->store);
	if (err == 0) {
		outbox->passed = passed;
		return;
	}
	for (size_t i = 0; i < outbox->reader_count; i++)
		outbox->readers[i].kept = -1;
}

/* Another file may stand there now, or one that has missed some writes. */
static void notice_generation(struct mw_outbox *outbox)
{
	uint64_t generation = generation_of(outbox->store);
	int64_t count;

	if (generation == outbox->generation)
		return;
	if (!outbox->is_loaded)
		load(outbox);
	else if (mw_queue_count(outbox->store, 0, &count) == 0)
		outbox->disk_count = (size_t)count;
	outbox->generation = generation;
	outbox->passed = 0;
	for (size_t i = 0; i < outbox->reader_count; i++)
		outbox->readers[i].kept = -1;
}

void mw_outbox_sync(struct mw_outbox *outbox, double now_s)
{
	int64_t passed = least_position(outbox);

	pass_memory(outbox, passed);
	if (outbox->store == NULL)
		return;
	notice_generation(outbox);
	if (!outbox->is_loaded)
		return;
	if (has_news(outbox, passed))
		sync_disk(outbox, passed, now_s);
	store_list(outbox);
}

/* --- messages --------------------------------------------------------------------------------- */

int mw_outbox_add(struct mw_outbox *outbox, enum mw_severity severity, const char *line)
{
	struct mw_outbox_entry *entry = mw_outbox_entry_new(outbox->last_id + 1, severity, line);

	if (entry == NULL)
		return -ENOMEM;
	outbox->last_id++;
	if (outbox->is_loaded && store_list(outbox) && store_entry(outbox, entry) == 0)
		free(entry);
	else
		mw_outbox_list_append(&outbox->list, entry);
	while (outbox->list.bytes > MW_OUTBOX_MEMORY)
		drop_from_memory(outbox);
	if (outbox->disk_count + outbox->list.count > outbox->limit)
		drop_worst(outbox);
	return outbox->store != NULL && outbox->list.count > 0 ? 1 : 0;
}

int mw_outbox_next(struct mw_outbox *outbox, size_t reader, int64_t after, int64_t *ret_id,
		   char **ret_line)
{
	int64_t from = after > 0 ? after : outbox->readers[reader].position;
	int err = -ENOENT;

	if (from >= outbox->last_id)
		return -ENOENT;
	if (outbox->disk_count > 0)
		err = mw_queue_next(outbox->store, from, ret_id, ret_line);
	if (err != -ENOENT)
		return err;
	for (const struct mw_outbox_entry *entry = outbox->list.first; entry != NULL;
	     entry = entry->next) {
		if (entry->id <= from)
			continue;
		*ret_line = strdup(entry->line);
		*ret_id = entry->id;
		return *ret_line != NULL ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

void mw_outbox_done(struct mw_outbox *outbox, size_t reader, int64_t id)
{
	/* Only forward: an id that was renumbered meanwhile is an old one. */
	if (id > outbox->readers[reader].position)
		outbox->readers[reader].position = id;
}

uint64_t mw_outbox_waiting(struct mw_outbox *outbox, size_t reader)
{
	int64_t from = outbox->readers[reader].position, count = 0;

	if (outbox->disk_count > 0)
		mw_queue_count(outbox->store, from, &count);
	for (const struct mw_outbox_entry *entry = outbox->list.first; entry != NULL;
	     entry = entry->next)
		count += entry->id > from;
	return (uint64_t)count;
}

uint64_t mw_outbox_dropped(const struct mw_outbox *outbox, size_t reader)
{
	return outbox->readers[reader].dropped;
}

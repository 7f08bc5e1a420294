// SPDX-License-Identifier: GPL-2.0-only
/*
 * history.c - reads the daemon's database. Opened read-only, each walk in one
 * transaction of its own, so that what it sees is of one moment. Owns the
 * filling of what held; never writes, never locks the daemon out.
 */
#include "history.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lives.h"
#include "sample_csv.h"
#include "store_schema.h"
#include "store_thin.h"

struct mw_history {
	sqlite3 *db;
	double heartbeat_s;
	double spacing_s;
	char error[MW_NOTICE_MAX];
};

/* --- open ---------------------------------------------------------------------------------- */

static int check(const char *path, sqlite3 *db, char ret_error[MW_NOTICE_MAX])
{
	int64_t version = 0, application = 0;
	int code = mw_store_scalar(db, "PRAGMA application_id", &application);

	if (code == SQLITE_OK)
		code = mw_store_scalar(db, "PRAGMA user_version", &version);
	if (code != SQLITE_OK && code != SQLITE_NOTADB)
		return mw_failed(-EIO, ret_error, "cannot read %s: %s", path, sqlite3_errmsg(db));
	if (code == SQLITE_NOTADB || application != MW_STORE_APPLICATION)
		return mw_failed(-EINVAL, ret_error, "%s is no database of memwatch", path);
	if (version > MW_STORE_VERSION)
		return mw_failed(
			-EPROTO, ret_error,
			"%s has schema %d and this memwatch knows up to %d: install the newer "
			"memwatch",
			path, (int)version, MW_STORE_VERSION);
	if (version < MW_STORE_VERSION)
		return mw_failed(
			-EPROTO, ret_error,
			"%s has schema %d, of an older memwatch: start `memwatch watch` with it "
			"once, which brings it to %d",
			path, (int)version, MW_STORE_VERSION);
	return 0;
}

static int open_db(struct mw_history *history, const char *path, char ret_error[MW_NOTICE_MAX])
{
	int64_t heartbeat_s = 600, spacing_ms = 10000;
	int err;

	/* sqlite says of a file that is not there that it is unable to open it. */
	if (access(path, R_OK) < 0)
		return mw_failed(-errno, ret_error, "cannot open %s: %s", path, strerror(errno));
	if (sqlite3_open_v2(path, &history->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return mw_failed(-EIO, ret_error, "cannot open %s: %s", path,
				 sqlite3_errmsg(history->db));
	sqlite3_busy_timeout(history->db, 2000);
	err = check(path, history->db, ret_error);
	if (err < 0)
		return err;
	mw_store_scalar(history->db, "SELECT value FROM meta WHERE key = 'heartbeat_s'",
			&heartbeat_s);
	mw_store_scalar(history->db, "SELECT value FROM meta WHERE key = 'spacing_ms'",
			&spacing_ms);
	history->heartbeat_s = (double)heartbeat_s;
	history->spacing_s = fmax(0.001, (double)spacing_ms / 1000.0);
	return 0;
}

int mw_history_open(const char *path, struct mw_history **ret_history,
		    char ret_error[MW_NOTICE_MAX])
{
	struct mw_history *history = calloc(1, sizeof(*history));
	int err;

	if (history == NULL)
		return mw_failed(-ENOMEM, ret_error, "out of memory");
	err = open_db(history, path, ret_error);
	if (err < 0) {
		mw_history_close(history);
		return err;
	}
	*ret_history = history;
	return 0;
}

void mw_history_close(struct mw_history *history)
{
	if (history == NULL)
		return;
	sqlite3_close(history->db);
	free(history);
}

const char *mw_history_error(const struct mw_history *history)
{
	return history->error;
}

/* --- walks ---------------------------------------------------------------------------------- */

typedef int (*row_fn)(sqlite3_stmt *row, void *arg);

static int walk(struct mw_history *history, sqlite3_stmt *statement, row_fn fn, void *arg)
{
	int result = 0;
	int code = SQLITE_DONE;

	while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW)
		result = fn(statement, arg);
	if (result == 0 && code != SQLITE_DONE) {
		mw_failed(0, history->error, "%s", sqlite3_errmsg(history->db));
		result = -EIO;
	}
	sqlite3_finalize(statement);
	return result;
}

/* Statements take the range as ?1 and ?2: as ids of samples, or as seconds. */
static sqlite3_stmt *prepare(struct mw_history *history, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(history->db, sql, -1, &statement, NULL) != SQLITE_OK)
		mw_failed(0, history->error, "%s", sqlite3_errmsg(history->db));
	return statement;
}

static void bind_ids(sqlite3_stmt *statement, const struct mw_history_range *range)
{
	sqlite3_bind_int64(statement, 1, mw_sample_id_at(range->since_s));
	sqlite3_bind_int64(statement, 2, mw_sample_id_at(range->until_s));
}

static void copy_text(char *to, size_t size, sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	snprintf(to, size, "%s", text != NULL ? text : "");
}

static bool wants(const struct mw_history_range *range, int32_t pid, const char *comm)
{
	return range->filter == NULL || mw_filter_wants(range->filter, pid, comm);
}

/* Where a life belongs to nothing, its name stands for that. */
static bool is_of(const struct mw_history_range *range, const char *family, const char *comm)
{
	return range->family == NULL ||
	       strcmp(range->family, family[0] != '\0' ? family : comm) == 0;
}

/* --- lives ------------------------------------------------------------------------------------- */

struct entries {
	const struct mw_history_range *range;
	mw_history_entry_fn fn;
	void *arg;
};

static int give_entry(sqlite3_stmt *row, void *arg)
{
	const struct entries *entries = arg;
	struct mw_history_entry entry = {
		.pid = sqlite3_column_int(row, 0),
		.start_ticks = (uint64_t)sqlite3_column_int64(row, 1),
		.first_s = mw_sample_id_time_s(sqlite3_column_int64(row, 4)),
		.last_s = mw_sample_id_time_s(sqlite3_column_int64(row, 5)),
		.end_s = sqlite3_column_type(row, 6) == SQLITE_NULL ? NAN
								    : sqlite3_column_double(row, 6),
		.samples = (uint64_t)sqlite3_column_int64(row, 7),
		.peak_kb = sqlite3_column_int64(row, 8),
		.first_kb = sqlite3_column_int64(row, 9),
		.last_kb = sqlite3_column_int64(row, 10),
	};

	copy_text(entry.comm, sizeof(entry.comm), row, 2);
	copy_text(entry.family, sizeof(entry.family), row, 3);
	if (!wants(entries->range, entry.pid, entry.comm) ||
	    !is_of(entries->range, entry.family, entry.comm))
		return 0;
	return entries->fn(&entry, entries->arg);
}

int mw_history_entries(struct mw_history *history, const struct mw_history_range *range,
		       mw_history_entry_fn fn, void *arg)
{
	struct entries entries = { .range = range, .fn = fn, .arg = arg };
	sqlite3_stmt *statement = prepare(
		history,
		"SELECT pid, start_ticks, comm, family, first, last, end_s, n, peak,"
		" (SELECT rss_kb FROM samples WHERE id = first),"
		" (SELECT rss_kb FROM samples WHERE id = last) FROM"
		" (SELECT life, min(id) first, max(id) last, count(*) n, max(rss_kb) peak FROM samples"
		"  WHERE id >= ?1 AND id < ?2 GROUP BY life)"
		" JOIN lives ON lives.id = life ORDER BY first");

	if (statement == NULL)
		return -EIO;
	bind_ids(statement, range);
	return walk(history, statement, give_entry, &entries);
}

/* --- samples -------------------------------------------------------------------------------------- */

struct samples {
	const struct mw_history *history;
	const struct mw_history_range *range;
	struct mw_lives *lives; /* the last sample of each */
	double now_s;
	mw_history_sample_fn fn;
	void *arg;
};

static void read_sample(sqlite3_stmt *row, struct mw_sample *ret_sample)
{
	mw_sample_clear(ret_sample);
	ret_sample->time_s = mw_sample_id_time_s(sqlite3_column_int64(row, 0));
	ret_sample->pid = sqlite3_column_int(row, 1);
	ret_sample->start_ticks = (uint64_t)sqlite3_column_int64(row, 2);
	copy_text(ret_sample->comm, sizeof(ret_sample->comm), row, 3);
	for (int i = 0; i < MW_STORE_FIELDS; i++) {
		int64_t value = sqlite3_column_type(row, 4 + i) == SQLITE_NULL
					? MW_UNKNOWN
					: sqlite3_column_int64(row, 4 + i);

		memcpy((char *)ret_sample + mw_store_fields[i].offset, &value, sizeof(value));
	}
}

/* What stood at @last until @next: not longer than the daemon ever lets a value stand unsaid. */
static int fill(const struct samples *samples, const struct mw_sample *last,
		const struct mw_sample *next)
{
	double step_s = mw_store_step_s(samples->now_s - last->time_s, samples->history->spacing_s);
	double longest_s = fmax(1.5 * samples->history->heartbeat_s, 2.2 * step_s);
	struct mw_sample held = *last;
	int result = 0;

	if (next->time_s - last->time_s > longest_s)
		return 0;
	for (int i = 1; result == 0; i++) {
		held.time_s = last->time_s + i * step_s;
		if (held.time_s > next->time_s - step_s / 2.0)
			break;
		result = samples->fn(&held, samples->arg);
	}
	return result;
}

static int give_sample(sqlite3_stmt *row, void *arg)
{
	const struct samples *samples = arg;
	struct mw_sample sample;
	struct mw_sample *last;
	char family[128];
	int result = 0;
	bool is_new;

	read_sample(row, &sample);
	copy_text(family, sizeof(family), row, 4 + MW_STORE_FIELDS);
	if (!wants(samples->range, sample.pid, sample.comm) ||
	    !is_of(samples->range, family, sample.comm))
		return 0;
	last = mw_lives_get(samples->lives, sample.pid, sample.start_ticks, &is_new);
	if (last == NULL)
		return -ENOMEM;
	if (!is_new)
		result = fill(samples, last, &sample);
	*last = sample;
	return result != 0 ? result : samples->fn(&sample, samples->arg);
}

int mw_history_samples(struct mw_history *history, const struct mw_history_range *range,
		       double now_s, mw_history_sample_fn fn, void *arg)
{
	struct samples samples = { .history = history,
				   .range = range,
				   .lives = mw_lives_new(sizeof(struct mw_sample)),
				   .now_s = now_s,
				   .fn = fn,
				   .arg = arg };
	char sql[1024];
	sqlite3_stmt *statement;
	int result = -EIO;

	if (samples.lives == NULL)
		return mw_failed(-ENOMEM, history->error, "out of memory");
	snprintf(sql, sizeof(sql),
		 "SELECT samples.id, pid, start_ticks, comm%s, family FROM samples JOIN lives ON"
		 " lives.id = life WHERE samples.id >= ?1 AND samples.id < ?2 ORDER BY samples.id",
		 mw_store_columns());
	statement = prepare(history, sql);
	if (statement != NULL) {
		bind_ids(statement, range);
		result = walk(history, statement, give_sample, &samples);
	}
	mw_lives_free(samples.lives, NULL, NULL);
	return result;
}

/* --- events ------------------------------------------------------------------------------------------ */

struct events {
	const struct mw_history_range *range;
	mw_history_event_fn fn;
	void *arg;
};

static int give_event(sqlite3_stmt *row, void *arg)
{
	const struct events *events = arg;
	char comm[MW_COMM_MAX];

	copy_text(comm, sizeof(comm), row, 0);
	if (!wants(events->range, sqlite3_column_int(row, 1), comm))
		return 0;
	return events->fn((const char *)sqlite3_column_text(row, 2), events->arg);
}

int mw_history_events(struct mw_history *history, const struct mw_history_range *range,
		      mw_history_event_fn fn, void *arg)
{
	struct events events = { .range = range, .fn = fn, .arg = arg };
	sqlite3_stmt *statement =
		prepare(history, "SELECT comm, pid, line FROM events WHERE time_s >= ?1 AND"
				 " time_s < ?2 ORDER BY time_s, id");

	if (statement == NULL)
		return -EIO;
	sqlite3_bind_double(statement, 1, range->since_s);
	sqlite3_bind_double(statement, 2, range->until_s);
	return walk(history, statement, give_event, &events);
}

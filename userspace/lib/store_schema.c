// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_schema.c - the steps by which the database came to be what it is. Runs
 * on a connection that somebody else opened; never decides whether to migrate.
 */
#include "store_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIELD(member)                                       \
	{                                                   \
#member, offsetof(struct mw_sample, member) \
	}

const struct mw_store_field mw_store_fields[MW_STORE_FIELDS] = {
	FIELD(rss_kb),
	FIELD(anon_kb),
	FIELD(file_kb),
	FIELD(threads),
	FIELD(minflt),
	FIELD(page_allocs),
	FIELD(owned_kernel_pages),
	FIELD(shmem_kb),
	FIELD(swap_kb),
	FIELD(page_frees),
	FIELD(owned_user_pages),
	FIELD(slab_alloc_kb),
	FIELD(stall_us),
	FIELD(limit_kb),
	FIELD(live_kb),
};

static const char *const steps[MW_STORE_VERSION] = {
	/* 1: thinned samples of process lives */
	("CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	 "CREATE TABLE boots(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
	 "CREATE TABLE lives(id INTEGER PRIMARY KEY, boot INTEGER NOT NULL, pid INTEGER NOT NULL,"
	 " start_ticks INTEGER NOT NULL, comm TEXT NOT NULL, family TEXT NOT NULL,"
	 " first_s REAL NOT NULL, end_s REAL);"
	 "CREATE INDEX lives_by_pid ON lives(pid, start_ticks);"
	 "CREATE TABLE samples(id INTEGER PRIMARY KEY, life INTEGER NOT NULL, rss_kb INTEGER,"
	 " anon_kb INTEGER, file_kb INTEGER, threads INTEGER, minflt INTEGER, page_allocs INTEGER,"
	 " owned_kernel_pages INTEGER, shmem_kb INTEGER, swap_kb INTEGER, page_frees INTEGER,"
	 " owned_user_pages INTEGER, slab_alloc_kb INTEGER, stall_us INTEGER, limit_kb INTEGER,"
	 " live_kb INTEGER);"),
	/* 2: states by key, and the events of alerts */
	("CREATE TABLE states(kind TEXT NOT NULL, key TEXT NOT NULL, put_s REAL NOT NULL,"
	 " data BLOB NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;"
	 "CREATE TABLE events(id INTEGER PRIMARY KEY, time_s REAL NOT NULL, comm TEXT NOT NULL,"
	 " pid INTEGER NOT NULL, line TEXT NOT NULL);"
	 "CREATE INDEX events_by_time ON events(time_s);"),
	/* 3: what sinks have yet to be told */
	("CREATE TABLE queue(id INTEGER PRIMARY KEY, severity INTEGER NOT NULL, line TEXT NOT NULL);"
	 "CREATE INDEX queue_by_severity ON queue(severity, id);"),
};

int64_t mw_sample_id_at(double time_s)
{
	double ms = floor(time_s * 1000.0 + 0.5);

	if (!(ms > 0))
		return 0;
	if (ms >= (double)(INT64_MAX >> MW_SAMPLE_ID_SHIFT))
		return INT64_MAX;
	return (int64_t)ms << MW_SAMPLE_ID_SHIFT;
}

double mw_sample_id_time_s(int64_t id)
{
	return (double)(id >> MW_SAMPLE_ID_SHIFT) / 1000.0;
}

const char *mw_store_columns(void)
{
	static char text[MW_STORE_FIELDS * 32];
	size_t length = 0;

	if (text[0] == '\0')
		for (size_t i = 0; i < MW_STORE_FIELDS; i++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, ",%s",
						   mw_store_fields[i].name);
	return text;
}

int mw_store_migrate(sqlite3 *db, int from, int to)
{
	char version[64];
	int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	for (int step = from; step < to && code == SQLITE_OK; step++)
		code = sqlite3_exec(db, steps[step], NULL, NULL, NULL);
	snprintf(version, sizeof(version), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 MW_STORE_APPLICATION, to);
	if (code == SQLITE_OK)
		code = sqlite3_exec(db, version, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

int mw_store_scalar(sqlite3 *db, const char *sql, int64_t *ret_value)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

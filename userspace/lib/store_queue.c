// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_queue.c - the rows of the queue. One statement a function.
 */
#include "store_queue.h"

#include <errno.h>
#include <string.h>

#include "store_internal.h"

static sqlite3_stmt *with_id(struct mw_store *store, enum mw_store_statement which, const char *sql,
			     int64_t id)
{
	sqlite3_stmt *statement = mw_store_prepared(store, which, sql);

	if (statement != NULL)
		sqlite3_bind_int64(statement, 1, id);
	return statement;
}

int mw_queue_add(struct mw_store *store, int64_t id, enum mw_severity severity, const char *line)
{
	sqlite3_stmt *add = with_id(store, MW_SQL_QUEUE_ADD,
				    "INSERT INTO queue(id, severity, line) VALUES(?, ?, ?)", id);

	if (add != NULL) {
		sqlite3_bind_int64(add, 2, severity);
		sqlite3_bind_text(add, 3, line, -1, SQLITE_STATIC);
	}
	return mw_store_run(store, add);
}

int mw_queue_next(struct mw_store *store, int64_t after, int64_t *ret_id, char **ret_line)
{
	sqlite3_stmt *next =
		with_id(store, MW_SQL_QUEUE_NEXT,
			"SELECT id, line FROM queue WHERE id > ? ORDER BY id LIMIT 1", after);
	char *line = NULL;
	int code;

	if (next == NULL)
		return -EIO;
	code = sqlite3_step(next);
	if (code == SQLITE_ROW) {
		line = strdup((const char *)sqlite3_column_text(next, 1));
		*ret_id = sqlite3_column_int64(next, 0);
	}
	sqlite3_reset(next);
	if (code != SQLITE_ROW)
		return code == SQLITE_DONE ? -ENOENT : mw_store_read(store, code);
	if (line == NULL)
		return -ENOMEM;
	*ret_line = line;
	return 0;
}

int mw_queue_worst(struct mw_store *store, int64_t *ret_id, enum mw_severity *ret_severity)
{
	sqlite3_stmt *worst =
		mw_store_prepared(store, MW_SQL_QUEUE_WORST,
				  "SELECT id, severity FROM queue ORDER BY severity, id LIMIT 1");
	int code;

	if (worst == NULL)
		return -EIO;
	code = sqlite3_step(worst);
	if (code == SQLITE_ROW) {
		*ret_id = sqlite3_column_int64(worst, 0);
		*ret_severity = (enum mw_severity)sqlite3_column_int(worst, 1);
	}
	sqlite3_reset(worst);
	if (code == SQLITE_DONE)
		return -ENOENT;
	return mw_store_read(store, code);
}

int mw_queue_last(struct mw_store *store, int64_t *ret_id)
{
	return mw_store_number(
		store, mw_store_prepared(store, MW_SQL_QUEUE_LAST, "SELECT max(id) FROM queue"),
		ret_id);
}

int mw_queue_count(struct mw_store *store, int64_t after, int64_t *ret_count)
{
	return mw_store_number(store,
			       with_id(store, MW_SQL_QUEUE_COUNT,
				       "SELECT count(*) FROM queue WHERE id > ?", after),
			       ret_count);
}

int mw_queue_delete(struct mw_store *store, int64_t id)
{
	return mw_store_run(
		store, with_id(store, MW_SQL_QUEUE_DELETE, "DELETE FROM queue WHERE id = ?", id));
}

int mw_queue_passed(struct mw_store *store, int64_t id)
{
	return mw_store_run(
		store, with_id(store, MW_SQL_QUEUE_PASSED, "DELETE FROM queue WHERE id <= ?", id));
}

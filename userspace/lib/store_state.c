// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_state.c - states by kind and key, and the events of alerts. What the
 * bytes mean is for others to know.
 */
#include <errno.h>

#include "store_internal.h"

int mw_store_event(struct mw_store *store, const struct mw_message *message)
{
	char line[MW_MESSAGE_TEXT_MAX];
	sqlite3_stmt *add;
	int length = mw_message_to_json(message, line, sizeof(line));

	if (length < 0)
		return message->json[0] == '{' ? -E2BIG : -EINVAL;
	add = mw_store_prepared(store, MW_SQL_EVENT_ADD,
				"INSERT INTO events(time_s, comm, pid, line) VALUES(?, ?, ?, ?)");
	if (add != NULL) {
		sqlite3_bind_double(add, 1, message->time_s);
		sqlite3_bind_text(add, 2, message->comm, -1, SQLITE_STATIC);
		sqlite3_bind_int64(add, 3, message->pid);
		sqlite3_bind_text(add, 4, line, length, SQLITE_STATIC);
	}
	return mw_store_run(store, add);
}

int mw_store_put(struct mw_store *store, const char *kind, const char *key, const void *data,
		 size_t size, double now_s)
{
	sqlite3_stmt *put =
		mw_store_prepared(store, MW_SQL_STATE_PUT,
				  "INSERT OR REPLACE INTO states(kind, key, put_s, data)"
				  " VALUES(?, ?, ?, ?)");

	if (put != NULL) {
		sqlite3_bind_text(put, 1, kind, -1, SQLITE_STATIC);
		sqlite3_bind_text(put, 2, key, -1, SQLITE_STATIC);
		sqlite3_bind_double(put, 3, now_s);
		/* No bytes are not NULL. */
		sqlite3_bind_blob64(put, 4, size > 0 ? data : "", size, SQLITE_STATIC);
	}
	return mw_store_run(store, put);
}

int mw_store_delete(struct mw_store *store, const char *kind, const char *key)
{
	sqlite3_stmt *delete = mw_store_prepared(store, MW_SQL_STATE_DELETE,
						 "DELETE FROM states WHERE kind = ? AND key = ?");

	if (delete != NULL) {
		sqlite3_bind_text(delete, 1, kind, -1, SQLITE_STATIC);
		sqlite3_bind_text(delete, 2, key, -1, SQLITE_STATIC);
	}
	return mw_store_run(store, delete);
}

int mw_store_move(struct mw_store *store, const char *kind, const char *key, const char *to_kind)
{
	sqlite3_stmt *move = mw_store_prepared(
		store, MW_SQL_STATE_MOVE,
		"UPDATE OR REPLACE states SET kind = ? WHERE kind = ? AND key = ?");

	if (move != NULL) {
		sqlite3_bind_text(move, 1, to_kind, -1, SQLITE_STATIC);
		sqlite3_bind_text(move, 2, kind, -1, SQLITE_STATIC);
		sqlite3_bind_text(move, 3, key, -1, SQLITE_STATIC);
	}
	return mw_store_run(store, move);
}

int mw_store_expire(struct mw_store *store, const char *kind, double before_s)
{
	sqlite3_stmt *expire = mw_store_prepared(store, MW_SQL_STATE_EXPIRE,
						 "DELETE FROM states WHERE kind = ? AND put_s < ?");

	if (expire != NULL) {
		sqlite3_bind_text(expire, 1, kind, -1, SQLITE_STATIC);
		sqlite3_bind_double(expire, 2, before_s);
	}
	return mw_store_run(store, expire);
}

int mw_store_each(struct mw_store *store, const char *kind, mw_state_fn fn, void *arg)
{
	sqlite3_stmt *each = mw_store_prepared(
		store, MW_SQL_STATE_EACH,
		"SELECT key, data, put_s FROM states WHERE kind = ? ORDER BY key");
	int result = 0;
	int code = SQLITE_DONE;

	if (each == NULL)
		return store->db == NULL ? -ENOSPC : -EIO;
	sqlite3_bind_text(each, 1, kind, -1, SQLITE_STATIC);
	while (result == 0 && (code = sqlite3_step(each)) == SQLITE_ROW)
		result = fn((const char *)sqlite3_column_text(each, 0),
			    sqlite3_column_blob(each, 1), (size_t)sqlite3_column_bytes(each, 1),
			    sqlite3_column_double(each, 2), arg);
	sqlite3_reset(each);
	return result != 0 ? result : mw_store_read(store, code);
}

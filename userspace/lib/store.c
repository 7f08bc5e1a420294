// SPDX-License-Identifier: GPL-2.0-only
/*
 * store.c - the life of the store: settings, one writer, statements, what
 * errors mean, and the work that is due after each round. Knows no table.
 */
#include "store.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store_internal.h"

/* A disk that failed is tried again this often, and a file that could not be begun anew. */
#define RETRY_S 10.0

void mw_store_defaults(struct mw_store_config *ret_config)
{
	*ret_config = (struct mw_store_config){
		.boot = "",
		.resolution_s = 10,
		.settle_s = 60,
		.rows_per_s = 50,
		.heartbeat_s = 600,
		.flush_s = 60,
		.max_age_s = 30 * 86400.0,
		.max_kb = 65536,
	};
}

void mw_store_notice(const struct mw_store *store, const char *format, ...)
{
	char text[MW_NOTICE_MAX];
	va_list args;

	if (store->config.notice == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	store->config.notice(text, store->config.notice_arg);
}

/* --- results ---------------------------------------------------------------------- */

static int errno_of(struct mw_store *store, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return 0;
	case SQLITE_FULL: return -ENOSPC;
	case SQLITE_NOMEM: return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return -EBUSY;
	case SQLITE_READONLY: return -EROFS;
	case SQLITE_TOOBIG: return -E2BIG;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: store->is_corrupt = true; return -EIO;
	case SQLITE_IOERR: return sqlite3_system_errno(store->db) == ENOSPC ? -ENOSPC : -EIO;
	default: return -EIO;
	}
}

int mw_store_read(struct mw_store *store, int code)
{
	return errno_of(store, code);
}

int mw_store_wrote(struct mw_store *store, int code)
{
	int err = errno_of(store, code);

	if (err < 0 && err != -EBUSY && !store->is_failing && !store->is_corrupt) {
		store->is_failing = true;
		mw_store_notice(store, "cannot write %s: %s; going on in memory, trying again",
				store->config.path, strerror(-err));
	}
	return err;
}

void mw_store_recovered(struct mw_store *store)
{
	store->is_failing = false;
	store->status.generation++;
	mw_store_notice(store, "%s takes writes again; %ju samples were lost", store->config.path,
			(uintmax_t)store->status.samples_lost);
}

sqlite3_stmt *mw_store_prepared(struct mw_store *store, enum mw_store_statement which,
				const char *sql)
{
	sqlite3_stmt **statement = &store->statements[which];

	if (store->db == NULL)
		return NULL;
	if (*statement == NULL && sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
						     statement, NULL) != SQLITE_OK) {
		mw_store_read(store, sqlite3_errcode(store->db));
		return NULL;
	}
	sqlite3_reset(*statement);
	return *statement;
}

int mw_store_run(struct mw_store *store, sqlite3_stmt *statement)
{
	int code;

	if (statement == NULL)
		return store->db == NULL ? -EIO : mw_store_wrote(store, sqlite3_errcode(store->db));
	do {
		code = sqlite3_step(statement);
	} while (code == SQLITE_ROW);
	sqlite3_reset(statement);
	return mw_store_wrote(store, code);
}

int mw_store_number(struct mw_store *store, sqlite3_stmt *statement, int64_t *ret_value)
{
	int code;

	if (statement == NULL)
		return -EIO;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*ret_value = sqlite3_column_int64(statement, 0);
	else if (code == SQLITE_ROW || code == SQLITE_DONE)
		code = SQLITE_EMPTY;
	sqlite3_reset(statement);
	return code == SQLITE_EMPTY ? -ENOENT : mw_store_read(store, code);
}

int mw_store_put_meta(struct mw_store *store, const char *key, int64_t value)
{
	sqlite3_stmt *put = mw_store_prepared(store, MW_SQL_META_PUT,
					      "INSERT OR REPLACE INTO meta VALUES(?, ?)");

	if (put != NULL) {
		sqlite3_bind_text(put, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_int64(put, 2, value);
	}
	return mw_store_run(store, put);
}

/* --- transactions ------------------------------------------------------------------- */

void mw_store_undo(struct mw_store *store)
{
	store->depth = 0;
	/* sqlite may have rolled back by itself, as when the disk is full. */
	if (store->db != NULL && !sqlite3_get_autocommit(store->db))
		sqlite3_step(mw_store_prepared(store, MW_SQL_ROLLBACK, "ROLLBACK"));
}

int mw_store_begin(struct mw_store *store)
{
	int err;

	if (store->depth > 0) {
		store->depth++;
		return 0;
	}
	err = mw_store_run(store, mw_store_prepared(store, MW_SQL_BEGIN, "BEGIN IMMEDIATE"));
	store->depth = err == 0;
	return err;
}

int mw_store_commit(struct mw_store *store)
{
	int err;

	/* A write within it failed and took all of it back. */
	if (store->depth == 0 || sqlite3_get_autocommit(store->db)) {
		store->depth = 0;
		return -EIO;
	}
	if (--store->depth > 0)
		return 0;
	err = mw_store_run(store, mw_store_prepared(store, MW_SQL_COMMIT, "COMMIT"));
	if (err < 0)
		mw_store_undo(store);
	return err;
}

/* --- open and close ------------------------------------------------------------------ */

static void free_store(struct mw_store *store)
{
	mw_store_disconnect(store);
	mw_store_buffer_free(store);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free((char *)store->config.path);
	free((char *)store->config.boot);
	free(store);
}

static struct mw_store *new_store(const struct mw_store_config *config)
{
	struct mw_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->config = *config;
	store->config.path = strdup(config->path);
	store->config.boot = strdup(config->boot);
	store->lock_fd = -1;
	store->status.is_writable = true;
	if (store->config.path != NULL && store->config.boot != NULL &&
	    mw_store_buffer_new(store) == 0)
		return store;
	free_store(store);
	return NULL;
}

/* Without a file for now: each pump tries to open it. */
static void wait_for_disk(struct mw_store *store, const char *error)
{
	mw_store_disconnect(store);
	if (!store->is_failing)
		mw_store_notice(store, "%s; going on in memory, trying again", error);
	store->is_failing = true;
	store->is_corrupt = false;
}

int mw_store_open(const struct mw_store_config *config, double now_s, struct mw_store **ret_store,
		  char ret_error[MW_NOTICE_MAX])
{
	struct mw_store *store = new_store(config);
	bool is_aside;
	int err;

	if (store == NULL)
		return mw_failed(-ENOMEM, ret_error, "out of memory");
	store->flushed_s = now_s;
	store->swept_s = now_s;
	err = mw_store_connect(store, now_s, &is_aside, ret_error);
	if (err < 0 && err != -ENOSPC) {
		free_store(store);
		return err;
	}
	if (err < 0)
		wait_for_disk(store, ret_error);
	*ret_store = store;
	return 0;
}

/* A group that was left open is not for ever. */
static void end_group(struct mw_store *store)
{
	store->depth = store->depth > 0;
	if (store->depth > 0)
		mw_store_commit(store);
}

void mw_store_close(struct mw_store *store)
{
	if (store == NULL)
		return;
	end_group(store);
	mw_store_flush(store);
	free_store(store);
}

/* --- after each round ------------------------------------------------------------------ */

/* The file has turned out corrupt, or could not be opened: once more, from the beginning. */
static void renew(struct mw_store *store, double now_s)
{
	bool was_failing = store->is_failing;
	char error[MW_NOTICE_MAX];
	bool is_aside;

	mw_store_undo(store);
	mw_store_disconnect(store);
	mw_store_buffer_forget(store);
	if (mw_store_connect(store, now_s, &is_aside, error) < 0) {
		wait_for_disk(store, error);
		return;
	}
	store->is_corrupt = false;
	store->status.generation++;
	store->is_failing = false;
	if (was_failing && !is_aside)
		mw_store_notice(store, "%s takes writes again; %ju samples were lost",
				store->config.path, (uintmax_t)store->status.samples_lost);
}

void mw_store_pump(struct mw_store *store, double now_s)
{
	bool is_ill = store->is_corrupt || store->is_failing;
	double wait_s = is_ill ? fmin(RETRY_S, store->config.flush_s) : store->config.flush_s;
	bool is_due = !(fabs(now_s - store->flushed_s) < wait_s);

	end_group(store);
	if (is_due && (store->is_corrupt || store->db == NULL))
		renew(store, now_s);
	if (is_due) {
		store->flushed_s = now_s;
		mw_store_flush(store);
	}
	if (!store->is_corrupt && !store->is_failing)
		mw_store_thin(store, now_s);
}

void mw_store_status(const struct mw_store *store, struct mw_store_status *ret_status)
{
	*ret_status = store->status;
	ret_status->is_writable = !store->is_failing && !store->is_corrupt;
}

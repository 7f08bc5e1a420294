// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_file.c - from a path to a connection that can be written: the lock of
 * the one writer, the check of what is there, the setting aside of what is
 * corrupt, the migration of what is old. Never deletes a database.
 *
 * Write-ahead logging lets `memwatch history` read beside the daemon. With
 * synchronous=NORMAL a commit survives kill -9, since it is in the page cache;
 * after a power cut the last commits may be gone, but all tables go back to the
 * same moment together: an alert that is not in the queue is then not in the
 * states either, and is found again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store_internal.h"
#include "store_schema.h"

/* 256 KiB of pages is what a minute of samples touches; the log is folded in at 1 MiB. */
static const char settings[] = "PRAGMA busy_timeout=100;"
			       "PRAGMA auto_vacuum=INCREMENTAL;"
			       "PRAGMA journal_mode=WAL;"
			       "PRAGMA synchronous=NORMAL;"
			       "PRAGMA cache_size=-256;"
			       "PRAGMA wal_autocheckpoint=256;"
			       "PRAGMA journal_size_limit=1048576;";

/* --- one writer ---------------------------------------------------------------------- */

/* A lock of the process, not of the file as flock() has it: workers do not inherit it. */
static int take_lock(struct mw_store *store, char ret_error[MW_NOTICE_MAX])
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[4096];
	int err;

	if (store->lock_fd >= 0)
		return 0;
	snprintf(path, sizeof(path), "%s.lock", store->config.path);
	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->lock_fd < 0)
		return mw_failed(-errno, ret_error, "cannot create %s: %s", path, strerror(errno));
	if (fcntl(store->lock_fd, F_SETLK, &lock) == 0)
		return 0;
	err = errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
	close(store->lock_fd);
	store->lock_fd = -1;
	if (err == -EBUSY)
		return mw_failed(
			err, ret_error,
			"another memwatch writes %s: stop it, or give this one another file",
			store->config.path);
	return mw_failed(err, ret_error, "cannot lock %s: %s", path, strerror(-err));
}

/* --- what is there --------------------------------------------------------------------- */

/* Every page is looked at: 64 MiB take a quarter of a second, once a start. */
static int check_pages(sqlite3 *db)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		code = strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0
			       ? SQLITE_OK
			       : SQLITE_CORRUPT;
	sqlite3_finalize(statement);
	return code;
}

static bool is_corruption(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* What sqlite calls the failure, with the disk's own word for it where there is one. */
static int explain(struct mw_store *store, int code, const char *what,
		   char ret_error[MW_NOTICE_MAX])
{
	int system = store->db != NULL ? sqlite3_system_errno(store->db) : 0;
	int err = (code & 0xff) == SQLITE_FULL	     ? ENOSPC
		  : (code & 0xff) == SQLITE_BUSY     ? EBUSY
		  : (code & 0xff) == SQLITE_NOMEM    ? ENOMEM
		  : system != 0			     ? system
		  : (code & 0xff) == SQLITE_READONLY ? EROFS
						     : EIO;

	return mw_failed(-err, ret_error, "cannot %s %s: %s (%s)", what, store->config.path,
			 strerror(err), sqlite3_errstr(code));
}

/* Returns a code of sqlite. */
static int open_and_check(struct mw_store *store)
{
	int code = sqlite3_open_v2(store->config.path, &store->db,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				   NULL);

	if (code == SQLITE_OK)
		code = sqlite3_exec(store->db, settings, NULL, NULL, NULL);
	return code == SQLITE_OK ? check_pages(store->db) : code;
}

static int migrate(struct mw_store *store, char ret_error[MW_NOTICE_MAX])
{
	int64_t version = 0, application = 0, tables = 0;
	int code = mw_store_scalar(store->db, "PRAGMA user_version", &version);

	if (code == SQLITE_OK)
		code = mw_store_scalar(store->db, "PRAGMA application_id", &application);
	if (code == SQLITE_OK)
		code = mw_store_scalar(store->db, "SELECT count(*) FROM sqlite_master", &tables);
	if (code != SQLITE_OK)
		return explain(store, code, "read", ret_error);
	if (tables > 0 && application != MW_STORE_APPLICATION)
		return mw_failed(-EINVAL, ret_error,
				 "%s is a database of some other program: give another file",
				 store->config.path);
	if (version > MW_STORE_VERSION)
		return mw_failed(
			-EPROTO, ret_error,
			"%s has schema %d and this memwatch knows up to %d: install the newer "
			"memwatch, or move the file away",
			store->config.path, (int)version, MW_STORE_VERSION);
	if (version < MW_STORE_VERSION)
		code = mw_store_migrate(store->db, (int)version, MW_STORE_VERSION);
	return code == SQLITE_OK ? 0 : explain(store, code, "migrate", ret_error);
}

/* --- setting aside ----------------------------------------------------------------------- */

/* FILE.corrupt-20261121T041500Z, with a number behind it if that is taken. */
static int aside_name(const struct mw_store *store, double now_s, char *ret_path, size_t size)
{
	time_t now = (time_t)now_s;
	struct tm tm;
	char stamp[32];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	for (int i = 0; i < 100; i++) {
		int length = snprintf(ret_path, size, "%s.corrupt-%s", store->config.path, stamp);

		if (i > 0)
			snprintf(ret_path + length, size - (size_t)length, "-%d", i);
		if (access(ret_path, F_OK) < 0)
			return 0;
	}
	return -EEXIST;
}

static int rename_with(const char *from, const char *to, const char *suffix)
{
	char old[4096], new[4096];

	snprintf(old, sizeof(old), "%s%s", from, suffix);
	snprintf(new, sizeof(new), "%s%s", to, suffix);
	return rename(old, new) == 0 || errno == ENOENT ? 0 : -errno;
}

/* The log goes with its file, or it would be applied to the new one; its index is made anew. */
static int set_aside(struct mw_store *store, double now_s, char *ret_path, size_t size,
		     char ret_error[MW_NOTICE_MAX])
{
	char index[4096];
	int err = aside_name(store, now_s, ret_path, size);

	snprintf(index, sizeof(index), "%s-shm", store->config.path);
	unlink(index);
	if (err == 0)
		err = rename_with(store->config.path, ret_path, "-wal");
	if (err == 0)
		err = rename_with(store->config.path, ret_path, "");
	if (err < 0)
		return mw_failed(err, ret_error, "%s is corrupt and cannot be set aside as %s: %s",
				 store->config.path, ret_path, strerror(-err));
	return 0;
}

/* Row by row, so that what stands before the damage is taken over. Returns how many were. */
static int salvage_table(sqlite3 *from, sqlite3 *to, const char *select, const char *insert)
{
	sqlite3_stmt *source = NULL, *target = NULL;
	int rows = 0;

	if (sqlite3_prepare_v2(from, select, -1, &source, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(to, insert, -1, &target, NULL) == SQLITE_OK) {
		while (sqlite3_step(source) == SQLITE_ROW) {
			for (int i = 0; i < sqlite3_column_count(source); i++)
				sqlite3_bind_value(target, i + 1, sqlite3_column_value(source, i));
			rows += sqlite3_step(target) == SQLITE_DONE;
			sqlite3_reset(target);
		}
	}
	sqlite3_finalize(source);
	sqlite3_finalize(target);
	return rows;
}

static int salvage(struct mw_store *store, const char *aside)
{
	sqlite3 *old = NULL;
	int rows = 0;

	sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (sqlite3_open_v2(aside, &old, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		rows += salvage_table(old, store->db, "SELECT kind, key, put_s, data FROM states",
				      "INSERT OR IGNORE INTO states VALUES(?, ?, ?, ?)");
		rows += salvage_table(old, store->db, "SELECT id, severity, line FROM queue",
				      "INSERT OR IGNORE INTO queue VALUES(?, ?, ?)");
	}
	sqlite3_close(old);
	return sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? rows : 0;
}

static int begin_anew(struct mw_store *store, double now_s, char ret_error[MW_NOTICE_MAX])
{
	char aside[4096];
	int err, code, rows;

	mw_store_disconnect(store);
	err = set_aside(store, now_s, aside, sizeof(aside), ret_error);
	if (err < 0)
		return err;
	code = open_and_check(store);
	if (code != SQLITE_OK)
		return explain(store, code, "open", ret_error);
	err = migrate(store, ret_error);
	if (err < 0)
		return err;
	rows = salvage(store, aside);
	mw_store_notice(store,
			"%s was corrupt: kept as %s, begun anew with the %d states and queued "
			"messages that could be read",
			store->config.path, aside, rows);
	return 0;
}

/* --- the whole ----------------------------------------------------------------------------- */

/* Ends what an earlier boot left open, finds this boot's number, says how samples are taken. */
static int find_boot(struct mw_store *store, double now_s)
{
	static const char sql[] = "INSERT OR IGNORE INTO boots(name) VALUES(?1);"
				  "SELECT id FROM boots WHERE name = ?1;"
				  "UPDATE lives SET end_s = ?2 WHERE end_s IS NULL AND boot <> ?3;"
				  "INSERT OR REPLACE INTO meta VALUES('heartbeat_s', ?4);"
				  "INSERT OR REPLACE INTO meta VALUES('spacing_ms', ?5);";
	const char *rest = sql;
	int code = SQLITE_DONE;

	while (code == SQLITE_DONE && *rest != '\0') {
		sqlite3_stmt *statement = NULL;

		code = sqlite3_prepare_v2(store->db, rest, -1, &statement, &rest);
		if (code != SQLITE_OK)
			return code;
		sqlite3_bind_text(statement, 1, store->config.boot, -1, SQLITE_STATIC);
		sqlite3_bind_double(statement, 2, now_s);
		sqlite3_bind_int64(statement, 3, store->boot_id);
		sqlite3_bind_int64(statement, 4, (int64_t)store->config.heartbeat_s);
		sqlite3_bind_int64(statement, 5, (int64_t)(store->config.resolution_s * 1000.0));
		while ((code = sqlite3_step(statement)) == SQLITE_ROW)
			store->boot_id = sqlite3_column_int64(statement, 0);
		sqlite3_finalize(statement);
	}
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int mw_store_connect(struct mw_store *store, double now_s, bool *ret_aside,
		     char ret_error[MW_NOTICE_MAX])
{
	int err = take_lock(store, ret_error);
	int code;

	*ret_aside = false;
	if (err < 0)
		return err;
	code = open_and_check(store);
	*ret_aside = is_corruption(code);
	if (*ret_aside)
		err = begin_anew(store, now_s, ret_error);
	else
		err = code == SQLITE_OK ? migrate(store, ret_error)
					: explain(store, code, "open", ret_error);
	if (err < 0)
		return err;
	code = find_boot(store, now_s);
	/* On a full disk lives of this run get no boot of their own; everything else works. */
	return code == SQLITE_OK || (code & 0xff) == SQLITE_FULL
		       ? 0
		       : explain(store, code, "write", ret_error);
}

void mw_store_disconnect(struct mw_store *store)
{
	for (size_t i = 0; i < MW_SQL_COUNT; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->db);
	store->db = NULL;
}

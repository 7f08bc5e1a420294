/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_internal.h - what the files of the store share, and nobody else
 * includes: the connection, its prepared statements, and how a result of
 * sqlite becomes an errno and a notice.
 */
#ifndef MW_STORE_INTERNAL_H
#define MW_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store.h"

/* Statements are prepared once, at their first use; each has its place. */
enum mw_store_statement {
	MW_SQL_BEGIN,
	MW_SQL_COMMIT,
	MW_SQL_ROLLBACK,
	MW_SQL_META_GET,
	MW_SQL_META_PUT,
	MW_SQL_TRIAL_ADD,
	MW_SQL_TRIAL_DELETE,
	MW_SQL_LIFE_FIND,
	MW_SQL_LIFE_LAST,
	MW_SQL_LIFE_PUT,
	MW_SQL_SAMPLE_ADD,
	MW_SQL_EVENT_ADD,
	MW_SQL_STATE_PUT,
	MW_SQL_STATE_DELETE,
	MW_SQL_STATE_MOVE,
	MW_SQL_STATE_EXPIRE,
	MW_SQL_STATE_EACH,
	MW_SQL_QUEUE_ADD,
	MW_SQL_QUEUE_NEXT,
	MW_SQL_QUEUE_COUNT,
	MW_SQL_QUEUE_DELETE,
	MW_SQL_QUEUE_PASSED,
	MW_SQL_QUEUE_WORST,
	MW_SQL_QUEUE_LAST,
	MW_SQL_THIN_NEXT,
	MW_SQL_THIN,
	MW_SQL_AGE_SAMPLES,
	MW_SQL_AGE_EVENTS,
	MW_SQL_AGE_LIVES,
	MW_SQL_SIZE_BOUND,
	MW_SQL_SIZE_EVENTS,
	MW_SQL_PAGES,
	MW_SQL_PAGES_FREE,
	MW_SQL_VACUUM,
	MW_SQL_COUNT,
};

struct mw_sample_buffer;

/**
 * struct mw_store - @config's strings are its own
 * @lock_fd:     holds FILE.lock, so that there is one writer
 * @is_failing:  the last write failed, and that was told
 * @is_corrupt:  sqlite said so: the next pump begins a new file
 * @depth:       of mw_store_begin() without mw_store_commit()
 * @boot_id:     of @config.boot in the table of boots
 * @flushed_s:   when samples were last written, or that was last tried
 * @swept_s:     when age and size were last looked at
 * @is_over:     the file was over its size then
 * @was_over:    it has been at any time, and that was told
 */
struct mw_store {
	struct mw_store_config config;
	sqlite3 *db;
	sqlite3_stmt *statements[MW_SQL_COUNT];
	int lock_fd;
	bool is_failing;
	bool is_corrupt;
	unsigned int depth;
	int64_t boot_id;
	double flushed_s;
	double swept_s;
	bool is_over;
	bool was_over;
	struct mw_store_status status;
	struct mw_sample_buffer *buffer;
};

/** mw_store_notice() - tell the caller, if it wants to know */
void mw_store_notice(const struct mw_store *store, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** mw_store_prepared() - the statement @which, reset, prepared from @sql at first; NULL: failed */
sqlite3_stmt *mw_store_prepared(struct mw_store *store, enum mw_store_statement which,
				const char *sql);

/**
 * mw_store_wrote() - what the result @code of a write means
 * Remembers is_failing and is_corrupt, and tells of the first failure. Returns 0 or a
 * negative errno. That a write goes well does not end a failure: mw_store_flush() tries.
 */
int mw_store_wrote(struct mw_store *store, int code);

/** mw_store_recovered() - the disk that failed takes writes again */
void mw_store_recovered(struct mw_store *store);

/** mw_store_read() - the same of a read: only corruption is remembered */
int mw_store_read(struct mw_store *store, int code);

/** mw_store_run() - step @statement to its end as a write and reset it; 0 or a negative errno */
int mw_store_run(struct mw_store *store, sqlite3_stmt *statement);

/** mw_store_number() - the first column of @statement's only row into *@ret_value; 0 or an errno */
int mw_store_number(struct mw_store *store, sqlite3_stmt *statement, int64_t *ret_value);

/** mw_store_put_meta() - keep a number of the store's own; 0 or a negative errno */
int mw_store_put_meta(struct mw_store *store, const char *key, int64_t value);

/** mw_store_undo() - roll back what mw_store_begin() began */
void mw_store_undo(struct mw_store *store);

/* store_samples.c */
int mw_store_buffer_new(struct mw_store *store);
void mw_store_buffer_free(struct mw_store *store);
/** mw_store_flush() - write what is buffered; 0 or a negative errno, then it stays buffered */
int mw_store_flush(struct mw_store *store);
/** mw_store_buffer_forget() - what is buffered belongs to a file that is gone */
void mw_store_buffer_forget(struct mw_store *store);

/* store_thin.c */
/** mw_store_thin() - one piece of thinning, ageing or shrinking, if any is due */
void mw_store_thin(struct mw_store *store, double now_s);

/* store_file.c */
/**
 * mw_store_connect() - open @store's file, set aside what is corrupt, migrate
 * @ret_aside: whether that happened. Returns 0, or a negative errno with a sentence.
 */
int mw_store_connect(struct mw_store *store, double now_s, bool *ret_aside,
		     char ret_error[MW_NOTICE_MAX]);
/** mw_store_disconnect() - finalize all statements and close */
void mw_store_disconnect(struct mw_store *store);

#endif /* MW_STORE_INTERNAL_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_thin.c - keeps the database small: older samples further apart, the
 * oldest deleted by age and by size, free pages given back. A bounded piece
 * of work at a time, each a transaction of its own.
 *
 * Thinning. Time is cut into buckets. Of each life and bucket two rows stay:
 * the one with the least memory that is not backed by files, since a leak is a
 * floor that rises and minima of minima are minima; and the last, since what
 * holds until the next row is what stood there last.
 *
 *	younger than an hour	as taken
 *	than a day		1 min
 *	than a week		10 min
 *	older			1 h
 *
 * A life of a month so leaves 360 + 2 (1,380 + 864 + 552) = 5,952 rows, and what the buckets
 * under way hold.
 */
#include <errno.h>
#include <math.h>

#include "store_internal.h"
#include "store_schema.h"
#include "store_thin.h"

/* Age and size are looked at this often, and at each pump while the file is too large. */
#define SWEEP_S 600.0
/* Rows deleted at a time when the file is too large. */
#define PIECE_ROWS 2000
/* Free pages that are kept for the next rows, and given back at a time. */
#define SPARE_PAGES 256
#define PIECE_PAGES 64

static const struct tier {
	const char *key; /* in meta: samples with lesser ids are thinned */
	double age_s;
	double bucket_s;
} tiers[] = {
	{ "thin1", 3600, 60 },
	{ "thin2", 86400, 600 },
	{ "thin3", 7 * 86400.0, 3600 },
};

#define TIERS (sizeof(tiers) / sizeof(tiers[0]))

double mw_store_step_s(double age_s, double spacing_s)
{
	double step_s = spacing_s;

	for (size_t i = 0; i < TIERS; i++)
		if (age_s >= tiers[i].age_s)
			step_s = fmax(step_s, tiers[i].bucket_s);
	return step_s;
}

static int64_t get_meta(struct mw_store *store, const char *key)
{
	sqlite3_stmt *get =
		mw_store_prepared(store, MW_SQL_META_GET, "SELECT value FROM meta WHERE key = ?");
	int64_t value = 0;

	if (get != NULL)
		sqlite3_bind_text(get, 1, key, -1, SQLITE_STATIC);
	return mw_store_number(store, get, &value) == 0 ? value : 0;
}

/* --- thinning ------------------------------------------------------------------------------- */

static int thin_bucket(struct mw_store *store, int64_t from, int64_t to)
{
	sqlite3_stmt *thin = mw_store_prepared(
		store, MW_SQL_THIN,
		"DELETE FROM samples WHERE id >= ?1 AND id < ?2 AND id NOT IN"
		" (SELECT id FROM (SELECT id, min(coalesce(anon_kb, rss_kb) + coalesce(swap_kb, 0))"
		"  FROM samples WHERE id >= ?1 AND id < ?2 GROUP BY life)"
		"  UNION ALL SELECT max(id) FROM samples WHERE id >= ?1 AND id < ?2 GROUP BY life)");

	if (thin != NULL) {
		sqlite3_bind_int64(thin, 1, from);
		sqlite3_bind_int64(thin, 2, to);
	}
	return mw_store_run(store, thin);
}

/* Returns whether a bucket of the tier was thinned. */
static bool thin_tier(struct mw_store *store, const struct tier *tier, double now_s)
{
	int64_t done = get_meta(store, tier->key);
	sqlite3_stmt *next = mw_store_prepared(store, MW_SQL_THIN_NEXT,
					       "SELECT min(id) FROM samples WHERE id >= ?");
	int64_t first;
	double start_s;
	int err;

	if (next != NULL)
		sqlite3_bind_int64(next, 1, done);
	if (mw_store_number(store, next, &first) < 0)
		return false;
	start_s = floor(mw_sample_id_time_s(first) / tier->bucket_s) * tier->bucket_s;
	if (start_s + tier->bucket_s > now_s - tier->age_s)
		return false;
	err = mw_store_begin(store);
	if (err == 0)
		err = thin_bucket(store, mw_sample_id_at(start_s),
				  mw_sample_id_at(start_s + tier->bucket_s));
	if (err == 0)
		err = mw_store_put_meta(store, tier->key,
					mw_sample_id_at(start_s + tier->bucket_s));
	if (err == 0)
		err = mw_store_commit(store);
	if (err < 0)
		mw_store_undo(store);
	return err == 0;
}

/* --- age and size ----------------------------------------------------------------------------- */

static int delete_before(struct mw_store *store, enum mw_store_statement which, const char *sql,
			 double before_s, int64_t before_id)
{
	sqlite3_stmt *statement = mw_store_prepared(store, which, sql);

	if (statement != NULL && before_id > 0)
		sqlite3_bind_int64(statement, 1, before_id);
	else if (statement != NULL)
		sqlite3_bind_double(statement, 1, before_s);
	return mw_store_run(store, statement);
}

static int delete_samples(struct mw_store *store, int64_t before)
{
	return delete_before(store, MW_SQL_AGE_SAMPLES, "DELETE FROM samples WHERE id < ?", 0,
			     before);
}

/* The id below which the oldest PIECE_ROWS samples lie, at most @bound. */
static int64_t piece_end(struct mw_store *store, int64_t bound)
{
	sqlite3_stmt *nth = mw_store_prepared(
		store, MW_SQL_SIZE_BOUND, "SELECT id FROM samples ORDER BY id LIMIT 1 OFFSET ?");
	int64_t id;

	if (nth != NULL)
		sqlite3_bind_int64(nth, 1, PIECE_ROWS);
	return mw_store_number(store, nth, &id) == 0 && id < bound ? id : bound;
}

/* Returns whether there is more to delete. */
static bool delete_old(struct mw_store *store, double now_s)
{
	double before_s = now_s - store->config.max_age_s;
	int64_t bound = mw_sample_id_at(before_s), end = piece_end(store, bound);
	int err = delete_samples(store, end);

	if (err == 0)
		err = delete_before(store, MW_SQL_AGE_EVENTS, "DELETE FROM events WHERE time_s < ?",
				    before_s, 0);
	/* A life whose samples are all gone says nothing any more. */
	if (err == 0)
		err = delete_before(store, MW_SQL_AGE_LIVES,
				    "DELETE FROM lives WHERE end_s < max(?,"
				    " coalesce((SELECT min(id) >> 16 FROM samples) / 1000.0, 0))",
				    before_s, 0);
	return err == 0 && end < bound;
}

static int64_t pages(struct mw_store *store, bool are_free)
{
	sqlite3_stmt *count =
		mw_store_prepared(store, are_free ? MW_SQL_PAGES_FREE : MW_SQL_PAGES,
				  are_free ? "PRAGMA freelist_count" : "PRAGMA page_count");
	int64_t value = 0;

	return mw_store_number(store, count, &value) == 0 ? value : 0;
}

/* Events go last: a year of them is smaller than a day of samples. */
static int shrink(struct mw_store *store)
{
	int64_t end = piece_end(store, INT64_MAX);
	int err = delete_samples(store, end);

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = mw_store_run(
			store, mw_store_prepared(store, MW_SQL_SIZE_EVENTS,
						 "DELETE FROM events WHERE id IN (SELECT id FROM "
						 "events ORDER BY time_s LIMIT 100)"));
	return err;
}

static void sweep(struct mw_store *store)
{
	int64_t total = pages(store, false), unused = pages(store, true);

	store->status.file_kb = total * 4;
	store->is_over = (total - unused) * 4 > store->config.max_kb;
	if (store->is_over && shrink(store) == 0 && !store->was_over) {
		store->was_over = true;
		mw_store_notice(
			store, "%s has reached %jd KiB: from now on the oldest samples are deleted",
			store->config.path, (intmax_t)store->config.max_kb);
	}
	if (!store->is_over && unused > SPARE_PAGES + PIECE_PAGES)
		mw_store_run(store, mw_store_prepared(store, MW_SQL_VACUUM,
						      "PRAGMA incremental_vacuum(64)"));
}

void mw_store_thin(struct mw_store *store, double now_s)
{
	/* Twice as fast as time passes, so that what was missed is made up for. */
	for (size_t i = 0; i < TIERS; i++)
		if (thin_tier(store, &tiers[i], now_s))
			thin_tier(store, &tiers[i], now_s);
	if (!store->is_over && fabs(now_s - store->swept_s) < SWEEP_S)
		return;
	sweep(store);
	if (store->is_over || !delete_old(store, now_s))
		store->swept_s = now_s;
}

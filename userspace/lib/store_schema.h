/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_schema.h - the tables of the database, version by version. A step that
 * was released is never changed: the next version is one more step.
 */
#ifndef MW_STORE_SCHEMA_H
#define MW_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/* In PRAGMA application_id: "MWst". */
#define MW_STORE_APPLICATION 0x4d577374
/* In PRAGMA user_version: how many steps were made. */
#define MW_STORE_VERSION 3

/* The columns of a sample that are stored, besides its time and its life. */
#define MW_STORE_FIELDS 15

/** struct mw_store_field - column @name holds the int64_t at @offset of struct mw_sample */
struct mw_store_field {
	const char *name;
	size_t offset;
};

extern const struct mw_store_field mw_store_fields[MW_STORE_FIELDS];

/*
 * The id of a sample is its time in ms and a running number below it: samples lie on disk in
 * the order of time, and a range of time is a range of ids.
 */
#define MW_SAMPLE_ID_SHIFT 16

/** mw_sample_id_at() - the least id of that time; clamped to what fits */
int64_t mw_sample_id_at(double time_s);

/** mw_sample_id_time_s() - its time */
double mw_sample_id_time_s(int64_t id);

/** mw_store_columns() - the names of all fields, each after a comma: ",rss_kb,anon_kb…" */
const char *mw_store_columns(void);

/**
 * mw_store_scalar() - the number in the one row that @sql gives
 * Returns SQLITE_OK, or another result code of sqlite with *@ret_value untouched.
 */
int mw_store_scalar(sqlite3 *db, const char *sql, int64_t *ret_value);

/**
 * mw_store_migrate() - make the steps from @from to @to, in one transaction
 * Returns a result code of sqlite; on failure nothing was changed.
 */
int mw_store_migrate(sqlite3 *db, int from, int to);

#endif /* MW_STORE_SCHEMA_H */

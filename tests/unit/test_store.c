// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_store.c - the database of the daemon: what is put is there after a
 * restart, what is old is migrated, what is newer or foreign is refused, what is
 * corrupt is kept aside, and a full disk ends nothing. Time is an argument, so
 * that a month takes a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "sample_csv.h"
#include "scratch.h"
#include "store_internal.h"
#include "store_queue.h"
#include "store_schema.h"
#include "store_thin.h"

#define NOW 1800000000.0

static int set_up(void **state)
{
	notices[0] = '\0';
	return scratch_make(state);
}

static struct mw_store_config config(void)
{
	struct mw_store_config config;

	mw_store_defaults(&config);
	config.path = scratch_path("state.db");
	config.boot = "boot-1";
	config.notice = note;
	return config;
}

static struct mw_store *opened(const struct mw_store_config *config, double now_s)
{
	char error[MW_NOTICE_MAX] = "";
	struct mw_store *store = NULL;

	if (mw_store_open(config, now_s, &store, error) != 0)
		fail_msg("%s", error);
	return store;
}

static int64_t number(struct mw_store *store, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static struct mw_sample sample(double time_s, int32_t pid, int64_t rss_kb)
{
	struct mw_sample sample;

	mw_sample_clear(&sample);
	sample.time_s = time_s;
	sample.pid = pid;
	sample.start_ticks = 77;
	sample.rss_kb = rss_kb;
	strcpy(sample.comm, "api");
	return sample;
}

static const struct mw_message event = {
	.state = MW_STATE_FIRING,
	.fingerprint = "00ff00ff00ff00ff",
	.time_s = NOW,
	.ends_s = NAN,
	.host = "h",
	.rule = "leak",
	.comm = "api",
	.pid = 1,
	.json = "{\"state\":\"firing\"}",
	.sentence = "api leaks.",
};

/* --- states --------------------------------------------------------------------------------- */

static int collect(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	char *text = arg;

	sprintf(text + strlen(text), "%s=%.*s@%.0f ", key, (int)size, (const char *)data, put_s);
	return 0;
}

static void states_survive(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW);
	char text[256] = "";

	(void)state;
	assert_int_equal(mw_store_put(store, "alert", "b", "two", 3, 5), 0);
	assert_int_equal(mw_store_put(store, "alert", "a", "one", 3, 4), 0);
	assert_int_equal(mw_store_put(store, "alert", "a", "1", 1, 6), 0);
	assert_int_equal(mw_store_put(store, "baseline", "a", "", 0, 4), 0);
	assert_int_equal(mw_store_begin(store), 0);
	assert_int_equal(mw_store_put(store, "alert", "c", "x", 1, 1), 0);
	assert_int_equal(mw_store_put(store, "alert", "d", "x", 1, 9), 0);
	assert_int_equal(mw_store_commit(store), 0);
	assert_int_equal(mw_store_delete(store, "alert", "d"), 0);
	assert_int_equal(mw_store_delete(store, "alert", "none"), 0);
	assert_int_equal(mw_store_put(store, "alert", "e", "odd", 3, 8), 0);
	assert_int_equal(mw_store_put(store, "aside", "e", "older", 5, 2), 0);
	assert_int_equal(mw_store_move(store, "alert", "e", "aside"), 0);
	assert_int_equal(mw_store_move(store, "alert", "none", "aside"), 0);
	assert_int_equal(mw_store_expire(store, "alert", 4), 0);
	/* Not closed, as after kill -9. */
	struct mw_store *next = opened(&settings, NOW);

	assert_int_equal(mw_store_each(next, "alert", collect, text), 0);
	assert_string_equal(text, "a=1@6 b=two@5 ");
	text[0] = '\0';
	assert_int_equal(mw_store_each(next, "baseline", collect, text), 0);
	assert_string_equal(text, "a=@4 ");
	text[0] = '\0';
	assert_int_equal(mw_store_each(next, "aside", collect, text), 0);
	assert_string_equal(text, "e=odd@8 ");
	mw_store_close(next);
	mw_store_close(store);
}

static void one_writer(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW), *second = NULL;
	char error[MW_NOTICE_MAX] = "";
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		int err = mw_store_open(&settings, NOW, &second, error);

		_exit(err == -EBUSY && second == NULL &&
				      strstr(error, "another memwatch writes /") != NULL
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	mw_store_close(store);
	settings.path = "/nonexistent/state.db";
	assert_int_equal(mw_store_open(&settings, NOW, &second, error), -ENOENT);
	assert_non_null(strstr(error, "cannot create /nonexistent/state.db.lock"));
}

/* --- versions --------------------------------------------------------------------------------- */

/* Each older version, with data in it, becomes the present one and keeps the data. */
static void migrates(void **state)
{
	struct mw_store_config settings = config();

	(void)state;
	for (int version = 1; version <= MW_STORE_VERSION; version++) {
		struct mw_store *store;
		sqlite3 *db;

		assert_int_equal(sqlite3_open(scratch_path("state.db"), &db), SQLITE_OK);
		assert_int_equal(mw_store_migrate(db, 0, version), SQLITE_OK);
		assert_int_equal(
			sqlite3_exec(
				db,
				"INSERT INTO lives VALUES(7, 1, 12, 34, 'old', '', 5, NULL);"
				"INSERT INTO samples(id, life, rss_kb) VALUES(327680000, 7, 99)",
				NULL, NULL, NULL),
			SQLITE_OK);
		sqlite3_close(db);
		store = opened(&settings, NOW);
		assert_int_equal(number(store, "PRAGMA user_version"), MW_STORE_VERSION);
		assert_int_equal(number(store, "SELECT rss_kb FROM samples WHERE life = 7"), 99);
		assert_int_equal(number(store, "SELECT pid FROM lives WHERE comm = 'old'"), 12);
		assert_int_equal(mw_store_put(store, "alert", "a", "x", 1, NOW), 0);
		assert_int_equal(mw_store_event(store, &event), 0);
		assert_int_equal(mw_queue_add(store, 1, MW_SEVERITY_INFO, "{}"), 0);
		mw_store_close(store);
		unlink(scratch_path("state.db"));
	}
	assert_string_equal(notices, "");
}

static void refuses(void **state)
{
	static const struct {
		const char *sql;
		int err;
		const char *sentence;
	} cases[] = {
		{ "CREATE TABLE x(y); PRAGMA application_id=1297576820; PRAGMA user_version=99",
		  -EPROTO, "has schema 99 and this memwatch knows up to 3: install the newer" },
		{ "CREATE TABLE cookies(x)", -EINVAL, "is a database of some other program" },
	};

	(void)state;
	assert_int_equal(MW_STORE_APPLICATION, 1297576820);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_store_config settings = config();
		struct mw_store *store = NULL;
		char error[MW_NOTICE_MAX] = "";
		sqlite3 *db;

		unlink(scratch_path("state.db"));
		assert_int_equal(sqlite3_open(scratch_path("state.db"), &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		assert_int_equal(mw_store_open(&settings, NOW, &store, error), cases[i].err);
		assert_non_null(strstr(error, cases[i].sentence));
		assert_null(store);
		/* And it is left as it was. */
		assert_int_equal(sqlite3_open(scratch_path("state.db"), &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, "SELECT * FROM states", NULL, NULL, NULL),
				 SQLITE_ERROR);
		sqlite3_close(db);
	}
}

/* --- corruption ---------------------------------------------------------------------------------- */

static size_t count_aside(char *ret_first, size_t size)
{
	glob_t found;
	size_t count = 0;

	if (glob(scratch_path("state.db.corrupt-????????T??????Z"), 0, NULL, &found) == 0) {
		count = found.gl_pathc;
		snprintf(ret_first, size, "%s", found.gl_pathv[0]);
	}
	globfree(&found);
	return count;
}

static void write_garbage(off_t at, size_t size)
{
	int fd = open(scratch_path("state.db"), O_WRONLY | O_CREAT, 0600);
	char junk[4096];

	assert_true(fd >= 0);
	memset(junk, 0x5a, sizeof(junk));
	for (size_t done = 0; done < size; done += sizeof(junk))
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at + (off_t)done), sizeof(junk));
	close(fd);
}

static void no_database(void **state)
{
	struct mw_store_config settings = config();
	char aside[256];
	struct mw_store *store;

	(void)state;
	write_garbage(0, 8192);
	store = opened(&settings, NOW);
	assert_int_equal(count_aside(aside, sizeof(aside)), 1);
	assert_non_null(strstr(aside, ".corrupt-20270115T080000Z"));
	assert_non_null(strstr(notices, "was corrupt: kept as "));
	assert_int_equal(mw_store_put(store, "alert", "a", "x", 1, NOW), 0);
	mw_store_close(store);
}

/* Samples are damaged; states and queue, which lie elsewhere in the file, are taken over. */
static void damaged_pages(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW);
	char text[256] = "", aside[256];
	struct mw_history_life life = { 0 };
	int64_t page, id;
	char *line;

	(void)state;
	assert_int_equal(mw_store_put(store, "alert", "a", "firing", 6, NOW), 0);
	assert_int_equal(mw_queue_add(store, 41, MW_SEVERITY_INFO, "{\"id\":1}"), 0);
	for (int i = 0; i < 20000; i++) {
		struct mw_sample one = sample(NOW + 100 + i * 10, 1, 1000 + i);

		mw_store_sample(store, &life, &one, "");
	}
	mw_store_close(store);
	store = opened(&settings, NOW);
	page = number(store, "PRAGMA page_count") - 10;
	assert_true(page > 100);
	mw_store_close(store);
	write_garbage(page * 4096, 8 * 4096);
	store = opened(&settings, NOW);
	assert_int_equal(count_aside(aside, sizeof(aside)), 1);
	assert_non_null(strstr(notices, "begun anew with the 2 states and queued messages"));
	assert_int_equal(mw_store_each(store, "alert", collect, text), 0);
	assert_string_equal(text, "a=firing@1800000000 ");
	assert_int_equal(mw_queue_next(store, 0, &id, &line), 0);
	assert_int_equal(id, 41);
	free(line);
	mw_store_close(store);
}

/* The file breaks under the daemon: it goes on, and says which states to put again. */
static void breaks_while_open(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW);
	struct mw_store_status status;
	struct mw_history_life life = { 0 };
	char aside[256];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct mw_sample one = sample(NOW + i * 10, 1, 1000 + i);

		mw_store_sample(store, &life, &one, "");
	}
	mw_store_pump(store, NOW + 30000);
	sqlite3_exec(store->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
	sqlite3_exec(store->db, "PRAGMA cache_size=1; PRAGMA shrink_memory", NULL, NULL, NULL);
	write_garbage(4096, 40 * 4096);
	assert_true(mw_store_put(store, "alert", "a", "x", 1, NOW) < 0);
	mw_store_pump(store, NOW + 30020);
	mw_store_status(store, &status);
	assert_true(status.is_writable);
	assert_int_equal(status.generation, 1);
	assert_int_equal(count_aside(aside, sizeof(aside)), 1);
	assert_int_equal(mw_store_put(store, "alert", "a", "x", 1, NOW), 0);
	/* The marks of the old file are void: the life is known to the new one. */
	for (int i = 0; i < 10; i++) {
		struct mw_sample one = sample(NOW + 40000 + i * 10, 1, i);

		mw_store_sample(store, &life, &one, "");
	}
	mw_store_pump(store, NOW + 40200);
	assert_int_equal(number(store, "SELECT count(*) FROM samples JOIN lives ON life = lives.id"
				       " WHERE pid = 1"),
			 10);
	mw_store_close(store);
}

/* --- a full disk ------------------------------------------------------------------------------------ */

static void limit_pages(struct mw_store *store, int64_t pages)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%lld", (long long)pages);
	assert_int_equal(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void full_disk(void **state)
{
	static char large[65536];
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW);
	struct mw_store_status status;
	struct mw_history_life life = { 0 };

	(void)state;
	limit_pages(store, number(store, "PRAGMA page_count"));
	assert_int_equal(mw_store_put(store, "alert", "a", large, sizeof(large), NOW), -ENOSPC);
	assert_int_equal(mw_store_put(store, "alert", "a", large, sizeof(large), NOW), -ENOSPC);
	for (int i = 0; i < 5000; i++) {
		struct mw_sample one = sample(NOW + i * 10, 1, 1000 + i);

		mw_store_sample(store, &life, &one, "");
		mw_store_pump(store, NOW + i * 10);
	}
	/* Said once, however often it was tried. */
	assert_non_null(
		strstr(notices, "No space left on device; going on in memory, trying again"));
	assert_null(strstr(strchr(notices, '\n') + 1, "\n"));
	mw_store_status(store, &status);
	assert_false(status.is_writable);
	assert_true(status.samples_lost > 0);
	limit_pages(store, 1000000);
	mw_store_pump(store, NOW + 50100);
	mw_store_status(store, &status);
	assert_true(status.is_writable);
	assert_int_equal(status.generation, 1);
	assert_non_null(strstr(notices, "takes writes again; "));
	assert_int_equal(status.samples, 512);
	/* All of them arrived; the oldest have been thinned since. */
	assert_in_range(number(store, "SELECT count(*) FROM samples"), 500, 512);
	mw_store_close(store);
}

/* --- samples ---------------------------------------------------------------------------------------- */

/* A column that samples get must get into the store as well, by a migration. */
static void every_column(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW);

	(void)state;
	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++) {
		char sql[128];

		if (mw_sample_column_required(i) && strcmp(mw_sample_column(i), "rss_kb") != 0)
			continue;
		snprintf(sql, sizeof(sql),
			 "SELECT count(*) FROM pragma_table_info('samples') WHERE name = '%s'",
			 mw_sample_column(i));
		assert_int_equal(number(store, sql), 1);
		assert_non_null(strstr(mw_store_columns(), mw_sample_column(i)));
	}
	mw_store_close(store);
}

static void what_is_taken(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store = opened(&settings, NOW);
	struct mw_history_life growing = { 0 }, idle = { 0 }, brief = { 0 };

	(void)state;
	mw_store_lives(store, 3);
	for (int i = 0; i < 720; i++) {
		double now = NOW + i * 5;
		struct mw_sample one = sample(now, 1, 1000 + i), two = sample(now, 2, 500);
		struct mw_sample three = sample(now, 3, 500 + i);

		one.anon_kb = i;
		mw_store_sample(store, &growing, &one, "api.service");
		mw_store_sample(store, &idle, &two, "");
		if (i < 11)
			mw_store_sample(store, &brief, &three, "");
		mw_store_pump(store, now);
	}
	mw_store_life_end(store, &growing, NOW + 3600);
	mw_store_life_end(store, &brief, NOW + 55);
	mw_store_close(store);
	store = opened(&settings, NOW + 3600);
	/* An hour less the minute to settle, every 10 s; held values every 10 minutes. */
	assert_in_range(number(store, "SELECT count(*) FROM samples JOIN lives ON life = lives.id"
				      " WHERE pid = 1"),
			352, 354);
	assert_in_range(number(store, "SELECT count(*) FROM samples JOIN lives ON life = lives.id"
				      " WHERE pid = 2"),
			6, 7);
	assert_int_equal(number(store, "SELECT count(*) FROM lives"), 2);
	assert_int_equal(number(store, "SELECT end_s FROM lives WHERE pid = 1 AND comm = 'api'"
				       " AND family = 'api.service'"),
			 NOW + 3600);
	assert_int_equal(number(store, "SELECT count(*) FROM samples WHERE anon_kb IS NULL AND"
				       " rss_kb = 500"),
			 number(store, "SELECT count(*) FROM samples WHERE rss_kb = 500"));
	assert_int_equal(number(store, "SELECT sum(rss_kb - anon_kb <> 1000) FROM samples WHERE"
				       " anon_kb IS NOT NULL"),
			 0);
	assert_int_equal(
		number(store, "SELECT (id >> 16) / 1000 FROM samples ORDER BY id LIMIT 1") <
			NOW + 80,
		1);
	mw_store_close(store);
}

/* What stands still is offered less often by the daemon: its heartbeat is one of time all the same. */
static void seldom_offered(void **state)
{
	static const int pauses[] = { 1, 10, 120, 590 };
	struct mw_store_config settings = config();
	struct mw_history_life lives[4] = { 0 };
	struct mw_store *store;

	(void)state;
	settings.settle_s = 0;
	store = opened(&settings, NOW);
	for (int second = 0; second <= 7200; second++)
		for (int i = 0; i < 4; i++) {
			struct mw_sample one = sample(NOW + second, i + 1, 1000);

			if (second % pauses[i] == 0)
				mw_store_sample(store, &lives[i], &one, "");
		}
	assert_int_equal(mw_store_flush(store), 0);
	for (int pid = 1; pid <= 4; pid++) {
		char sql[128];

		snprintf(
			sql, sizeof(sql),
			"SELECT count(*) FROM samples JOIN lives ON life = lives.id WHERE pid = %d",
			pid);
		assert_in_range(number(store, sql), 11, 14);
	}
	mw_store_close(store);
}

/* The same life after a restart, another one after a reboot, a new name when it is renamed. */
static void which_life(void **state)
{
	struct mw_store_config settings = config();

	(void)state;
	settings.settle_s = 0;
	for (int run = 0; run < 3; run++) {
		struct mw_store *store;
		struct mw_history_life life = { 0 };
		struct mw_sample one = sample(NOW + run * 100, 1, 1000 + run);

		settings.boot = run < 2 ? "boot-1" : "boot-2";
		store = opened(&settings, one.time_s);
		mw_store_sample(store, &life, &one, "");
		one.time_s += 50;
		one.rss_kb++;
		strcpy(one.comm, run == 1 ? "renamed" : "api");
		mw_store_sample(store, &life, &one, "");
		mw_store_close(store);
	}
	struct mw_store *store = opened(&settings, NOW);

	assert_int_equal(number(store, "SELECT count(*) FROM samples"), 6);
	assert_int_equal(number(store, "SELECT count(*) FROM lives"), 2);
	assert_int_equal(number(store, "SELECT count(*) FROM samples JOIN lives ON life = lives.id"
				       " WHERE comm = 'renamed' AND end_s = 1800000200"),
			 4);
	mw_store_close(store);
}

/* 5,000 lives that all change at 10 s: 50 rows a second, each life its turn. */
static void pace(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store;
	struct mw_history_life *lives = calloc(5000, sizeof(*lives));
	int64_t rows;

	(void)state;
	store = opened(&settings, NOW);
	for (int round = 0; round < 66; round++) {
		double now = NOW + round * 10;

		for (int i = 0; i < 5000; i++) {
			struct mw_sample one = sample(now, i + 1, round);

			mw_store_sample(store, &lives[i], &one, "");
		}
		mw_store_lives(store, 5000);
		mw_store_pump(store, now);
	}
	mw_store_close(store);
	store = opened(&settings, NOW + 660);
	rows = number(store, "SELECT count(*) FROM samples");
	assert_in_range(rows, 24000, 32000);
	assert_int_equal(number(store, "SELECT count(*) FROM lives"), 5000);
	assert_in_range(number(store, "SELECT max(n) FROM (SELECT count(*) n FROM samples GROUP BY"
				      " life)"),
			5, 8);
	assert_in_range(number(store, "SELECT max(n) FROM (SELECT count(*) n FROM samples GROUP BY"
				      " id >> 16)"),
			400, 700);
	mw_store_close(store);
	free(lives);
}

/* A month: bounded rows, no minimum lost, the last of each bucket kept. */
static void thinning(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store;
	struct mw_history_life life = { 0 };
	int64_t rows;

	(void)state;
	settings.settle_s = 0;
	store = opened(&settings, NOW);
	for (int i = 0; i < 30 * 8640; i++) {
		double now = NOW + i * 10;
		/* A collected heap: a floor that rises by 1 a minute under a saw of 10 minutes. */
		struct mw_sample one = sample(now, 1, 100000 + i / 6 + i % 60 * 100);

		mw_store_sample(store, &life, &one, "");
		if (i % 6 == 0)
			mw_store_pump(store, now);
	}
	rows = number(store, "SELECT count(*) FROM samples");
	assert_in_range(rows, 4000, 6000);
	/* The floor of each hour of the first three weeks is still there. */
	assert_int_equal(
		number(store, "SELECT sum(low - 100000 - (hour - 500000) * 60 NOT BETWEEN 0 AND 10)"
			      " FROM (SELECT (id >> 16) / 3600000 hour, min(rss_kb) low FROM"
			      " samples WHERE id < (SELECT max(id) FROM samples) - (7 * 86400000 <<"
			      " 16) GROUP BY 1)"),
		0);
	assert_int_equal(number(store, "SELECT max(rss_kb) >= 100000 + "
				       "43199"
				       " FROM samples"),
			 1);
	mw_store_close(store);
	assert_true(mw_store_step_s(10, 10) == 10);
	assert_true(mw_store_step_s(3600, 10) == 60);
	assert_true(mw_store_step_s(86400, 10) == 600);
	assert_true(mw_store_step_s(1e9, 10) == 3600);
	assert_true(mw_store_step_s(3600, 300) == 300);
}

static void retention(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store;
	struct mw_store_status status;
	struct mw_history_life lives[40] = { 0 };

	(void)state;
	settings.settle_s = 0;
	settings.max_age_s = 3600;
	settings.max_kb = 400;
	store = opened(&settings, NOW);
	for (int i = 0; i < 1000; i++) {
		double now = NOW + i * 10;

		for (int pid = 1; pid <= 40; pid++) {
			struct mw_sample one = sample(now, pid, i);

			mw_store_sample(store, &lives[pid - 1], &one, "");
		}
		if (i == 0)
			assert_int_equal(mw_store_event(store, &event), 0);
		mw_store_pump(store, now);
	}
	mw_store_status(store, &status);
	assert_int_equal(status.samples_lost, 0);
	assert_true(number(store, "SELECT min(id) >> 16 FROM samples") / 1000 >=
		    NOW + 10000 - 4300);
	assert_in_range(number(store, "PRAGMA page_count") * 4, 100, 520);
	assert_non_null(
		strstr(notices, "has reached 400 KiB: from now on the oldest samples are deleted"));
	assert_null(strchr(strchr(notices, '\n') + 1, '\n'));
	assert_int_equal(number(store, "SELECT count(*) FROM events"), 0);
	mw_store_close(store);
}

/* A clock that is set back by a day and more ends nothing and overwrites nothing. */
static void clock_set_back(void **state)
{
	struct mw_store_config settings = config();
	struct mw_store *store;
	struct mw_history_life life = { 0 };

	(void)state;
	settings.settle_s = 0;
	store = opened(&settings, NOW);
	for (int i = 0; i < 400; i++) {
		double now = NOW + (i < 200 ? i * 10 : i * 10 - 200000);
		struct mw_sample one = sample(now, 1, 1000 + i);

		mw_store_sample(store, &life, &one, "");
		mw_store_pump(store, now);
	}
	mw_store_close(store);
	store = opened(&settings, NOW);
	assert_in_range(number(store, "SELECT count(*) FROM samples WHERE rss_kb < 1200"), 199,
			200);
	assert_in_range(number(store, "SELECT count(*) FROM samples WHERE rss_kb >= 1200"), 199,
			200);
	mw_store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(states_survive),
		TEST(one_writer),
		TEST(migrates),
		TEST(refuses),
		TEST(no_database),
		TEST(damaged_pages),
		TEST(breaks_while_open),
		TEST(full_disk),
		TEST(every_column),
		TEST(what_is_taken),
		TEST(seldom_offered),
		TEST(which_life),
		TEST(pace),
		TEST(thinning),
		TEST(retention),
		TEST(clock_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

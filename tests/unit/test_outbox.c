// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_outbox.c - messages wait, in order, for readers of different pace; on disk
 * across restarts, in memory while there is no disk; and what is dropped is what
 * should be, and is counted.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "backoff.h"
#include "outbox.h"
#include "scratch.h"
#include "store_internal.h"

static const char *const names[] = { "fast", "slow" };

static struct mw_store *opened(void)
{
	struct mw_store_config config;
	struct mw_store *store = NULL;
	char error[MW_NOTICE_MAX] = "";

	mw_store_defaults(&config);
	config.path = scratch_path("state.db");
	config.notice = note;
	notices[0] = '\0';
	if (mw_store_open(&config, 1, &store, error) < 0)
		fail_msg("%s", error);
	return store;
}

/* Everything that waits for @reader, "a b c ". */
static const char *waiting(struct mw_outbox *outbox, size_t reader)
{
	static char text[1024];
	int64_t id = 0;
	char *line;

	text[0] = '\0';
	while (mw_outbox_next(outbox, reader, id, &id, &line) == 0) {
		strcat(strcat(text, line), " ");
		free(line);
	}
	return text;
}

static void take(struct mw_outbox *outbox, size_t reader)
{
	char *line;
	int64_t id;

	assert_int_equal(mw_outbox_next(outbox, reader, 0, &id, &line), 0);
	free(line);
	mw_outbox_done(outbox, reader, id);
	mw_outbox_sync(outbox, 1);
}

static void add(struct mw_outbox *outbox, int expected, enum mw_severity severity, const char *line)
{
	assert_int_equal(mw_outbox_add(outbox, severity, line), expected);
}

static void pace(struct mw_store *store)
{
	struct mw_outbox *outbox = mw_outbox_new(store, names, 2, 100);

	add(outbox, 0, MW_SEVERITY_INFO, "a");
	add(outbox, 0, MW_SEVERITY_INFO, "b");
	add(outbox, 0, MW_SEVERITY_INFO, "c");
	take(outbox, 0);
	take(outbox, 0);
	take(outbox, 1);
	assert_string_equal(waiting(outbox, 0), "c ");
	assert_string_equal(waiting(outbox, 1), "b c ");
	assert_int_equal(mw_outbox_waiting(outbox, 1), 2);
	take(outbox, 0);
	assert_string_equal(waiting(outbox, 0), "");
	assert_int_equal(mw_outbox_waiting(outbox, 0), 0);
	take(outbox, 1);
	take(outbox, 1);
	add(outbox, 0, MW_SEVERITY_INFO, "d");
	assert_string_equal(waiting(outbox, 0), "d ");
	mw_outbox_free(outbox);
}

static void readers_in_memory(void **state)
{
	(void)state;
	pace(NULL);
}

static void readers_on_disk(void **state)
{
	struct mw_store *store = opened();

	(void)state;
	pace(store);
	mw_store_close(store);
}

/* Other readers: who stays goes on where it was, who is new begins with what comes. */
static void renew(struct mw_store *store)
{
	static const char *const others[] = { "new", "slow" };
	struct mw_outbox *outbox = mw_outbox_new(store, names, 2, 100);

	add(outbox, 0, MW_SEVERITY_INFO, "a");
	add(outbox, 0, MW_SEVERITY_INFO, "b");
	take(outbox, 0);
	take(outbox, 1);
	outbox = mw_outbox_renew(outbox, others, 2, 100);
	assert_non_null(outbox);
	assert_string_equal(waiting(outbox, 0), "");
	assert_string_equal(waiting(outbox, 1), "b ");
	add(outbox, 0, MW_SEVERITY_INFO, "c");
	mw_outbox_sync(outbox, 1);
	assert_string_equal(waiting(outbox, 0), "c ");
	assert_string_equal(waiting(outbox, 1), "b c ");
	mw_outbox_free(outbox);
}

static void renewed_in_memory(void **state)
{
	(void)state;
	renew(NULL);
}

static void renewed_on_disk(void **state)
{
	static const char *const others[] = { "slow", "fast" };
	struct mw_store *store = opened();
	struct mw_outbox *outbox;

	(void)state;
	renew(store);
	/* And the disk knows it: "fast" was forgotten, and is new. */
	outbox = mw_outbox_new(store, others, 2, 100);
	assert_string_equal(waiting(outbox, 0), "b c ");
	assert_string_equal(waiting(outbox, 1), "");
	mw_outbox_free(outbox);
	mw_store_close(store);
}

/* Closed or killed: what was not taken is there again, and nothing that was. */
static void restart(void **state)
{
	static const char *const others[] = { "new", "slow" };
	struct mw_store *store = opened();
	struct mw_outbox *outbox = mw_outbox_new(store, names, 2, 100);

	(void)state;
	mw_outbox_sync(outbox, 1);
	add(outbox, 0, MW_SEVERITY_INFO, "a");
	add(outbox, 0, MW_SEVERITY_INFO, "b");
	take(outbox, 0);
	mw_outbox_free(outbox);
	mw_store_close(store);
	store = opened();
	outbox = mw_outbox_new(store, names, 2, 100);
	assert_string_equal(waiting(outbox, 0), "b ");
	assert_string_equal(waiting(outbox, 1), "a b ");
	mw_outbox_free(outbox);
	/* Another sink is configured: it begins with what comes, and "fast" holds nothing up. */
	outbox = mw_outbox_new(store, others, 2, 100);
	add(outbox, 0, MW_SEVERITY_INFO, "c");
	assert_string_equal(waiting(outbox, 0), "c ");
	assert_string_equal(waiting(outbox, 1), "a b c ");
	take(outbox, 0);
	take(outbox, 1);
	take(outbox, 1);
	take(outbox, 1);
	mw_outbox_free(outbox);
	/* Ids go on after all was deleted: what is new is not taken for what was had. */
	outbox = mw_outbox_new(store, others, 2, 100);
	add(outbox, 0, MW_SEVERITY_INFO, "d");
	assert_string_equal(waiting(outbox, 0), "d ");
	mw_outbox_free(outbox);
	mw_store_close(store);
}

static void drops_the_least(void **state)
{
	struct mw_store *stores[] = { NULL, opened() };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct mw_outbox *outbox = mw_outbox_new(stores[i], names, 2, 4);

		add(outbox, 0, MW_SEVERITY_CRITICAL, "C1");
		add(outbox, 0, MW_SEVERITY_INFO, "i1");
		add(outbox, 0, MW_SEVERITY_WARNING, "w1");
		add(outbox, 0, MW_SEVERITY_INFO, "i2");
		add(outbox, 0, MW_SEVERITY_WARNING, "w2");
		assert_string_equal(waiting(outbox, 1), "C1 w1 i2 w2 ");
		take(outbox, 0);
		add(outbox, 0, MW_SEVERITY_INFO, "i3");
		assert_string_equal(waiting(outbox, 1), "C1 w1 w2 i3 ");
		add(outbox, 0, MW_SEVERITY_CRITICAL, "C2");
		add(outbox, 0, MW_SEVERITY_CRITICAL, "C3");
		assert_string_equal(waiting(outbox, 1), "C1 w2 C2 C3 ");
		add(outbox, 0, MW_SEVERITY_INFO, "i4");
		assert_string_equal(waiting(outbox, 1), "C1 w2 C2 C3 ");
		add(outbox, 0, MW_SEVERITY_CRITICAL, "C4");
		add(outbox, 0, MW_SEVERITY_CRITICAL, "C5");
		assert_string_equal(waiting(outbox, 1), "C2 C3 C4 C5 ");
		assert_int_equal(mw_outbox_dropped(outbox, 1), 7);
		/* It had had C1. */
		assert_int_equal(mw_outbox_dropped(outbox, 0), 6);
		mw_outbox_free(outbox);
	}
	mw_store_close(stores[1]);
}

static void limit_pages(struct mw_store *store, bool is_full)
{
	sqlite3_exec(store->db,
		     is_full ? "PRAGMA max_page_count=1" : "PRAGMA max_page_count=1000000", NULL,
		     NULL, NULL);
}

/* The disk is full for a while: order is kept, and all of it is on disk afterwards. */
static void full_disk(void **state)
{
	struct mw_store *store = opened();
	struct mw_outbox *outbox = mw_outbox_new(store, names, 2, 1000);
	char large[9000];

	(void)state;
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	add(outbox, 0, MW_SEVERITY_INFO, "a");
	limit_pages(store, true);
	add(outbox, 1, MW_SEVERITY_INFO, large);
	add(outbox, 1, MW_SEVERITY_INFO, "b");
	take(outbox, 0);
	take(outbox, 0);
	assert_string_equal(waiting(outbox, 0), "b ");
	/* Bounded: 256 KiB, then the oldest goes. */
	for (int i = 0; i < 60; i++)
		mw_outbox_add(outbox, MW_SEVERITY_WARNING, large);
	assert_in_range(mw_outbox_dropped(outbox, 1), 30, 35);
	limit_pages(store, false);
	add(outbox, 0, MW_SEVERITY_INFO, "c");
	mw_outbox_free(outbox);
	mw_store_close(store);
	store = opened();
	outbox = mw_outbox_new(store, names, 2, 1000);
	assert_in_range(mw_outbox_waiting(outbox, 0), 28, 31);
	mw_outbox_free(outbox);
	mw_store_close(store);
}

/* The disk is full at the start: what is sent then comes after what waits on it from before. */
static void full_at_start(void **state)
{
	struct mw_store *store = opened();
	struct mw_outbox *outbox = mw_outbox_new(store, names, 2, 100);

	(void)state;
	mw_outbox_sync(outbox, 1);
	add(outbox, 0, MW_SEVERITY_INFO, "a");
	add(outbox, 0, MW_SEVERITY_INFO, "b");
	take(outbox, 0);
	mw_outbox_free(outbox);
	/* As mw_store_open() leaves it when there is no room for the log. */
	mw_store_disconnect(store);
	store->is_failing = true;
	outbox = mw_outbox_new(store, names, 2, 100);
	add(outbox, 1, MW_SEVERITY_INFO, "c");
	add(outbox, 1, MW_SEVERITY_INFO, "d");
	take(outbox, 0);
	assert_string_equal(waiting(outbox, 0), "d ");
	mw_store_pump(store, 100);
	mw_outbox_sync(outbox, 100);
	/* Once too often rather than not at all. */
	assert_string_equal(waiting(outbox, 0), "b c d ");
	assert_string_equal(waiting(outbox, 1), "a b c d ");
	mw_outbox_free(outbox);
	mw_store_close(store);
	store = opened();
	outbox = mw_outbox_new(store, names, 2, 100);
	assert_string_equal(waiting(outbox, 1), "a b c d ");
	mw_outbox_free(outbox);
	mw_store_close(store);
}

/* Twice as long each time, between half and one and a half of it, never above the maximum. */
static void backoff(void **state)
{
	uint64_t random = 1;
	uint32_t seen = 0;

	(void)state;
	assert_true(mw_backoff_s(1, 1, 300, 0) == 0.5);
	assert_true(mw_backoff_s(4, 1, 300, 0x80000000u) == 8);
	assert_true(mw_backoff_s(10, 1, 300, 0x80000000u) == 300);
	assert_true(mw_backoff_s(4000000000u, 1, 300, UINT32_MAX) < 450);
	for (int i = 0; i < 1000; i++)
		seen |= mw_random_next(&random);
	assert_int_equal(seen, UINT32_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(readers_in_memory), TEST(readers_on_disk), TEST(restart),
		TEST(renewed_in_memory), TEST(renewed_on_disk), TEST(drops_the_least),
		TEST(full_disk),	 TEST(full_at_start),	TEST(backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

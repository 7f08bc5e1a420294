// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_crowd.c - whose growth is whose: sums that are known, and a leak of kernel
 * memory beside somebody who only shares its slabs.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crowd.h"
#include "entity.h"
#include "leak.h"

static void parts(void **state)
{
	struct mw_crowd crowd = { 0 };

	(void)state;
	assert_true(mw_crowd_is_own(&crowd, 0, 1));
	for (int t = 0; t < 1000; t++) {
		mw_crowd_move(&crowd, t, 100);
		mw_crowd_move(&crowd, t, 15);
	}
	assert_true(crowd.count <= MW_CROWD_POINTS);
	assert_true(fabs(crowd.total_kib - 115000) < 1e-6);
	for (int since = 0; since < 900; since += 100) {
		assert_true(mw_crowd_is_own(&crowd, since, 100.0 * (1000 - since)));
		assert_false(mw_crowd_is_own(&crowd, since, 15.0 * (1000 - since)));
	}
	/* Before its memory: what it remembers first. */
	assert_true(mw_crowd_is_own(&crowd, -1e9, 100000));
}

static void others_fall(void **state)
{
	struct mw_crowd crowd = { 0 };

	(void)state;
	for (int t = 0; t < 100; t++) {
		mw_crowd_move(&crowd, t, 10);
		mw_crowd_move(&crowd, t, -50);
	}
	assert_true(mw_crowd_is_own(&crowd, 0, 1000));
}

static void clock_set_back(void **state)
{
	struct mw_crowd crowd = { 0 };

	(void)state;
	for (int t = 0; t < 100; t++)
		mw_crowd_move(&crowd, 1e9 + t, 1000);
	for (int t = 0; t < 100; t++)
		mw_crowd_move(&crowd, t, 10);
	assert_true(mw_crowd_is_own(&crowd, 1, 900));
	assert_false(mw_crowd_is_own(&crowd, 1, 200));
}

/* --- in the detector ------------------------------------------------------------- */

struct life {
	struct mw_leak *leak;
	int32_t pid;
	double rate_pages; /* a second */
	bool is_orphans;
	bool was_told;
};

static void feed(struct life *life, double t)
{
	struct mw_sample sample = {
		.time_s = 1e9 + t,
		.pid = life->pid,
		.start_ticks = 7,
		.comm = "p",
		.rss_kb = 2000,
		.anon_kb = 1000,
		.file_kb = 1000,
		.shmem_kb = 0,
		.swap_kb = 0,
		.threads = 1,
		.minflt = MW_UNKNOWN,
		.page_allocs = MW_UNKNOWN,
		.page_frees = MW_UNKNOWN,
		.owned_user_pages = 250,
		.owned_kernel_pages = 50 + (int64_t)(life->rate_pages * t),
		.slab_alloc_kb = MW_UNKNOWN,
		.stall_us = MW_UNKNOWN,
		.live_kb = MW_UNKNOWN,
		.limit_kb = 100000,
	};
	struct mw_verdict verdict;

	if (life->is_orphans)
		mw_entity_sample(MW_ENTITY_ORPHANS, NULL, 1e9 + t,
				 200 + (int64_t)(4 * life->rate_pages * t), &sample);
	mw_leak_add(life->leak, &sample);
	mw_leak_verdict(life->leak, &verdict);
	life->was_told = life->was_told || verdict.leak;
}

static void watch(struct life *lives, size_t count, struct mw_crowd *crowd)
{
	struct mw_leak_config config;

	mw_leak_defaults(&config);
	config.crowd = crowd;
	for (size_t i = 0; i < count; i++) {
		lives[i].leak = mw_leak_new(&config);
		lives[i].pid = (int32_t)i + 1;
	}
	for (int round = 0; round < 200; round++)
		for (size_t i = 0; i < count; i++)
			feed(&lives[i], 0.2 * round);
	for (size_t i = 0; i < count; i++)
		mw_leak_free(lives[i].leak);
}

/* As seen: 1 MiB/s of thread stacks and task structures, and a shell that forks beside it. */
static void beside_a_leak(void **state)
{
	struct life lives[] = { { .rate_pages = 250 }, { .rate_pages = 39 }, { .rate_pages = 0 } };
	struct mw_crowd crowd = { 0 };

	(void)state;
	watch(lives, 3, &crowd);
	assert_true(lives[0].was_told);
	assert_false(lives[1].was_told);
	assert_false(lives[2].was_told);
	/* All have gone, and took theirs with them. */
	assert_true(fabs(crowd.total_kib) < 1e-6);
}

/* Slab pages that the forked fetched before they ended, and the leak fills since. */
static void orphans_beside_a_leak(void **state)
{
	struct life lives[] = { { .rate_pages = 250 },
				{ .rate_pages = 39, .is_orphans = true } };
	struct mw_crowd crowd = { 0 };

	(void)state;
	watch(lives, 2, &crowd);
	assert_true(lives[0].was_told);
	assert_false(lives[1].was_told);
}

/* Nobody who lives grows: what the dead left behind is a leak of the kernel's. */
static void orphans_alone(void **state)
{
	struct life lives[] = { { .rate_pages = 0 }, { .rate_pages = 39, .is_orphans = true } };
	struct mw_crowd crowd = { 0 };

	(void)state;
	watch(lives, 2, &crowd);
	assert_true(lives[1].was_told);
}

static void alone(void **state)
{
	struct life lives[] = { { .rate_pages = 0 }, { .rate_pages = 39 } };
	struct mw_crowd crowd = { 0 };

	(void)state;
	watch(lives, 2, &crowd);
	assert_false(lives[0].was_told);
	assert_true(lives[1].was_told);
}

static void two_alike(void **state)
{
	struct life lives[] = { { .rate_pages = 39 }, { .rate_pages = 39 } };
	struct mw_crowd crowd = { 0 };

	(void)state;
	watch(lives, 2, &crowd);
	assert_true(lives[0].was_told);
	assert_true(lives[1].was_told);
}

/* A daemon that begins anew has one moment for what it did not see grow. */
static void it_is_taken_back_after_a_restart(void **state)
{
	struct mw_crowd crowd = { 0 }, none = { 0 };

	(void)state;
	mw_crowd_move(&crowd, 100, 1000);
	mw_crowd_move(&crowd, 200, 3000);
	mw_crowd_move(&crowd, 300, 500);
	/* The clock was set by an hour, and a life of 1,000 KiB was lost. */
	mw_crowd_shift(&crowd, 3600);
	mw_crowd_rebase(&crowd, 3500, 4000);
	assert_true(crowd.total_kib == 3500);
	assert_true(mw_crowd_is_own(&crowd, 3800, 1060));
	assert_false(mw_crowd_is_own(&crowd, 3800, 1040));
	mw_crowd_rebase(&none, 0, 50);
	assert_int_equal(none.count, 0);
	mw_crowd_rebase(&none, 900, 50);
	assert_true(mw_crowd_is_own(&none, 40, 280));
	assert_false(mw_crowd_is_own(&none, 40, 260));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(others_fall),
		cmocka_unit_test(clock_set_back),
		cmocka_unit_test(beside_a_leak),
		cmocka_unit_test(orphans_beside_a_leak),
		cmocka_unit_test(orphans_alone),
		cmocka_unit_test(alone),
		cmocka_unit_test(two_alike),
		cmocka_unit_test(it_is_taken_back_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

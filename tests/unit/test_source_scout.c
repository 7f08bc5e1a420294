// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_source_scout.c - a host looked at cheaply: who rests, who wakes, who is gone, and
 * hosts that misbehave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "flat.h"
#include "source_scout.h"
#include "tree.h"

#define PIDS 4096

struct got {
	struct mw_sample last[PIDS];
	unsigned int count;
	unsigned int looks[PIDS];
};

static struct got got;
static struct mw_filter everything;

static int take(const struct mw_sample *sample, void *arg)
{
	struct got *to = arg;

	assert_in_range(sample->pid, 1, PIDS - 1);
	to->last[sample->pid] = *sample;
	to->looks[sample->pid]++;
	to->count++;
	return 0;
}

static unsigned int round_of(struct mw_source *source, double now_s)
{
	got.count = 0;
	assert_int_equal(source->ops->read(source, now_s, take, &got), 0);
	return got.count;
}

/* A process of @anon and 5 shared pages, whose files agree. */
static void write_process(const struct tree *tree, const char *dir, int pid, const char *comm,
			  int start, int anon, int swap_kb)
{
	char path[128], text[512];

	snprintf(path, sizeof(path), "%s/stat", dir);
	snprintf(text, sizeof(text),
		 "%d (%s) S 1 1 1 0 -1 4194304 %d 0 0 0 0 0 0 0 20 0 3 0 %d %d %d 1844\n", pid,
		 comm, anon, start, 1 << 20, anon + 5);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "%s/status", dir);
	snprintf(
		text, sizeof(text),
		"VmRSS:\t%d kB\nRssAnon:\t%d kB\nRssFile:\t16 kB\nRssShmem:\t4 kB\nVmSwap:\t%d kB\n",
		4 * (anon + 5), 4 * anon, swap_kb);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "%s/statm", dir);
	snprintf(text, sizeof(text), "500 %d 5 1 0 100 0\n", anon + 5);
	tree_write(tree, path, text);
}

static void write_pid(const struct tree *tree, int pid, int anon)
{
	char dir[32];

	snprintf(dir, sizeof(dir), "proc/%d", pid);
	write_process(tree, dir, pid, "x", 100 + pid, anon, 0);
}

static struct mw_source *open_scout(const struct tree *tree, unsigned int idle_rounds)
{
	struct mw_source *source;

	memset(&got, 0, sizeof(got));
	assert_int_equal(
		mw_source_scout_new(tree_path(tree, "proc"), &everything, idle_rounds, &source), 0);
	return source;
}

static void what_sleeps_is_looked_at_less_often(void **state)
{
	struct mw_source *source;
	struct tree tree;
	unsigned int most = 0;
	int round = 0;

	(void)state;
	tree_new(&tree);
	for (int pid = 1; pid <= 60; pid++)
		write_pid(&tree, pid, 10);
	source = open_scout(&tree, 6);
	for (; round < 7; round++)
		assert_int_equal(round_of(source, round), 60);
	for (; round < 13; round++)
		round_of(source, round);
	memset(&got, 0, sizeof(got));
	for (; round < 25; round++) {
		unsigned int looks = round_of(source, round);

		most = looks > most ? looks : most;
	}
	/* Each twice in twelve rounds, and spread. */
	for (int pid = 1; pid <= 60; pid++) {
		assert_int_equal(got.looks[pid], 2);
		assert_true(source->ops->has(source, pid, 100 + (uint64_t)pid));
		assert_false(source->ops->has(source, pid, 99 + (uint64_t)pid));
	}
	assert_in_range(most, 10, 15);
	source->ops->free(source);
	tree_free(&tree);
}

static void the_first_change_wakes_it(void **state)
{
	struct mw_source *source;
	struct tree tree;
	int round = 0, since;

	(void)state;
	tree_new(&tree);
	write_pid(&tree, 7, 10);
	source = open_scout(&tree, 6);
	for (; round < 20; round++)
		round_of(source, round);
	write_pid(&tree, 7, 11);
	for (since = round; got.last[7].anon_kb != 44; round++) {
		round_of(source, round);
		assert_in_range(round - since, 0, 6);
	}
	assert_int_equal(got.last[7].rss_kb, 64);
	assert_int_equal(got.last[7].file_kb, 16);
	for (int anon = 12; anon < 30; anon++) {
		write_pid(&tree, 7, anon);
		assert_int_equal(round_of(source, round++), 1);
		assert_int_equal(got.last[7].anon_kb, 4 * anon);
	}
	source->ops->free(source);
	tree_free(&tree);
}

/* Memory that was swapped out is still the process's: a fall of RSS asks for all of it. */
static void swap_is_seen_at_once(void **state)
{
	struct mw_source *source;
	struct tree tree;

	(void)state;
	tree_new(&tree);
	write_pid(&tree, 7, 100);
	source = open_scout(&tree, 6);
	round_of(source, 0);
	round_of(source, 1);
	write_process(&tree, "proc/7", 7, "x", 107, 60, 160);
	round_of(source, 2);
	assert_int_equal(got.last[7].anon_kb, 240);
	assert_int_equal(got.last[7].swap_kb, 160);
	source->ops->free(source);
	tree_free(&tree);
}

static void lives_end_and_pids_are_used_again(void **state)
{
	struct mw_source *source;
	struct tree tree;
	int round = 0;

	(void)state;
	tree_new(&tree);
	write_pid(&tree, 7, 10);
	write_pid(&tree, 8, 10);
	source = open_scout(&tree, 6);
	for (; round < 20; round++)
		round_of(source, round);
	tree_remove(&tree, "proc/7");
	write_process(&tree, "proc/8", 8, "y", 5000, 20, 0);
	for (int i = 0; i < 6; i++)
		round_of(source, round++);
	assert_false(source->ops->has(source, 7, 107));
	assert_false(source->ops->has(source, 8, 108));
	assert_true(source->ops->has(source, 8, 5000));
	assert_int_equal(got.last[8].start_ticks, 5000);
	assert_string_equal(got.last[8].comm, "y");
	source->ops->free(source);
	tree_free(&tree);
}

/* The same amounts by chance: the process behind the pid is asked for now and then. */
static void an_equal_process_in_its_place_is_noticed(void **state)
{
	struct mw_source *source;
	struct tree tree;
	int round = 0;

	(void)state;
	tree_new(&tree);
	write_pid(&tree, 7, 10);
	source = open_scout(&tree, 2);
	for (; round < 20; round++)
		round_of(source, round);
	write_process(&tree, "proc/7", 7, "x", 999, 10, 0);
	for (int i = 0; i < 30; i++)
		round_of(source, round++);
	assert_true(source->ops->has(source, 7, 999));
	source->ops->free(source);
	tree_free(&tree);
}

static void a_read_that_fails_is_no_end(void **state)
{
	struct mw_source *source;
	struct tree tree;
	int round = 0;

	(void)state;
	tree_new(&tree);
	write_pid(&tree, 7, 10);
	source = open_scout(&tree, 6);
	for (; round < 3; round++)
		round_of(source, round);
	/* Cut short, empty, of another format, and a directory where a file was. */
	tree_write(&tree, "proc/7/statm", "500 1");
	assert_int_equal(round_of(source, round++), 0);
	assert_true(source->ops->has(source, 7, 107));
	tree_write(&tree, "proc/7/statm", "");
	assert_int_equal(round_of(source, round++), 0);
	tree_write(&tree, "proc/7/statm", "a b c d\n");
	assert_int_equal(round_of(source, round++), 0);
	tree_remove(&tree, "proc/7/statm");
	tree_write(&tree, "proc/7/statm/x", "");
	assert_int_equal(round_of(source, round++), 0);
	assert_true(source->ops->has(source, 7, 107));
	tree_remove(&tree, "proc/7/statm");
	write_pid(&tree, 7, 11);
	assert_int_equal(round_of(source, round++), 1);
	/* A status that lacks what it has to have. */
	tree_write(&tree, "proc/7/status", "Name:\tx\nVmRSS:\t5 kB\n");
	for (int i = 0; i < 12; i++)
		round_of(source, round++);
	assert_true(source->ops->has(source, 7, 107));
	assert_int_equal(got.last[7].anon_kb, 44);
	source->ops->free(source);
	tree_free(&tree);
}

static void new_processes_are_found_and_kernel_threads_left_out(void **state)
{
	struct mw_source *source;
	struct tree tree;
	int round = 0;

	(void)state;
	tree_new(&tree);
	write_pid(&tree, 7, 10);
	tree_write(&tree, "proc/2/stat",
		   "2 (kthreadd) S 0 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0 0\n");
	tree_write(&tree, "proc/self/stat", "");
	source = open_scout(&tree, 6);
	assert_int_equal(round_of(source, round++), 1);
	assert_false(source->ops->has(source, 2, 3));
	write_pid(&tree, 9, 10);
	round_of(source, round++);
	round_of(source, round++);
	assert_true(source->ops->has(source, 9, 109));
	source->ops->free(source);
	tree_free(&tree);
}

/*
 * The process behind a pid changes between the read of one file and of the next: a link
 * that another process turns back and forth as fast as it can. No sample is of both.
 */
static void a_pid_used_again_within_a_sample(void **state)
{
	struct mw_source *source;
	struct tree tree;
	char a[512], b[512], link[512], next[512];
	pid_t turner;

	(void)state;
	tree_new(&tree);
	write_process(&tree, "a", 7, "a", 1, 10, 0);
	write_process(&tree, "b", 7, "b", 2, 20, 0);
	tree_write(&tree, "proc/none", "");
	snprintf(a, sizeof(a), "%s", tree_path(&tree, "a"));
	snprintf(b, sizeof(b), "%s", tree_path(&tree, "b"));
	snprintf(link, sizeof(link), "%s", tree_path(&tree, "proc/7"));
	snprintf(next, sizeof(next), "%s", tree_path(&tree, "next"));
	assert_int_equal(symlink(a, link), 0);
	turner = fork();
	assert_true(turner >= 0);
	if (turner == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned int i = 0;; i++)
			if (symlink(i % 2 ? a : b, next) < 0 || rename(next, link) < 0)
				_exit(1);
	}
	source = open_scout(&tree, 1);
	for (int round = 0; round < 3000; round++) {
		mw_source_scout_restart(source);
		if (round_of(source, round) > 0)
			assert_int_equal(got.last[7].anon_kb, got.last[7].start_ticks * 40);
	}
	assert_int_equal(waitpid(turner, NULL, WNOHANG), 0);
	kill(turner, SIGKILL);
	waitpid(turner, NULL, 0);
	source->ops->free(source);
	tree_free(&tree);
}

static struct mw_sample sample_of(double time_s, int64_t anon_kb)
{
	return (struct mw_sample){
		.time_s = time_s,
		.pid = 7,
		.rss_kb = anon_kb + 20,
		.anon_kb = anon_kb,
		.file_kb = 20,
		.shmem_kb = 0,
		.swap_kb = 0,
		.threads = 3,
		.owned_kernel_pages = MW_UNKNOWN,
	};
}

static void a_flat_past_is_told_again(void **state)
{
	struct mw_flat flat = { 0 };
	struct mw_sample sample, past;
	double last_s = 0;

	(void)state;
	for (int i = 0; i <= 1000; i++) {
		sample = sample_of(100 + 10 * i, 400 + i % 50);
		assert_true(mw_flat_add(&flat, &sample, 64));
	}
	sample = sample_of(10105, 300);
	assert_true(mw_flat_add(&flat, &sample, 64));
	sample = sample_of(10050, 9000); /* back in time: says nothing */
	assert_true(mw_flat_add(&flat, &sample, 64));
	sample = sample_of(10110, 365);
	assert_false(mw_flat_add(&flat, &sample, 64));
	for (unsigned int i = 0; i < MW_FLAT_REPLAY; i++) {
		assert_true(mw_flat_replay(&flat, i, &sample, &past));
		assert_int_equal(past.anon_kb, 300);
		assert_int_equal(past.file_kb, 20);
		assert_int_equal(past.owned_kernel_pages, MW_UNKNOWN);
		assert_true(past.time_s > last_s);
		last_s = past.time_s;
		if (i < 2)
			assert_true(past.time_s == 100 + 10 * i);
	}
	assert_true(last_s == 10105);
	assert_false(mw_flat_replay(&flat, MW_FLAT_REPLAY, &sample, &past));
}

static void each_measure_wakes(void **state)
{
	(void)state;
	for (int measure = 0; measure < 4; measure++) {
		struct mw_flat flat = { 0 };
		struct mw_sample sample = sample_of(1, 100);

		sample.owned_kernel_pages = 10;
		assert_true(mw_flat_add(&flat, &sample, 64));
		sample.time_s = 2;
		if (measure == 0)
			sample.shmem_kb += 65;
		else if (measure == 1)
			sample.owned_kernel_pages += 17;
		else if (measure == 2)
			sample.swap_kb += 65;
		else
			sample.file_kb += 1000; /* page cache never does */
		assert_int_equal(mw_flat_add(&flat, &sample, 64), measure == 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sleeps_is_looked_at_less_often),
		cmocka_unit_test(the_first_change_wakes_it),
		cmocka_unit_test(swap_is_seen_at_once),
		cmocka_unit_test(lives_end_and_pids_are_used_again),
		cmocka_unit_test(an_equal_process_in_its_place_is_noticed),
		cmocka_unit_test(a_read_that_fails_is_no_end),
		cmocka_unit_test(new_processes_are_found_and_kernel_threads_left_out),
		cmocka_unit_test(a_pid_used_again_within_a_sample),
		cmocka_unit_test(a_flat_past_is_told_again),
		cmocka_unit_test(each_measure_wakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

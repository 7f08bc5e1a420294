// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_source_live.c - hosts with and without the module, replayed from trees of files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "descendants.h"
#include "source_live.h"
#include "source_module.h"
#include "source_proc.h"
#include "tree.h"

#define MODULE_HEADER                                                                      \
	"# tgid start_ns comm tag state threads rss_kb anon_kb file_kb shmem_kb swap_kb "  \
	"peak_rss_kb growth_kb growth10_kib_s growth60_kib_s growth300_kib_s page_allocs " \
	"page_frees owned_user_pages owned_kernel_pages slab_alloc_kb stall_us first_seen_ns\n"

struct got {
	struct mw_sample samples[16];
	size_t count;
};

static int take(const struct mw_sample *sample, void *arg)
{
	struct got *got = arg;

	assert_in_range(got->count, 0, 15);
	got->samples[got->count++] = *sample;
	return 0;
}

static int read_round(struct mw_source *source, double now_s, struct got *ret_got)
{
	ret_got->count = 0;
	return source->ops->read(source, now_s, take, ret_got);
}

static const struct mw_sample *find(const struct got *got, int32_t pid)
{
	for (size_t i = 0; i < got->count; i++)
		if (got->samples[i].pid == pid)
			return &got->samples[i];
	return NULL;
}

static void write_stat(const struct tree *tree, int pid, const char *comm, int ppid, int minflt,
		       int start, long vsize, int rss_pages)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(
		text, sizeof(text),
		"%d (%s) S %d 1 1 0 -1 4194304 %d 0 0 0 0 0 0 0 20 0 3 0 %d %ld %d 18446744073709551615\n",
		pid, comm, ppid, minflt, start, vsize, rss_pages);
	tree_write(tree, path, text);
}

static void write_status(const struct tree *tree, int pid, int anon_kb)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "proc/%d/status", pid);
	snprintf(text, sizeof(text),
		 "Name:\tx\nVmRSS:\t%d kB\nRssAnon:\t%d kB\nRssFile:\t20 kB\nRssShmem:\t4 kB\n"
		 "VmSwap:\t0 kB\n",
		 anon_kb + 24, anon_kb);
	tree_write(tree, path, text);
}

static void processes_of_plain_proc(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	const struct mw_sample *sample;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	tree_write(&tree, "proc/meminfo", "");
	tree_write(&tree, "proc/self", "");
	tree_write(&tree, "proc/12abc/stat", "");
	write_stat(&tree, 1, "init", 0, 5, 10, 1 << 20, 31);
	write_status(&tree, 1, 100);
	write_stat(&tree, 2, "kthreadd", 0, 0, 10, 0, 0);
	tree_write(&tree, "proc/2/status", "Name:\tkthreadd\n");
	write_stat(&tree, 77, "a) b\nc", 1, 5, 500, 1 << 20, 31);
	write_status(&tree, 77, 100);
	tree_write(&tree, "proc/78/stat", "78 (cut) S 1");
	write_stat(&tree, 79, "vanished", 1, 5, 500, 1 << 20, 31);
	tree_write(&tree, "proc/80/comm", "no stat at all\n");

	assert_int_equal(mw_source_proc_new(tree_path(&tree, "proc"), &filter, &source), 0);
	assert_int_equal(read_round(source, 1000.5, &got), 0);
	assert_int_equal(got.count, 2);
	assert_non_null(find(&got, 1));
	sample = find(&got, 77);
	assert_non_null(sample);
	assert_string_equal(sample->comm, "a) b\nc");
	assert_true(sample->time_s == 1000.5);
	assert_int_equal(sample->start_ticks, 500);
	assert_int_equal(sample->rss_kb, 124);
	assert_int_equal(sample->anon_kb, 100);
	assert_int_equal(sample->file_kb, 20);
	assert_int_equal(sample->shmem_kb, 4);
	assert_int_equal(sample->swap_kb, 0);
	assert_int_equal(sample->threads, 3);
	assert_int_equal(sample->minflt, 5);
	assert_int_equal(sample->owned_kernel_pages, MW_UNKNOWN);
	source->ops->free(source);
	tree_free(&tree);
}

/* status is read again when, and only when, stat says that something happened. */
static void an_idle_process_is_read_cheaply(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	write_stat(&tree, 12, "x", 1, 5, 500, 1 << 20, 31);
	write_status(&tree, 12, 100);
	assert_int_equal(mw_source_proc_new(tree_path(&tree, "proc"), &filter, &source), 0);
	assert_int_equal(read_round(source, 1, &got), 0);
	assert_int_equal(got.samples[0].anon_kb, 100);
	write_status(&tree, 12, 200);
	assert_int_equal(read_round(source, 2, &got), 0);
	assert_int_equal(got.samples[0].anon_kb, 100);
	/* A fault. */
	write_stat(&tree, 12, "x", 1, 6, 500, 1 << 20, 31);
	assert_int_equal(read_round(source, 3, &got), 0);
	assert_int_equal(got.samples[0].anon_kb, 200);
	/* A change of RSS. */
	write_status(&tree, 12, 300);
	write_stat(&tree, 12, "x", 1, 6, 500, 1 << 20, 32);
	assert_int_equal(read_round(source, 4, &got), 0);
	assert_int_equal(got.samples[0].anon_kb, 300);
	/* The pid used again. */
	write_status(&tree, 12, 400);
	write_stat(&tree, 12, "y", 1, 6, 501, 1 << 20, 32);
	assert_int_equal(read_round(source, 5, &got), 0);
	assert_int_equal(got.samples[0].anon_kb, 400);
	source->ops->free(source);
	tree_free(&tree);
}

static void filters_of_plain_proc(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	for (int pid = 10; pid < 14; pid++) {
		write_stat(&tree, pid, pid % 2 == 0 ? "even" : "odd", 1, 5, 500, 1 << 20, 31);
		write_status(&tree, pid, 100);
	}
	assert_int_equal(mw_source_proc_new(tree_path(&tree, "proc"), &filter, &source), 0);
	mw_filter_add_pid(&filter, 13);
	mw_filter_add_pid(&filter, 99);
	assert_int_equal(read_round(source, 1, &got), 0);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.samples[0].pid, 13);
	mw_filter_add_comm(&filter, "even");
	assert_int_equal(read_round(source, 2, &got), 0);
	assert_int_equal(got.count, 3);
	assert_null(find(&got, 11));
	source->ops->free(source);
	mw_filter_free(&filter);
	tree_free(&tree);
}

static void a_proc_that_is_not_there(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source = NULL;

	(void)state;
	assert_int_equal(mw_source_proc_new("/nowhere/proc", &filter, &source), -ENOENT);
	assert_int_equal(mw_source_live_new("/nowhere", &filter, &source), -ENOENT);
	assert_null(source);
}

static void rows_of_the_module(void **state)
{
	static const char table[] = MODULE_HEADER
		"812 993120000000 a)\\040b\\012c - S 3 4568 1456 3112 - 0 5000 100 0.000 1.250 0.000 "
		"900 800 60 40 - - 123\n"
		"2 10000000 kthreadd - S 1 - - - - - - - - - - 5 4 0 1 - - 1\n"
		"- 0 [irq] - - - - - - - - - - - - - 7 7 0 0 - - 1\n"
		"0 0 [unknown] - - - - - - - - - - - - - 7 7 0 0 - - 1\n"
		"x 0 broken - S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"
		"813 0 short - S 3\n"
		"814 5 bad - S 3 12x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"
		"815 19999999 cut - S 3 4568 14";
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	const struct mw_sample *sample;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	tree_write(&tree, "tasks", table);
	assert_int_equal(mw_source_module_new(tree.root, &filter, &source), 0);
	assert_int_equal(read_round(source, 7.5, &got), 0);
	assert_int_equal(got.count, 3);
	sample = find(&got, 812);
	assert_non_null(sample);
	assert_string_equal(sample->comm, "a) b\nc");
	assert_true(sample->time_s == 7.5);
	assert_int_equal(sample->start_ticks, 993120000000 / (1000000000 / sysconf(_SC_CLK_TCK)));
	assert_int_equal(sample->rss_kb, 4568);
	assert_int_equal(sample->anon_kb, 1456);
	assert_int_equal(sample->file_kb, 3112);
	assert_int_equal(sample->shmem_kb, MW_UNKNOWN);
	assert_int_equal(sample->swap_kb, 0);
	assert_int_equal(sample->threads, 3);
	assert_int_equal(sample->minflt, MW_UNKNOWN);
	assert_int_equal(sample->page_allocs, 900);
	assert_int_equal(sample->page_frees, 800);
	assert_int_equal(sample->owned_user_pages, 60);
	assert_int_equal(sample->owned_kernel_pages, 40);
	assert_int_equal(sample->slab_alloc_kb, MW_UNKNOWN);
	assert_int_equal(sample->stall_us, MW_UNKNOWN);
	/* A kernel thread has no address space: that is nothing, and not unknown. */
	sample = find(&got, 2);
	assert_non_null(sample);
	assert_int_equal(sample->rss_kb, 0);
	assert_int_equal(sample->owned_kernel_pages, 1);
	source->ops->free(source);
	tree_free(&tree);
}

/* Between the end of its address space and its own, a process has no memory: that is no fall. */
static void a_process_that_exits_is_left_out(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	assert_int_equal(mw_source_module_new(tree.root, &filter, &source), 0);
	tree_write(&tree, "tasks", "# tgid start_ns comm rss_kb\n2 1 kthread 0\n7 1 sh 55\n");
	assert_int_equal(read_round(source, 1, &got), 0);
	assert_int_equal(got.count, 2);
	tree_write(&tree, "tasks", "# tgid start_ns comm rss_kb\n2 1 kthread 0\n7 1 sh 0\n");
	for (int round = 0; round < 2; round++) {
		assert_int_equal(read_round(source, 2, &got), 0);
		assert_int_equal(got.count, 1);
		assert_int_equal(got.samples[0].pid, 2);
	}
	/* The pid used again, by a kernel thread. */
	tree_write(&tree, "tasks", "# tgid start_ns comm rss_kb\n7 90000000 kthread -\n");
	assert_int_equal(read_round(source, 3, &got), 0);
	assert_int_equal(got.count, 1);
	source->ops->free(source);
	tree_free(&tree);
}

/* A newer module appends columns, and another may order them differently. */
static void columns_of_the_module_are_found_by_name(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	tree_write(&tree, "tasks", "# new rss_kb comm start_ns tgid newer\n? 55 sh 10000000 7 !\n");
	assert_int_equal(mw_source_module_new(tree.root, &filter, &source), 0);
	assert_int_equal(read_round(source, 1, &got), 0);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.samples[0].rss_kb, 55);
	assert_int_equal(got.samples[0].pid, 7);
	assert_int_equal(got.samples[0].threads, MW_UNKNOWN);
	source->ops->free(source);
	tree_free(&tree);
}

/*
 * A line that is as it was in the round before is not read again: whatever stands in its place,
 * other lines, longer ones, broken ones or other columns, what it says is what is given.
 */
static void lines_that_stay_the_same(void **state)
{
	static const char *const rounds[] = {
		"# tgid start_ns comm rss_kb anon_kb\n12 1 x 100 40\n13 1 y 200 50\n",
		"# tgid start_ns comm rss_kb anon_kb\n12 1 x 100 40\n13 1 y 200 51\n",
		"# tgid start_ns comm rss_kb anon_kb\n14 1 z 1 1\n13 1 y 200 51\n12 1 x 100 40\n",
		"# tgid start_ns comm rss_kb anon_kb\n12 1 x 100 4o\n13 1 y 200 51\n",
		"# tgid start_ns comm rss_kb anon_kb\n12 1 x 100 40\n13 1 y 200 51 7\n",
		"# tgid start_ns comm anon_kb rss_kb\n12 1 x 100 40\n13 1 y 200 51 7\n",
		"# tgid start_ns comm anon_kb rss_kb\n12 99000000000 x 100 40\n13 1 renamed 200 51 7\n",
	};
	static const int64_t wanted[][4] = { { 100, 40, 200, 50 }, { 100, 40, 200, 51 },
					     { 100, 40, 200, 51 }, { -1, -1, 200, 51 },
					     { 100, 40, 200, 51 }, { 40, 100, 51, 200 },
					     { 40, 100, 51, 200 } };
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	assert_int_equal(mw_source_module_new(tree_path(&tree, "memwatch"), &filter, &source), 0);
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		tree_write(&tree, "memwatch/tasks", rounds[i]);
		assert_int_equal(read_round(source, (double)i, &got), 0);
		for (int pid = 12; pid <= 13; pid++) {
			const struct mw_sample *sample = find(&got, pid);
			const int64_t *values = &wanted[i][2 * (pid - 12)];

			if (values[0] < 0) {
				assert_null(sample);
				continue;
			}
			assert_non_null(sample);
			assert_true(sample->time_s == (double)i);
			assert_int_equal(sample->rss_kb, values[0]);
			assert_int_equal(sample->anon_kb, values[1]);
			assert_int_equal(sample->minflt, MW_UNKNOWN);
		}
	}
	assert_string_equal(find(&got, 13)->comm, "renamed");
	assert_int_equal(find(&got, 12)->start_ticks, 9900);
	source->ops->free(source);
	tree_free(&tree);
}

static void tables_that_cannot_be_used(void **state)
{
	static const char *const tables[] = {
		"",
		"# tgid start_ns comm rss_kb",
		"tgid start_ns comm rss_kb\n1 1 sh 1\n",
		"# tgid start_ns comm rss\n1 1 sh 1\n",
		"\n",
	};
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	assert_int_equal(mw_source_module_new(tree.root, &filter, &source), 0);
	assert_int_equal(read_round(source, 1, &got), -ENOENT);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		tree_write(&tree, "tasks", tables[i]);
		assert_int_equal(read_round(source, 1, &got), -EBADMSG);
		assert_int_equal(got.count, 0);
	}
	source->ops->free(source);
	tree_free(&tree);
}

/* Larger than any buffer that it could have been read into at first. */
static void a_table_of_20000_processes(void **state)
{
	size_t size = 20000 * 64;
	char *table = malloc(size);
	size_t len = (size_t)sprintf(table, "# tgid start_ns comm rss_kb\n");
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	for (int pid = 1; pid <= 20000; pid++)
		len += (size_t)sprintf(table + len, "%d 10000000 process-%d 4568\n", pid, pid);
	tree_new(&tree);
	tree_write_bytes(&tree, "tasks", table, len);
	assert_int_equal(mw_source_module_new(tree.root, &filter, &source), 0);
	mw_filter_add_pid(&filter, 1);
	mw_filter_add_pid(&filter, 20000);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(read_round(source, 1, &got), 0);
		assert_int_equal(got.count, 2);
		assert_string_equal(got.samples[1].comm, "process-20000");
	}
	source->ops->free(source);
	mw_filter_free(&filter);
	tree_free(&tree);
	free(table);
}

/* The module comes and goes under a program that runs. */
static void the_module_comes_and_goes(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	struct got got;

	(void)state;
	tree_new(&tree);
	tree_write(&tree, "proc/meminfo", "MemAvailable: 1000 kB\n");
	write_stat(&tree, 12, "x", 1, 5, 500, 1 << 20, 31);
	write_status(&tree, 12, 100);
	assert_int_equal(mw_source_live_new(tree.root, &filter, &source), 0);

	assert_int_equal(read_round(source, 1, &got), 0);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.samples[0].rss_kb, 124);
	assert_int_equal(got.samples[0].limit_kb, 1124);
	assert_string_equal(mw_source_live_origin(source), "proc");
	assert_int_equal(mw_source_live_module_error(source), -ENOENT);

	tree_write(&tree, "proc/memwatch/tasks",
		   "# tgid start_ns comm rss_kb\n12 5000000000 x 55\n2 1 kthreadd -\n");
	assert_int_equal(read_round(source, 2, &got), 0);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.samples[0].rss_kb, 55);
	assert_int_equal(got.samples[0].limit_kb, 1055);
	assert_int_equal(got.samples[0].start_ticks, 5 * sysconf(_SC_CLK_TCK));
	assert_int_equal(got.samples[1].limit_kb, 1000);
	assert_string_equal(mw_source_live_origin(source), "module");
	assert_int_equal(mw_source_live_module_error(source), 0);

	tree_write(&tree, "proc/memwatch/tasks", "garbage\n");
	assert_int_equal(read_round(source, 3, &got), 0);
	assert_int_equal(got.samples[0].rss_kb, 124);
	assert_string_equal(mw_source_live_origin(source), "proc");
	assert_int_equal(mw_source_live_module_error(source), -EBADMSG);
	source->ops->free(source);
	tree_free(&tree);
}

static int refuse(const struct mw_sample *sample, void *arg)
{
	(void)sample;
	++*(int *)arg;
	return -ENOENT;
}

/* What the caller returns is the caller's, and no reason to read another source. */
static void an_error_of_the_caller_ends_the_round(void **state)
{
	struct mw_filter filter = { 0 };
	struct mw_source *source;
	struct tree tree;
	int calls = 0;

	(void)state;
	tree_new(&tree);
	write_stat(&tree, 12, "x", 1, 5, 500, 1 << 20, 31);
	write_status(&tree, 12, 100);
	tree_write(&tree, "proc/memwatch/tasks",
		   "# tgid start_ns comm rss_kb\n12 5000000000 x 55\n");
	assert_int_equal(mw_source_live_new(tree.root, &filter, &source), 0);
	assert_int_equal(source->ops->read(source, 1, refuse, &calls), -ENOENT);
	assert_int_equal(calls, 1);
	source->ops->free(source);
	tree_free(&tree);
}

static bool has_pid(const struct mw_filter *filter, int32_t pid)
{
	for (size_t i = 0; i < filter->pid_count; i++)
		if (filter->pids[i] == pid)
			return true;
	return false;
}

static void descendants_of_a_process(void **state)
{
	static const int parents[][2] = { { 1, 0 },   { 10, 1 },  { 11, 10 }, { 12, 10 },
					  { 13, 12 }, { 14, 13 }, { 20, 1 },  { 21, 20 } };
	struct mw_family *family = mw_family_new();
	struct mw_filter filter = { 0 };
	struct mw_proc_dir *dir;
	struct tree tree;

	(void)state;
	tree_new(&tree);
	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++)
		write_stat(&tree, parents[i][0], "a) 10 b", parents[i][1], 1, 1, 1, 1);
	assert_int_equal(mw_proc_dir_open(tree_path(&tree, "proc"), &dir), 0);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(mw_family_find(family, dir, 10, &filter), 0);
		assert_int_equal(filter.pid_count, 4);
		for (int pid = 11; pid <= 14; pid++)
			assert_true(has_pid(&filter, pid));
	}
	assert_int_equal(mw_family_find(family, dir, 14, &filter), 0);
	assert_int_equal(filter.pid_count, 0);
	assert_int_equal(mw_family_find(family, dir, 1, &filter), 0);
	assert_int_equal(filter.pid_count, 7);
	/* Parents that form a ring, as pids used again during the walk could. */
	write_stat(&tree, 10, "x", 14, 1, 1, 1, 1);
	assert_int_equal(mw_family_find(family, dir, 10, &filter), 0);
	assert_in_range(filter.pid_count, 4, 8);
	mw_family_free(family);
	mw_proc_dir_close(dir);
	mw_filter_free(&filter);
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_of_plain_proc),
		cmocka_unit_test(an_idle_process_is_read_cheaply),
		cmocka_unit_test(filters_of_plain_proc),
		cmocka_unit_test(a_proc_that_is_not_there),
		cmocka_unit_test(rows_of_the_module),
		cmocka_unit_test(a_process_that_exits_is_left_out),
		cmocka_unit_test(columns_of_the_module_are_found_by_name),
		cmocka_unit_test(lines_that_stay_the_same),
		cmocka_unit_test(tables_that_cannot_be_used),
		cmocka_unit_test(a_table_of_20000_processes),
		cmocka_unit_test(the_module_comes_and_goes),
		cmocka_unit_test(an_error_of_the_caller_ends_the_round),
		cmocka_unit_test(descendants_of_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_source_host.c - slab caches, orphans and unexplained memory out of a tree of
 * files like those of a host, and that a leak of each is told by the detector.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "entity.h"
#include "leak.h"
#include "lives.h"
#include "meminfo.h"
#include "slab_table.h"
#include "source_host.h"
#include "tree.h"

static struct tree tree;

struct seen {
	char text[4096]; /* "name kb limit;" of each sample */
	int stop_at;
	int count;
};

static int note(const struct mw_sample *sample, void *arg)
{
	struct seen *seen = arg;
	size_t used = strlen(seen->text);

	assert_int_equal(sample->pid, 0);
	assert_true(mw_entity_of(sample) != MW_ENTITY_PROCESS);
	snprintf(seen->text + used, sizeof(seen->text) - used, "%s %jd %jd;", sample->comm,
		 (intmax_t)sample->rss_kb, (intmax_t)sample->limit_kb);
	return ++seen->count == seen->stop_at ? -7 : 0;
}

static const char *round_at(struct mw_source_host *host, double now_s)
{
	static struct seen seen;

	seen = (struct seen){ .stop_at = -1 };
	assert_int_equal(mw_source_host_read(host, now_s, note, &seen), 0);
	return seen.text;
}

static const char meminfo[] = "MemTotal:       1000000 kB\n"
			      "MemFree:         200000 kB\n"
			      "MemAvailable:    600000 kB\n"
			      "AnonPages:       250000 kB\n"
			      "Shmem:            40000 kB\n"
			      "SUnreclaim:       30000 kB\n"
			      "KernelStack:       5000 kB\n"
			      "PageTables:        5000 kB\n";

static const char slabinfo[] =
	"slabinfo - version: 2.1\n"
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables\n"
	"kmalloc-64        16384  20000     64   64    1 : tunables    0    0    0\n"
	"dentry           999999 999999    192   21    1 : tunables    0    0    0\n"
	"ext4_inode_cache  99999  99999   1024   21    1 : tunables    0    0    0\n"
	"small                10     10     64   64    1 : tunables    0    0    0\n"
	"broken               x1     10     64\n"
	"task_struct         512    512   8192    3    8 : tunables    0    0    0\n";

static void amounts(void **state)
{
	(void)state;
	assert_int_equal(mw_meminfo_unexplained_kb(meminfo, strlen(meminfo), 0), 110000);
	assert_int_equal(mw_meminfo_unexplained_kb(meminfo, strlen(meminfo), 15000), 95000);
	/* Mapped by many processes it is counted by each. */
	assert_int_equal(mw_meminfo_unexplained_kb(meminfo, strlen(meminfo), 900000), 70000);
	assert_int_equal(mw_meminfo_unexplained_kb(meminfo, 50, 0), MW_UNKNOWN);
	assert_int_equal(mw_meminfo_unexplained_kb("", 0, 0), MW_UNKNOWN);
}

static void a_host_without_the_module(void **state)
{
	struct mw_source_host *host = mw_source_host_new(tree.root);
	struct mw_sample process = { .shmem_kb = 15000 };

	(void)state;
	assert_string_equal(round_at(host, 0), "");
	tree_write(&tree, "proc/meminfo", meminfo);
	tree_write(&tree, "proc/slabinfo", slabinfo);
	mw_source_host_count(host, &process);
	assert_string_equal(round_at(host, 10), "[host] 95000 695000;");
	/* A minute after the first look; the reclaimable caches are left out, by name here. */
	assert_string_equal(round_at(host, 60),
			    "[host] 110000 710000;[slab kmalloc-64] 1024 601024;"
			    "[slab task_struct] 4096 604096;");
	assert_string_equal(round_at(host, 70), "[host] 110000 710000;");
	/* What was told once is told on when it is small. */
	tree_write(&tree, "proc/slabinfo",
		   "slabinfo - version: 2.1\nkmalloc-64 16 20000 64 64 1\nother 16 200 64 64 1\n");
	assert_string_equal(round_at(host, 120),
			    "[host] 110000 710000;[slab kmalloc-64] 1 600001;");
	/* A clock that was set back does not silence it. */
	assert_string_equal(round_at(host, -5000),
			    "[host] 110000 710000;[slab kmalloc-64] 1 600001;");
	mw_source_host_free(host);
	tree_remove(&tree, "proc");
}

static void a_host_with_the_module(void **state)
{
	struct mw_source_host *host = mw_source_host_new(tree.root);

	(void)state;
	tree_write(&tree, "proc/slabinfo", slabinfo);
	tree_write(&tree, "proc/memwatch/slab",
		   "# cache allocs frees live_objects live_kb growth_kb\n"
		   "total_unreclaimable - - - 90000 5\n"
		   "my\\040cache 900 100 800 512 512\n"
		   "looks_unreclaimable 900 100 800 700 700\n"
		   "behind 1 900 -899 -400 -400\n");
	tree_write(&tree, "sys/kernel/slab/looks_unreclaimable/reclaim_account", "1\n");
	tree_write(&tree, "proc/memwatch/exited",
		   "# tgid start_ns comm owned_user_pages owned_kernel_pages exit_ns\n"
		   "812 1 api 5000 25 7\n813 1 api - - 8\n814 1 x 1 3 9\n");
	assert_string_equal(round_at(host, 0), "[orphans] 112 -9223372036854775808;"
					       "[slab my cache] 512 -9223372036854775808;");
	/* Without caches of its own the kernel's table speaks. */
	tree_write(&tree, "proc/memwatch/slab", "# cache allocs frees live_objects live_kb\n");
	assert_non_null(strstr(round_at(host, 60), "[slab kmalloc-64] 1024 "));
	tree_write(&tree, "proc/memwatch/exited", "nonsense\n");
	assert_null(strstr(round_at(host, 120), "[orphans]"));
	mw_source_host_free(host);
	tree_remove(&tree, "proc");
	tree_remove(&tree, "sys");
}

static void an_error_of_the_caller_ends_the_round(void **state)
{
	struct mw_source_host *host = mw_source_host_new(tree.root);
	struct seen seen = { .stop_at = 2 };

	(void)state;
	tree_write(&tree, "proc/meminfo", meminfo);
	tree_write(&tree, "proc/slabinfo", slabinfo);
	assert_int_equal(mw_source_host_read(host, 0, note, &seen), -7);
	assert_int_equal(seen.count, 2);
	mw_source_host_free(host);
	tree_remove(&tree, "proc");
}

static void names_are_stable(void **state)
{
	struct mw_sample a, b;

	(void)state;
	mw_entity_sample(MW_ENTITY_SLAB, "kmalloc-64", 0, 5, &a);
	mw_entity_sample(MW_ENTITY_SLAB, "kmalloc-96", 0, 5, &b);
	assert_string_equal(a.comm, "[slab kmalloc-64]");
	assert_true(a.start_ticks != b.start_ticks && a.start_ticks <= INT64_MAX);
	assert_int_equal(mw_entity_of(&a), MW_ENTITY_SLAB);
	mw_entity_sample(MW_ENTITY_SLAB,
			 "a_name_of_a_cache_that_is_longer_than_all_names_are_allowed_to_be_here",
			 0, 5, &a);
	assert_int_equal(strlen(a.comm), 6 + 50 + 1);
	a.pid = 7;
	assert_int_equal(mw_entity_of(&a), MW_ENTITY_PROCESS);
	strcpy(b.comm, "[unknown]");
	assert_int_equal(mw_entity_of(&b), MW_ENTITY_PROCESS);
}

struct judged {
	struct mw_lives *lives;
	struct mw_leak_config config;
	char leaks[512];
};

static int judge(const struct mw_sample *sample, void *arg)
{
	struct judged *judged = arg;
	bool is_new;
	struct mw_leak **leak =
		mw_lives_get(judged->lives, sample->pid, sample->start_ticks, &is_new);

	if (is_new)
		*leak = mw_leak_new(&judged->config);
	mw_leak_add(*leak, sample);
	return 0;
}

static void take(void *life, void *arg)
{
	struct mw_leak **leak = life;
	struct judged *judged = arg;
	struct mw_verdict verdict;
	size_t used = strlen(judged->leaks);

	mw_leak_verdict(*leak, &verdict);
	if (verdict.leak)
		snprintf(judged->leaks + used, sizeof(judged->leaks) - used, "%s %s;", verdict.comm,
			 verdict.class_name);
	mw_leak_free(*leak);
}

/* A driver leaks 100 KiB/s of slab objects and as much of pages, for three days. */
static void leaks_of_the_kernel_are_told(void **state)
{
	struct mw_source_host *host = mw_source_host_new(tree.root);
	struct judged judged = { .lives = mw_lives_new(sizeof(struct mw_leak *)) };
	char text[512];

	(void)state;
	mw_leak_defaults(&judged.config);
	for (int minute = 0; minute < 3 * 1440; minute++) {
		long leaked = 6000L * minute, wave = 50000 + (minute * 7919) % 3000;

		snprintf(text, sizeof(text),
			 "MemTotal: 99000000 kB\nMemAvailable: %ld kB\nAnonPages: %ld kB\n"
			 "SUnreclaim: %ld kB\n",
			 90000000 - 2 * leaked - wave, wave, 90000 + leaked);
		tree_write(&tree, "proc/meminfo", text);
		snprintf(text, sizeof(text),
			 "slabinfo - version: 2.1\nkmalloc-1k %ld 1 1024\nsteady 90000 1 1024\n",
			 5000 + leaked);
		tree_write(&tree, "proc/slabinfo", text);
		assert_int_equal(mw_source_host_read(host, minute * 60.0, judge, &judged), 0);
	}
	mw_lives_free(judged.lives, take, &judged);
	mw_source_host_free(host);
	assert_string_equal(judged.leaks, "[host] host-memory;[slab kmalloc-1k] slab-cache;");
	tree_remove(&tree, "proc");
}

static int make_tree(void **state)
{
	(void)state;
	tree_new(&tree);
	return 0;
}

static int remove_tree(void **state)
{
	(void)state;
	tree_free(&tree);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts),
		cmocka_unit_test(a_host_without_the_module),
		cmocka_unit_test(a_host_with_the_module),
		cmocka_unit_test(an_error_of_the_caller_ends_the_round),
		cmocka_unit_test(names_are_stable),
		cmocka_unit_test(leaks_of_the_kernel_are_told),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_memory_limits.c - the limit that a process meets first, on recorded hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "meminfo.h"
#include "memory_limits.h"
#include "sample.h"
#include "tree.h"

#define GIB_KB (1024LL * 1024)

static int64_t address_space(const char *text)
{
	return mw_limits_parse_address_space(text, strlen(text));
}

static void address_space_of_limits(void **state)
{
	static const char head[] =
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max cpu time              unlimited            unlimited            seconds   \n";
	char text[512];

	(void)state;
	snprintf(
		text, sizeof(text),
		"%sMax address space         1073741824           unlimited            bytes     \n",
		head);
	assert_int_equal(address_space(text), GIB_KB);
	snprintf(
		text, sizeof(text),
		"%sMax address space         unlimited            1073741824           bytes     \n",
		head);
	assert_int_equal(address_space(text), MW_UNKNOWN);
	assert_int_equal(address_space(head), MW_UNKNOWN);
	assert_int_equal(address_space(""), MW_UNKNOWN);
	assert_int_equal(address_space("Max address space"), MW_UNKNOWN);
}

static void available_of_meminfo(void **state)
{
	static const char text[] = "MemTotal:       24683520 kB\nMemFree:        24413184 kB\n"
				   "MemAvailable:   24371200 kB\n";

	(void)state;
	assert_int_equal(mw_meminfo_kb(text, strlen(text), "MemAvailable:"), 24371200);
	assert_int_equal(mw_meminfo_kb("MemTotal: 5 kB\n", 15, "MemAvailable:"), MW_UNKNOWN);
	assert_int_equal(mw_meminfo_kb("MemAvailable: kB\n", 17, "MemAvailable:"), MW_UNKNOWN);
}

static void values_of_cgroups(void **state)
{
	static const struct {
		const char *text;
		int64_t kb;
	} cases[] = {
		{ "67108864\n", 65536 },
		{ "max\n", MW_UNKNOWN },
		{ "", MW_UNKNOWN },
		{ "0\n", 0 },
		{ "9223372036854771712\n", MW_UNKNOWN },
		{ "9223372036854775807\n", MW_UNKNOWN },
		{ "99999999999999999999999\n", MW_UNKNOWN },
		{ "1099511627776\n", 1024 * GIB_KB },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(mw_limits_parse_cgroup_value(cases[i].text, strlen(cases[i].text)),
				 cases[i].kb);
}

static void paths_of_cgroups(void **state)
{
	static const char text[] = "9:name=systemd:/\n4:cpu,memory:/box/a:b\n0::/user.slice/x\n";
	const char *path;
	size_t len;

	(void)state;
	path = mw_limits_parse_cgroup_path(text, strlen(text), "", &len);
	assert_non_null(path);
	assert_int_equal(len, 13);
	assert_memory_equal(path, "/user.slice/x", len);
	path = mw_limits_parse_cgroup_path(text, strlen(text), "memory", &len);
	assert_non_null(path);
	assert_int_equal(len, 8);
	assert_memory_equal(path, "/box/a:b", len);
	assert_null(mw_limits_parse_cgroup_path(text, strlen(text), "mem", &len));
	assert_null(mw_limits_parse_cgroup_path("0:\nx\n\n", 6, "", &len));
}

/* A host with 1 GiB available and one process, number 12, in /app.slice/api.service. */
static void host_new(struct tree *tree)
{
	tree_new(tree);
	tree_write(tree, "proc/meminfo", "MemTotal: 2097152 kB\nMemAvailable: 1048576 kB\n");
	tree_write(tree, "proc/12/cgroup", "0::/app.slice/api.service\n");
	tree_write(tree, "proc/12/limits",
		   "Max address space         unlimited   unlimited   bytes\n");
}

static int64_t limit_of(const struct tree *tree, int64_t rss_kb)
{
	struct mw_proc_dir *dir;
	struct mw_limits *limits;
	int64_t limit_kb;

	assert_int_equal(mw_proc_dir_open(tree_path(tree, "proc"), &dir), 0);
	limits = mw_limits_new(tree->root, dir);
	assert_non_null(limits);
	mw_limits_begin(limits);
	limit_kb = mw_limits_get_kb(limits, 12, 100, rss_kb, 0);
	mw_limits_end(limits);
	mw_limits_free(limits);
	mw_proc_dir_close(dir);
	return limit_kb;
}

static void the_smallest_limit_counts(void **state)
{
	struct tree tree;

	(void)state;
	host_new(&tree);
	/* The host: what is available, and what the process has already. */
	assert_int_equal(limit_of(&tree, 1000), GIB_KB + 1000);
	/* A cgroup above the process's own. */
	tree_write(&tree, "sys/fs/cgroup/app.slice/api.service/memory.max", "max\n");
	tree_write(&tree, "sys/fs/cgroup/app.slice/memory.max", "536870912\n");
	assert_int_equal(limit_of(&tree, 1000), GIB_KB / 2);
	/* Its own. */
	tree_write(&tree, "sys/fs/cgroup/app.slice/api.service/memory.max", "268435456\n");
	assert_int_equal(limit_of(&tree, 1000), GIB_KB / 4);
	/* That of the whole, as in a container. */
	tree_write(&tree, "sys/fs/cgroup/memory.max", "134217728\n");
	assert_int_equal(limit_of(&tree, 1000), GIB_KB / 8);
	/* And RLIMIT_AS: 64 MiB, of which 44 are mapped and 4 resident: RSS has room for 20 more. */
	tree_write(&tree, "proc/12/limits",
		   "Max address space         67108864   unlimited   bytes\n");
	tree_write(&tree, "proc/12/statm", "11264 1024 256 1 0 900 0\n");
	assert_int_equal(limit_of(&tree, 1000), 24 * 1024);
	tree_write(&tree, "proc/12/statm", "11264");
	assert_int_equal(limit_of(&tree, 1000), GIB_KB / 8);
	tree_free(&tree);
}

static void cgroups_of_version_1(void **state)
{
	struct tree tree;

	(void)state;
	host_new(&tree);
	tree_write(&tree, "proc/12/cgroup", "4:memory:/docker/0123\n1:cpu:/\n0::/\n");
	tree_write(&tree, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_int_equal(limit_of(&tree, 0), GIB_KB);
	tree_write(&tree, "sys/fs/cgroup/memory/docker/0123/memory.limit_in_bytes", "67108864\n");
	assert_int_equal(limit_of(&tree, 0), 65536);
	/* Inside of the container the path of the host leads nowhere. */
	tree_remove(&tree, "sys/fs/cgroup/memory/docker");
	tree_write(&tree, "sys/fs/cgroup/memory/memory.limit_in_bytes", "33554432\n");
	assert_int_equal(limit_of(&tree, 0), 32768);
	tree_free(&tree);
}

static void a_cgroup_outside_of_the_namespace(void **state)
{
	struct tree tree;

	(void)state;
	host_new(&tree);
	tree_write(&tree, "proc/12/cgroup", "0::/../../other\n");
	tree_write(&tree, "sys/fs/cgroup/memory.max", "67108864\n");
	tree_write(&tree, "sys/fs/memory.max", "1048576\n");
	assert_int_equal(limit_of(&tree, 0), 65536);
	tree_free(&tree);
}

static void a_host_that_says_nothing(void **state)
{
	struct tree tree;

	(void)state;
	tree_new(&tree);
	tree_write(&tree, "proc/12/stat", "");
	assert_int_equal(limit_of(&tree, 1000), MW_UNKNOWN);
	tree_free(&tree);
}

/* The cgroup is looked at again after a minute, the host in every round. */
static void how_long_a_limit_is_kept(void **state)
{
	struct mw_proc_dir *dir;
	struct mw_limits *limits;
	struct tree tree;

	(void)state;
	host_new(&tree);
	tree_write(&tree, "sys/fs/cgroup/memory.max", "67108864\n");
	assert_int_equal(mw_proc_dir_open(tree_path(&tree, "proc"), &dir), 0);
	limits = mw_limits_new(tree.root, dir);
	mw_limits_begin(limits);
	assert_int_equal(mw_limits_get_kb(limits, 12, 100, 0, 1000), 65536);
	tree_write(&tree, "sys/fs/cgroup/memory.max", "134217728\n");
	assert_int_equal(mw_limits_get_kb(limits, 12, 100, 0, 1000.5), 65536);
	/* Another life of the same group. */
	assert_int_equal(mw_limits_get_kb(limits, 12, 101, 0, 1000.5), 65536);
	tree_write(&tree, "proc/meminfo", "MemAvailable: 1024 kB\n");
	mw_limits_begin(limits);
	assert_int_equal(mw_limits_get_kb(limits, 12, 100, 8, 1000.9), 1032);
	tree_write(&tree, "proc/meminfo", "");
	mw_limits_begin(limits);
	assert_int_equal(mw_limits_get_kb(limits, 12, 100, 0, 1061), 131072);
	mw_limits_free(limits);
	mw_proc_dir_close(dir);
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_space_of_limits),
		cmocka_unit_test(available_of_meminfo),
		cmocka_unit_test(values_of_cgroups),
		cmocka_unit_test(paths_of_cgroups),
		cmocka_unit_test(the_smallest_limit_counts),
		cmocka_unit_test(cgroups_of_version_1),
		cmocka_unit_test(a_cgroup_outside_of_the_namespace),
		cmocka_unit_test(a_host_that_says_nothing),
		cmocka_unit_test(how_long_a_limit_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_limits.c - the memory limit that a process meets first. Some ten small files
 * a process, so that answers are kept: that of a control group for a minute, whoever asks,
 * and for five which group a process is in and what its own limit is; only the host's is
 * fresh. Missing files are no errors: a limit that cannot be read is no limit.
 */
#include "memory_limits.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address_space.h"
#include "lives.h"
#include "meminfo.h"
#include "proc_pid.h"
#include "sample.h"
#include "textfile.h"

#define KEEP_CGROUP_S  60.0
#define KEEP_PROCESS_S 300.0
#define PATH_BYTES     4352 /* PATH_MAX and a file name */
/* cgroup v1 has no word for "none": it says LONG_MAX, rounded down to a page. */
#define V1_NONE_KB (INT64_MAX / 1024 - 1024)

/* Of a control group, by a hash of what /proc/PID/cgroup says. */
struct kept_cgroup {
	int64_t limit_kb;
	double until_s;
};

/* Of a process life. */
struct kept_process {
	uint64_t cgroup;
	int64_t address_space_kb; /* RLIMIT_AS */
	struct mw_space *space;	  /* NULL unless there is one */
	double until_s;
};

struct mw_limits {
	const struct mw_proc_dir *dir;
	struct mw_lives *processes;
	struct mw_lives *cgroups;
	double now_s;	  /* the last time that anybody asked */
	double cleared_s; /* when what is old was forgotten last */
	int64_t available_kb;
	char root[];
};

struct mw_limits *mw_limits_new(const char *root, const struct mw_proc_dir *dir)
{
	size_t size = strlen(root) + 1;
	struct mw_limits *limits = calloc(1, sizeof(*limits) + size);

	if (limits == NULL)
		return NULL;
	memcpy(limits->root, root, size);
	limits->dir = dir;
	limits->available_kb = MW_UNKNOWN;
	limits->processes = mw_lives_new(sizeof(struct kept_process));
	limits->cgroups = mw_lives_new(sizeof(struct kept_cgroup));
	if (limits->processes == NULL || limits->cgroups == NULL) {
		mw_limits_free(limits);
		return NULL;
	}
	return limits;
}

static void free_process(void *block, void *arg)
{
	struct kept_process *kept = block;

	(void)arg;
	free(kept->space);
}

void mw_limits_free(struct mw_limits *limits)
{
	if (limits == NULL)
		return;
	mw_lives_free(limits->processes, free_process, NULL);
	mw_lives_free(limits->cgroups, NULL, NULL);
	free(limits);
}

int64_t mw_limits_parse_address_space(const char *text, size_t len)
{
	size_t left;
	const char *value = mw_meminfo_line(text, len, "Max address space", &left);
	int64_t bytes = value != NULL ? mw_meminfo_count(value, left) : MW_UNKNOWN;

	return bytes == MW_UNKNOWN ? MW_UNKNOWN : bytes / 1024;
}

int64_t mw_limits_parse_cgroup_value(const char *text, size_t len)
{
	int64_t bytes = mw_meminfo_count(text, len);

	if (bytes == MW_UNKNOWN || bytes / 1024 >= V1_NONE_KB)
		return MW_UNKNOWN;
	return bytes / 1024;
}

/* Whether the list "cpu,memory" holds @controller. */
static bool has_controller(const char *list, size_t len, const char *controller)
{
	size_t want = strlen(controller);
	const char *end = list + len;

	for (;;) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma != NULL ? comma : end;

		if ((size_t)(stop - list) == want && memcmp(list, controller, want) == 0)
			return true;
		if (comma == NULL)
			return false;
		list = comma + 1;
	}
}

const char *mw_limits_parse_cgroup_path(const char *text, size_t len, const char *controller,
					size_t *ret_len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		const char *list = memchr(text, ':', (size_t)(stop - text));
		const char *path =
			list != NULL ? memchr(list + 1, ':', (size_t)(stop - list - 1)) : NULL;

		if (path != NULL &&
		    has_controller(list + 1, (size_t)(path - list - 1), controller)) {
			*ret_len = (size_t)(stop - path - 1);
			return path + 1;
		}
		text = stop + 1;
	}
	return NULL;
}

static int64_t smaller(int64_t a, int64_t b)
{
	if (a == MW_UNKNOWN)
		return b;
	if (b == MW_UNKNOWN)
		return a;
	return a < b ? a : b;
}

static int64_t read_cgroup_value(const char *path)
{
	char text[64];
	ssize_t len = mw_textfile_read(path, text, sizeof(text));

	return len < 0 ? MW_UNKNOWN : mw_limits_parse_cgroup_value(text, (size_t)len);
}

/* The smallest limit of a cgroup and of all above it. */
static int64_t walk_cgroups(const struct mw_limits *limits, const char *mount, const char *file,
			    const char *cgroup, size_t len)
{
	char path[PATH_BYTES];
	int64_t limit_kb = MW_UNKNOWN;

	/* A cgroup outside of the reader's cgroup namespace is shown as "/../…". */
	if (len >= 3 && memcmp(cgroup, "/..", 3) == 0)
		len = 0;
	for (;;) {
		int out;

		while (len > 0 && cgroup[len - 1] == '/')
			len--;
		out = snprintf(path, sizeof(path), "%s%s%.*s/%s", limits->root, mount, (int)len,
			       cgroup, file);
		if (out < (int)sizeof(path))
			limit_kb = smaller(limit_kb, read_cgroup_value(path));
		if (len == 0)
			return limit_kb;
		while (len > 0 && cgroup[len - 1] != '/')
			len--;
	}
}

static int64_t read_cgroup(const struct mw_limits *limits, const char *text, size_t len)
{
	int64_t limit_kb = MW_UNKNOWN;
	size_t path_len;
	const char *path = mw_limits_parse_cgroup_path(text, len, "", &path_len);

	if (path != NULL)
		limit_kb = walk_cgroups(limits, "/sys/fs/cgroup", "memory.max", path, path_len);
	path = mw_limits_parse_cgroup_path(text, len, "memory", &path_len);
	if (path != NULL)
		limit_kb = smaller(limit_kb, walk_cgroups(limits, "/sys/fs/cgroup/memory",
							  "memory.limit_in_bytes", path, path_len));
	return limit_kb;
}

/* 64-bit FNV-1a; never 0. */
static uint64_t hash_text(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	return hash | 1;
}

static int64_t read_address_space(const struct mw_limits *limits, int32_t pid)
{
	char text[4096];
	ssize_t len = mw_proc_dir_read(limits->dir, pid, "limits", text, sizeof(text));

	return len < 0 ? MW_UNKNOWN : mw_limits_parse_address_space(text, (size_t)len);
}

void mw_limits_begin(struct mw_limits *limits)
{
	char path[PATH_BYTES];
	char text[4096];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/proc/meminfo", limits->root);
	len = mw_textfile_read(path, text, sizeof(text));
	limits->available_kb =
		len < 0 ? MW_UNKNOWN : mw_meminfo_kb(text, (size_t)len, "MemAvailable:");
}

/* The limit of the group that a process is in, and which that is (0: unknown). */
static int64_t look_up_cgroup(struct mw_limits *limits, int32_t pid, double now_s,
			      uint64_t *ret_cgroup)
{
	char text[8192];
	ssize_t len = mw_proc_dir_read(limits->dir, pid, "cgroup", text, sizeof(text));
	struct kept_cgroup *kept;
	bool is_new;

	*ret_cgroup = 0;
	if (len < 0)
		return MW_UNKNOWN;
	*ret_cgroup = hash_text(text, (size_t)len);
	kept = mw_lives_get(limits->cgroups, 0, *ret_cgroup, &is_new);
	if (kept == NULL)
		return read_cgroup(limits, text, (size_t)len);
	if (is_new || now_s >= kept->until_s) {
		kept->limit_kb = read_cgroup(limits, text, (size_t)len);
		kept->until_s = now_s + KEEP_CGROUP_S;
	}
	return kept->limit_kb;
}

static int64_t get_cgroup_kb(struct mw_limits *limits, struct kept_process *process, int32_t pid,
			     double now_s)
{
	const struct kept_cgroup *kept = mw_lives_find(limits->cgroups, 0, process->cgroup);

	if (now_s < process->until_s && kept != NULL && now_s < kept->until_s)
		return kept->limit_kb;
	return look_up_cgroup(limits, pid, now_s, &process->cgroup);
}

/* The RSS at which a process meets RLIMIT_AS; only those that have one are asked for more. */
static int64_t get_space_kb(const struct mw_limits *limits, struct kept_process *process,
			    int32_t pid, double now_s)
{
	int64_t page_kb = sysconf(_SC_PAGESIZE) / 1024;
	struct mw_proc_statm statm;
	char text[256];
	ssize_t len;

	if (process->address_space_kb == MW_UNKNOWN)
		return MW_UNKNOWN;
	if (process->space == NULL)
		process->space = calloc(1, sizeof(*process->space));
	len = mw_proc_dir_read(limits->dir, pid, "statm", text, sizeof(text));
	if (process->space == NULL || len < 0 || !mw_proc_statm_parse(text, (size_t)len, &statm))
		return MW_UNKNOWN;
	return mw_space_limit_kb(process->space, process->address_space_kb, statm.size * page_kb,
				 statm.resident * page_kb, now_s);
}

int64_t mw_limits_get_kb(struct mw_limits *limits, int32_t pid, uint64_t start_ticks,
			 int64_t rss_kb, double now_s)
{
	bool is_new;
	struct kept_process *process = mw_lives_get(limits->processes, pid, start_ticks, &is_new);
	int64_t host_kb = limits->available_kb, cgroup_kb;

	limits->now_s = now_s;
	if (host_kb != MW_UNKNOWN)
		host_kb += rss_kb;
	if (process == NULL)
		return host_kb;
	cgroup_kb = get_cgroup_kb(limits, process, pid, now_s);
	if (is_new || now_s >= process->until_s) {
		process->address_space_kb = read_address_space(limits, pid);
		/* The first time is cut short by pid, so that they do not all come due at once. */
		process->until_s =
			now_s + (is_new ? KEEP_PROCESS_S * (1 + pid % 64) / 64 : KEEP_PROCESS_S);
	}
	return smaller(smaller(cgroup_kb, get_space_kb(limits, process, pid, now_s)), host_kb);
}

static bool is_cgroup_kept(void *life, void *arg)
{
	const struct kept_cgroup *kept = life;
	const struct mw_limits *limits = arg;

	return limits->now_s < kept->until_s + KEEP_PROCESS_S;
}

static bool is_process_kept(void *life, void *arg)
{
	struct kept_process *kept = life;
	const struct mw_limits *limits = arg;

	if (limits->now_s < kept->until_s + KEEP_PROCESS_S)
		return true;
	free_process(kept, NULL);
	return false;
}

void mw_limits_end(struct mw_limits *limits)
{
	if (limits->now_s < limits->cleared_s + KEEP_PROCESS_S)
		return;
	limits->cleared_s = limits->now_s;
	mw_lives_filter(limits->processes, is_process_kept, limits);
	mw_lives_filter(limits->cgroups, is_cgroup_kept, limits);
}

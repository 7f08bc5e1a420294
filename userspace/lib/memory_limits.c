// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_limits.c - the memory limit that a process meets first. Some ten small files
 * a process, so that the answer is kept for a minute; only the host's is fresh.
 * Missing files are no errors: a limit that cannot be read is no limit.
 */
#include "memory_limits.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lives.h"
#include "number.h"
#include "sample.h"
#include "textfile.h"

#define KEEP_S	   60.0
#define PATH_BYTES 4352 /* PATH_MAX and a file name */
/* cgroup v1 has no word for "none": it says LONG_MAX, rounded down to a page. */
#define V1_NONE_KB (INT64_MAX / 1024 - 1024)

struct kept {
	int64_t limit_kb;
	double until_s;
};

struct mw_limits {
	const struct mw_proc_dir *dir;
	struct mw_lives *kept;
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
	limits->kept = mw_lives_new(sizeof(struct kept));
	if (limits->kept == NULL) {
		free(limits);
		return NULL;
	}
	return limits;
}

void mw_limits_free(struct mw_limits *limits)
{
	if (limits == NULL)
		return;
	mw_lives_free(limits->kept, NULL, NULL);
	free(limits);
}

/* The first line that begins with @key, from behind the key; NULL if there is none. */
static const char *line_after(const char *text, size_t len, const char *key, size_t *ret_len)
{
	size_t key_len = strlen(key);
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;

		if ((size_t)(stop - text) >= key_len && memcmp(text, key, key_len) == 0) {
			*ret_len = (size_t)(stop - text) - key_len;
			return text + key_len;
		}
		text = stop + 1;
	}
	return NULL;
}

/* The number at the head of @text, behind blanks. */
static int64_t leading_count(const char *text, size_t len)
{
	size_t skip = 0;
	size_t digits = 0;
	int64_t value;

	while (skip < len && (text[skip] == ' ' || text[skip] == '\t'))
		skip++;
	while (skip + digits < len && text[skip + digits] >= '0' && text[skip + digits] <= '9')
		digits++;
	if (mw_number_count(text + skip, digits, &value) != NULL)
		return MW_UNKNOWN;
	return value;
}

int64_t mw_limits_parse_address_space(const char *text, size_t len)
{
	size_t left;
	const char *value = line_after(text, len, "Max address space", &left);
	int64_t bytes = value != NULL ? leading_count(value, left) : MW_UNKNOWN;

	return bytes == MW_UNKNOWN ? MW_UNKNOWN : bytes / 1024;
}

int64_t mw_limits_parse_available(const char *text, size_t len)
{
	size_t left;
	const char *value = line_after(text, len, "MemAvailable:", &left);

	return value != NULL ? leading_count(value, left) : MW_UNKNOWN;
}

int64_t mw_limits_parse_cgroup_value(const char *text, size_t len)
{
	int64_t bytes = leading_count(text, len);

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

static int64_t read_cgroup(const struct mw_limits *limits, int32_t pid)
{
	char text[8192];
	ssize_t len = mw_proc_dir_read(limits->dir, pid, "cgroup", text, sizeof(text));
	int64_t limit_kb = MW_UNKNOWN;
	const char *path;
	size_t path_len;

	if (len < 0)
		return MW_UNKNOWN;
	path = mw_limits_parse_cgroup_path(text, (size_t)len, "", &path_len);
	if (path != NULL)
		limit_kb = walk_cgroups(limits, "/sys/fs/cgroup", "memory.max", path, path_len);
	path = mw_limits_parse_cgroup_path(text, (size_t)len, "memory", &path_len);
	if (path != NULL)
		limit_kb = smaller(limit_kb, walk_cgroups(limits, "/sys/fs/cgroup/memory",
							  "memory.limit_in_bytes", path, path_len));
	return limit_kb;
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
	limits->available_kb = len < 0 ? MW_UNKNOWN : mw_limits_parse_available(text, (size_t)len);
}

int64_t mw_limits_get_kb(struct mw_limits *limits, int32_t pid, uint64_t start_ticks,
			 int64_t rss_kb, double now_s)
{
	bool is_new;
	struct kept *kept = mw_lives_get(limits->kept, pid, start_ticks, &is_new);
	int64_t host_kb = limits->available_kb;

	if (host_kb != MW_UNKNOWN)
		host_kb += rss_kb;
	if (kept == NULL)
		return host_kb;
	if (is_new || now_s >= kept->until_s) {
		kept->limit_kb = smaller(read_cgroup(limits, pid), read_address_space(limits, pid));
		/* The first time is cut short by pid, so that they do not all come due at once. */
		kept->until_s = now_s + (is_new ? KEEP_S * (1 + pid % 64) / 64 : KEEP_S);
	}
	return smaller(kept->limit_kb, host_kb);
}

void mw_limits_end(struct mw_limits *limits)
{
	mw_lives_sweep(limits->kept, NULL, NULL);
}

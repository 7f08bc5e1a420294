// SPDX-License-Identifier: GPL-2.0-only
/*
 * drill_limit.c - makes, enters and removes the control group of a drill. The
 * kernel kills inside the group when it is full: nothing else on the host can
 * be hit. Must never touch a group that it did not make.
 */
#include "drill_limit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static int write_text(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX + 64];
	size_t len = strlen(text);
	ssize_t written;
	int err = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	written = write(fd, text, len);
	if (written < 0)
		err = -errno;
	else if ((size_t)written != len)
		err = -EIO;
	close(fd);
	return err;
}

/* Swap would only put the end off; a kernel that does not account it has no such file. */
static int set_up(const struct drill_limit *limit)
{
	char text[32];
	int err;

	err = write_text(limit->dir, "memory.swap.max", "0");
	if (err < 0 && err != -ENOENT)
		return err;
	snprintf(text, sizeof(text), "%jd", (intmax_t)limit->kib * 1024);
	return write_text(limit->dir, "memory.max", text);
}

void drill_limit_make(struct drill_limit *limit, int64_t kib)
{
	memset(limit, 0, sizeof(*limit));
	limit->kib = kib;
	if (access(CGROUP_ROOT "/cgroup.subtree_control", W_OK) < 0) {
		limit->why_not = -errno;
		return;
	}
	/* Given to children already on any host with systemd; no harm is done by asking. */
	write_text(CGROUP_ROOT, "cgroup.subtree_control", "+memory");
	snprintf(limit->dir, sizeof(limit->dir), CGROUP_ROOT "/memwatch-drill-%d", getpid());
	if (mkdir(limit->dir, 0755) < 0) {
		limit->why_not = -errno;
		return;
	}
	limit->why_not = set_up(limit);
	limit->is_cgroup = limit->why_not == 0;
	if (!limit->is_cgroup)
		rmdir(limit->dir);
}

/* What this process has already, in bytes; 0 if that cannot be known. */
static rlim_t address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

int drill_limit_enter(const struct drill_limit *limit)
{
	rlim_t bytes = address_space() + (rlim_t)limit->kib * 1024;
	struct rlimit space = { .rlim_cur = bytes, .rlim_max = bytes };

	if (limit->is_cgroup)
		return write_text(limit->dir, "cgroup.procs", "0");
	return setrlimit(RLIMIT_AS, &space) < 0 ? -errno : 0;
}

bool drill_limit_was_met(const struct drill_limit *limit)
{
	char path[PATH_MAX + 64];
	char line[128];
	unsigned long kills = 0;
	FILE *file;

	if (!limit->is_cgroup)
		return false;
	snprintf(path, sizeof(path), "%s/memory.events", limit->dir);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "oom_kill %lu", &kills) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return kills > 0;
}

void drill_limit_remove(const struct drill_limit *limit)
{
	if (!limit->is_cgroup)
		return;
	/* The group is busy for a moment after its last process was reaped. */
	for (int i = 0; i < 50 && rmdir(limit->dir) < 0 && errno == EBUSY; i++)
		usleep(20000);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * proc_dir.c - walks /proc and reads files of processes by way of its open
 * directory, which saves the kernel the lookup of "/proc" and lets a recorded
 * tree stand in. Never holds a descriptor of a process between calls: 5,000 of
 * them would not fit the usual limit of 1,024.
 */
#define _GNU_SOURCE /* O_PATH */
#include "proc_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "textfile.h"

struct mw_proc_dir {
	DIR *stream;
};

int mw_proc_dir_open(const char *path, struct mw_proc_dir **ret_dir)
{
	struct mw_proc_dir *dir = calloc(1, sizeof(*dir));
	int err;

	if (dir == NULL)
		return -ENOMEM;
	dir->stream = opendir(path);
	if (dir->stream == NULL) {
		err = -errno;
		free(dir);
		return err;
	}
	*ret_dir = dir;
	return 0;
}

void mw_proc_dir_close(struct mw_proc_dir *dir)
{
	if (dir == NULL)
		return;
	closedir(dir->stream);
	free(dir);
}

/* The pid of an entry, or 0 when it is no process. */
static int32_t pid_of(const struct dirent *entry)
{
	uint64_t pid;

	if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
	    mw_number_uint64(entry->d_name, strlen(entry->d_name), &pid) != NULL || pid > INT32_MAX)
		return 0;
	return (int32_t)pid;
}

int mw_proc_dir_each(struct mw_proc_dir *dir, mw_pid_fn fn, void *arg)
{
	rewinddir(dir->stream);
	for (;;) {
		const struct dirent *entry;
		int32_t pid;
		int err;

		errno = 0;
		entry = readdir(dir->stream);
		if (entry == NULL)
			return -errno;
		pid = pid_of(entry);
		err = pid > 0 ? fn(pid, arg) : 0;
		if (err != 0)
			return err;
	}
}

int mw_proc_dir_some(struct mw_proc_dir *dir, int max, mw_pid_fn fn, void *arg)
{
	for (int count = 0; count < max; count++) {
		const struct dirent *entry;
		int32_t pid;
		int err;

		errno = 0;
		entry = readdir(dir->stream);
		if (entry == NULL) {
			err = -errno;
			rewinddir(dir->stream);
			return err < 0 ? err : count;
		}
		pid = pid_of(entry);
		err = pid > 0 ? fn(pid, arg) : 0;
		if (err < 0)
			return err;
	}
	return max;
}

int mw_proc_dir_open_pid(const struct mw_proc_dir *dir, int32_t pid)
{
	char path[16];
	int fd;

	snprintf(path, sizeof(path), "%d", pid);
	fd = openat(dirfd(dir->stream), path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

ssize_t mw_proc_dir_read(const struct mw_proc_dir *dir, int32_t pid, const char *name, char *buf,
			 size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	return mw_textfile_read_at(dirfd(dir->stream), path, buf, size);
}

int mw_proc_dir_stat(const struct mw_proc_dir *dir, int32_t pid, struct mw_proc_stat *ret_stat)
{
	char text[2048];
	ssize_t len = mw_proc_dir_read(dir, pid, "stat", text, sizeof(text));

	if (len < 0)
		return (int)len;
	return mw_proc_stat_parse(text, (size_t)len, ret_stat) ? 0 : -EBADMSG;
}

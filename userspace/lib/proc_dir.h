/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proc_dir.h - the directory /proc (or a recorded copy of it), kept open, and
 * the processes in it.
 */
#ifndef MW_PROC_DIR_H
#define MW_PROC_DIR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc_pid.h"

struct mw_proc_dir;

/* Called for each process; returning non-zero ends the walk with that value. */
typedef int (*mw_pid_fn)(int32_t pid, void *arg);

/**
 * mw_proc_dir_open() - open a proc tree
 * @path:    "/proc", or where a recorded one lies
 * @ret_dir: the directory
 * Returns 0 or a negative errno.
 */
int mw_proc_dir_open(const char *path, struct mw_proc_dir **ret_dir);

/** mw_proc_dir_close() - NULL is allowed */
void mw_proc_dir_close(struct mw_proc_dir *dir);

/** mw_proc_dir_each() - every process there is now; 0, a negative errno, or what @fn returned */
int mw_proc_dir_each(struct mw_proc_dir *dir, mw_pid_fn fn, void *arg);

/**
 * mw_proc_dir_some() - the next processes, from where the last call stopped
 * @max: entries to look at, at least 1
 * Begins anew behind the end. Returns how many entries were looked at, less than @max at the
 * end of the directory; a negative errno; or what @fn returned when that was negative.
 */
int mw_proc_dir_some(struct mw_proc_dir *dir, int max, mw_pid_fn fn, void *arg);

/**
 * mw_proc_dir_open_pid() - the directory of a process, to read several of its files
 * What is opened in it is of the same process life, even if the pid is used again meanwhile.
 * Returns a descriptor for openat(), to be closed, or a negative errno.
 */
int mw_proc_dir_open_pid(const struct mw_proc_dir *dir, int32_t pid);

/**
 * mw_proc_dir_read() - the file @name of a process
 * Returns the bytes read or a negative errno (-ENOENT or -ESRCH: it is gone).
 */
ssize_t mw_proc_dir_read(const struct mw_proc_dir *dir, int32_t pid, const char *name, char *buf,
			 size_t size);

/**
 * mw_proc_dir_stat() - its stat file, parsed
 * Returns 0 or a negative errno; -EBADMSG when the text is no stat file's.
 */
int mw_proc_dir_stat(const struct mw_proc_dir *dir, int32_t pid, struct mw_proc_stat *ret_stat);

#endif /* MW_PROC_DIR_H */

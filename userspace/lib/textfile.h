/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * textfile.h - small files of /proc and /sys, read whole.
 */
#ifndef MW_TEXTFILE_H
#define MW_TEXTFILE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * mw_textfile_read_at() - read a file into a buffer of fixed size
 * @dirfd, @path: as openat() takes them
 * @buf, @size:   where to; a NUL is put behind what was read
 * Returns the bytes read, at most @size - 1 (the rest is dropped), or a
 * negative errno. -ENOENT and -ESRCH both mean that the process is gone.
 */
ssize_t mw_textfile_read_at(int dirfd, const char *path, char *buf, size_t size);

/** mw_textfile_read() - the same with a path of its own */
ssize_t mw_textfile_read(const char *path, char *buf, size_t size);

/**
 * mw_textfile_read_fd() - read on until @size bytes or the end of the file
 * No NUL is put behind them. Returns the bytes read, or a negative errno.
 */
ssize_t mw_textfile_read_fd(int fd, char *buf, size_t size);

/**
 * struct mw_textbuf - a buffer that grows to hold whole files and is used again
 * All zero to begin with; mw_textbuf_free() releases it.
 */
struct mw_textbuf {
	char *data;
	size_t len;
	size_t size;
};

/** mw_textbuf_read() - read a whole file; returns 0 or a negative errno */
int mw_textbuf_read(struct mw_textbuf *text, const char *path);

/** mw_textbuf_free() - release the memory */
void mw_textbuf_free(struct mw_textbuf *text);

#endif /* MW_TEXTFILE_H */

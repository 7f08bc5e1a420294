// SPDX-License-Identifier: GPL-2.0-only
/*
 * textfile.c - reads small files of /proc and /sys whole, since what they say
 * is of one moment only if it is read in one go. Never writes.
 */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_BYTES 65536

ssize_t mw_textfile_read_fd(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, buf + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/*
 * One read(), not two: the files of /proc/PID fill a buffer that is large
 * enough at once, and a second read just to see the end costs as much again.
 */
ssize_t mw_textfile_read_at(int dirfd, const char *path, char *buf, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	do {
		got = read(fd, buf, size - 1);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		got = -errno;
	else
		buf[got] = '\0';
	close(fd);
	return got;
}

ssize_t mw_textfile_read(const char *path, char *buf, size_t size)
{
	return mw_textfile_read_at(AT_FDCWD, path, buf, size);
}

static int grow(struct mw_textbuf *text)
{
	size_t size = text->size > 0 ? text->size * 2 : FIRST_BYTES;
	char *data = realloc(text->data, size);

	if (data == NULL)
		return -ENOMEM;
	text->data = data;
	text->size = size;
	return 0;
}

int mw_textbuf_read(struct mw_textbuf *text, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	text->len = 0;
	for (;;) {
		ssize_t got;

		if (text->len == text->size) {
			err = grow(text);
			if (err < 0)
				break;
		}
		got = mw_textfile_read_fd(fd, text->data + text->len, text->size - text->len);
		if (got < 0) {
			err = (int)got;
			break;
		}
		text->len += (size_t)got;
		if (text->len < text->size)
			break;
	}
	close(fd);
	return err;
}

void mw_textbuf_free(struct mw_textbuf *text)
{
	free(text->data);
	text->data = NULL;
	text->len = 0;
	text->size = 0;
}

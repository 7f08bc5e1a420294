// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_stream.c - lines to standard output and to files. A pipe whose reader
 * sleeps must not stop the daemon: nothing is written that poll() did not
 * promise to take. Never truncates, renames or removes a file: rotation is the
 * work of others, and is followed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

/* A pipe that can be written takes as much at once: PIPE_BUF, a page. */
#define CHUNK 4096

static const char *text_of(const struct mw_sink *sink, const struct mw_message *message)
{
	return sink->config.format == MW_SINK_TEXT ? message->sentence : message->json;
}

static bool can_write(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

	return poll(&poll_fd, 1, 0) == 1;
}

/* The line and its end, from where the last try stopped. */
static enum mw_sink_result write_line(struct mw_sink *sink, const char *text)
{
	char line[MW_MESSAGE_TEXT_MAX + 1];
	size_t length = (size_t)snprintf(line, sizeof(line), "%s\n", text);

	while (sink->written < length) {
		size_t left = length - sink->written;
		ssize_t done;

		if (!can_write(sink->fd))
			return MW_SINK_FULL;
		done = write(sink->fd, line + sink->written, left < CHUNK ? left : CHUNK);
		if (done < 0 && (errno == EAGAIN || errno == EINTR))
			return MW_SINK_FULL;
		if (done < 0) {
			mw_sink_error(sink, "%s", strerror(errno));
			return MW_SINK_FAILED;
		}
		sink->written += (size_t)done;
	}
	sink->written = 0;
	return MW_SINK_TAKEN;
}

static enum mw_sink_result deliver_stdout(struct mw_sink *sink, const struct mw_message *message,
					  double now_s)
{
	(void)now_s;
	sink->fd = STDOUT_FILENO;
	return write_line(sink, text_of(sink, message));
}

static void leave_stdout(struct mw_sink *sink)
{
	sink->fd = -1;
}

/* --- files ---------------------------------------------------------------------------------- */

/* Whether the path still leads to the file that is open. */
static bool is_current(const struct mw_sink *sink)
{
	struct stat open, there;

	return sink->fd >= 0 && fstat(sink->fd, &open) == 0 &&
	       stat(sink->config.path, &there) == 0 && open.st_dev == there.st_dev &&
	       open.st_ino == there.st_ino;
}

/* kill -9 may have cut the last line: it is ended, so that the next one can be read. */
static void end_torn_line(const struct mw_sink *sink)
{
	struct stat stat;
	char last = '\n';
	int fd;

	if (fstat(sink->fd, &stat) < 0 || !S_ISREG(stat.st_mode) || stat.st_size == 0)
		return;
	fd = open(sink->config.path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (pread(fd, &last, 1, stat.st_size - 1) == 1 && last != '\n' &&
	    write(sink->fd, "\n", 1) < 0)
		errno = 0; /* the line itself will say so */
	close(fd);
}

static bool open_file(struct mw_sink *sink)
{
	mw_sink_close_fd(sink);
	sink->written = 0;
	/* Not waiting for the reader of a pipe. */
	sink->fd = open(sink->config.path,
			O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
	if (sink->fd < 0) {
		mw_sink_error(sink, "cannot open %s: %s", sink->config.path,
			      errno == ENXIO ? "nobody reads the pipe" : strerror(errno));
		return false;
	}
	end_torn_line(sink);
	return true;
}

static enum mw_sink_result deliver_file(struct mw_sink *sink, const struct mw_message *message,
					double now_s)
{
	enum mw_sink_result result;

	(void)now_s;
	if (!is_current(sink) && !open_file(sink))
		return MW_SINK_FAILED;
	result = write_line(sink, text_of(sink, message));
	if (result == MW_SINK_FAILED) {
		char reason[MW_NOTICE_MAX];

		snprintf(reason, sizeof(reason), "%s", sink->error);
		mw_sink_error(sink, "cannot write %.200s: %.200s", sink->config.path, reason);
	}
	return result;
}

const struct mw_sink_ops mw_sink_stdout = {
	.name = "stdout",
	.deliver = deliver_stdout,
	.free = leave_stdout,
};

const struct mw_sink_ops mw_sink_file = {
	.name = "file",
	.deliver = deliver_file,
	.reopen = mw_sink_close_fd,
	.free = mw_sink_close_fd,
};

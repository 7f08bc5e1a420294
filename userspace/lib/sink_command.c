// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_command.c - a program that is told: the JSON line is its standard input,
 * exit status 0 means that it has taken it. It runs without a shell unless one
 * was asked for; nothing of a message ever becomes part of a command line.
 */
#define _GNU_SOURCE /* close_range, memfd_create */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sink.h"

struct order {
	const struct mw_sink *sink;
	int line_fd;
};

/* A file in memory, not a pipe: a command that reads late or never stops nobody. */
static int line_as_file(const char *line)
{
	int fd = memfd_create("memwatch-alert", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (dprintf(fd, "%s\n", line) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* "/bin/sh -c LINE sh ARG…", so that the arguments are $1 and on. */
static void exec_shell(const char *const *argv)
{
	const char *shell[64] = { "/bin/sh", "-c", argv[0], "sh" };
	size_t count = 4;

	for (size_t i = 1; argv[i] != NULL && count < 63; i++)
		shell[count++] = argv[i];
	execv(shell[0], (char *const *)shell);
}

static int run_command(int fd, void *arg)
{
	const struct order *order = arg;
	const char *const *argv = order->sink->config.argv;
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(order->line_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDOUT_FILENO) < 0 ||
	    dup2(fd, STDERR_FILENO) < 0)
		return 127;
	close_range(3, UINT_MAX, 0);
	if (order->sink->config.is_shell)
		exec_shell(argv);
	else
		execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "cannot execute %s: %s", argv[0], strerror(errno));
	return 127;
}

static enum mw_sink_result deliver_command(struct mw_sink *sink, const struct mw_message *message,
					   double now_s)
{
	struct order order = { .sink = sink, .line_fd = line_as_file(message->json) };
	enum mw_sink_result result;

	if (order.line_fd < 0) {
		mw_sink_error(sink, "cannot make its standard input: %s", strerror(errno));
		return MW_SINK_FAILED;
	}
	result = mw_sink_work(sink, run_command, &order, now_s);
	close(order.line_fd);
	return result;
}

static enum mw_sink_result finish_command(struct mw_sink *sink, double now_s)
{
	const struct mw_worker *worker = &sink->worker;
	const char *name = sink->config.argv[0];

	(void)now_s;
	if (worker->is_late)
		mw_sink_error(sink, "%.100s took longer than %g s and was killed", name,
			      sink->config.timeout_s);
	else if (WIFSIGNALED(worker->status))
		mw_sink_error(sink, "%.100s was ended by signal %d: %.300s", name,
			      WTERMSIG(worker->status), worker->text);
	else if (WEXITSTATUS(worker->status) == 127 && worker->text_length > 0)
		mw_sink_error(sink, "%s", worker->text);
	else if (WEXITSTATUS(worker->status) != 0)
		mw_sink_error(sink, "%.100s exited with %d: %.300s", name,
			      WEXITSTATUS(worker->status), worker->text);
	else
		return MW_SINK_TAKEN;
	return MW_SINK_FAILED;
}

const struct mw_sink_ops mw_sink_command = {
	.name = "command",
	.deliver = deliver_command,
	.finish = finish_command,
};

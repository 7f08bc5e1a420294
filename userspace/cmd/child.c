// SPDX-License-Identifier: GPL-2.0-only
/*
 * child.c - starts, signals and reaps the command of `memwatch run`. Signals
 * arrive by signalfd, so that they say who sent them; the command gets back the
 * mask that this program was started with.
 */
#define _GNU_SOURCE /* pipe2, ppoll */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL

static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };

static int open_signals(struct child *child)
{
	sigset_t mask;

	/* Inherited as ignored, it would reap children behind our back. */
	child->old_sigchld = signal(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&mask, forwarded[i]);
	if (sigprocmask(SIG_BLOCK, &mask, &child->old_mask) < 0)
		return -errno;
	child->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return child->signal_fd < 0 ? -errno : 0;
}

/* In the child: become the command, or tell the parent why not. */
static void __attribute__((noreturn)) become(const struct child *child, char **argv, int tell_fd)
{
	int err;

	signal(SIGCHLD, child->old_sigchld);
	sigprocmask(SIG_SETMASK, &child->old_mask, NULL);
	execvp(argv[0], argv);
	err = errno;
	if (write(tell_fd, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

/* The pipe closes when exec succeeds; what comes through it is why it did not. */
static int read_exec_error(int fd)
{
	int err = 0;
	ssize_t got;

	do {
		got = read(fd, &err, sizeof(err));
	} while (got < 0 && errno == EINTR);
	return got == sizeof(err) ? -err : 0;
}

int child_start(struct child *child, char **argv, bool *ret_is_exec)
{
	int fds[2];
	int err;

	*ret_is_exec = false;
	child->has_ended = false;
	err = open_signals(child);
	if (err < 0)
		return err;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child->pid = fork();
	if (child->pid == 0)
		become(child, argv, fds[1]);
	err = child->pid < 0 ? -errno : 0;
	close(fds[1]);
	if (err == 0) {
		err = read_exec_error(fds[0]);
		*ret_is_exec = err < 0;
	}
	close(fds[0]);
	return err;
}

static void reap(struct child *child)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child->pid)
			continue;
		child->has_ended = true;
		child->status = status;
	}
}

static void handle_signals(struct child *child)
{
	struct signalfd_siginfo info;

	while (read(child->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(child);
		else if (info.ssi_code != SI_KERNEL && !child->has_ended)
			kill(child->pid, (int)info.ssi_signo);
	}
}

int child_wait(struct child *child, int64_t timeout_ns)
{
	struct pollfd signals = { .fd = child->signal_fd, .events = POLLIN };
	struct timespec timeout = { timeout_ns / NS_PER_S, timeout_ns % NS_PER_S };

	if (ppoll(&signals, 1, &timeout, NULL) < 0 && errno != EINTR)
		return -errno;
	handle_signals(child);
	return 0;
}

int child_exit_code(const struct child *child)
{
	if (WIFSIGNALED(child->status))
		return 128 + WTERMSIG(child->status);
	return WEXITSTATUS(child->status);
}

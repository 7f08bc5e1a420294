// SPDX-License-Identifier: GPL-2.0-only
/*
 * worker.c - fork, listen, kill, reap. The child leads a process group of its
 * own, so that what it starts goes with it; it leaves by _exit(), so that
 * nothing of the parent's is flushed, closed or freed twice.
 */
#define _GNU_SOURCE /* pipe2 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void mw_worker_init(struct mw_worker *worker)
{
	memset(worker, 0, sizeof(*worker));
	worker->pid_fd = -1;
	worker->text_fd = -1;
}

static void close_fd(int *fd)
{
	/* Closing takes it out of the epoll: nobody else has it. */
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void restore_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) child(int fd, pid_t parent, mw_worker_fn fn, void *arg)
{
	restore_signals();
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before that was set. */
	if (getppid() != parent)
		_exit(1);
	_exit(fn(fd, arg));
}

static void watch_fd(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd >= 0)
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

int mw_worker_start(struct mw_worker *worker, int epoll_fd, double deadline_s, mw_worker_fn fn,
		    void *arg)
{
	pid_t parent = getpid();
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0)
		child(fds[1], parent, fn, arg);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	mw_worker_init(worker);
	worker->pid = pid;
	worker->text_fd = fds[0];
	worker->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	worker->deadline_s = deadline_s;
	watch_fd(epoll_fd, worker->text_fd);
	watch_fd(epoll_fd, worker->pid_fd);
	/* Here as well, or a kill that comes first would find no such group. */
	setpgid(pid, pid);
	return 0;
}

/* All that is there; what does not fit is read and let go, so that the child never waits. */
static void listen(struct mw_worker *worker)
{
	char chunk[4096];
	ssize_t got = 0;

	while (worker->text_fd >= 0 && (got = read(worker->text_fd, chunk, sizeof(chunk))) > 0) {
		size_t room = MW_WORKER_TEXT_MAX - 1 - worker->text_length;
		size_t kept = (size_t)got < room ? (size_t)got : room;

		memcpy(worker->text + worker->text_length, chunk, kept);
		worker->text_length += kept;
	}
	worker->text[worker->text_length] = '\0';
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&worker->text_fd);
}

bool mw_worker_poll(struct mw_worker *worker, double now_s)
{
	pid_t pid;

	if (worker->pid == 0)
		return false;
	listen(worker);
	if (now_s >= worker->deadline_s && !worker->is_late) {
		worker->is_late = true;
		kill(-worker->pid, SIGKILL);
	}
	pid = waitpid(worker->pid, &worker->status, WNOHANG);
	if (pid == 0)
		return false;
	/* Somebody else has reaped it: what came of it is not known. */
	if (pid < 0)
		worker->status = 0xff00;
	listen(worker);
	close_fd(&worker->text_fd);
	close_fd(&worker->pid_fd);
	worker->pid = 0;
	return true;
}

void mw_worker_kill(struct mw_worker *worker)
{
	if (worker->pid == 0)
		return;
	kill(-worker->pid, SIGKILL);
	while (waitpid(worker->pid, &worker->status, 0) < 0 && errno == EINTR)
		;
	close_fd(&worker->text_fd);
	close_fd(&worker->pid_fd);
	worker->pid = 0;
}

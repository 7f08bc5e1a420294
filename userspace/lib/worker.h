/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * worker.h - a child process that does what may take long or go wrong, with a
 * time limit and a few words about what came of it. The program must have one
 * thread. Never waits.
 */
#ifndef MW_WORKER_H
#define MW_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is kept of what a child says, with the NUL. */
#define MW_WORKER_TEXT_MAX 512

/**
 * struct mw_worker - one child; all zero with mw_worker_init()
 * @pid:        0 when none runs
 * @pid_fd:     readable when it has ended; -1 where the kernel has no such thing
 * @text_fd:    what it says; -1 when it has closed it
 * @deadline_s: when it is killed
 * @is_late:    it was
 * @status:     as of waitpid(), when it has ended
 * @text:       what it said
 */
struct mw_worker {
	pid_t pid;
	int pid_fd;
	int text_fd;
	double deadline_s;
	bool is_late;
	int status;
	size_t text_length;
	char text[MW_WORKER_TEXT_MAX];
};

/* Runs in the child; what it writes to @fd is kept. Returns the exit status. */
typedef int (*mw_worker_fn)(int fd, void *arg);

/** mw_worker_init() - none runs */
void mw_worker_init(struct mw_worker *worker);

/**
 * mw_worker_start() - run @fn in a child, which is killed with its process group at @deadline_s
 * and with this process at any time
 * @epoll_fd: the child's descriptors are added to it, level triggered
 * Returns 0 or a negative errno.
 */
int mw_worker_start(struct mw_worker *worker, int epoll_fd, double deadline_s, mw_worker_fn fn,
		    void *arg);

/** mw_worker_poll() - returns true when it has ended: status and text are there, pid is 0 */
bool mw_worker_poll(struct mw_worker *worker, double now_s);

/** mw_worker_kill() - end it and wait for that; nothing if none runs */
void mw_worker_kill(struct mw_worker *worker);

#endif /* MW_WORKER_H */

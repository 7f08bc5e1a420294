// SPDX-License-Identifier: GPL-2.0-only
/* process.c - processes, programs and threads that begin and end. */
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops.h"

static void wait_for(pid_t pid)
{
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
}

static unsigned long fork_exit(void)
{
	enum { TIMES = 200 };

	for (int i = 0; i < TIMES; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			_exit(0);
		wait_for(pid);
	}
	return TIMES;
}

/* This program, which without arguments does nothing. */
static unsigned long execute(void)
{
	enum { TIMES = 100 };
	char *const argv[] = { "ops", NULL };

	for (int i = 0; i < TIMES; i++) {
		pid_t pid;

		errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);
		if (errno)
			die("posix_spawn");
		wait_for(pid);
	}
	return TIMES;
}

static void *nothing(void *arg)
{
	return arg;
}

static unsigned long make_thread(void)
{
	enum { TIMES = 400 };

	for (int i = 0; i < TIMES; i++) {
		pthread_t thread;

		errno = pthread_create(&thread, NULL, nothing, NULL);
		if (errno)
			die("pthread_create");
		pthread_join(thread, NULL);
	}
	return TIMES;
}

const struct operation op_fork = { "fork", "process forked and exited", .run = fork_exit };
const struct operation op_exec = { "exec", "small static program spawned and exited",
				   .run = execute };
const struct operation op_thread = { "thread", "thread created and joined", .run = make_thread };

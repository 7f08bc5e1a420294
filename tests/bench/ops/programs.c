// SPDX-License-Identifier: GPL-2.0-only
/*
 * programs.c - programs that people run: the second half of gcc, and Redis under its own
 * benchmark. They are those of the disk of peers (tests/bench/peers).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops.h"

#define REDIS_SOCKET "/tmp/redis.socket"

static pid_t start(char *const argv[])
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	errno = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (errno)
		die(argv[0]);
	return pid;
}

static void must_end_well(pid_t pid, const char *name)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "ops: %s ended with status %#x\n", name, status);
		exit(1);
	}
}

static unsigned long compile(void)
{
	char *const argv[] = { getenv("OPS_CC1"), "-quiet", "-O1", "-fpreprocessed", "/files/small.i",
			       "-o", "/dev/shm/small.s", NULL };

	if (!argv[0]) {
		fprintf(stderr, "ops: OPS_CC1 does not name cc1\n");
		exit(1);
	}
	must_end_well(start(argv), "cc1");
	return 1;
}

static pid_t redis;

static void start_redis(void)
{
	char *const argv[] = { "redis-server", "--port",       "0",  "--unixsocket", REDIS_SOCKET,
			       "--save",       "",	       "--dir", "/tmp",      "--maxclients", "100",
			       NULL };

	unlink(REDIS_SOCKET);
	redis = start(argv);
	for (int i = 0; i < 600 && access(REDIS_SOCKET, R_OK); i++)
		usleep(100000);
	if (access(REDIS_SOCKET, R_OK))
		die("redis-server does not listen: " REDIS_SOCKET);
}

static unsigned long ask_redis(void)
{
	enum { REQUESTS = 2000 };
	char *const argv[] = { "redis-benchmark", "-s", REDIS_SOCKET, "-q", "-n", "2000", "-c", "10",
			       "-r", "1000", "-d", "512", "-t", "set,get", NULL };

	must_end_well(start(argv), "redis-benchmark");
	return 2 * REQUESTS;
}

static void stop_redis(void)
{
	kill(redis, SIGTERM);
	must_end_well(redis, "redis-server");
}

const struct operation op_compile = { "compile", "small C program compiled (cc1 -O1)",
				      .run = compile };
const struct operation op_redis = { "redis", "request of redis-benchmark (set and get, 512 bytes)",
				    start_redis, ask_redis, stop_redis };

// SPDX-License-Identifier: GPL-2.0-only
/*
 * herd.c - many processes to look at: SLEEPING that never wake and hold KIB each (0), and
 * ACTIVE that take and give back memory every few seconds, one in ten of which keeps some of
 * it. Says `ready` when they are there and ends with all of them when its standard input does.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (256 * 1024)

static void touch(size_t bytes)
{
	char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		exit(1);
	memset(block, 1, bytes);
}

static void be_active(int number, double period_s)
{
	struct timespec pause_time = { (time_t)period_s,
				       (long)((period_s - (time_t)period_s) * 1e9) };

	srand((unsigned int)number);
	/* Not all at once. */
	usleep((useconds_t)(period_s * 1e6 / 1000 * (rand() % 1000)));
	for (;;) {
		size_t bytes = (size_t)(1 + rand() % 16) * BLOCK;
		char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);

		if (block == MAP_FAILED)
			exit(1);
		memset(block, 1, bytes / 4);
		if (number % 10 == 0)
			touch(4096);
		nanosleep(&pause_time, NULL);
		munmap(block, bytes);
	}
}

static void start(int number, int sleeping, double period_s, size_t held_bytes)
{
	pid_t pid = fork();

	if (pid < 0) {
		fprintf(stderr, "herd: fork: %s\n", strerror(errno));
		kill(0, SIGKILL);
	}
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (number >= sleeping)
		be_active(number, period_s);
	if (held_bytes)
		touch(held_bytes);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	char byte;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: herd SLEEPING ACTIVE PERIOD_S [KIB]\n");
		return 2;
	}
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < atoi(argv[1]) + atoi(argv[2]); i++)
		start(i, atoi(argv[1]), atof(argv[3]),
		      argc > 4 ? 1024 * strtoul(argv[4], NULL, 10) : 0);
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}

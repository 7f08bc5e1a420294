// SPDX-License-Identifier: GPL-2.0-only
/*
 * ops.c - times the operations that a page counter makes dearer. Run in a guest
 * under `-icount shift=0`, where CLOCK_MONOTONIC counts instructions: what it
 * prints are instructions per operation. Anywhere else they are nanoseconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define FAULT_BYTES (32UL << 20)

static void die(const char *what)
{
	fprintf(stderr, "ops: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Touches and unmaps 32 MiB of 4 KiB pages; returns operations done. */
static unsigned long fault(void)
{
	char *map = mmap(NULL, FAULT_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		die("mmap");
	madvise(map, FAULT_BYTES, MADV_NOHUGEPAGE);
	for (unsigned long i = 0; i < FAULT_BYTES; i += PAGE)
		map[i] = 1;
	munmap(map, FAULT_BYTES);
	return FAULT_BYTES / PAGE;
}

static unsigned long make_pipe(void)
{
	enum { ROUNDS = 2000 };

	for (int i = 0; i < ROUNDS; i++) {
		int fds[2];

		if (pipe(fds))
			die("pipe");
		close(fds[0]);
		close(fds[1]);
	}
	return ROUNDS;
}

static unsigned long fork_exit(void)
{
	enum { ROUNDS = 100 };

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			_exit(0);
		if (waitpid(pid, NULL, 0) != pid)
			die("waitpid");
	}
	return ROUNDS;
}

static const struct {
	const char *name;
	unsigned long (*run)(void);
} operations[] = {
	{ "fault", fault },
	{ "pipe", make_pipe },
	{ "fork", fork_exit },
};

/* The lowest of a few rounds: what is above it is the guest's own timer work. */
static double cost(unsigned long (*run)(void), int rounds)
{
	double best = 0;

	run();
	for (int i = 0; i < rounds; i++) {
		double begin = now_ns();
		unsigned long count = run();
		double each = (now_ns() - begin) / count;

		if (!i || each < best)
			best = each;
	}
	return best;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 15;

	if (argc < 2 || rounds < 1) {
		fprintf(stderr, "usage: ops LABEL [ROUNDS]\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		printf("%s %s %.1f\n", argv[1], operations[i].name, cost(operations[i].run, rounds));
	return 0;
}

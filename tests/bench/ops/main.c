// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - counts what operations cost that a memory counter makes dearer. Run in a
 * guest under `-icount shift=0`, where the time stamp counter counts instructions, and
 * idle time too: so an operation that idles is told of. Anywhere else it counts what the
 * machine's counter counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

#include "ops.h"

#define MIN_ROUNDS 4
#define WELL	   1e-3
#define BUDGET	   600e6
/* /proc/uptime tells idle time to 10 ms. */
#define MAX_IDLE_S   0.015
#define MAX_REPEATED 8

static const struct operation *const operations[] = {
	&op_fault,  &op_thp,   &op_mmap, &op_fork,    &op_exec,	   &op_thread, &op_pipe,
	&op_socket, &op_tmpfs, &op_file, &op_reclaim, &op_compile, &op_redis,
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

void die(const char *what)
{
	fprintf(stderr, "ops: %s: %s\n", what, strerror(errno));
	exit(1);
}

void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* Seconds that the machine was idle since boot, to 10 ms. */
static double idle_s(void)
{
	double up, idle;
	FILE *file = fopen("/proc/uptime", "r");

	if (!file || fscanf(file, "%lf %lf", &up, &idle) != 2)
		die("/proc/uptime");
	fclose(file);
	return idle;
}

/* Runs that were counted. Enough are when the standard error of their mean is a thousandth. */
struct rounds {
	int number;
	double sum, squares, lowest, highest;
};

static void add_round(struct rounds *rounds, double each)
{
	if (!rounds->number || each < rounds->lowest)
		rounds->lowest = each;
	if (!rounds->number || each > rounds->highest)
		rounds->highest = each;
	rounds->number++;
	rounds->sum += each;
	rounds->squares += each * each;
}

static double mean(const struct rounds *rounds)
{
	return rounds->sum / rounds->number;
}

/* Or when they took long; MIN_ROUNDS may take longer. */
static bool is_enough(const struct rounds *rounds, double spent)
{
	double n = rounds->number, square_of_sum = rounds->sum * rounds->sum;
	double variance = (rounds->squares - square_of_sum / n) / (n - 1);

	if (n < MIN_ROUNDS)
		return false;
	return spent > BUDGET || variance / n <= square_of_sum / n / n * WELL * WELL;
}

/*
 * A round that waited (for a page of a program, say, from a disk that the host reads) counts
 * how long, and its clock runs while the host works. It is made again, a few times.
 */
static bool is_to_be_repeated(double idle, int *repeated)
{
	return idle > MAX_IDLE_S && ++*repeated <= MAX_REPEATED;
}

/*
 * Prints label, operation, the mean of the rounds, the lowest and the highest, how many,
 * and the idle milliseconds among them. The first run is not counted: it warms up.
 */
static void count(const char *label, const struct operation *op)
{
	struct rounds rounds = { 0 };
	double idle = 0, spent = 0;
	int repeated = 0;

	if (op->prepare)
		op->prepare();
	op->run();
	while (!is_enough(&rounds, spent)) {
		double idled = idle_s();
		unsigned long long begin = __rdtsc();
		unsigned long done = op->run();
		double cost = (double)(__rdtsc() - begin);

		idled = idle_s() - idled;
		if (is_to_be_repeated(idled, &repeated))
			continue;
		idle += idled;
		spent += cost;
		add_round(&rounds, cost / done);
	}
	if (op->finish)
		op->finish();
	printf("%s %s %.1f %.1f %.1f %d %.0f\n", label, op->name, mean(&rounds), rounds.lowest,
	       rounds.highest, rounds.number, idle * 1e3);
	fflush(stdout);
}

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < OPERATIONS; i++)
		if (!strcmp(operations[i]->name, name))
			return operations[i];
	fprintf(stderr, "ops: there is no operation %s\n", name);
	exit(2);
}

static void usage(void)
{
	fprintf(stderr, "usage: ops LABEL [OPERATION...]\noperations, and one of each:\n");
	for (size_t i = 0; i < OPERATIONS; i++)
		fprintf(stderr, "%s\t%s\n", operations[i]->name, operations[i]->unit);
}

int main(int argc, char **argv)
{
	/* What op_exec executes. */
	if (argc == 1)
		return 0;
	if (!strcmp(argv[1], "--help")) {
		usage();
		return 0;
	}
	for (int i = 2; i < argc; i++)
		find(argv[i]);
	for (size_t i = 0; argc == 2 && i < OPERATIONS; i++)
		count(argv[1], operations[i]);
	for (int i = 2; i < argc; i++)
		count(argv[1], find(argv[i]));
	return 0;
}

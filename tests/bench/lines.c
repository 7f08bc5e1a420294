// SPDX-License-Identifier: GPL-2.0-only
/*
 * lines.c - the same work on every processor at once, between the marks of a plugin that
 * counts what is written. One process a processor, pinned; WORKLOAD says what they do:
 *
 *	fault     each touches and frees memory of its own
 *	threads   the same, but they are threads of one process
 *	fork      each forks and waits
 *	pipe      each writes pages into a pipe that the process on the next processor reads:
 *	          one allocates what another frees
 *	switch    two processes a processor, which fault in turn: each event is another's
 *
 * After each event comes a PAUSE, at which QEMU runs the next processor: they go on side by
 * side, event by event, as on a machine. Prints `WORKLOAD operations`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "marks.h"

#define PAGE	 4096UL
#define WARM_UP	 100
#define MAX_CPUS 32

static void die(const char *what)
{
	fprintf(stderr, "lines: %s: %s\n", what, strerror(errno));
	kill(0, SIGKILL);
	exit(1);
}

/* Whoever comes waits until all have come; all run meanwhile. */
struct meeting {
	int here;
	int round;
};

static struct {
	struct meeting start, end;
	int turn[MAX_CPUS]; /* whose turn it is on a processor, for switch */
} * shared;

static int pipes[MAX_CPUS][2];
static int cpus, members, rounds;

static void pause_cpu(void)
{
	__asm__ volatile("pause");
}

static void meet(struct meeting *meeting)
{
	int round = __atomic_load_n(&meeting->round, __ATOMIC_SEQ_CST);

	if (__atomic_add_fetch(&meeting->here, 1, __ATOMIC_SEQ_CST) == members + 1) {
		__atomic_store_n(&meeting->here, 0, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&meeting->round, 1, __ATOMIC_SEQ_CST);
		return;
	}
	while (__atomic_load_n(&meeting->round, __ATOMIC_SEQ_CST) == round)
		sched_yield();
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static char *map(size_t bytes, int flags)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static void fault(int member)
{
	static __thread char *page;

	(void)member;
	if (!page) {
		page = map(PAGE, MAP_PRIVATE);
		madvise(page, PAGE, MADV_NOHUGEPAGE);
	}
	*page = 1;
	if (madvise(page, PAGE, MADV_DONTNEED))
		die("madvise");
}

static void fork_and_exit(int member)
{
	pid_t pid = fork();

	(void)member;
	if (pid < 0)
		die("fork");
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

/* The pipes hold a page each: nobody can run far ahead. */
static void hand_on(int member)
{
	static char page[PAGE];

	while (write(pipes[member][1], page, PAGE) < 0)
		pause_cpu();
	while (read(pipes[(member + cpus - 1) % cpus][0], page, PAGE) < 0)
		pause_cpu();
}

/* The other one of the same processor has had its turn. */
static void fault_in_turn(int member)
{
	int *turn = &shared->turn[member % cpus];

	while (__atomic_load_n(turn, __ATOMIC_SEQ_CST) != member / cpus)
		sched_yield();
	fault(member);
	__atomic_store_n(turn, !(member / cpus), __ATOMIC_SEQ_CST);
	sched_yield();
}

static const struct workload {
	const char *name;
	void (*operation)(int member);
	bool threads;
	int members_a_cpu;
} workloads[] = {
	{ "fault", fault, false, 1 },	       { "threads", fault, true, 1 },
	{ "fork", fork_and_exit, false, 1 },   { "pipe", hand_on, false, 1 },
	{ "switch", fault_in_turn, false, 2 },
};

static const struct workload *workload;

static void *work(void *arg)
{
	int member = (int)(long)arg;

	pin(member % cpus);
	for (int i = 0; i < WARM_UP; i++)
		workload->operation(member);
	meet(&shared->start);
	for (int i = 0; i < rounds; i++) {
		workload->operation(member);
		pause_cpu();
	}
	meet(&shared->end);
	for (;;)
		pause();
	return NULL;
}

static void start(int member)
{
	pthread_t thread;
	pid_t pid;

	if (workload->threads) {
		errno = pthread_create(&thread, NULL, work, (void *)(long)member);
		if (errno)
			die("pthread_create");
		return;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	work((void *)(long)member);
}

static void open_pipes(void)
{
	for (int i = 0; i < cpus; i++) {
		if (pipe2(pipes[i], O_NONBLOCK))
			die("pipe");
		fcntl(pipes[i][1], F_SETPIPE_SZ, PAGE);
	}
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(workloads) / sizeof(workloads[0]); i++)
		if (!strcmp(workloads[i].name, argv[1]))
			workload = &workloads[i];
	if (!workload) {
		fprintf(stderr, "usage: lines fault|threads|fork|pipe|switch ROUNDS\n");
		return 2;
	}
	rounds = atoi(argv[2]);
	cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	members = cpus * workload->members_a_cpu;
	if (cpus > MAX_CPUS)
		die("too many processors");
	shared = (void *)map(sizeof(*shared), MAP_SHARED);
	open_pipes();
	for (int i = 0; i < members; i++)
		start(i);
	while (__atomic_load_n(&shared->start.here, __ATOMIC_SEQ_CST) < members)
		sched_yield();
	mark_begin();
	meet(&shared->start);
	meet(&shared->end);
	mark_end();
	printf("%s %d\n", workload->name, rounds * members);
	fflush(stdout);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	return 0;
}

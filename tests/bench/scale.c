// SPDX-License-Identifier: GPL-2.0-only
/*
 * scale.c - PROCESSES processes that hold KIB of memory each, and do events when they are
 * told to: one of them all, or all of them in turn. On stdin come lines `LABEL`, one
 * measurement each; on stdout go `LABEL EVENT lowest highest passes`, and `done LABEL`.
 *
 * The turn is passed from process to process by futexes: nobody but the one whose turn it is
 * can run, so that the time that passes is work. Under -icount it is in instructions.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE	     4096UL
#define PAGES_A_TURN 16
#define PASSES	     5

enum event { WAIT, FAULT, FORK };

/* One word for each process, and one for the parent, on lines of their own. */
struct seat {
	int turn;
	char pad[60];
};

static struct {
	struct seat *seats;
	int *left; /* turns until the parent's */
	int *step; /* from seat to seat: 1, or 0 where one does all */
	int processes;
} ring;

static void die(const char *what)
{
	fprintf(stderr, "scale: %s: %s\n", what, strerror(errno));
	kill(0, SIGKILL);
	exit(1);
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static char *map(size_t bytes, int flags)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static void give_turn(int seat, int event)
{
	__atomic_store_n(&ring.seats[seat].turn, event, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &ring.seats[seat].turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static int await_turn(int seat)
{
	int event;

	while ((event = __atomic_load_n(&ring.seats[seat].turn, __ATOMIC_SEQ_CST)) == WAIT)
		syscall(SYS_futex, &ring.seats[seat].turn, FUTEX_WAIT, WAIT, NULL, NULL, 0);
	__atomic_store_n(&ring.seats[seat].turn, WAIT, __ATOMIC_SEQ_CST);
	return event;
}

static void touch_and_free(char *pages)
{
	for (unsigned long i = 0; i < PAGES_A_TURN; i++)
		pages[i * PAGE] = 1;
	if (madvise(pages, PAGES_A_TURN * PAGE, MADV_DONTNEED))
		die("madvise");
}

static void fork_and_exit(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		_exit(0);
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
}

static void do_event(int event, char *pages)
{
	if (event == FAULT)
		touch_and_free(pages);
	else
		fork_and_exit();
}

/* A process: seat @nr of the ring. */
static void sit(int nr, size_t hold_bytes)
{
	char *held = map(hold_bytes + PAGES_A_TURN * PAGE, MAP_PRIVATE);
	char *pages = held + hold_bytes;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	madvise(held, hold_bytes + PAGES_A_TURN * PAGE, MADV_NOHUGEPAGE);
	memset(held, 1, hold_bytes);
	touch_and_free(pages);
	give_turn(ring.processes, FAULT);
	for (;;) {
		int event = await_turn(nr);

		do_event(event, pages);
		if (--*ring.left <= 0)
			give_turn(ring.processes, event);
		else
			give_turn((nr + *ring.step) % ring.processes, event);
	}
}

static void populate(int processes, size_t hold_bytes)
{
	ring.processes = processes;
	ring.seats = (struct seat *)map((processes + 1) * sizeof(*ring.seats), MAP_SHARED);
	ring.left = (int *)map(PAGE, MAP_SHARED);
	ring.step = ring.left + 1;
	for (int i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			sit(i, hold_bytes);
		await_turn(processes);
	}
}

/* Goes on where the last one ended. */
static double pass(int event, int step, int turns)
{
	static int next;
	double begin = now_ns();

	*ring.left = turns;
	*ring.step = step;
	give_turn(next, event);
	await_turn(ring.processes);
	next = (next + step * turns) % ring.processes;
	return now_ns() - begin;
}

static void measure(const char *label, const char *name, int event, int step, int turns)
{
	int events = event == FAULT ? turns * PAGES_A_TURN : turns;
	double low = 0, high = 0;

	pass(event, step, turns);
	for (int i = 0; i < PASSES; i++) {
		double each = pass(event, step, turns) / events;

		if (!i || each < low)
			low = each;
		if (each > high)
			high = each;
	}
	printf("%s %s %.1f %.1f %d\n", label, name, low, high, PASSES);
}

int main(int argc, char **argv)
{
	char label[64];

	if (argc != 3 || atoi(argv[1]) < 1) {
		fprintf(stderr, "usage: scale PROCESSES KIB\n");
		return 2;
	}
	setlinebuf(stdout);
	populate(atoi(argv[1]), strtoul(argv[2], NULL, 10) * 1024);
	puts("done populate");
	while (scanf("%63s", label) == 1) {
		measure(label, "fault-one", FAULT, 0, 1000);
		measure(label, "fault-all", FAULT, 1, 1000);
		measure(label, "fork-one", FORK, 0, 200);
		measure(label, "fork-all", FORK, 1, 200);
		printf("done %s\n", label);
	}
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * drill_leak.c - the process that leaks for `memwatch drill`. What it does is
 * known exactly: 50 times a second it takes what its plan says must be there by
 * now, and counts it where its parent can see it. Must never outlive its parent
 * or do anything but hold memory.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "drill_leak.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS	     20000000
#define STAIRS	     20
#define TEETH	     40
#define GARBAGE_PART 0.1
#define STACK_KIB    64

/* Of a stack, what the C library's record of the thread and the frames take: two pages. */
#define STACK_OWN_KIB 8

/* Never touched. */
#define STACK_EXTRA_KIB 16

static double clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of @count that make the way to the limit, the length of one. */
static double part_s(const struct drill_plan *plan, int count)
{
	return plan->limit_kib / plan->rate_kib_s / count;
}

double drill_plan_floor_kib(const struct drill_plan *plan, double now_s)
{
	if (plan->shape == DRILL_STAIRS)
		now_s = floor(now_s / part_s(plan, STAIRS)) * part_s(plan, STAIRS);
	return plan->rate_kib_s * now_s;
}

double drill_plan_garbage_kib(const struct drill_plan *plan, double now_s)
{
	if (plan->shape != DRILL_SAW)
		return 0;
	return GARBAGE_PART * plan->limit_kib * fmod(now_s / part_s(plan, TEETH), 1);
}

/* --- taking memory --------------------------------------------------------------- */

static void *take(int64_t kib, int flags)
{
	void *memory = mmap(NULL, (size_t)kib * 1024, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED)
		_exit(DRILL_EXIT_FULL);
	memset(memory, 1, (size_t)kib * 1024);
	return memory;
}

static void *sleep_for_ever(void *arg)
{
	volatile char used[(STACK_KIB - STACK_OWN_KIB) * 1024];

	for (size_t i = 0; i < sizeof(used); i += 1024)
		used[i] = 1;
	for (;;)
		pause();
	return arg;
}

static void take_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (STACK_KIB + STACK_EXTRA_KIB) * 1024);
	if (pthread_create(&thread, &attributes, sleep_for_ever, NULL) != 0)
		_exit(DRILL_EXIT_FULL);
	pthread_attr_destroy(&attributes);
}

/* Takes up to @kib in the pieces of its class; returns how much that was. */
static int64_t leak(enum drill_class class, int64_t kib)
{
	int64_t page_kib = sysconf(_SC_PAGESIZE) / 1024;

	if (class == DRILL_THREADS) {
		if (kib < STACK_KIB)
			return 0;
		take_thread();
		return STACK_KIB;
	}
	kib -= kib % page_kib;
	if (kib > 0)
		take(kib, class == DRILL_SHARED ? MAP_SHARED : MAP_PRIVATE);
	return kib;
}

/* Garbage is taken anew for each tooth: one region, the first part of it in use. */
struct garbage {
	char *memory;
	int64_t size_kib;
	int64_t used_kib;
};

static void hold_garbage(struct garbage *garbage, int64_t kib)
{
	if (kib > garbage->size_kib)
		kib = garbage->size_kib;
	if (kib < garbage->used_kib) {
		madvise(garbage->memory, (size_t)garbage->size_kib * 1024, MADV_DONTNEED);
		garbage->used_kib = 0;
	}
	if (kib > garbage->used_kib) {
		memset(garbage->memory + garbage->used_kib * 1024, 1,
		       (size_t)(kib - garbage->used_kib) * 1024);
		garbage->used_kib = kib;
	}
}

static struct garbage make_garbage(const struct drill_plan *plan)
{
	struct garbage garbage = { .size_kib = (int64_t)(GARBAGE_PART * plan->limit_kib) + 4 };

	if (plan->shape != DRILL_SAW)
		return (struct garbage){ 0 };
	garbage.memory = mmap(NULL, (size_t)garbage.size_kib * 1024, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (garbage.memory == MAP_FAILED)
		_exit(DRILL_EXIT_FULL);
	return garbage;
}

static void __attribute__((noreturn))
leak_for_ever(const struct drill_plan *plan, struct drill_truth *truth)
{
	const struct timespec step = { .tv_nsec = STEP_NS };
	struct garbage garbage = make_garbage(plan);
	double begin_s = clock_s();

	for (;;) {
		double now_s = clock_s() - begin_s;
		int64_t due = (int64_t)drill_plan_floor_kib(plan, now_s) - truth->leaked_kib;
		int64_t took;

		while (due > 0 && (took = leak(plan->class, due)) > 0) {
			truth->leaked_kib += took;
			due -= took;
		}
		hold_garbage(&garbage, (int64_t)drill_plan_garbage_kib(plan, now_s));
		nanosleep(&step, NULL);
	}
}

/* The first that the kernel kills, should the host run short for any reason. */
static void volunteer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		errno = 0; /* it is a courtesy */
	close(fd);
}

pid_t drill_leak_start(const struct drill_plan *plan, const struct drill_limit *limit,
		       struct drill_truth *truth)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(DRILL_EXIT_LIMIT);
	prctl(PR_SET_NAME, "mw-drill");
	/* A huge page would make resident what was never touched. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	volunteer();
	if (drill_limit_enter(limit) < 0)
		_exit(DRILL_EXIT_LIMIT);
	leak_for_ever(plan, truth);
}

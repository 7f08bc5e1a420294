/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drill_leak.h - the leak of `memwatch drill`: a process of its own that takes
 * memory on a schedule and keeps it.
 */
#ifndef MW_DRILL_LEAK_H
#define MW_DRILL_LEAK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "drill_limit.h"

enum drill_shape {
	DRILL_LINE,   /* rate x time */
	DRILL_STAIRS, /* the same in 20 steps to the limit */
	DRILL_SAW,    /* a line under garbage that comes and goes */
};

enum drill_class {
	DRILL_HEAP,    /* private anonymous memory */
	DRILL_SHARED,  /* shared memory */
	DRILL_THREADS, /* threads that never end, each with a stack of 64 KiB in use */
};

/**
 * struct drill_plan - what the process does
 * @rate_kib_s: of the floor, KiB/s
 * @limit_kib:  where it meets its end, KiB: sets the height of steps and garbage
 */
struct drill_plan {
	enum drill_shape shape;
	enum drill_class class;
	double rate_kib_s;
	double limit_kib;
};

/* How it ended, when it was not killed. */
#define DRILL_EXIT_FULL	 3 /* memory was refused: RLIMIT_AS is reached */
#define DRILL_EXIT_LIMIT 4 /* the limit could not be set */

/**
 * struct drill_truth - written by the process, read by the one that started it
 * @leaked_kib: that it has kept, so far
 */
struct drill_truth {
	_Atomic int64_t leaked_kib;
};

/** drill_plan_floor_kib() - how much must have leaked @now_s after the beginning */
double drill_plan_floor_kib(const struct drill_plan *plan, double now_s);

/** drill_plan_garbage_kib() - how much it holds on top of that */
double drill_plan_garbage_kib(const struct drill_plan *plan, double now_s);

/**
 * drill_leak_start() - start the process
 * @truth: in memory that both share
 * It is named mw-drill, is the first to go when the host runs out of memory,
 * and dies with its parent. Returns its id, or a negative errno.
 */
pid_t drill_leak_start(const struct drill_plan *plan, const struct drill_limit *limit,
		       struct drill_truth *truth);

#endif /* MW_DRILL_LEAK_H */

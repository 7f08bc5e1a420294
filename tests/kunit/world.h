/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - a world of our own for the tests of the tables: no probe is attached,
 * the table of slots is as small as the test wants it, and processes are made up.
 * What a test counts, nobody else does.
 */
#ifndef _MW_KUNIT_WORLD_H
#define _MW_KUNIT_WORLD_H

#include <kunit/test.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "../../module/page_owner.h"
#include "../../module/stock.h"
#include "../../module/task_table.h"

/* A table of @max_tasks slots, empty stocks, the map of the machine's memory. */
void world_init(struct kunit *test, unsigned int max_tasks, bool owns_pages);

/* Also fails the test if a reference to a made-up pid is left. */
void world_exit(struct kunit *test);

/* The same for a suite's init: the smallest table, and the test's own slot is the first. */
int world_begin(struct kunit *test);

/*
 * Stands for mw_janitor_kick() in task_*.c: how often the janitor was called, which does
 * not come: a test cleans.
 */
void world_kick(void);
extern unsigned int world_kicks;

/* Between init and exit. In a load of the whole module (test_main.c) the janitor comes. */
extern bool world_is_made_up;

/* Pids of processes that are made up begin here: behind those of the kernel. */
#define WORLD_PID 5000000

/* A process of one thread, alive, as if forked at @start_ns; freed with the test. */
struct task_struct *world_process(struct kunit *test, pid_t tgid, u64 start_ns);

/* The @nr-th, and seen to be forked. */
struct task_struct *world_forked(struct kunit *test, int nr);

/* One more thread of it. */
struct task_struct *world_thread(struct kunit *test, struct task_struct *leader, pid_t pid);

/* The whole life after the fork, in the order of the kernel's tracepoints. */
void world_exits(struct task_struct *leader, int exit_code);
void world_is_reaped(struct task_struct *leader);

/*
 * From here to world_counts_end() this CPU counts allocations for @slot, as if its
 * process ran here; preemption is off.
 */
void world_counts_for(unsigned int slot);
void world_counts_end(void);

/* All stocks folded, and standing for nobody. Nothing may count meanwhile. */
void world_fold(void);

/* Sums over every slot, with what stocks hold. */
struct mw_slot_pages world_sums(void);

enum mw_slot_state world_state(unsigned int nr);

/* The table as if the module had just been loaded. */
void world_reset_table(void);

#endif /* _MW_KUNIT_WORLD_H */

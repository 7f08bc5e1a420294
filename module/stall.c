// SPDX-License-Identifier: GPL-2.0-only
/*
 * stall.c - times the stalls under way. A task sleeps and changes CPU in one, so
 * its beginning is kept by task, in a small table without locks: a task claims
 * an entry of its neighbourhood by cmpxchg, and nobody else touches that until
 * the task gives it back. A stall takes tens of microseconds at least; a
 * hundred instructions for it are nothing.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "stall.h"
#include "task_table.h"

#define MW_STALLS_SHIFT 9
#define MW_STALLS (1U << MW_STALLS_SHIFT)
#define MW_NEIGHBOURHOOD 16U

/**
 * struct stall - one stall under way
 * @task:     who; NULL if the entry is free
 * @begin_ns: of the outermost
 * @depth:    how many are nested in one another
 */
struct stall {
	struct task_struct *task;
	u64 begin_ns;
	unsigned int depth;
};

static struct stall stalls[MW_STALLS];
static atomic64_t dropped;

static struct stall *neighbour(unsigned int i)
{
	return &stalls[(hash_ptr(current, MW_STALLS_SHIFT) + i) & (MW_STALLS - 1)];
}

static struct stall *find(void)
{
	for (unsigned int i = 0; i < MW_NEIGHBOURHOOD; i++)
		if (READ_ONCE(neighbour(i)->task) == current)
			return neighbour(i);
	return NULL;
}

static struct stall *claim(void)
{
	for (unsigned int i = 0; i < MW_NEIGHBOURHOOD; i++)
		if (!READ_ONCE(neighbour(i)->task) &&
		    !cmpxchg(&neighbour(i)->task, NULL, current))
			return neighbour(i);
	return NULL;
}

void mw_stall_begin(void)
{
	struct stall *stall = find();

	if (stall) {
		stall->depth++;
		return;
	}
	stall = claim();
	if (!stall) {
		atomic64_inc(&dropped);
		return;
	}
	stall->depth = 1;
	stall->begin_ns = ktime_get_ns();
}

u64 mw_stall_end(void)
{
	struct stall *stall = find();
	u64 ns;

	if (!stall || --stall->depth)
		return 0;
	ns = ktime_get_ns() - stall->begin_ns;
	/* What we read of the entry is read before another can claim it. */
	smp_store_release(&stall->task, NULL);
	atomic64_add(ns, &mw_slot(mw_task_slot(current))->stall_ns);
	return ns;
}

u64 mw_stalls_dropped(void)
{
	return atomic64_read(&dropped);
}

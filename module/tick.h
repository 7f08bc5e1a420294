/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tick.h - the 2-second tick: takes the RSS of every process that changed.
 *
 * The model. An rss_stat event marks its process as changed; a tick takes the
 * RSS of those that are marked, and no others, so that its cost goes with what
 * happens, not with how many processes there are. A process that was not marked
 * had, until the last tick, the RSS that was last taken of it: its windows are
 * exact however long it idled.
 *
 * The first mark arms the tick, and a tick that finds nothing marked does not
 * arm the next: a machine that is idle has no timer of ours. (A deferrable
 * timer would instead sleep with its CPU while another CPU leaks.)
 *
 * Marking is done once a process and tick: each CPU remembers for which mm it
 * marked last, and in which epoch. A tick begins a new epoch.
 */
#ifndef _MW_TICK_H
#define _MW_TICK_H

#include <linux/compiler.h>
#include <linux/percpu.h>

#include "stock.h"

struct mm_struct;

/* Raised by each tick. */
extern u32 mw_tick_epoch;

int mw_tick_init(void);

/* No probe marks any more. */
void mw_tick_exit(void);

/* For status: ticks since load, and whether another will come by itself. */
u64 mw_tick_count(void);
bool mw_tick_is_armed(void);

/*
 * Until when a process that is not marked is known to have had the RSS that
 * was last taken of it: the time of the last tick.
 */
u64 mw_tick_last_ns(void);

/*
 * Ticks come whether anything is marked or not, as long as somebody holds them;
 * the first within 2 s. Process context.
 */
void mw_tick_hold(void);
void mw_tick_release(void);

void mw_tick_mark_slow(const struct mm_struct *mm);

/* Any context, preemption off. The common case is two compares. */
static __always_inline void mw_tick_mark(const struct mm_struct *mm)
{
	if (unlikely(raw_cpu_read(mw_cpu.marked_mm) != mm ||
		     raw_cpu_read(mw_cpu.marked_epoch) != READ_ONCE(mw_tick_epoch)))
		mw_tick_mark_slow(mm);
}

#endif /* _MW_TICK_H */

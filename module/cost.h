/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cost.h - what the probes cost, in ns, as status shows it.
 *
 * To time each event would cost more than to count it: the tick asks, on the CPU
 * that it runs on, for one of each kind to be timed. For pages it makes the
 * stocks there stand for nobody, so that the next event leaves the common path
 * and sees that it was asked for. It is counted as any other; what is timed is
 * the work of the common path, without the tracepoint's own call, which
 * tests/bench/cost shows as empty probes.
 */
#ifndef _MW_COST_H
#define _MW_COST_H

#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>

#include "stock.h"

/* Asks for samples on this CPU; process context. */
void mw_cost_ask(void);

/* The mean of the samples so far, ns; 0 without any. */
u64 mw_cost_ns(enum mw_event event);
u64 mw_cost_samples(enum mw_event event);

/* Was this CPU asked for a sample of @event? Then it is not any more. */
static inline bool mw_cost_asked(enum mw_event event)
{
	unsigned long bit = 1UL << event;

	if (likely(!(this_cpu_read(mw_cpu.asked) & bit)))
		return false;
	this_cpu_and(mw_cpu.asked, ~bit);
	return true;
}

static inline u64 mw_cost_begin(void)
{
	return ktime_get_mono_fast_ns();
}

static inline void mw_cost_end(enum mw_event event, u64 begin_ns)
{
	this_cpu_add(mw_cpu.cost_ns[event], ktime_get_mono_fast_ns() - begin_ns);
	this_cpu_inc(mw_cpu.cost_samples[event]);
}

/* Around the whole of an event: 0 if it is not to be timed. */
static inline u64 mw_cost_begin_if_asked(enum mw_event event)
{
	return mw_cost_asked(event) ? mw_cost_begin() : 0;
}

static inline void mw_cost_end_if_asked(enum mw_event event, u64 begin_ns)
{
	if (unlikely(begin_ns))
		mw_cost_end(event, begin_ns);
}

#endif /* _MW_COST_H */

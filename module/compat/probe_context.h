/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_context.h - probes and hooks run with preemption off on every kernel: what a
 * CPU counts is its own, a fold has several steps, and the page map goes by RCU.
 */
#ifndef _MW_PROBE_CONTEXT_H
#define _MW_PROBE_CONTEXT_H

#include <linux/preempt.h>
#include <linux/tracepoint.h>

/*
 * Up to 6.12 and in some later kernels the tracepoint has switched preemption off, in
 * __DO_TRACE, and so has whoever calls a kprobe's handler; 7.x calls probes under
 * SRCU. Where we do not know, we switch it off ourselves. The first form goes with the
 * last kernel that has __DO_TRACE.
 */
#ifdef __DO_TRACE
static __always_inline void mw_probe_begin(void)
{
}

static __always_inline void mw_probe_end(void)
{
}
#else
static __always_inline void mw_probe_begin(void)
{
	preempt_disable_notrace();
}

static __always_inline void mw_probe_end(void)
{
	preempt_enable_notrace();
}
#endif

#endif /* _MW_PROBE_CONTEXT_H */

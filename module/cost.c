// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost.c - asks for samples of what probes cost, and sums them up.
 */
#include <linux/preempt.h>

#include "cost.h"

/*
 * At task level with preemption off nothing else at this level updates the
 * stocks of this CPU.
 */
void mw_cost_ask(void)
{
	struct mw_cpu *cpu;

	preempt_disable();
	cpu = this_cpu_ptr(&mw_cpu);
	cpu->task = NULL;
	mw_stock_switch(&cpu->free[MW_CONTEXT_TASK], MW_SLOT_UNSEEN << 1, true);
	this_cpu_write(mw_cpu.asked, ~0UL);
	preempt_enable();
}

u64 mw_cost_samples(enum mw_event event)
{
	u64 samples = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		samples += READ_ONCE(per_cpu_ptr(&mw_cpu, cpu)->cost_samples[event]);
	return samples;
}

u64 mw_cost_ns(enum mw_event event)
{
	u64 samples = mw_cost_samples(event);
	u64 ns = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		ns += READ_ONCE(per_cpu_ptr(&mw_cpu, cpu)->cost_ns[event]);
	return samples ? div64_u64(ns, samples) : 0;
}

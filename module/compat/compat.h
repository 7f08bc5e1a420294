/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - what differs between the kernels that we run on, and nothing
 * else. A difference is found by type or by feature, never by version: stable
 * kernels and distributions carry backports. Each entry says which kernels it
 * covers and when it may go.
 */
#ifndef _MW_COMPAT_H
#define _MW_COMPAT_H

#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/percpu_counter.h>
#include <linux/version.h>

#ifndef CONFIG_64BIT
#error "memwatch needs a 64-bit kernel"
#endif

#ifndef CONFIG_TRACEPOINTS
#error "memwatch needs a kernel with CONFIG_TRACEPOINTS=y: choose one of your distribution's"
#endif

/*
 * The number of orders of the buddy allocator. NR_PAGE_ORDERS since 6.8;
 * before, MAX_ORDER was the number itself up to 6.3 and the highest order in
 * 6.4 to 6.7. Goes with the last kernel before 6.8.
 */
#ifdef NR_PAGE_ORDERS
#define MW_NR_PAGE_ORDERS NR_PAGE_ORDERS
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MW_NR_PAGE_ORDERS MAX_ORDER
#else
#define MW_NR_PAGE_ORDERS (MAX_ORDER + 1)
#endif

/*
 * mm->rss_stat is an atomic array up to 6.1 and an array of percpu_counters
 * since 6.2. The sum of the latter is exact, where the cheap read may be off by
 * the batch; /proc/PID/status shows the sum since 6.17 and 6.12.y. The atomic
 * form goes with the last kernel before 6.2.
 */
static inline s64 mw_percpu_sum(struct percpu_counter *counter)
{
#ifdef CONFIG_SMP
	unsigned int cpu;
	s64 sum;

	/*
	 * As __percpu_counter_sum(), which takes several times the instructions
	 * to walk two CPU masks at once; a CPU that is offline holds 0.
	 * Interrupts are off: one may count, too, and take the lock.
	 */
	raw_spin_lock(&counter->lock);
	sum = counter->count;
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (cpu_possible(cpu))
			sum += *per_cpu_ptr(counter->counters, cpu);
	raw_spin_unlock(&counter->lock);
	return sum;
#else
	return counter->count;
#endif
}

/* All counters of an mm, pages, by MM_FILEPAGES and so on. */
static inline void mw_mm_counters(struct mm_struct *mm, unsigned long ret_pages[NR_MM_COUNTERS])
{
	void *counters = &mm->rss_stat;
	unsigned long flags;
	s64 pages;

	local_irq_save(flags);
	for (int member = 0; member < NR_MM_COUNTERS; member++) {
		if (__builtin_types_compatible_p(typeof(mm->rss_stat),
						 struct percpu_counter[NR_MM_COUNTERS]))
			pages = mw_percpu_sum(&((struct percpu_counter *)counters)[member]);
		else
			pages = atomic_long_read(&((atomic_long_t *)counters)[member]);
		ret_pages[member] = pages < 0 ? 0 : pages;
	}
	local_irq_restore(flags);
}

/*
 * Is there memory in the section of this page frame? All kernels; without
 * sections every chunk of a node is given one.
 */
static inline bool mw_section_has_memory(unsigned long pfn)
{
#ifdef CONFIG_SPARSEMEM
	return online_section_nr(pfn_to_section_nr(pfn));
#else
	return true;
#endif
}

/* pgdat_end_pfn() of a node number; all kernels. */
static inline unsigned long mw_node_end_pfn(int node)
{
	return NODE_DATA(node)->node_start_pfn + NODE_DATA(node)->node_spanned_pages;
}

#endif /* _MW_COMPAT_H */

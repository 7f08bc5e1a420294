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
static inline unsigned long mw_mm_counter(struct mm_struct *mm, int member)
{
	void *counters = &mm->rss_stat;
	long pages;

	if (__builtin_types_compatible_p(typeof(mm->rss_stat),
					 struct percpu_counter[NR_MM_COUNTERS]))
		pages = percpu_counter_sum(&((struct percpu_counter *)counters)[member]);
	else
		pages = atomic_long_read(&((atomic_long_t *)counters)[member]);
	return pages < 0 ? 0 : pages;
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

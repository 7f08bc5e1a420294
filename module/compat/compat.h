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
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/version.h>

#ifdef CONFIG_X86_KERNEL_IBT
#include <asm/cpufeature.h>
#include <asm/ibt.h>
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

/*
 * Will who polls wait, or does it only look? The opposite of poll_does_not_wait(),
 * which 7.x lacks. All kernels.
 */
static inline bool mw_poll_waits(const struct poll_table_struct *wait)
{
	return wait && wait->_qproc;
}

/*
 * The address by which a function is attached as a probe: behind its ENDBR, which is
 * an instruction at each event and of use to indirect calls under IBT alone. x86-64
 * since 5.18; not where indirect calls are checked by what stands before a function.
 */
static inline void *mw_probe_entry(void *func)
{
#if defined(CONFIG_X86_KERNEL_IBT) && !defined(CONFIG_CFI_CLANG) && !defined(CONFIG_CFI)
	if (!cpu_feature_enabled(X86_FEATURE_IBT) && *(u32 *)func == gen_endbr())
		return (char *)func + sizeof(u32);
#endif
	return func;
}

/*
 * mw_object_page(): the page of a kernel object in the direct map; false for NULL
 * and ZERO_SIZE_PTR. virt_to_page() serves text as well, and takes twice the
 * instructions: here the shift that finds the page number tells by its sign, too,
 * whether this is an address of the kernel's. After mw_object_page_learn(), once.
 * x86-64, all kernels.
 *
 * mw_this_cpu_inc_if(): counters[nr]++ on this CPU unless @object is NULL, as one
 * instruction in memory and without a branch. All kernels.
 */
#if defined(CONFIG_X86_64) && defined(CONFIG_SPARSEMEM_VMEMMAP)
#define MW_OBJECT_PAGE_BY_SHIFT
extern unsigned long mw_object_page_base;

static inline void mw_object_page_learn(void)
{
	mw_object_page_base = (unsigned long)pfn_to_page(0) -
			      ((long)PAGE_OFFSET >> PAGE_SHIFT) * sizeof(struct page);
}

static __always_inline bool mw_object_page(const void *object, struct page **ret_page)
{
	long number = (long)object;
	bool is_kernel;

	asm("sarq %[shift], %[number]"
	    : [number] "+r" (number), "=@ccs" (is_kernel) : [shift] "i" (PAGE_SHIFT));
	if (unlikely(!is_kernel))
		return false;
	*ret_page = (struct page *)(number * sizeof(struct page) + mw_object_page_base);
	return true;
}
#else
static inline void mw_object_page_learn(void)
{
}

static __always_inline bool mw_object_page(const void *object, struct page **ret_page)
{
	if (ZERO_OR_NULL_PTR(object))
		return false;
	*ret_page = virt_to_page(object);
	return true;
}
#endif

#if defined(CONFIG_X86_64) && defined(CONFIG_SMP)
static __always_inline void mw_this_cpu_inc_if(unsigned long __percpu *counters,
					       unsigned long nr, const void *object)
{
	/* The carry of NULL - 1 takes away what subtracting -1 adds. */
	asm volatile("cmpq $1, %[object]\n\t"
		     "sbbq $-1, %%gs:(%[counters],%[nr],8)"
		     : : [object] "r" (object), [counters] "r" (counters), [nr] "r" (nr)
		     : "cc", "memory");
}
#else
static __always_inline void mw_this_cpu_inc_if(unsigned long __percpu *counters,
					       unsigned long nr, const void *object)
{
	if (likely(object))
		this_cpu_inc(counters[nr]);
}
#endif

#endif /* _MW_COMPAT_H */

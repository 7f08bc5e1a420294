/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooked.h - the functions that are hooked by kprobes, where their arguments or
 * their results differ between kernels. By type, where the kernel declares them.
 */
#ifndef _MW_HOOKED_H
#define _MW_HOOKED_H

#include <linux/gfp.h>
#include <linux/ptrace.h>
#include <linux/slab.h>

/*
 * Bulk allocation of pages: (gfp, nid, nodemask, nr_pages, list, array) since 5.13,
 * where the function begins; without the list in 7.x. Up to 6.9 it is
 * __alloc_pages_bulk(), a macro later. The first goes with the last kernel that
 * has a list.
 */
#ifdef __alloc_pages_bulk
#define MW_BULK_HAS_LIST							\
	(!__builtin_types_compatible_p(typeof(alloc_pages_bulk_noprof),		\
				       unsigned long(gfp_t, int, nodemask_t *, int, struct page **)))
#else
#define MW_BULK_HAS_LIST 1
#endif

static inline struct list_head *mw_bulk_list(struct pt_regs *regs)
{
	return MW_BULK_HAS_LIST ? (struct list_head *)regs_get_kernel_argument(regs, 4) : NULL;
}

static inline struct page **mw_bulk_array(struct pt_regs *regs)
{
	return (struct page **)regs_get_kernel_argument(regs, MW_BULK_HAS_LIST ? 5 : 4);
}

/*
 * Where the new pages begin. A function with a list fills the holes of its array,
 * which may be at its beginning; in 7.x the array need not be set to zero before, and
 * what stands in it says nothing. (A page that had been in it has its owner already.)
 */
static inline unsigned long mw_bulk_filled(struct pt_regs *regs)
{
	struct page **array = mw_bulk_array(regs);
	unsigned long nr_pages = (unsigned int)regs_get_kernel_argument(regs, 3);
	unsigned long filled = 0;

	while (MW_BULK_HAS_LIST && array && filled < nr_pages && array[filled])
		filled++;
	return filled;
}

/*
 * kmem_cache_alloc_bulk() returns how many objects it allocated, all or none; in 7.x
 * whether it did. Up to 6.9 it is a function, a macro later. The first goes with the
 * last kernel that returns int.
 */
#ifdef kmem_cache_alloc_bulk
#define MW_SLAB_BULK_IS_BOOL							\
	__builtin_types_compatible_p(typeof(kmem_cache_alloc_bulk_noprof(NULL, 0, 0, NULL)), bool)
#else
#define MW_SLAB_BULK_IS_BOOL 0
#endif

/* How many objects it allocated, by the registers at its return and what was asked for. */
static inline unsigned long mw_slab_bulk_count(struct pt_regs *regs, unsigned long wanted)
{
	if (MW_SLAB_BULK_IS_BOOL)
		return (u8)regs_return_value(regs) ? wanted : 0;
	return max((int)regs_return_value(regs), 0);
}

#endif /* _MW_HOOKED_H */

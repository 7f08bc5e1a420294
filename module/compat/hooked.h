/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooked.h - the functions that are hooked by kprobes, where their arguments or
 * their results differ between kernels. By type, where the kernel declares them.
 */
#ifndef _MW_HOOKED_H
#define _MW_HOOKED_H

#include <linux/gfp.h>
#include <linux/migrate.h>
#include <linux/ptrace.h>
#include <linux/slab.h>

#include "probe_types.h"
#include "slab_probe_types.h"

/*
 * A kprobe hands over registers, and what is in them follows from the function's
 * arguments: others than we know would be read as what they are not. So each function is
 * compared with the kernel's declaration of it, where Kbuild found one
 * (MW_DECLARED_name), and where it found none of the names of a function that every
 * kernel has, that is gone: either ends the build with a sentence. What is not declared
 * in a kernel without migration is absent in status; so is bulk allocation of pages,
 * which 5.10 does not have. All kernels.
 */
#define MW_FUNCTION_IS(name, ...)						\
	__builtin_types_compatible_p(typeof(name), __VA_ARGS__)

#define MW_CHECK_FUNCTION(name, fits)						\
	_Static_assert(fits, "function " #name " has changed its arguments: " MW_LOOK_FOR_NEWER);

#define MW_FUNCTION_IS_GONE(name)						\
	_Static_assert(0, "function " #name " is not there any more: " MW_LOOK_FOR_NEWER);

/*
 * Bulk allocation of pages: (gfp, nid, nodemask, nr_pages, list, array) since 5.13,
 * where the function begins; without the list in 7.x. Up to 6.9 it is
 * __alloc_pages_bulk(), a macro later. The first goes with the last kernel that
 * has a list.
 */
#define MW_BULK_TYPE_LIST							\
	unsigned long(gfp_t, int, nodemask_t *, int, struct list_head *, struct page **)
#define MW_BULK_TYPE unsigned long(gfp_t, int, nodemask_t *, int, struct page **)

#ifdef MW_DECLARED_alloc_pages_bulk_noprof
#define MW_BULK_HAS_LIST (!MW_FUNCTION_IS(alloc_pages_bulk_noprof, MW_BULK_TYPE))
#define MW_CHECK_BULK								\
	MW_CHECK_FUNCTION(alloc_pages_bulk_noprof, !MW_BULK_HAS_LIST ||		\
			  MW_FUNCTION_IS(alloc_pages_bulk_noprof, MW_BULK_TYPE_LIST))
#elif defined(MW_DECLARED___alloc_pages_bulk)
#define MW_BULK_HAS_LIST 1
#define MW_CHECK_BULK								\
	MW_CHECK_FUNCTION(__alloc_pages_bulk,					\
			  MW_FUNCTION_IS(__alloc_pages_bulk, MW_BULK_TYPE_LIST))
#else
#define MW_BULK_HAS_LIST 1
#define MW_CHECK_BULK
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
#define MW_SLAB_BULK_TYPE(result) result(struct kmem_cache *, gfp_t, size_t, void **)

#ifdef MW_DECLARED_kmem_cache_alloc_bulk_noprof
#define MW_SLAB_BULK_IS_BOOL							\
	MW_FUNCTION_IS(kmem_cache_alloc_bulk_noprof, MW_SLAB_BULK_TYPE(bool))
#define MW_CHECK_SLAB_BULK_ALLOC						\
	MW_CHECK_FUNCTION(kmem_cache_alloc_bulk_noprof, MW_SLAB_BULK_IS_BOOL ||	\
			  MW_FUNCTION_IS(kmem_cache_alloc_bulk_noprof, MW_SLAB_BULK_TYPE(int)))
#elif defined(MW_DECLARED_kmem_cache_alloc_bulk)
#define MW_SLAB_BULK_IS_BOOL 0
#define MW_CHECK_SLAB_BULK_ALLOC						\
	MW_CHECK_FUNCTION(kmem_cache_alloc_bulk,				\
			  MW_FUNCTION_IS(kmem_cache_alloc_bulk, MW_SLAB_BULK_TYPE(int)))
#else
#define MW_SLAB_BULK_IS_BOOL 0
#define MW_CHECK_SLAB_BULK_ALLOC MW_FUNCTION_IS_GONE(kmem_cache_alloc_bulk)
#endif

/* How many objects it allocated, by the registers at its return and what was asked for. */
static inline unsigned long mw_slab_bulk_count(struct pt_regs *regs, unsigned long wanted)
{
	if (MW_SLAB_BULK_IS_BOOL)
		return (u8)regs_return_value(regs) ? wanted : 0;
	return max((int)regs_return_value(regs), 0);
}

/* kmem_cache_free_bulk(cache, count, objects): all kernels. */
#ifdef MW_DECLARED_kmem_cache_free_bulk
#define MW_CHECK_SLAB_BULK_FREE							\
	MW_CHECK_FUNCTION(kmem_cache_free_bulk,					\
			  MW_FUNCTION_IS(kmem_cache_free_bulk,			\
					 void(struct kmem_cache *, size_t, void **)))
#else
#define MW_CHECK_SLAB_BULK_FREE MW_FUNCTION_IS_GONE(kmem_cache_free_bulk)
#endif

/* kmem_cache_free(cache, object), where it is hooked: before its tracepoint told the cache. */
#define MW_CHECK_CACHE_FREE_HOOK						\
	MW_CHECK_FUNCTION(kmem_cache_free, MW_FREE_TELLS_CACHE ||		\
			  MW_FUNCTION_IS(kmem_cache_free, void(struct kmem_cache *, void *)))

/*
 * folio_migrate_flags(new, old) since 5.16; before, migrate_page_states(), of pages. The
 * second goes with the last kernel before 5.16.
 */
#ifndef CONFIG_MIGRATION
#define MW_CHECK_MIGRATE
#elif defined(MW_DECLARED_folio_migrate_flags)
#define MW_CHECK_MIGRATE							\
	MW_CHECK_FUNCTION(folio_migrate_flags,					\
			  MW_FUNCTION_IS(folio_migrate_flags, void(struct folio *, struct folio *)))
#elif defined(MW_DECLARED_migrate_page_states)
#define MW_CHECK_MIGRATE							\
	MW_CHECK_FUNCTION(migrate_page_states,					\
			  MW_FUNCTION_IS(migrate_page_states, void(struct page *, struct page *)))
#else
#define MW_CHECK_MIGRATE MW_FUNCTION_IS_GONE(folio_migrate_flags)
#endif

#endif /* _MW_HOOKED_H */

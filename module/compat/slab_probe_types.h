/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_probe_types.h - what probe_types.h is, for the tracepoints of slabs. Included
 * after <trace/events/kmem.h>.
 */
#ifndef _MW_SLAB_PROBE_TYPES_H
#define _MW_SLAB_PROBE_TYPES_H

#include <linux/gfp.h>
#include <linux/slab.h>

#include "probe_types.h"

/* Asked about below, also where nothing is checked. */
MW_NAME_TRACEPOINT(kmem_cache_alloc)
MW_NAME_TRACEPOINT(kmem_cache_free)

/* Has tracepoint @name these arguments behind @data? */
#define MW_TAKES(name, ...)							\
	__builtin_types_compatible_p(typeof(check_trace_callback_type_##name),	\
				     void(void (*)(void *, ##__VA_ARGS__)))

/*
 * kmem_cache_alloc: (site, object, cache, gfp, node), as 6.1 has it. Before, it gave
 * sizes and no cache, and so did kmem_cache_alloc_node and kmalloc_node, which were
 * tracepoints of their own. The second form goes with the last such kernel.
 */
#define MW_ALLOC_TELLS_CACHE							\
	MW_TAKES(kmem_cache_alloc, unsigned long, const void *, struct kmem_cache *, gfp_t, int)
#define MW_ALLOC_TELLS_SIZES							\
	MW_TAKES(kmem_cache_alloc, unsigned long, const void *, size_t, size_t, gfp_t)

#define MW_CHECK_CACHE_ALLOC							\
	MW_CHECK_SIGNATURE(kmem_cache_alloc, MW_ALLOC_TELLS_CACHE || MW_ALLOC_TELLS_SIZES)

/*
 * kmem_cache_free: (site, object, cache), as 6.1 has it. Before, it gave no cache, and
 * came when the object was freed and its page perhaps somebody else's: the function is
 * hooked instead (hooks.c). That goes with the last such kernel.
 */
#define MW_FREE_TELLS_CACHE							\
	MW_TAKES(kmem_cache_free, unsigned long, const void *, const struct kmem_cache *)
#define MW_FREE_TELLS_OBJECT							\
	(MW_TAKES(kmem_cache_free, unsigned long, const void *) ||		\
	 MW_TAKES(kmem_cache_free, unsigned long, const void *, const char *))

#define MW_CHECK_CACHE_FREE							\
	MW_CHECK_SIGNATURE(kmem_cache_free, MW_FREE_TELLS_CACHE || MW_FREE_TELLS_OBJECT)

/*
 * Has kfree_rcu() sheaves, as 7.3 has and 6.12 has not? __kfree_rcu_sheaf() itself is
 * private to the kernel's mm/; what came with it is not.
 */
#ifdef kmem_cache_alloc_from_sheaf
#define MW_HAS_SHEAVES 1
#else
#define MW_HAS_SHEAVES 0
#endif

/* kmalloc: (site, object, bytes asked for, bytes, gfp, node); no node where that had its own. */
#define MW_CHECK_KMALLOC							\
	MW_CHECK_SIGNATURE(kmalloc,						\
		MW_TAKES(kmalloc, unsigned long, const void *, size_t, size_t, gfp_t, int) || \
		MW_TAKES(kmalloc, unsigned long, const void *, size_t, size_t, gfp_t))

/* kfree: all kernels. */
#define MW_CHECK_KFREE								\
	MW_CHECK_SIGNATURE(kfree, MW_TAKES(kfree, unsigned long, const void *))

/*
 * In what follows @make is MW_PROBE or MW_MOVABLE_PROBE.
 *
 * Two probes, with a node and without, that call handle(data, object, asked, bytes, site).
 */
#define MW_SIZES_PROBES(make, probe, handle)					\
	make(probe, (void *data, unsigned long site, const void *object, size_t asked, \
		     size_t bytes, gfp_t gfp, int node), handle(data, object, asked, bytes, site)) \
	make(probe##_nodeless, (void *data, unsigned long site, const void *object, \
				size_t asked, size_t bytes, gfp_t gfp),		\
	     handle(data, object, asked, bytes, site))

#define MW_KMALLOC_PROBE(probe)							\
	((void *)__builtin_choose_expr(MW_PROBE_FITS(kmalloc, probe), probe, probe##_nodeless))

#define MW_CACHE_ALLOC_PROBE(make, probe, handle)				\
	make(probe, (void *data, unsigned long site, const void *object,	\
		     struct kmem_cache *cache, gfp_t gfp, int node), handle(data, object, cache))

#define MW_CACHE_FREE_PROBE(make, probe, handle)				\
	make(probe, (void *data, unsigned long site, const void *object,	\
		     const struct kmem_cache *cache), handle(data, cache))

#define MW_KFREE_PROBE(make, probe, handle)					\
	make(probe, (void *data, unsigned long site, const void *object),	\
	     handle(data, object, site))

#endif /* _MW_SLAB_PROBE_TYPES_H */

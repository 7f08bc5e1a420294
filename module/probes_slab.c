// SPDX-License-Identifier: GPL-2.0-only
/*
 * probes_slab.c - from an event of slabs to a call, and nothing else; as probes.c.
 *
 * These are the most frequent events of all. @data is where the CPUs count the
 * event (mw_slab_counters()); the common path has no call, no stack frame and
 * nothing to decide that is the same at each event. Slab events are as many as
 * their counts say, and need none of their own.
 */
#include <linux/slab.h>

#include "compat/compat.h"
#include "compat/probe_types.h"

#include <trace/events/kmem.h>

#include "compat/slab_probe_types.h"
#include "probes_slab.h"
#include "slab.h"

/* By way of a number: since 6.15 these are pointers into different address spaces. */
static __always_inline unsigned long __percpu *counters_of(void *data)
{
	return (unsigned long __percpu *)(__force unsigned long)data;
}

static __always_inline void cache_allocated(void *data, const void *object,
					    const struct kmem_cache *cache)
{
	mw_slab_count_alloc(counters_of(data), cache, object);
}

static __always_inline void cache_allocated_bytes(void *data, const void *object,
						  const struct kmem_cache *cache)
{
	unsigned long __percpu *counters = counters_of(data);
	unsigned int entry;

	if (unlikely(!object))
		return;
	entry = mw_slab_entry(cache);
	this_cpu_inc(counters[entry]);
	mw_stock_slab(mw_slab_sizes[entry]);
}

/* Where the event does not tell the cache, the object does. */
static void object_allocated(void *data, const void *object, size_t asked, size_t bytes,
			     unsigned long site)
{
	mw_slab_count_object(MW_SLAB_CACHE_ALLOC, object, asked, site);
}

static void object_allocated_bytes(void *data, const void *object, size_t asked, size_t bytes,
				   unsigned long site)
{
	if (unlikely(!object))
		return;
	mw_slab_count_object(MW_SLAB_CACHE_ALLOC, object, asked, site);
	mw_stock_slab(asked);
}

static __always_inline void cache_freed(void *data, const struct kmem_cache *cache)
{
	mw_slab_count_free(counters_of(data), cache);
}

static __always_inline void kmalloc_old(void *data, const void *object, size_t asked,
					size_t bytes, unsigned long site)
{
	mw_slab_count_direct(counters_of(data), object, site, MW_SLAB_PAGE_OLD);
}

static __always_inline void kmalloc_new(void *data, const void *object, size_t asked,
					size_t bytes, unsigned long site)
{
	mw_slab_count_direct(counters_of(data), object, site, MW_SLAB_PAGE_NEW);
}

static __always_inline void kmalloc_mask(void *data, const void *object, size_t asked,
					 size_t bytes, unsigned long site)
{
	mw_slab_count_direct(counters_of(data), object, site, MW_SLAB_PAGE_MASK);
}

static void kmalloc_any(void *data, const void *object, size_t asked, size_t bytes,
			unsigned long site)
{
	mw_slab_count_object(MW_SLAB_KMALLOC, object, asked, site);
}

static void kmalloc_bytes(void *data, const void *object, size_t asked, size_t bytes,
			  unsigned long site)
{
	if (unlikely(ZERO_OR_NULL_PTR(object)))
		return;
	mw_slab_count_object(MW_SLAB_KMALLOC, object, asked, site);
	mw_stock_slab(bytes);
}

static __always_inline void kfree_old(void *data, const void *object, unsigned long site)
{
	mw_slab_count_direct(counters_of(data), object, site, MW_SLAB_PAGE_OLD);
}

static __always_inline void kfree_new(void *data, const void *object, unsigned long site)
{
	mw_slab_count_direct(counters_of(data), object, site, MW_SLAB_PAGE_NEW);
}

static __always_inline void kfree_mask(void *data, const void *object, unsigned long site)
{
	mw_slab_count_direct(counters_of(data), object, site, MW_SLAB_PAGE_MASK);
}

static void kfree_any(void *data, const void *object, unsigned long site)
{
	mw_slab_count_object(MW_SLAB_KFREE, object, 0, site);
}

/* Counting an object is one instruction; only the bytes by process are a stock's (stock.h). */
MW_CACHE_ALLOC_PROBE(MW_MOVABLE_PROBE, on_cache_alloc, cache_allocated)
MW_CACHE_ALLOC_PROBE(MW_PROBE, on_cache_alloc_bytes, cache_allocated_bytes)
MW_SIZES_PROBES(MW_MOVABLE_PROBE, on_object_alloc, object_allocated)
MW_SIZES_PROBES(MW_PROBE, on_object_alloc_bytes, object_allocated_bytes)
MW_CACHE_FREE_PROBE(MW_MOVABLE_PROBE, on_cache_free, cache_freed)
MW_SIZES_PROBES(MW_MOVABLE_PROBE, on_kmalloc_old, kmalloc_old)
MW_SIZES_PROBES(MW_MOVABLE_PROBE, on_kmalloc_new, kmalloc_new)
MW_SIZES_PROBES(MW_MOVABLE_PROBE, on_kmalloc_mask, kmalloc_mask)
MW_SIZES_PROBES(MW_MOVABLE_PROBE, on_kmalloc, kmalloc_any)
MW_SIZES_PROBES(MW_PROBE, on_kmalloc_bytes, kmalloc_bytes)
MW_KFREE_PROBE(MW_MOVABLE_PROBE, on_kfree_old, kfree_old)
MW_KFREE_PROBE(MW_MOVABLE_PROBE, on_kfree_new, kfree_new)
MW_KFREE_PROBE(MW_MOVABLE_PROBE, on_kfree_mask, kfree_mask)
MW_KFREE_PROBE(MW_MOVABLE_PROBE, on_kfree, kfree_any)

MW_CHECK_CACHE_ALLOC
MW_CHECK_CACHE_FREE
MW_CHECK_KMALLOC
MW_CHECK_KFREE

/* @node: for kmalloc_node, which always tells it. */
static void *kmalloc_probe(bool node, bool bytes)
{
	if (bytes)
		return node ? on_kmalloc_bytes : MW_KMALLOC_PROBE(on_kmalloc_bytes);
	switch (mw_slab_page_layout) {
	case MW_SLAB_PAGE_OLD:
		return node ? on_kmalloc_old : MW_KMALLOC_PROBE(on_kmalloc_old);
	case MW_SLAB_PAGE_NEW:
		return node ? on_kmalloc_new : MW_KMALLOC_PROBE(on_kmalloc_new);
	case MW_SLAB_PAGE_MASK:
		return node ? on_kmalloc_mask : MW_KMALLOC_PROBE(on_kmalloc_mask);
	default:
		return node ? on_kmalloc : MW_KMALLOC_PROBE(on_kmalloc);
	}
}

static void *kfree_probe(void)
{
	switch (mw_slab_page_layout) {
	case MW_SLAB_PAGE_OLD:
		return on_kfree_old;
	case MW_SLAB_PAGE_NEW:
		return on_kfree_new;
	case MW_SLAB_PAGE_MASK:
		return on_kfree_mask;
	default:
		return on_kfree;
	}
}

static void *cache_alloc_probe(bool bytes)
{
	if (MW_ALLOC_TELLS_CACHE)
		return bytes ? on_cache_alloc_bytes : on_cache_alloc;
	return bytes ? on_object_alloc_bytes_nodeless : on_object_alloc_nodeless;
}

static void choose(struct mw_probe *probe, enum mw_slab_event event, void *func)
{
	probe->func = func;
	probe->data = (void *)(__force unsigned long)mw_slab_counters(event);
}

void mw_slab_probe_choose(struct mw_probe *probe, enum mw_event event, bool bytes)
{
	switch (event) {
	case MW_EVENT_CACHE_ALLOC:
		choose(probe, MW_SLAB_CACHE_ALLOC, cache_alloc_probe(bytes));
		break;
	case MW_EVENT_CACHE_ALLOC_NODE:
		choose(probe, MW_SLAB_CACHE_ALLOC,
		       bytes ? on_object_alloc_bytes : on_object_alloc);
		break;
	case MW_EVENT_CACHE_FREE:
		choose(probe, MW_SLAB_CACHE_FREE, on_cache_free);
		break;
	case MW_EVENT_KMALLOC:
		choose(probe, MW_SLAB_KMALLOC, kmalloc_probe(false, bytes));
		break;
	case MW_EVENT_KMALLOC_NODE:
		choose(probe, MW_SLAB_KMALLOC, kmalloc_probe(true, bytes));
		break;
	case MW_EVENT_KFREE:
		choose(probe, MW_SLAB_KFREE, kfree_probe());
		break;
	default:
		break;
	}
}

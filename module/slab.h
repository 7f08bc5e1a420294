/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.h - slab objects by cache, and bytes by process. Off unless asked for
 * (`slab 1` in config): an event costs some 20 instructions, and there are many.
 *
 * A kmem_cache is counted by itself; kmalloc() by size class, because kfree()'s
 * event does not say from which of the caches of a size the object came.
 */
#ifndef _MW_SLAB_H
#define _MW_SLAB_H

#include <linux/percpu.h>
#include <linux/slab.h>

#include "growth.h"
#include "stock.h"

#define MW_SLAB_NAME_MAX 32

/* Entries: a hash of caches first, then the kmalloc classes, and what found no room. */
#define MW_SLAB_HASH_SHIFT	10
#define MW_SLAB_HASHED		(1U << MW_SLAB_HASH_SHIFT)
#define MW_SLAB_KMALLOC		MW_SLAB_HASHED
#define MW_SLAB_OTHER		(MW_SLAB_KMALLOC + 14)
#define MW_SLAB_ENTRIES		(MW_SLAB_OTHER + 1)

/**
 * struct mw_slab_counts - of one entry on one CPU
 * @allocs: objects allocated
 * @frees:  objects freed
 */
struct mw_slab_counts {
	unsigned long allocs;
	unsigned long frees;
};

/**
 * struct mw_slab_entry - one cache or size class
 * @cache:  compared by address only; NULL for classes and free entries
 * @size:   bytes of an object; 0 if they differ
 */
struct mw_slab_entry {
	const struct kmem_cache *cache;
	unsigned long size;
};

/* What stands in /proc/memwatch/slab for one entry. */
struct mw_slab_record {
	const char *name;
	u64 allocs;
	u64 frees;
	s64 live_objects;
	s64 live_kb;
	s64 growth_kb;
	struct mw_growth growth;
};

/*
 * Of one shape: where a cache's entry is, its counts are. (These are too many
 * for a static per-CPU variable of a module, which has 8 KiB.)
 */
extern struct mw_slab_entry mw_slab_entries[MW_SLAB_ENTRIES];
extern struct mw_slab_counts __percpu *mw_slab_counts;

/* Events of the slab tracepoints, told from the counts. */
u64 mw_slab_events(bool kmalloc, bool freed);

int mw_slab_init(void);
void mw_slab_exit(void);
size_t mw_slab_bytes(void);

/* Caches that found no room in the table; counted together as [other]. */
u64 mw_slab_overflowed(void);

/* Process context. False for an entry that was never used. */
bool mw_slab_read(unsigned int entry, u64 now_ns, struct mw_slab_record *ret_record);

/* Takes the live bytes of every cache; from the tick. */
void mw_slab_tick(u64 held_ns, u64 now_ns);

/*
 * Live memory of a cache by name, or of all slabs with NULL. False for a cache
 * that was not seen. Process context.
 */
bool mw_slab_live_kb(const char *name, u64 *ret_kb);

/* From probes; preemption off. */
unsigned long mw_slab_entry_slow(const struct kmem_cache *cache);
void mw_slab_kmalloc(size_t bytes_req);
void mw_slab_kfree(const void *object);

/*
 * An entry and its counts stand at the same offset of two arrays, and the offset
 * is two operations away from the address of the cache: kmem_caches are slab
 * objects of some 200 bytes, whose bits from 6 on differ.
 */
#define MW_SLAB_STRIDE_SHIFT 4

static __always_inline unsigned long mw_slab_home(const struct kmem_cache *cache)
{
	return ((unsigned long)cache >> (6 - MW_SLAB_STRIDE_SHIFT)) &
	       ((MW_SLAB_HASHED - 1UL) << MW_SLAB_STRIDE_SHIFT);
}

static __always_inline struct mw_slab_entry *mw_slab_entry_at(unsigned long offset)
{
	return (struct mw_slab_entry *)((char *)mw_slab_entries + offset);
}

static __always_inline struct mw_slab_counts __percpu *mw_slab_counts_at(unsigned long offset)
{
	return (struct mw_slab_counts __percpu *)((char __percpu *)mw_slab_counts + offset);
}

/* The offset of a cache's entry. */
static __always_inline unsigned long mw_slab_offset(const struct kmem_cache *cache)
{
	unsigned long offset = mw_slab_home(cache);

	if (likely(READ_ONCE(mw_slab_entry_at(offset)->cache) == cache))
		return offset;
	return mw_slab_entry_slow(cache) << MW_SLAB_STRIDE_SHIFT;
}

static __always_inline void mw_slab_alloc(const struct kmem_cache *cache, unsigned long objects)
{
	unsigned long offset = mw_slab_offset(cache);

	this_cpu_add(mw_slab_counts_at(offset)->allocs, objects);
	mw_stock_slab(objects * mw_slab_entry_at(offset)->size);
}

static __always_inline void mw_slab_free(const struct kmem_cache *cache, unsigned long objects)
{
	this_cpu_add(mw_slab_counts_at(mw_slab_offset(cache))->frees, objects);
}

#endif /* _MW_SLAB_H */

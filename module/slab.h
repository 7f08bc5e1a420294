/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.h - slab objects by cache, and bytes by process. Off unless asked for
 * (`slab 1` in config): an event costs four to twelve instructions beside the
 * tracepoint's own 18, and there are many.
 *
 * Every object counts for its kmem_cache, those of kmalloc() too (slab_page.h).
 * On a kernel where the cache of an object can not be found, kmalloc() counts by
 * size class (slab_class.h).
 */
#ifndef _MW_SLAB_H
#define _MW_SLAB_H

#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "growth.h"
#include "slab_page.h"

#define MW_SLAB_NAME_MAX 32

/*
 * Entries: each cache has a home by its address; behind the homes are those whose
 * home was taken by another; then the classes of kmalloc(), and what found no room.
 */
#define MW_SLAB_HOMES		256U
#define MW_SLAB_DISPLACED_SHIFT	9
#define MW_SLAB_DISPLACED	(1U << MW_SLAB_DISPLACED_SHIFT)
#define MW_SLAB_CLASSES		(MW_SLAB_HOMES + MW_SLAB_DISPLACED)
#define MW_SLAB_OTHER		(MW_SLAB_CLASSES + 14)
#define MW_SLAB_ENTRIES		(MW_SLAB_OTHER + 1)

/* By which event an object came or went. */
enum mw_slab_event {
	MW_SLAB_CACHE_ALLOC,
	MW_SLAB_CACHE_FREE,
	MW_SLAB_KMALLOC,
	MW_SLAB_KFREE,
	MW_SLAB_EVENTS,
};

/**
 * struct mw_slab_counts - what one CPU counted
 * @objects: by event, by entry. (Too many for a static per-CPU variable of a
 *           module, which has 8 KiB; a dynamic one may have 32 KiB.)
 */
struct mw_slab_counts {
	unsigned long objects[MW_SLAB_EVENTS][MW_SLAB_ENTRIES];
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
 * Compared by address only. A free entry is no address, not NULL either: that may
 * be what stands in a page that is not of slabs.
 */
#define MW_SLAB_NO_CACHE ((const struct kmem_cache *)1)

extern const struct kmem_cache *mw_slab_caches[MW_SLAB_ENTRIES];

/* Bytes of an object of each entry; 0 if they differ. */
extern unsigned int mw_slab_sizes[MW_SLAB_ENTRIES];

extern struct mw_slab_counts __percpu *mw_slab_counts;

/* How many objects an event told of, over all CPUs; for status. */
u64 mw_slab_events(enum mw_slab_event event);

int mw_slab_init(void);
void mw_slab_exit(void);
size_t mw_slab_bytes(void);

/* Counting begins at 0; no probe is attached. */
void mw_slab_begin(void);

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

/*
 * From probes. @counters are those of one event, mw_slab_counters(): the probe's
 * data, so that it need not look them up. All of it is this_cpu operations of one
 * instruction each: neither an interrupt in between does harm, nor a move to another
 * CPU, so that preemption may be on.
 */
static inline unsigned long __percpu *mw_slab_counters(enum mw_slab_event event)
{
	return mw_slab_counts->objects[event];
}

/* The entry of a cache that is not at home, taken if it is new. */
unsigned int mw_slab_entry_slow(const struct kmem_cache *cache);

/* An object of a cache that is neither at home nor in the first place behind. */
void mw_slab_count_displaced(unsigned long __percpu *counters, const struct kmem_cache *cache);

/*
 * An object of kmalloc() whose cache was not found: of a new one, or of pages; it
 * begins in @page. @site of the event tells two that are of one object.
 */
void mw_slab_count_page(unsigned long __percpu *counters, unsigned long site, struct page *page);

/*
 * An object of kmalloc(), on any kernel; NULL and ZERO_SIZE_PTR are none. @bytes as
 * asked for, when it is allocated.
 */
void mw_slab_count_object(enum mw_slab_event event, const void *object, size_t bytes,
			  unsigned long site);

/* Many objects of one cache. */
void mw_slab_count_bulk(enum mw_slab_event event, const struct kmem_cache *cache,
			unsigned long objects);

/*
 * kmem_caches are slab objects of some 256 bytes: the second byte of the address
 * tells neighbours apart, and takes one instruction. Whoever comes first has the
 * home: the caches that are busy come first.
 */
static __always_inline unsigned long mw_slab_home(const struct kmem_cache *cache)
{
	return (u8)((unsigned long)cache >> 8);
}

/* What is there is only compared, and is set once. READ_ONCE() takes an instruction more. */
static __always_inline bool mw_slab_is_at_home(const struct kmem_cache *cache)
{
	return likely(data_race(mw_slab_caches[mw_slab_home(cache)]) == cache);
}

/*
 * The first place behind the homes, counted from there, for whoever came second: two
 * instructions.
 */
static __always_inline unsigned long mw_slab_behind(const struct kmem_cache *cache)
{
	return hash_32((u32)(unsigned long)cache, MW_SLAB_DISPLACED_SHIFT);
}

/*
 * Is it there? @ret_nr then counts from behind the homes. No check of bounds: a number
 * of so few bits is within, which UBSAN does not know. It is hidden, or two instructions
 * would share the sum with MW_SLAB_HOMES, which addressing has for nothing.
 */
static __always_inline bool mw_slab_is_behind(const struct kmem_cache *cache,
					      unsigned long *ret_nr)
{
	unsigned long nr = mw_slab_behind(cache);

	if (unlikely(data_race(*(mw_slab_caches + MW_SLAB_HOMES + nr)) != cache))
		return false;
	OPTIMIZER_HIDE_VAR(nr);
	*ret_nr = nr;
	return true;
}

static __always_inline unsigned int mw_slab_entry(const struct kmem_cache *cache)
{
	return mw_slab_is_at_home(cache) ? mw_slab_home(cache) : mw_slab_entry_slow(cache);
}

/* An object; NULL, an allocation that failed, is none. */
static __always_inline void mw_slab_count_alloc(unsigned long __percpu *counters,
						const struct kmem_cache *cache,
						const void *object)
{
	unsigned long nr;

	if (mw_slab_is_at_home(cache))
		mw_this_cpu_inc_if(counters, mw_slab_home(cache), object);
	else if (mw_slab_is_behind(cache, &nr))
		mw_this_cpu_inc_if(counters + MW_SLAB_HOMES, nr, object);
	else if (object)
		mw_slab_count_displaced(counters, cache);
}

/* Counts an object of @cache; false if that is not where it is first looked for. */
static __always_inline bool mw_slab_count_found(unsigned long __percpu *counters,
						const struct kmem_cache *cache)
{
	unsigned long nr;

	if (mw_slab_is_at_home(cache))
		this_cpu_inc(counters[mw_slab_home(cache)]);
	else if (mw_slab_is_behind(cache, &nr))
		this_cpu_inc(*(counters + MW_SLAB_HOMES + nr));
	else
		return false;
	return true;
}

static __always_inline void mw_slab_count_free(unsigned long __percpu *counters,
					       const struct kmem_cache *cache)
{
	if (!mw_slab_count_found(counters, cache))
		mw_slab_count_displaced(counters, cache);
}

/* An object of kmalloc(), where @layout is known; NULL and ZERO_SIZE_PTR are none. */
static __always_inline void mw_slab_count_direct(unsigned long __percpu *counters,
						 const void *object, unsigned long site,
						 enum mw_slab_page_layout layout)
{
	struct page *page;

	if (!mw_object_page(object, &page))
		return;
	if (!mw_slab_count_found(counters, mw_slab_page_direct(page, layout)))
		mw_slab_count_page(counters, site, page);
}

#endif /* _MW_SLAB_H */

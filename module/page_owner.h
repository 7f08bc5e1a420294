/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_owner.h - who owns each page: two bytes a page, in chunks by memory
 * section. An entry is slot << 1 | kind, or 0 for a page that nobody was seen
 * to allocate.
 */
#ifndef _MW_PAGE_OWNER_H
#define _MW_PAGE_OWNER_H

#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/string.h>

#include "stock.h"

/* A chunk covers 2^15 pages: a section of x86-64 (128 MiB), 64 KiB of entries. */
#define MW_CHUNK_SHIFT	15
#define MW_CHUNK_PAGES	(1UL << MW_CHUNK_SHIFT)
#define MW_CHUNK_MASK	(MW_CHUNK_PAGES - 1)

/**
 * struct mw_page_map - chunks by page frame number
 * @nr_chunks: length of @chunks
 * @chunks:    NULL where there is no memory
 *
 * Replaced whole when memory is added behind its end; probes run under RCU.
 */
struct mw_page_map {
	unsigned long nr_chunks;
	u16 *chunks[];
};

extern struct mw_page_map __rcu *mw_page_map;

int mw_page_owner_init(void);
void mw_page_owner_exit(void);

/*
 * Gives every page that is in use, but that nobody was seen to allocate, to
 * [unknown]. Process context; after the probes were attached.
 */
void mw_page_owner_adopt(void);

/*
 * The pages of all slots that are MW_SLOT_DYING go to [orphans]. Process
 * context. Such a slot owns less than nothing by the pages that were freed in
 * the same instant; after a grace period what is left of its counts is theirs,
 * and belongs to [orphans], too.
 */
void mw_page_owner_disown(void);

/* Every page without an owner again. Process context; no probe counts pages. */
void mw_page_owner_clear(void);

/* Bytes of the map and its chunks. */
size_t mw_page_owner_bytes(void);

/* The entry of a page, or NULL where the map has none. Preemption off. */
static __always_inline u16 *mw_page_entry(unsigned long pfn)
{
	const struct mw_page_map *map = rcu_dereference_sched(mw_page_map);
	unsigned long nr = pfn >> MW_CHUNK_SHIFT;
	u16 *chunk;

	if (unlikely(nr >= map->nr_chunks))
		return NULL;
	chunk = READ_ONCE(map->chunks[nr]);
	if (unlikely(!chunk))
		return NULL;
	chunk += pfn & MW_CHUNK_MASK;
	/* The caller's test would be made again; the kernel's unreachable() is a branch. */
	if (!chunk)
		__builtin_unreachable();
	return chunk;
}

/*
 * What is not a single page, of the same owner as the one before, by a task. The first
 * argument is there so that the others are where a tracepoint gave them to its probe,
 * which jumps here: else every event would move them to other registers first.
 */
void mw_page_owner_alloc_slow(void *unused, struct page *page, unsigned int order, gfp_t gfp);
void mw_page_owner_free_slow(void *unused, struct page *page, unsigned int order);

/* One page was allocated; it may have been counted already. Preemption off. */
void mw_page_owner_alloc_unless_seen(struct page *page, unsigned int kind);

/*
 * The contents of @old move to @new, and so does what is noted of them: from
 * now on @new belongs to the owner of @old, and the free of @old is charged to
 * whoever allocated @new. Counts do not change. Preemption off; both blocks are
 * in the migrating task's hands.
 */
void mw_page_owner_swap(struct page *new, struct page *old, unsigned long pages);

/**
 * mw_page_owner_alloc() - a block was allocated: count it and note its owner
 * @page: NULL is an allocation that failed, and is counted as such
 *
 * A page's entry is written by whoever allocates or frees the page, and it is
 * theirs alone at that moment: plain loads and stores do. The janitor, which
 * rewrites entries of pages in use, allows for it (mw_page_owner_disown()).
 *
 * The common case is written so that it needs no register saved: 34
 * instructions where one straight function took 52 (6.12, gcc 12). A page that
 * is NULL has a frame number behind the end of every map and needs no test.
 */
static __always_inline void mw_page_owner_alloc(struct page *page, unsigned int order,
						gfp_t gfp)
{
	if (likely(!order && mw_stock_stands_for_current())) {
		u16 *entry = mw_page_entry(page_to_pfn(page));

		if (likely(entry)) {
			WRITE_ONCE(*entry, (u16)mw_stock_alloc_fast(1, mw_page_kind(gfp)));
			return;
		}
	}
	mw_page_owner_alloc_slow(NULL, page, order, gfp);
}

/* mw_page_owner_free() - a block is freed: count it for its owner */
static __always_inline void mw_page_owner_free(struct page *page, unsigned int order)
{
	if (likely(!order)) {
		u16 *entry = mw_page_entry(page_to_pfn(page));

		if (likely(entry)) {
			u32 owner = READ_ONCE(*entry);

			if (likely(mw_stock_stands_for(owner))) {
				WRITE_ONCE(*entry, 0);
				mw_stock_free_fast(owner, 1);
				return;
			}
		}
	}
	mw_page_owner_free_slow(NULL, page, order);
}

#endif /* _MW_PAGE_OWNER_H */

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
	return chunk + (pfn & MW_CHUNK_MASK);
}

/* Frees a block page by page: pieces of it may have had different owners. */
void mw_page_owner_free_block(u16 *entry, unsigned long pages);

/*
 * A page's entry is written by whoever allocates or frees it, and the page is
 * theirs alone at that moment: plain loads and stores do. The janitor, which
 * rewrites entries of pages in use, allows for it (mw_page_owner_disown()).
 */
static __always_inline void mw_page_owner_alloc(struct page *page, unsigned int order,
						unsigned int kind)
{
	unsigned long pages = 1UL << order;
	u16 *entry = mw_page_entry(page_to_pfn(page));
	u32 owner;

	if (unlikely(!entry)) {
		this_cpu_add(mw_cpu.unmapped_allocs, pages);
		return;
	}
	owner = mw_stock_alloc(pages, kind);
	if (likely(!order))
		WRITE_ONCE(*entry, (u16)owner);
	else
		memset16(entry, (u16)owner, pages);
}

static __always_inline void mw_page_owner_free(struct page *page, unsigned int order)
{
	u16 *entry = mw_page_entry(page_to_pfn(page));
	u32 owner;

	if (unlikely(!entry)) {
		this_cpu_add(mw_cpu.unmapped_frees, 1UL << order);
		return;
	}
	if (unlikely(order)) {
		mw_page_owner_free_block(entry, 1UL << order);
		return;
	}
	owner = READ_ONCE(*entry);
	WRITE_ONCE(*entry, 0);
	mw_stock_free(owner, 1);
}

#endif /* _MW_PAGE_OWNER_H */

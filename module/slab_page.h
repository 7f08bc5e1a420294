/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_page.h - from an object of kmalloc() to the kmem_cache that it is of, as
 * kfree() itself finds it: the object's page, its head, the cache's address there.
 *
 * Where a page has it is private to the kernel and differs by version: it is
 * learnt from an object of our own. What was not learnt is never guessed.
 */
#ifndef _MW_SLAB_PAGE_H
#define _MW_SLAB_PAGE_H

#include <linux/mm.h>

#include "compat/compat.h"

/* Bytes from the head page to the address of its cache; 0 if that was not found. */
extern unsigned int mw_slab_page_offset;

/**
 * enum mw_slab_page_layout - where a page has what leads to the cache
 * @MW_SLAB_PAGE_OTHER: not as in any of these: the kernel's own functions find the head
 * @MW_SLAB_PAGE_OLD: a tail page has the address of its head, and one, in its second
 *                    word; the head has the cache in its fourth. Up to 6.1.
 * @MW_SLAB_PAGE_NEW: tails as before; the head has the cache in its second word, where
 *                    a tail is known by the one. Since 6.2.
 * @MW_SLAB_PAGE_MASK: as before, but the second word of a tail is a mask, and one, that
 *                    makes the address of the head of its own. 7.x, where memory of huge
 *                    pages' tails can be given back (HUGETLB_PAGE_OPTIMIZE_VMEMMAP).
 *
 * Each but the first has probes of its own.
 */
enum mw_slab_page_layout {
	MW_SLAB_PAGE_OTHER,
	MW_SLAB_PAGE_OLD,
	MW_SLAB_PAGE_NEW,
	MW_SLAB_PAGE_MASK,
};

extern enum mw_slab_page_layout mw_slab_page_layout;

/* How the cache of an object of kmalloc() is found; for status. */
const char *mw_slab_page_state(void);

/*
 * Learns from @cache, of our own, with objects of more than a page. Process context.
 * Returns 0, also where nothing was found, or -ENOMEM.
 */
int mw_slab_page_learn(struct kmem_cache *cache);

static __always_inline unsigned long mw_slab_page_word(unsigned long page, unsigned int offset)
{
	return READ_ONCE(*(const unsigned long *)(page + offset));
}

/* The cache of a head page of slabs. */
static inline const struct kmem_cache *mw_slab_page_cache(const struct page *head)
{
	return (const struct kmem_cache *)mw_slab_page_word((unsigned long)head,
							    mw_slab_page_offset);
}

/*
 * The same from any page that an object begins in; @layout is a constant, and
 * mw_slab_page_layout. A page that is not of slabs gives something that is no cache.
 */
static __always_inline const struct kmem_cache *
mw_slab_page_direct(const struct page *page, enum mw_slab_page_layout layout)
{
	unsigned long word = mw_slab_page_word((unsigned long)page, sizeof(long));
	unsigned long head = (unsigned long)page;

	if (layout == MW_SLAB_PAGE_OLD) {
		if (likely(word & 1))
			head = word - 1;
		return (const struct kmem_cache *)mw_slab_page_word(head, 3 * sizeof(long));
	}
	if (likely(word & 1)) {
		/* The address of a page has not the one that is in the mask. */
		head = layout == MW_SLAB_PAGE_MASK ? head & word : word - 1;
		word = mw_slab_page_word(head, sizeof(long));
	}
	return (const struct kmem_cache *)word;
}

#endif /* _MW_SLAB_PAGE_H */

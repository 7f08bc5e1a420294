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

/* Has a tail page the address of its head, and one, in its second word? */
extern bool mw_slab_page_is_direct;

/* The offsets that have probes of their own: up to 6.1, and since 6.2. */
#define MW_SLAB_PAGE_OLD (3 * sizeof(long))
#define MW_SLAB_PAGE_NEW sizeof(long)

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
 * The same from any page that an object begins in, where mw_slab_page_is_direct;
 * @offset is a constant, and mw_slab_page_offset. A page that is not of slabs gives
 * something that is no cache.
 */
static __always_inline const struct kmem_cache *mw_slab_page_direct(const struct page *page,
								    unsigned int offset)
{
	unsigned long word = mw_slab_page_word((unsigned long)page, sizeof(long));
	unsigned long head = (unsigned long)page;

	if (offset == sizeof(long)) {
		if (likely(word & 1))
			word = mw_slab_page_word(word - 1, offset);
		return (const struct kmem_cache *)word;
	}
	if (likely(word & 1))
		head = word - 1;
	return (const struct kmem_cache *)mw_slab_page_word(head, offset);
}

#endif /* _MW_SLAB_PAGE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_page.c - learns where the page of a slab object has the object's cache.
 */
#include <linux/slab.h>

#include "slab_page.h"

unsigned int mw_slab_page_offset __ro_after_init;
enum mw_slab_page_layout mw_slab_page_layout __ro_after_init;
#ifdef MW_OBJECT_PAGE_BY_SHIFT
unsigned long mw_object_page_base __ro_after_init;
#endif

static unsigned int find_cache(const struct page *head, const struct kmem_cache *cache)
{
	for (unsigned int at = sizeof(long); at < sizeof(*head); at += sizeof(long))
		if (mw_slab_page_word((unsigned long)head, at) == (unsigned long)cache)
			return at;
	return 0;
}

/* @tail is a page of @head's, and another one. */
static enum mw_slab_page_layout layout_of(const struct page *head, const struct page *tail)
{
	unsigned long word = mw_slab_page_word((unsigned long)tail, sizeof(long));

	if (word == ((unsigned long)head | 1)) {
		if (mw_slab_page_offset == sizeof(long))
			return MW_SLAB_PAGE_NEW;
		return mw_slab_page_offset == 3 * sizeof(long) ? MW_SLAB_PAGE_OLD :
								 MW_SLAB_PAGE_OTHER;
	}
	if ((word & 1) && ((unsigned long)tail & word) == (unsigned long)head &&
	    mw_slab_page_offset == sizeof(long))
		return MW_SLAB_PAGE_MASK;
	return MW_SLAB_PAGE_OTHER;
}

const char *mw_slab_page_state(void)
{
	static const char *const states[] = {
		[MW_SLAB_PAGE_OTHER] = "slow: pages are not as in any kernel that we know",
		[MW_SLAB_PAGE_OLD] = "fourth word",
		[MW_SLAB_PAGE_NEW] = "second word",
		[MW_SLAB_PAGE_MASK] = "second word, tails by mask",
	};

	if (!mw_slab_page_offset)
		return "unknown: kmalloc() is counted by size class";
	return states[mw_slab_page_layout];
}

int mw_slab_page_learn(struct kmem_cache *cache)
{
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);
	const struct page *head, *second;

	mw_object_page_learn();
	if (!object)
		return -ENOMEM;
	head = virt_to_head_page(object);
	second = virt_to_page((char *)object + kmem_cache_size(cache) - 1);
	mw_slab_page_offset = find_cache(head, cache);
	if (second != head)
		mw_slab_page_layout = layout_of(head, second);
	kmem_cache_free(cache, object);
	return 0;
}

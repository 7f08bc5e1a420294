// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_page.c - learns where the page of a slab object has the object's cache.
 */
#include <linux/slab.h>

#include "slab_page.h"

unsigned int mw_slab_page_offset __ro_after_init;
bool mw_slab_page_is_direct __ro_after_init;
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

/* Does a tail page have the address of its head in its second word? */
static bool is_tail_of(const struct page *page, const struct page *head)
{
	return page != head &&
	       mw_slab_page_word((unsigned long)page, sizeof(long)) == ((unsigned long)head | 1);
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
	mw_slab_page_is_direct = is_tail_of(second, head);
	kmem_cache_free(cache, object);
	return 0;
}

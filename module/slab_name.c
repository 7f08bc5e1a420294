// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_name.c - finds where a kmem_cache has its name.
 *
 * The structure is private to the kernel since 6.8 (before, it differed by
 * version and configuration), and no exported function gives the name. So we
 * look in a cache of our own, with a name that nothing else has, for a pointer to
 * that name: where it stands there, it stands in every cache. (A
 * second one, behind it, is that of the cache's entry in sysfs.) If there is
 * none, caches are named by their size.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "slab_name.h"

/* The name is near the front; a kmem_cache is longer than this on every kernel. */
#define MW_SEARCH_WORDS 24

static int name_word = -1;

static const char own_name[] = MW_SLAB_OWN_NAME;

/* Names are copied to slab memory, which is in the direct map. */
static bool points_to_name(unsigned long word)
{
	return word && virt_addr_valid((void *)word) &&
	       virt_addr_valid((void *)(word + sizeof(own_name))) &&
	       !memcmp((const void *)word, own_name, sizeof(own_name));
}

static int find_name(const unsigned long *words)
{
	for (int i = 0; i < MW_SEARCH_WORDS; i++)
		if (points_to_name(words[i]))
			return i;
	return -1;
}

void mw_slab_name_learn(struct kmem_cache *cache)
{
	name_word = find_name((const unsigned long *)cache);
}

void mw_slab_name(struct kmem_cache *cache, char *ret_name, size_t size)
{
	if (name_word < 0)
		snprintf(ret_name, size, "size-%u", kmem_cache_size(cache));
	else
		strscpy(ret_name, ((const char * const *)cache)[name_word], size);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_name.h - the name of a slab cache.
 */
#ifndef _MW_SLAB_NAME_H
#define _MW_SLAB_NAME_H

#include <linux/slab.h>

/* The name of the cache to learn from; nothing else has it. */
#define MW_SLAB_OWN_NAME "memwatch_own_cache"

/* Learns from @cache, of ours. Without it, or if it fails, caches are named by size. */
void mw_slab_name_learn(struct kmem_cache *cache);

/*
 * The name of a cache that exists, into @ret_name, NUL-terminated; "size-N" if
 * this kernel does not tell. Any context.
 */
void mw_slab_name(struct kmem_cache *cache, char *ret_name, size_t size);

#endif /* _MW_SLAB_NAME_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_class.h - the size classes of kmalloc(), for kernels where the cache of an
 * object can not be found.
 */
#ifndef _MW_SLAB_CLASS_H
#define _MW_SLAB_CLASS_H

#include <linux/types.h>

/* The last class: what is too large for a cache, and made of pages. */
#define MW_SLAB_CLASS_LARGE 13

/* 0 to MW_SLAB_CLASS_LARGE. Any context. */
unsigned int mw_slab_class_of(size_t bytes);

/* Bytes of an object; 0 for large ones. */
unsigned int mw_slab_class_size(unsigned int class);

const char *mw_slab_class_name(unsigned int class);

#endif /* _MW_SLAB_CLASS_H */

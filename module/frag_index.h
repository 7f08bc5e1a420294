/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frag_index.h - how usable free memory is: pure arithmetic on the numbers of
 * free blocks of a zone, the same as the kernel's own in mm/vmstat.c, so that
 * both print the same figure.
 */
#ifndef _MW_FRAG_INDEX_H
#define _MW_FRAG_INDEX_H

#include "pure.h"

#define MW_FRAG_ORDERS_MAX 16

/**
 * struct mw_free_blocks - the free memory of a zone at one moment
 * @nr:     free blocks by order
 * @orders: how many orders there are
 */
struct mw_free_blocks {
	unsigned long nr[MW_FRAG_ORDERS_MAX];
	unsigned int orders;
};

/* Free memory in the blocks of one order, KiB. */
static inline u64 mw_free_kb(const struct mw_free_blocks *blocks, unsigned int order,
			     unsigned int page_shift)
{
	return ((u64)blocks->nr[order] << order) << (page_shift - 10);
}

/* Free pages in all blocks. */
u64 mw_free_pages(const struct mw_free_blocks *blocks);

/**
 * mw_unusable_index() - the part of free memory that is in blocks smaller than
 * @order, in thousandths: 0 all usable, 1000 none (Gorman and Whitcroft, "The
 * What, The Why and the Where To of Anti-Fragmentation", 2006)
 */
int mw_unusable_index(const struct mw_free_blocks *blocks, unsigned int order);

/**
 * mw_extfrag_index() - why an allocation of @order would fail, in thousandths
 * towards 0 for want of memory, towards 1000 for fragmentation; -1000 if it
 * would succeed. The kernel's __fragmentation_index().
 */
int mw_extfrag_index(const struct mw_free_blocks *blocks, unsigned int order);

#endif /* _MW_FRAG_INDEX_H */

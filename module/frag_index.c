// SPDX-License-Identifier: GPL-2.0-only
/*
 * frag_index.c - fragmentation indices. Pure.
 *
 * Worked example, order 2 (blocks of 4 pages), free blocks 8, 4, 2, 1 of
 * orders 0 to 3: free pages 8 + 8 + 8 + 8 = 32, usable for order 2 are the two
 * of order 2 and the one of order 3, 16 pages, so the unusable index is
 * (32 - 16) / 32 = 0.500, and the external fragmentation index is -1 as the
 * request would succeed.
 */
#include "frag_index.h"

u64 mw_free_pages(const struct mw_free_blocks *blocks)
{
	u64 pages = 0;

	for (unsigned int order = 0; order < blocks->orders; order++)
		pages += (u64)blocks->nr[order] << order;
	return pages;
}

static u64 pages_from_order(const struct mw_free_blocks *blocks, unsigned int from)
{
	u64 pages = 0;

	for (unsigned int order = from; order < blocks->orders; order++)
		pages += (u64)blocks->nr[order] << order;
	return pages;
}

/* No free memory is no usable memory: 1000, as the kernel says. */
int mw_unusable_index(const struct mw_free_blocks *blocks, unsigned int order)
{
	u64 all = mw_free_pages(blocks);

	if (!all)
		return 1000;
	return (int)div64_u64((all - pages_from_order(blocks, order)) * 1000, all);
}

int mw_extfrag_index(const struct mw_free_blocks *blocks, unsigned int order)
{
	u64 requested = 1ULL << order;
	u64 total_blocks = 0;

	if (order >= blocks->orders)
		return 0;
	for (unsigned int i = 0; i < blocks->orders; i++)
		total_blocks += blocks->nr[i];
	if (!total_blocks)
		return 0;
	if (pages_from_order(blocks, order))
		return -1000;
	return 1000 - (int)div64_u64(1000 + div64_u64(mw_free_pages(blocks) * 1000, requested),
				     total_blocks);
}

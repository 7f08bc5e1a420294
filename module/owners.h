/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * owners.h - exact counts of any owner, with the pseudo-owners' special cases:
 * what interrupts counted per CPU, and what nobody was seen to allocate.
 */
#ifndef _MW_OWNERS_H
#define _MW_OWNERS_H

#include "stock.h"

int mw_owners_init(bool owns_pages);
void mw_owners_exit(void);

/* Is ownership tracked (page_owner=1)? Without, frees count for who frees. */
bool mw_owns_pages(void);

/*
 * Counting begins: every page in use that nobody was seen to allocate is given
 * to [unknown]. Process context; after the probes were attached.
 */
void mw_owners_adopt(void);

/*
 * Counting ends: nobody owns anything any more, and what was owned counts as
 * freed. Process context; after the probes were detached.
 */
void mw_owners_forget(void);

/**
 * mw_owner_read() - counts of a slot as people see them
 * As mw_slot_read(). [unknown] has what was in use when the module came, and
 * the pages that were freed without having been seen allocated, as allocated
 * and freed.
 */
void mw_owner_read(unsigned int slot, const struct mw_stock_view *view,
		   struct mw_slot_pages *ret_pages);

#endif /* _MW_OWNERS_H */

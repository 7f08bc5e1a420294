/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_totals.h - the kernel's own totals of slab memory, as in /proc/meminfo,
 * and their growth.
 */
#ifndef _MW_SLAB_TOTALS_H
#define _MW_SLAB_TOTALS_H

#include "growth.h"

enum mw_slab_total {
	MW_SLAB_RECLAIMABLE,
	MW_SLAB_UNRECLAIMABLE,
	MW_SLAB_TOTALS,
};

void mw_slab_totals_init(void);
void mw_slab_totals_tick(u64 held_ns, u64 now_ns);

/* "[reclaimable]" and "[unreclaimable]": brackets, as no cache is named so. */
const char *mw_slab_total_name(enum mw_slab_total total);

/* SReclaimable, SUnreclaim. Any context. */
u64 mw_slab_total_kb(enum mw_slab_total total);

/* Growth as of now; *@ret_growth_kb since the module was loaded. Process context. */
void mw_slab_total_growth(enum mw_slab_total total, u64 now_ns, u64 kb,
			  struct mw_growth *ret_growth, s64 *ret_growth_kb);

#endif /* _MW_SLAB_TOTALS_H */

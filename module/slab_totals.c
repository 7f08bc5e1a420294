// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_totals.c - SReclaimable and SUnreclaim and their growth. Needs no probe.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/timekeeping.h>
#include <linux/vmstat.h>

#include "slab_totals.h"

/* @lock: @growth */
static DEFINE_MUTEX(lock);
static struct mw_growth growth[MW_SLAB_TOTALS];
static u64 first_kb[MW_SLAB_TOTALS];

const char *mw_slab_total_name(enum mw_slab_total total)
{
	return total == MW_SLAB_RECLAIMABLE ? "[reclaimable]" : "[unreclaimable]";
}

u64 mw_slab_total_kb(enum mw_slab_total total)
{
	enum node_stat_item item = total == MW_SLAB_RECLAIMABLE ? NR_SLAB_RECLAIMABLE_B :
				   NR_SLAB_UNRECLAIMABLE_B;

	return (u64)global_node_page_state_pages(item) << (PAGE_SHIFT - 10);
}

void mw_slab_totals_init(void)
{
	for (enum mw_slab_total total = 0; total < MW_SLAB_TOTALS; total++) {
		first_kb[total] = mw_slab_total_kb(total);
		mw_growth_begin(&growth[total], ktime_get_boottime_ns(), first_kb[total]);
	}
}

void mw_slab_totals_tick(u64 held_ns, u64 now_ns)
{
	mutex_lock(&lock);
	for (enum mw_slab_total total = 0; total < MW_SLAB_TOTALS; total++)
		mw_growth_update_since(&growth[total], held_ns, now_ns, mw_slab_total_kb(total),
				       NULL);
	mutex_unlock(&lock);
}

void mw_slab_total_growth(enum mw_slab_total total, u64 now_ns, u64 kb,
			  struct mw_growth *ret_growth, s64 *ret_growth_kb)
{
	mutex_lock(&lock);
	*ret_growth = growth[total];
	mutex_unlock(&lock);
	mw_growth_update(ret_growth, now_ns, kb);
	*ret_growth_kb = (s64)(kb - first_kb[total]);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_slab.c - /proc/memwatch/slab: the kernel's own totals of slab memory.
 */
#include <linux/mm.h>
#include <linux/vmstat.h>

#include "memwatch_abi.h"
#include "procfs.h"

static void put_total(struct mw_text *text, const char *name, enum node_stat_item item)
{
	mw_text_str(text, name);
	mw_text_str(text, " - - -");
	mw_text_col_u64(text, (u64)global_node_page_state_pages(item) << (PAGE_SHIFT - 10));
	mw_text_str(text, " - - - -\n");
}

static int show_slab(struct mw_text *text, const struct mw_reader *reader)
{
	mw_text_str(text, MEMWATCH_SLAB_HEADER "\n");
	put_total(text, "[reclaimable]", NR_SLAB_RECLAIMABLE_B);
	put_total(text, "[unreclaimable]", NR_SLAB_UNRECLAIMABLE_B);
	return 0;
}

static size_t size_of_slab(void)
{
	return PAGE_SIZE;
}

const struct mw_proc_file mw_proc_slab = {
	.name = "slab",
	.show = show_slab,
	.size = size_of_slab,
};

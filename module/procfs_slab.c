// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_slab.c - /proc/memwatch/slab: the kernel's own totals of slab memory,
 * then each cache that was seen, if `slab 1` is set.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "memwatch_abi.h"
#include "procfs.h"
#include "slab.h"
#include "slab_totals.h"

static void put_rates(struct mw_text *text, const struct mw_growth *growth)
{
	for (int window = 0; window < MW_WINDOWS; window++)
		mw_text_col_milli(text, mw_growth_milli(growth, window));
	mw_text_char(text, '\n');
}

/* The kernel counts these in pages: objects and events it does not tell. */
static void put_total(struct mw_text *text, enum mw_slab_total total, u64 now_ns)
{
	u64 kb = mw_slab_total_kb(total);
	struct mw_growth growth;
	s64 growth_kb;

	mw_slab_total_growth(total, now_ns, kb, &growth, &growth_kb);
	mw_text_str(text, mw_slab_total_name(total));
	mw_text_str(text, " - - -");
	mw_text_col_u64(text, kb);
	mw_text_col_s64(text, growth_kb);
	put_rates(text, &growth);
}

static void put_cache(struct mw_text *text, const struct mw_slab_record *record)
{
	mw_text_escaped(text, record->name, MW_SLAB_NAME_MAX - 1);
	mw_text_col_u64(text, record->allocs);
	mw_text_col_u64(text, record->frees);
	mw_text_col_s64(text, record->live_objects);
	mw_text_col_s64(text, record->live_kb);
	mw_text_col_s64(text, record->growth_kb);
	put_rates(text, &record->growth);
}

static int show_slab(struct mw_text *text, const struct mw_reader *reader)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct mw_slab_record record;

	mw_text_str(text, MEMWATCH_SLAB_HEADER "\n");
	for (enum mw_slab_total total = 0; total < MW_SLAB_TOTALS; total++)
		put_total(text, total, now_ns);
	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++) {
		if (mw_slab_read(nr, now_ns, &record))
			put_cache(text, &record);
		cond_resched();
	}
	return 0;
}

static size_t size_of_slab(void)
{
	return 4 * PAGE_SIZE;
}

const struct mw_proc_file mw_proc_slab = {
	.name = "slab",
	.show = show_slab,
	.size = size_of_slab,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_growth.c - /proc/memwatch/growth: the fastest growing processes, for a
 * person's eyes. Columns are aligned by what is in them.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "memwatch_abi.h"
#include "procfs.h"
#include "task_record.h"
#include "task_table.h"

#define MW_FASTEST 32
#define MW_GROWTH_CELL 64	/* a comm of 15 bytes, all of them escaped, is 60 */

/**
 * struct row - what is printed of one process
 * @rate: the one that orders: over 60 s, thousandths of KiB/s
 */
struct row {
	s64 rate;
	struct mw_task_record record;
};

/* Rows in order, fastest first; the slowest falls out at the end. */
struct ranking {
	unsigned int count;
	struct row rows[MW_FASTEST];
};

static void rank(struct ranking *ranking, const struct mw_task_record *record)
{
	s64 rate = mw_growth_milli(&record->growth, MW_WINDOW_60);
	unsigned int at = ranking->count;

	while (at > 0 && ranking->rows[at - 1].rate < rate)
		at--;
	if (at == MW_FASTEST)
		return;
	if (ranking->count < MW_FASTEST)
		ranking->count++;
	memmove(&ranking->rows[at + 1], &ranking->rows[at],
		(ranking->count - 1 - at) * sizeof(struct row));
	ranking->rows[at] = (struct row){ rate, *record };
}

static void rank_all(struct ranking *ranking, struct mw_record_context *context)
{
	struct mw_task_record record;

	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_slots(); nr++) {
		bool shown;

		/* Most slots are nobody's; it looks again, in the right order. */
		if (READ_ONCE(mw_slot(nr)->state) != MW_SLOT_LIVE)
			continue;
		rcu_read_lock();
		shown = mw_record_live(context, nr, &record);
		rcu_read_unlock();
		if (shown && mw_rss_total(&record.rss))
			rank(ranking, &record);
		cond_resched();
	}
}

/* As in tasks: what is not known now is `-`. */
static bool is_known(unsigned int column)
{
	if (column == 3)
		return mw_record_growth_is_known();
	if (column >= 4 && column <= 6)
		return mw_record_rates_are_known();
	return column != 7 || mw_record_owned_is_known();
}

static void put_cell(struct mw_text *text, const struct mw_task_record *record,
		     unsigned int column)
{
	const struct mw_slot_pages *pages = &record->pages;

	if (!is_known(column)) {
		mw_text_char(text, '-');
		return;
	}
	switch (column) {
	case 0:
		mw_text_s64(text, record->tgid);
		break;
	case 1:
		mw_text_escaped(text, record->comm, TASK_COMM_LEN - 1);
		break;
	case 2:
		mw_text_u64(text, MW_PAGES_TO_KB(mw_rss_total(&record->rss)));
		break;
	case 3:
		mw_text_s64(text, mw_record_growth_kb(record));
		break;
	case 4:
	case 5:
	case 6:
		mw_text_milli(text, mw_growth_milli(&record->growth, column - 4));
		break;
	case 7:
		mw_text_s64(text, (s64)(pages->allocs[MW_KERNEL] - pages->frees[MW_KERNEL]));
		break;
	case 8:
		mw_text_u64(text, record->threads);
		break;
	}
}

#define MW_GROWTH_NR_COLUMNS 9

static const char * const titles[MW_GROWTH_NR_COLUMNS] = {
	"tgid", "comm", "rss_kb", "growth_kb", "growth10_kib_s", "growth60_kib_s",
	"growth300_kib_s", "owned_kernel_pages", "threads",
};

static size_t cell_width(const struct mw_task_record *record, unsigned int column)
{
	char buf[MW_GROWTH_CELL];
	struct mw_text cell;

	mw_text_init(&cell, buf, sizeof(buf));
	put_cell(&cell, record, column);
	return cell.len;
}

static void pad(struct mw_text *text, size_t width, size_t used)
{
	for (; used < width; used++)
		mw_text_char(text, ' ');
}

/* The names to the left, the numbers to the right. */
static void put_row(struct mw_text *text, const struct row *row, const size_t *widths)
{
	for (unsigned int column = 0; column < MW_GROWTH_NR_COLUMNS; column++) {
		size_t used = row ? cell_width(&row->record, column) : strlen(titles[column]);
		bool left = column == 1;

		if (column)
			mw_text_char(text, ' ');
		if (!left)
			pad(text, widths[column], used);
		if (row)
			put_cell(text, &row->record, column);
		else
			mw_text_str(text, titles[column]);
		if (left)
			pad(text, widths[column], used);
	}
	mw_text_char(text, '\n');
}

static void put_ranking(struct mw_text *text, const struct ranking *ranking)
{
	size_t widths[MW_GROWTH_NR_COLUMNS];

	for (unsigned int column = 0; column < MW_GROWTH_NR_COLUMNS; column++) {
		widths[column] = strlen(titles[column]);
		for (unsigned int i = 0; i < ranking->count; i++)
			widths[column] = max(widths[column],
					     cell_width(&ranking->rows[i].record, column));
	}
	mw_text_str(text, "# ");
	put_row(text, NULL, widths);
	for (unsigned int i = 0; i < ranking->count; i++) {
		mw_text_str(text, "  ");
		put_row(text, &ranking->rows[i], widths);
	}
}

static int show_growth(struct mw_text *text, const struct mw_reader *reader)
{
	struct ranking *ranking = kvzalloc(sizeof(*ranking), GFP_KERNEL);
	struct mw_record_context *context = mw_record_context_new(reader);
	int err = -ENOMEM;

	if (context && ranking) {
		rank_all(ranking, context);
		put_ranking(text, ranking);
		err = 0;
	}
	kvfree(ranking);
	kvfree(context);
	return err;
}

static size_t size_of_growth(void)
{
	return 2 * PAGE_SIZE;
}

const struct mw_proc_file mw_proc_growth = {
	.name = "growth",
	.show = show_growth,
	.size = size_of_growth,
};

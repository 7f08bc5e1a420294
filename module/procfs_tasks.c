// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_tasks.c - /proc/memwatch/tasks: a line for each live process and each
 * pseudo-owner.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "memwatch_abi.h"
#include "procfs.h"
#include "task_record.h"
#include "task_table.h"

/* Slots looked at in one RCU read-side section: some 100 us. */
#define MW_SLOTS_A_TURN 64

static void put_turn(struct mw_text *text, struct mw_record_context *context,
		     unsigned int begin, unsigned int end)
{
	const struct mw_slot *slot = mw_slot(begin);
	struct mw_task_record record;

	rcu_read_lock();
	for (unsigned int nr = begin; nr < end; nr++, slot++) {
		/* Most slots are nobody's; it looks again, in the right order. */
		if (READ_ONCE(slot->state) != MW_SLOT_LIVE ||
		    !mw_record_live(context, nr, &record))
			continue;
		mw_record_print(text, &record);
		mw_text_char(text, '\n');
	}
	rcu_read_unlock();
}

static void put_pseudos(struct mw_text *text, const struct mw_record_context *context)
{
	struct mw_task_record record;

	for (unsigned int nr = MW_SLOT_UNKNOWN; nr < MW_SLOT_FIRST; nr++) {
		mw_record_pseudo(context, nr, &record);
		mw_record_print(text, &record);
		mw_text_char(text, '\n');
	}
}

/*
 * The length of the last snapshot. The kernel may clear what it allocates, byte
 * by byte: a buffer of twice the length costs as much as a tenth of the work.
 */
static size_t last_len;

static int show_tasks(struct mw_text *text, const struct mw_reader *reader)
{
	struct mw_record_context *context = mw_record_context_new(reader);

	if (!context)
		return -ENOMEM;
	mw_text_str(text, MEMWATCH_TASKS_HEADER "\n");
	put_pseudos(text, context);
	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_slots() && !text->full;
	     nr += MW_SLOTS_A_TURN) {
		put_turn(text, context, nr, min(nr + MW_SLOTS_A_TURN, mw_task_slots()));
		cond_resched();
	}
	kvfree(context);
	if (!text->full)
		WRITE_ONCE(last_len, text->len);
	return 0;
}

static size_t size_of_tasks(void)
{
	struct mw_table_stats stats;
	size_t last = READ_ONCE(last_len);

	if (last)
		return last + last / 16 + 1024;
	mw_task_table_stats(&stats);
	return 1024 + 128UL * (stats.used - stats.exited);
}

const struct mw_proc_file mw_proc_tasks = {
	.name = "tasks",
	.show = show_tasks,
	.size = size_of_tasks,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_exited.c - /proc/memwatch/exited: a line for each process that has
 * exited and is remembered, newest first. It is as long as the table at most.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sort.h>

#include "memwatch_abi.h"
#include "procfs.h"
#include "task_record.h"
#include "task_table.h"

struct dead {
	u64 exit_ns;
	unsigned int slot;
};

static int newest_first(const void *a, const void *b)
{
	u64 x = ((const struct dead *)a)->exit_ns;
	u64 y = ((const struct dead *)b)->exit_ns;

	return x > y ? -1 : x < y;
}

/* Slots that look dead; what they are is looked at again when they are printed. */
static unsigned int list_dead(struct dead *ret_dead)
{
	unsigned int count = 0;

	for (unsigned int nr = MW_SLOT_FIRST; nr < mw_task_slots(); nr++) {
		const struct mw_slot *slot = mw_slot(nr);
		u8 state = READ_ONCE(slot->state);

		if (state == MW_SLOT_EXITED || state == MW_SLOT_GONE)
			ret_dead[count++] = (struct dead){ slot->exit.exit_ns, nr };
	}
	sort(ret_dead, count, sizeof(*ret_dead), newest_first, NULL);
	return count;
}

static void put_dead(struct mw_text *text, const struct mw_record_context *context,
		     unsigned int slot)
{
	struct mw_task_record record;
	bool shown;

	rcu_read_lock();
	shown = mw_record_exited(context, slot, &record);
	rcu_read_unlock();
	if (!shown)
		return;
	mw_record_print(text, &record);
	mw_text_col_u64(text, record.exit_ns);
	mw_text_col_s64(text, record.exit_code);
	mw_text_char(text, '\n');
}

static int show_exited(struct mw_text *text, const struct mw_reader *reader)
{
	struct dead *dead = kvmalloc_array(mw_task_slots(), sizeof(*dead), GFP_KERNEL);
	struct mw_record_context *context = mw_record_context_new(reader);
	unsigned int count;
	int err = -ENOMEM;

	if (!dead || !context)
		goto out;
	mw_text_str(text, MEMWATCH_EXITED_HEADER "\n");
	count = list_dead(dead);
	for (unsigned int i = 0; i < count && !text->full; i++) {
		put_dead(text, context, dead[i].slot);
		cond_resched();
	}
	err = 0;
out:
	kvfree(context);
	kvfree(dead);
	return err;
}

static size_t size_of_exited(void)
{
	struct mw_table_stats stats;

	mw_task_table_stats(&stats);
	return 1024 + 192UL * stats.exited;
}

const struct mw_proc_file mw_proc_exited = {
	.name = "exited",
	.show = show_exited,
	.size = size_of_exited,
};

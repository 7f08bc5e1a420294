// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_tasks.c - /proc/memwatch/tasks: a line for each live process and each
 * pseudo-owner. Reads the table without its lock: a slot's generation tells
 * whether what was read of it belongs together. Takes task_lock() for RSS,
 * never mmap_lock.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "memwatch_abi.h"
#include "owners.h"
#include "procfs.h"
#include "rss.h"
#include "stock.h"
#include "task_table.h"

#define PAGES_TO_KB(pages) ((u64)(pages) << (PAGE_SHIFT - 10))

/* Slots looked at in one RCU read-side section: some 100 us. */
#define MW_SLOTS_A_TURN 64

static void put_rss(struct mw_text *text, struct mw_slot *slot, const struct mw_rss *rss)
{
	unsigned long now = mw_rss_total(rss);
	unsigned long first;

	cmpxchg(&slot->first_rss_pages, MW_RSS_UNSET, now);
	first = READ_ONCE(slot->first_rss_pages);

	mw_text_col_u64(text, PAGES_TO_KB(now));
	mw_text_col_u64(text, PAGES_TO_KB(rss->anon));
	mw_text_col_u64(text, PAGES_TO_KB(rss->file));
	mw_text_col_u64(text, PAGES_TO_KB(rss->shmem));
	mw_text_col_u64(text, PAGES_TO_KB(rss->swap));
	mw_text_col_u64(text, PAGES_TO_KB(rss->peak));
	mw_text_col_s64(text, (s64)(now - first) * (s64)PAGES_TO_KB(1));
}

/* Growth rates are not measured yet. */
static void put_rates(struct mw_text *text)
{
	mw_text_str(text, " - - -");
}

static void put_pages(struct mw_text *text, const struct mw_slot_pages *pages)
{
	mw_text_col_u64(text, pages->allocs[MW_USER] + pages->allocs[MW_KERNEL]);
	mw_text_col_u64(text, pages->frees[MW_USER] + pages->frees[MW_KERNEL]);
	if (!mw_owns_pages()) {
		mw_text_str(text, " - -");
		return;
	}
	mw_text_col_s64(text, (s64)(pages->allocs[MW_USER] - pages->frees[MW_USER]));
	mw_text_col_s64(text, (s64)(pages->allocs[MW_KERNEL] - pages->frees[MW_KERNEL]));
}

/* slab_alloc_kb and stall_us are not measured yet. */
static void put_tail(struct mw_text *text, u64 first_seen_ns)
{
	mw_text_str(text, " - -");
	mw_text_col_u64(text, first_seen_ns);
	mw_text_char(text, '\n');
}

static void put_pseudo(struct mw_text *text, unsigned int nr, const struct mw_stock_view *view)
{
	struct mw_slot_pages pages;

	mw_owner_read(nr, view, &pages);
	mw_text_str(text, "0 0 ");
	mw_text_str(text, mw_slot_pseudo_name(nr));
	mw_text_str(text, " - - 0 0 0 0 0 0 0 0 - - -");
	put_pages(text, &pages);
	put_tail(text, 0);
}

static void put_task(struct mw_text *text, pid_t tgid, struct mw_slot *slot,
		     struct task_struct *leader, const struct mw_slot_pages *pages)
{
	struct mw_rss rss;

	mw_rss_read(leader, &rss);
	mw_text_s64(text, tgid);
	mw_text_col_u64(text, slot->start_ns);
	mw_text_col_escaped(text, leader->comm, TASK_COMM_LEN - 1);
	mw_text_str(text, " - ");
	mw_text_char(text, task_state_to_char(leader));
	mw_text_col_u64(text, get_nr_threads(leader));
	put_rss(text, slot, &rss);
	put_rates(text);
	put_pages(text, pages);
	put_tail(text, slot->first_seen_ns);
}

/*
 * Under rcu_read_lock(), which keeps pid and task. A line that was written of
 * a slot that changed hands meanwhile is taken back: its process is gone.
 */
static void put_slot(struct mw_text *text, unsigned int nr, const struct mw_reader *reader,
		     const struct mw_stock_view *view)
{
	struct mw_slot *slot = mw_slot(nr);
	u32 gen = READ_ONCE(slot->gen);
	size_t begin = text->len;
	struct mw_slot_pages pages;
	struct task_struct *leader;
	struct pid *pid;
	pid_t tgid;

	smp_rmb();
	if (READ_ONCE(slot->state) != MW_SLOT_LIVE)
		return;
	pid = READ_ONCE(slot->pid);
	tgid = pid ? pid_nr_ns(pid, reader->pid_ns) : 0;
	if (!tgid)
		return;
	leader = pid_task(pid, PIDTYPE_TGID);
	if (!leader)
		return;
	mw_owner_read(nr, view, &pages);
	put_task(text, tgid, slot, leader, &pages);
	smp_rmb();
	if (READ_ONCE(slot->gen) != gen)
		text->len = begin;
}

static int show_tasks(struct mw_text *text, const struct mw_reader *reader)
{
	struct mw_stock_view *view = kmalloc(sizeof(*view), GFP_KERNEL);
	unsigned int nr = MW_SLOT_FIRST;

	if (!view)
		return -ENOMEM;
	mw_text_str(text, MEMWATCH_TASKS_HEADER "\n");
	mw_stock_view_take(view);
	for (unsigned int pseudo = MW_SLOT_UNKNOWN; pseudo < MW_SLOT_FIRST; pseudo++)
		put_pseudo(text, pseudo, view);
	while (nr < mw_task_slots() && !text->full) {
		unsigned int end = min(nr + MW_SLOTS_A_TURN, mw_task_slots());

		rcu_read_lock();
		for (; nr < end; nr++)
			put_slot(text, nr, reader, view);
		rcu_read_unlock();
		cond_resched();
	}
	kfree(view);
	return 0;
}

static size_t size_of_tasks(void)
{
	struct mw_table_stats stats;

	mw_task_table_stats(&stats);
	return 1024 + 192UL * (stats.used - stats.exited);
}

const struct mw_proc_file mw_proc_tasks = {
	.name = "tasks",
	.show = show_tasks,
	.size = size_of_tasks,
};

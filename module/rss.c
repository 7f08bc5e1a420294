// SPDX-License-Identifier: GPL-2.0-only
/*
 * rss.c - reads the resident memory of processes from their mm. Takes
 * task_lock() for a few loads; never mmap_lock, never a page table.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/compat.h"
#include "rss.h"

static void read_mm(struct mm_struct *mm, struct mw_rss *ret_rss)
{
	unsigned long pages[NR_MM_COUNTERS];

	mw_mm_counters(mm, pages);
	ret_rss->anon = pages[MM_ANONPAGES];
	ret_rss->file = pages[MM_FILEPAGES];
	ret_rss->shmem = pages[MM_SHMEMPAGES];
	ret_rss->swap = pages[MM_SWAPENTS];
	ret_rss->peak = max(ret_rss->peak, READ_ONCE(mm->hiwater_rss));
	ret_rss->peak = max(ret_rss->peak, mw_rss_total(ret_rss));
}

/* A kernel thread may borrow an mm; it owns none. */
static bool read_task(struct task_struct *task, struct mw_rss *ret_rss)
{
	bool has_mm = false;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD)) {
		read_mm(task->mm, ret_rss);
		has_mm = true;
	}
	task_unlock(task);
	return has_mm;
}

/*
 * The leader may have exited before its other threads: then one of these has
 * the mm, as in find_lock_task_mm(). signal->maxrss has the peaks of the
 * programs that ran before an exec.
 */
bool mw_rss_read(struct task_struct *leader, struct mw_rss *ret_rss)
{
	struct task_struct *thread;

	*ret_rss = (struct mw_rss){ .peak = READ_ONCE(leader->signal->maxrss) };
	if (read_task(leader, ret_rss))
		return true;
	if (leader->flags & PF_KTHREAD)
		return false;
	for_each_thread(leader, thread)
		if (read_task(thread, ret_rss))
			return true;
	return false;
}

unsigned long mw_rss_of_task(struct task_struct *task)
{
	unsigned long pages[NR_MM_COUNTERS];

	if (!task->mm || task->flags & PF_KTHREAD)
		return 0;
	mw_mm_counters(task->mm, pages);
	return pages[MM_ANONPAGES] + pages[MM_FILEPAGES] + pages[MM_SHMEMPAGES];
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rss.h - resident memory, read where the kernel keeps it.
 *
 * The kernel counts RSS exactly, per mm, in counters that /proc/PID/status
 * shows. Counting it a second time from rss_stat events would cost an update a
 * page fault and could only be as good; so a value is read from the mm when it
 * is asked for, and the rss_stat probe only marks whose RSS changed.
 */
#ifndef _MW_RSS_H
#define _MW_RSS_H

#include <linux/mm.h>
#include <linux/types.h>

struct task_struct;

#define MW_PAGES_TO_KB(pages) ((u64)(pages) << (PAGE_SHIFT - 10))

/**
 * struct mw_rss - resident memory of a process, pages
 * @anon:  as RssAnon
 * @file:  as RssFile
 * @shmem: as RssShmem
 * @swap:  as VmSwap
 * @peak:  the highest the sum of the first three ever was, over all programs
 *         that the process executed: never below VmHWM
 */
struct mw_rss {
	unsigned long anon;
	unsigned long file;
	unsigned long shmem;
	unsigned long swap;
	unsigned long peak;
};

static inline unsigned long mw_rss_total(const struct mw_rss *rss)
{
	return rss->anon + rss->file + rss->shmem;
}

/**
 * mw_rss_read() - resident memory of a task's process
 * Under rcu_read_lock(); takes task_lock(). Never takes mmap_lock.
 * Returns false for a kernel thread or a process without memory (a zombie);
 * then all but @peak are 0.
 */
bool mw_rss_read(struct task_struct *leader, struct mw_rss *ret_rss);

/*
 * Total of a task whose mm can not change: current, or a child that does not
 * run yet. 0 without memory. Any context.
 */
unsigned long mw_rss_of_task(struct task_struct *task);

#endif /* _MW_RSS_H */

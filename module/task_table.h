/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_table.h - the fixed table of slots: who owns pages.
 *
 * One slot a process (thread group) life, from the first sight of it until it
 * has exited and owns nothing; a few pseudo-owners stand in front. A slot has
 * a number of 15 bits, which with one bit for the kind of page is what
 * page_owner.c stores for each page.
 *
 * Life of a slot:
 *
 *	FREE -> LIVE        fork, the scan at load, or the first event of a
 *	                    process that both missed
 *	LIVE -> EXITED      its last thread passed sched_process_exit; the zombie
 *	                    may still allocate and free
 *	EXITED -> GONE      sched_process_free of the leader: no thread can run
 *	LIVE, EXITED -> GONE, LIVE -> EXITED
 *	                    the sweep, of those that nobody followed meanwhile
 *	GONE -> DYING       the janitor took it: nothing owned, no stock refers
 *	                    to it, and its record is too old or its place needed
 *	DYING -> FREE       after an RCU grace period
 */
#ifndef _MW_TASK_TABLE_H
#define _MW_TASK_TABLE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "growth.h"
#include "memwatch_abi.h"

struct pid;
struct pid_namespace;

/* Slot numbers. 0 stands for pages that nobody was seen to allocate. */
#define MW_SLOT_UNSEEN		0
#define MW_SLOT_UNKNOWN		1
#define MW_SLOT_IRQ		2
#define MW_SLOT_OVERFLOW	3
#define MW_SLOT_ORPHANS		4
#define MW_SLOT_FIRST		5	/* the first that a process can have */

#define MW_MAX_TASKS_MIN	64
#define MW_MAX_TASKS_MAX	(32767 - MW_SLOT_FIRST)
#define MW_MAX_TASKS_DEFAULT	16384

#define MW_RSS_UNSET		ULONG_MAX

/* Kinds of page, in the lowest bit of a page's owner. */
#define MW_KERNEL	0	/* page tables, stacks, slabs, pipes, sockets, drivers */
#define MW_USER		1	/* movable: anonymous memory and page cache */
#define MW_KINDS	2

enum mw_slot_state {
	MW_SLOT_FREE,
	MW_SLOT_LIVE,
	MW_SLOT_EXITED,
	MW_SLOT_GONE,
	MW_SLOT_DYING,
};

/**
 * struct mw_exit - what is kept of a process that exited
 * @comm:           its name then
 * @exit_ns:        boottime of the exit of its last thread; 0 if nobody followed it,
 *                  and then there is no record to show
 * @peak_rss_pages: high-water mark
 * @exit_code:      as in wait(2)
 */
struct mw_exit {
	char comm[TASK_COMM_LEN];
	u64 exit_ns;
	unsigned long peak_rss_pages;
	int exit_code;
};

/**
 * struct mw_slot - one owner of pages; three cache lines
 * @allocs:      pages allocated, by kind; without what stocks still hold
 * @frees:       pages freed, by kind; without what stocks still hold
 * @slab_bytes:  bytes of slab objects allocated; without what stocks hold
 * @stall_ns:    time in direct reclaim and compaction
 * @start_ns:    leader's start_boottime; with @tgid it names the process life
 * @first_seen_ns: boottime at which the slot was taken
 * @pid:         a reference, held while the slot is not FREE; NULL for
 *               pseudo-owners
 * @first_rss_pages: RSS when first seen, or at the last exec; MW_RSS_UNSET
 *               until somebody looked
 * @gen:         raised whenever the slot is taken or given back, so that a
 *               reader knows that what it read belongs together
 * @tgid:        in the initial pid namespace
 * @next:        hash chain or free list, 0 ends it
 * @tag:         with a reference to it (tag.h), until the slot is given back
 * @state:       enum mw_slot_state
 * @growth:      of RSS, while LIVE
 * @exit:        from EXITED on
 *
 * The first line is written by folds from any CPU, the rest under the table's
 * lock.
 */
struct mw_slot {
	atomic64_t allocs[MW_KINDS];
	atomic64_t frees[MW_KINDS];
	atomic64_t slab_bytes;
	atomic64_t stall_ns;

	u64 start_ns ____cacheline_aligned;
	u64 first_seen_ns;
	struct pid *pid;
	unsigned long first_rss_pages;
	u32 gen;
	pid_t tgid;
	u16 next;
	u16 tag;
	u8 state;

	union {
		struct mw_growth growth;
		struct mw_exit exit;
	} ____cacheline_aligned;
};

/**
 * struct mw_table_stats - the table's own figures, for status
 */
struct mw_table_stats {
	unsigned int max;	/* slots for processes */
	unsigned int used;	/* not FREE */
	unsigned int exited;	/* of these, not LIVE */
	u64 overflowed;		/* processes that found the table full */
	size_t bytes;
};

/* Needs mw_janitor_kick() to wake whoever calls mw_task_table_clean(). */
int mw_task_table_init(unsigned int max_tasks, bool owns_pages);
void mw_task_table_exit(void);

/*
 * Lives that nobody followed: before the load, or while every feature was off. All three
 * in process context, by one caller at a time.
 *
 * mw_task_table_sweep() ends those that are over; sleeps. Who was not seen to exit leaves
 * no record: nothing was counted for it since it was last followed, and it owns nothing.
 * mw_task_table_meet() takes a slot for every process that has none.
 * mw_task_table_scan() does so, and measures the growth of all from now on.
 */
void mw_task_table_sweep(void);
void mw_task_table_meet(void);
void mw_task_table_scan(void);

/*
 * Puts what exited long ago back on the free list. Process context, sleeps;
 * one caller at a time (janitor.c).
 */
void mw_task_table_clean(void);

/**
 * mw_task_slot() - the slot number of a task's thread group
 * Any context but NMI; @task is current or found under RCU. Takes a slot if
 * the process has none.
 * Never fails: MW_SLOT_OVERFLOW when the table is full, MW_SLOT_UNKNOWN for a
 * task in its last breath whose slot is gone, MW_SLOT_IRQ for the idle task.
 */
unsigned int mw_task_slot(struct task_struct *task);

/*
 * Gives @task's process a tag, or MW_TAG_NONE, whose reference passes to its slot.
 * False if it has no slot. Process context; @task is current.
 */
bool mw_task_set_tag(struct task_struct *task, u16 tag);

/* The tag of a slot, "" without; any context. */
void mw_task_tag(unsigned int slot, char ret_tag[MEMWATCH_TAG_MAX + 1]);

/* Records of exited processes that own nothing: how many to keep for people. */
#define MW_KEEP_EXITED_MAX 16384
unsigned int mw_task_keep_exited(void);
void mw_task_set_keep_exited(unsigned int keep);

/* The growth of every live process is measured anew. Process context. */
void mw_task_restart_growth(void);

/* Life events, from the probes of the same names; preemption off. */
void mw_task_forked(struct task_struct *child);
void mw_task_execed(struct task_struct *task);
void mw_task_exited(struct task_struct *task);
void mw_task_freed(struct task_struct *task);

/**
 * mw_task_growth() - growth of a live process as of now
 * @gen:  of the slot when the reader began with it
 * @held_ns: until when the last value is known to have held
 * @rss_pages: its RSS now; starts its growth if nobody looked before
 * @keep: remember the value (the tick), or leave the slot as it is (readers)
 * @decays: kept between the calls of a loop over many
 * @ret_growth: updated to @now_ns
 * @ret_first_pages: RSS when first seen
 * Returns false if the slot is not that process's any more.
 */
bool mw_task_growth(unsigned int slot, u32 gen, u64 held_ns, u64 now_ns,
		    unsigned long rss_pages, bool keep, struct mw_decays *decays,
		    struct mw_growth *ret_growth, unsigned long *ret_first_pages);

/*
 * Growth as it was last taken. False if the slot is not that process's any more,
 * or nobody looked before.
 */
bool mw_task_growth_last(unsigned int slot, u32 gen, struct mw_growth *ret_growth);

/* The table for readers: numbers from 0 to mw_task_slots() - 1. */
unsigned int mw_task_slots(void);
extern struct mw_slot *mw_slots;

static inline struct mw_slot *mw_slot(unsigned int number)
{
	return &mw_slots[number];
}

void mw_task_table_stats(struct mw_table_stats *ret_stats);

/* The name of a pseudo-owner, or NULL for a process's slot. */
const char *mw_slot_pseudo_name(unsigned int number);

#endif /* _MW_TASK_TABLE_H */

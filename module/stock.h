/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stock.h - batched per-CPU counting of pages: the hot path.
 *
 * The model. A CPU mostly runs one process at a time, and what it allocates
 * and frees belongs to that process. So each CPU keeps a *stock*: the slot it
 * last counted for and the pages counted since, in memory that no other CPU
 * writes. Counting is then a compare and an add; only when the slot changes is
 * the stock folded into the slot with atomic adds.
 *
 *	CPU 0: A allocates 1,000 pages      alloc stock {A, 1000}   slot A: 0
 *	       the scheduler switches to B,
 *	       B allocates 1 page           alloc stock {B, 1}      slot A: 1000
 *
 * Allocations are counted for `current`, frees for the owner of the page: two
 * stocks, so that a pipe's reader which frees the writer's pages makes neither
 * fold. A free may also happen in an interrupt that came in the middle of an
 * update of the task it interrupted: the free side has one stock for each
 * level of context (task, softirq, hardirq), and an update is only ever
 * interrupted by a higher level, which has its own. Allocations in interrupts
 * all belong to [irq] and need no stock.
 *
 * A reader adds what stocks hold, so that what it prints is exact to the
 * event; mw_slot_read() says how it tells a fold from a stock at rest.
 *
 * Nothing here allocates, sleeps, or masks interrupts. Preemption is off: the
 * tracepoint did it (up to 6.12), or the probe does.
 */
#ifndef _MW_STOCK_H
#define _MW_STOCK_H

#include <linux/gfp.h>
#include <linux/hardirq.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "task_table.h"

enum mw_context {
	MW_CONTEXT_TASK,
	MW_CONTEXT_SOFTIRQ,
	MW_CONTEXT_HARDIRQ,
	MW_CONTEXTS,
};

/*
 * What is counted as events, one number a probe; in the order in which the
 * probes of a feature are attached (probes.c).
 */
enum mw_event {
	MW_EVENT_TASK_FREE,
	MW_EVENT_EXIT,
	MW_EVENT_EXEC,
	MW_EVENT_FORK,
	MW_EVENT_PAGE_FREE,
	MW_EVENT_PAGE_ALLOC,
	MW_EVENT_RSS_STAT,
	MW_EVENT_RECLAIM_END,
	MW_EVENT_RECLAIM_BEGIN,
	MW_EVENT_MEMCG_RECLAIM_END,
	MW_EVENT_MEMCG_RECLAIM_BEGIN,
	MW_EVENT_COMPACTION_END,
	MW_EVENT_COMPACTION_BEGIN,
	MW_EVENT_FALLBACK,
	MW_EVENT_CACHE_FREE,
	MW_EVENT_CACHE_ALLOC,
	MW_EVENT_CACHE_ALLOC_NODE,
	MW_EVENT_KFREE,
	MW_EVENT_KMALLOC,
	MW_EVENT_KMALLOC_NODE,
	MW_EVENTS,
};

/**
 * struct mw_stock - pages counted for one slot and not yet folded into it
 * @pages: by kind; only grow between two folds
 * @slab_bytes: bytes of slab objects; only on the alloc side
 * @key:   slot number << 1, the form that a page's owner has
 * @seq:   odd while a fold is under way
 */
struct mw_stock {
	unsigned long pages[MW_KINDS];
	unsigned long slab_bytes;
	u32 key;
	u32 seq;
};

/**
 * struct mw_cpu - what one CPU writes
 * @task:       whom @alloc counts for; with @task_start it can not be mistaken
 *              for a later task at the same address
 * @task_start: its start_boottime
 * @alloc:      allocations of @task's process
 * @irq_allocs: pages allocated in interrupts, by kind; this_cpu operations
 * @irq_slab_bytes: the same for slab objects
 * @unmapped_allocs: pages allocated where the page map has no chunk
 * @unmapped_frees:  the same, freed
 * @failed_allocs:   mm_page_alloc events without a page
 * @nested:     events of each probe that came in an interrupt
 * @events:     events of each probe
 * @cost_ns:    time of the events that were timed (cost.h)
 * @cost_samples: how many were
 * @asked:      bits of the events of which one shall be timed
 * @marked_mm:  whose change of RSS was marked last, and in which
 * @marked_epoch: epoch of the tick (tick.h)
 * @free:       frees, one stock a level of context
 */
struct mw_cpu {
	struct task_struct *task;
	u64 task_start;
	struct mw_stock alloc;
	unsigned long irq_allocs[MW_KINDS];
	unsigned long irq_slab_bytes;
	unsigned long unmapped_allocs;
	unsigned long unmapped_frees;
	unsigned long failed_allocs;
	unsigned long nested[MW_EVENTS];
	unsigned long events[MW_EVENTS];
	u64 cost_ns[MW_EVENTS];
	unsigned long cost_samples[MW_EVENTS];
	unsigned long asked;
	const struct mm_struct *marked_mm;
	u32 marked_epoch;
	struct mw_stock free[MW_CONTEXTS];
};

DECLARE_PER_CPU_ALIGNED(struct mw_cpu, mw_cpu);

/* Exact counts of one slot: pages by kind, and bytes of slab objects. */
struct mw_slot_pages {
	u64 allocs[MW_KINDS];
	u64 frees[MW_KINDS];
	u64 slab_bytes;
};

/**
 * struct mw_stock_view - which slots had pages in stocks when the view was
 * taken; lets a reader of thousands of slots look at the CPUs only for few
 */
struct mw_stock_view {
	DECLARE_BITMAP(pending, 1 << 15);
};

void mw_stock_view_take(struct mw_stock_view *ret_view);

/**
 * mw_slot_read() - exact counts of a slot
 * @view: from mw_stock_view_take(), or NULL to look at every CPU
 * Each count lies between its true values at the taking of the view and at the
 * return; a process at rest is read to the page. Frees never exceed allocations.
 */
void mw_slot_read(unsigned int slot, const struct mw_stock_view *view,
		  struct mw_slot_pages *ret_pages);

/* Does a stock of any CPU still stand for this slot? */
bool mw_stock_refers_to(unsigned int slot);

/* Sums over the CPUs, for status. */
u64 mw_events(enum mw_event event);
u64 mw_events_nested(enum mw_event event);
u64 mw_failed_allocs(void);
u64 mw_unmapped_allocs(void);
u64 mw_unmapped_frees(void);

/* The slow sides of the functions below. */
void mw_stock_switch_task(struct mw_cpu *cpu);
void mw_stock_switch(struct mw_stock *stock, u32 key, bool frees);
void mw_stock_slab_slow(unsigned long bytes);

static __always_inline enum mw_context mw_context(void)
{
	unsigned int count = preempt_count();

	if (likely(!(count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET))))
		return MW_CONTEXT_TASK;
	return count & (NMI_MASK | HARDIRQ_MASK) ? MW_CONTEXT_HARDIRQ : MW_CONTEXT_SOFTIRQ;
}

/* MW_USER or MW_KERNEL: user pages are what the kernel can move. */
static __always_inline unsigned int mw_page_kind(gfp_t gfp)
{
	return ((__force unsigned int)gfp >> ilog2((__force unsigned int)__GFP_MOVABLE)) & 1;
}

/*
 * In what follows raw_cpu_read() reads what is only ever written by a task on this CPU,
 * with preemption off, as it is here: this_cpu_read() would hide from the compiler that it
 * can compare with memory.
 */

/* Does the alloc stock of this CPU stand for the task that allocates here? */
static __always_inline bool mw_stock_stands_for_current(void)
{
	return mw_context() == MW_CONTEXT_TASK && raw_cpu_read(mw_cpu.task) == current &&
	       raw_cpu_read(mw_cpu.task_start) == current->start_boottime;
}

/* Counts on a stock that stands for current; returns as mw_stock_alloc(). */
static __always_inline u32 mw_stock_alloc_fast(unsigned long pages, unsigned int kind)
{
	this_cpu_add(mw_cpu.alloc.pages[kind], pages);
	return raw_cpu_read(mw_cpu.alloc.key) | kind;
}

/**
 * mw_stock_alloc() - count pages allocated by whoever runs here
 * Returns the owner to note for each of the pages: slot << 1 | kind.
 */
static inline u32 mw_stock_alloc(unsigned long pages, unsigned int kind)
{
	if (unlikely(mw_context() != MW_CONTEXT_TASK)) {
		this_cpu_inc(mw_cpu.nested[MW_EVENT_PAGE_ALLOC]);
		this_cpu_add(mw_cpu.irq_allocs[kind], pages);
		return MW_SLOT_IRQ << 1 | kind;
	}
	if (!mw_stock_stands_for_current())
		mw_stock_switch_task(this_cpu_ptr(&mw_cpu));
	return mw_stock_alloc_fast(pages, kind);
}

/* Counts bytes of slab objects allocated by whoever runs here. */
static __always_inline void mw_stock_slab(unsigned long bytes)
{
	if (unlikely(!mw_stock_stands_for_current())) {
		mw_stock_slab_slow(bytes);
		return;
	}
	this_cpu_add(mw_cpu.alloc.slab_bytes, bytes);
}

/* Does the task's free stock of this CPU stand for @owner, and may it be used? */
static __always_inline bool mw_stock_stands_for(u32 owner)
{
	return mw_context() == MW_CONTEXT_TASK &&
	       raw_cpu_read(mw_cpu.free[MW_CONTEXT_TASK].key) == (owner & ~1U);
}

/* Counts on a stock that stands for @owner. */
static __always_inline void mw_stock_free_fast(u32 owner, unsigned long pages)
{
	this_cpu_add(mw_cpu.free[MW_CONTEXT_TASK].pages[owner & 1], pages);
}

/* Counts pages freed that belonged to @owner: slot << 1 | kind. */
static inline void mw_stock_free(u32 owner, unsigned long pages)
{
	enum mw_context context = mw_context();
	struct mw_stock *stock = &this_cpu_ptr(&mw_cpu)->free[context];
	u32 key = owner & ~1U;

	if (unlikely(context != MW_CONTEXT_TASK))
		this_cpu_inc(mw_cpu.nested[MW_EVENT_PAGE_FREE]);
	if (stock->key != key)
		mw_stock_switch(stock, key, true);
	WRITE_ONCE(stock->pages[owner & 1], stock->pages[owner & 1] + pages);
}

#endif /* _MW_STOCK_H */

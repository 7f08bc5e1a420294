// SPDX-License-Identifier: GPL-2.0-only
/*
 * probes.c - from an event to a call, and nothing else. Runs in every context
 * with preemption off; never allocates, sleeps, prints or takes a lock on the
 * common path.
 *
 * What is here are handlers. compat/probe_types.h makes the probes that call them
 * from the kernel's own headers of the trace events.
 */
#include <linux/mm.h>

#include "compat/compat.h"
#include "compat/probe_types.h"

#include <trace/events/compaction.h>
#include <trace/events/kmem.h>
#include <trace/events/sched.h>
#include <trace/events/vmscan.h>

#include "compat/slab_probe_types.h"
#include "cost.h"
#include "page_owner.h"
#include "probes.h"
#include "probes_slab.h"
#include "stall.h"
#include "task_table.h"
#include "tick.h"
#include "tracepoints.h"
#include "zone_events.h"

static __always_inline void count_event(enum mw_event event)
{
	this_cpu_inc(mw_cpu.events[event]);
}

static __always_inline void page_allocated(struct page *page, unsigned int order, gfp_t gfp)
{
	count_event(MW_EVENT_PAGE_ALLOC);
	mw_page_owner_alloc(page, order, gfp);
}

static __always_inline void page_freed(struct page *page, unsigned int order)
{
	count_event(MW_EVENT_PAGE_FREE);
	mw_page_owner_free(page, order);
}

/*
 * page_owner=0: what a process frees is counted for itself. Its own free stock
 * needs no page map; the kind of a page is not known when it is freed.
 */
static void unowned_page_allocated(struct page *page, unsigned int order, gfp_t gfp)
{
	count_event(MW_EVENT_PAGE_ALLOC);
	if (unlikely(!page)) {
		this_cpu_inc(mw_cpu.failed_allocs);
		mw_zone_alloc_failed(order, gfp);
		return;
	}
	mw_stock_alloc(1UL << order, mw_page_kind(gfp));
}

static void unowned_page_freed(struct page *page, unsigned int order)
{
	count_event(MW_EVENT_PAGE_FREE);
	mw_stock_free(mw_stock_alloc(0, MW_KERNEL), 1UL << order);
}

static void forked(struct task_struct *child)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_FORK);

	count_event(MW_EVENT_FORK);
	mw_task_forked(child);
	mw_cost_end_if_asked(MW_EVENT_FORK, begin_ns);
}

static void execed(struct task_struct *task)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_EXEC);

	count_event(MW_EVENT_EXEC);
	mw_task_execed(task);
	mw_cost_end_if_asked(MW_EVENT_EXEC, begin_ns);
}

static void exited(struct task_struct *task)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_EXIT);

	count_event(MW_EVENT_EXIT);
	mw_task_exited(task);
	mw_cost_end_if_asked(MW_EVENT_EXIT, begin_ns);
}

static void task_freed(struct task_struct *task)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_TASK_FREE);

	count_event(MW_EVENT_TASK_FREE);
	mw_task_freed(task);
	mw_cost_end_if_asked(MW_EVENT_TASK_FREE, begin_ns);
}

static __always_inline void rss_changed(struct mm_struct *mm)
{
	count_event(MW_EVENT_RSS_STAT);
	mw_tick_mark(mm);
}

static void reclaim_begun(void)
{
	count_event(MW_EVENT_RECLAIM_BEGIN);
	mw_stall_begin();
}

static void reclaim_ended(void)
{
	count_event(MW_EVENT_RECLAIM_END);
	mw_stall_end();
}

static void memcg_reclaim_begun(void)
{
	count_event(MW_EVENT_MEMCG_RECLAIM_BEGIN);
	mw_stall_begin();
}

static void memcg_reclaim_ended(void)
{
	count_event(MW_EVENT_MEMCG_RECLAIM_END);
	mw_stall_end();
}

/* kcompactd compacts for others: that is its work, not a stall. */
static bool compacts_for_itself(void)
{
	return !(current->flags & PF_KTHREAD);
}

static void compaction_begun(unsigned long zone_start)
{
	count_event(MW_EVENT_COMPACTION_BEGIN);
	mw_zone_compaction_begin(zone_start);
	if (compacts_for_itself())
		mw_stall_begin();
}

static void compaction_ended(unsigned long zone_start)
{
	count_event(MW_EVENT_COMPACTION_END);
	if (compacts_for_itself())
		mw_zone_compaction_end(zone_start, mw_stall_end());
}

static void fell_back(struct page *page)
{
	count_event(MW_EVENT_FALLBACK);
	mw_zone_fallback(page);
}

MW_DEFINE_PAGE_ALLOC_PROBE(on_page_alloc, page_allocated)
MW_PAGE_ALLOC_PROBE(on_page_alloc_unowned, unowned_page_allocated)
MW_DEFINE_PAGE_FREE_PROBE(on_page_free, page_freed)
MW_PAGE_FREE_PROBE(on_page_free_unowned, unowned_page_freed)
MW_DEFINE_FORK_PROBE(on_fork, forked)
MW_DEFINE_EXEC_PROBE(on_exec, execed)
MW_DEFINE_EXIT_PROBES(on_exit, exited)
MW_DEFINE_TASK_FREE_PROBE(on_task_free, task_freed)
MW_DEFINE_RSS_STAT_PROBES(on_rss_stat, rss_changed)
MW_DEFINE_RECLAIM_BEGIN_PROBES(mm_vmscan_direct_reclaim_begin, on_reclaim_begin, reclaim_begun)
MW_DEFINE_RECLAIM_END_PROBES(mm_vmscan_direct_reclaim_end, on_reclaim_end, reclaim_ended)
MW_DEFINE_RECLAIM_BEGIN_PROBES(mm_vmscan_memcg_reclaim_begin, on_memcg_reclaim_begin,
			       memcg_reclaim_begun)
MW_DEFINE_RECLAIM_END_PROBES(mm_vmscan_memcg_reclaim_end, on_memcg_reclaim_end,
			     memcg_reclaim_ended)
MW_DEFINE_COMPACTION_BEGIN_PROBES(on_compaction_begin, compaction_begun)
MW_DEFINE_COMPACTION_END_PROBES(on_compaction_end, compaction_ended)
MW_DEFINE_FALLBACK_PROBE(on_fallback, fell_back)

/*
 * In the order in which the probes of a feature are attached: what ends a thing
 * before what begins it, so that a page, an object, a life or a stall that is
 * seen to begin is seen to end. Those of slabs are put in as they are chosen.
 */
static struct mw_probe probes[MW_EVENTS] = {
	[MW_EVENT_TASK_FREE] = { "sched_process_free", on_task_free, MW_FEATURE_LIVES },
	[MW_EVENT_EXIT] = { "sched_process_exit", MW_EXIT_PROBE(on_exit), MW_FEATURE_LIVES },
	[MW_EVENT_EXEC] = { "sched_process_exec", on_exec, MW_FEATURE_LIVES },
	[MW_EVENT_FORK] = { "sched_process_fork", on_fork, MW_FEATURE_LIVES },
	[MW_EVENT_PAGE_FREE] = { "mm_page_free", on_page_free, MW_FEATURE_PAGES },
	[MW_EVENT_PAGE_ALLOC] = { "mm_page_alloc", on_page_alloc, MW_FEATURE_PAGES },
	[MW_EVENT_RSS_STAT] = { "rss_stat", MW_RSS_STAT_PROBE(on_rss_stat), MW_FEATURE_GROWTH },
	[MW_EVENT_RECLAIM_END] = {
		"mm_vmscan_direct_reclaim_end",
		MW_RECLAIM_PROBE(mm_vmscan_direct_reclaim_end, on_reclaim_end),
		MW_FEATURE_STALLS,
	},
	[MW_EVENT_RECLAIM_BEGIN] = {
		"mm_vmscan_direct_reclaim_begin",
		MW_RECLAIM_PROBE(mm_vmscan_direct_reclaim_begin, on_reclaim_begin),
		MW_FEATURE_STALLS,
	},
	[MW_EVENT_MEMCG_RECLAIM_END] = {
		"mm_vmscan_memcg_reclaim_end",
		MW_RECLAIM_PROBE(mm_vmscan_memcg_reclaim_end, on_memcg_reclaim_end),
		MW_FEATURE_STALLS,
	},
	[MW_EVENT_MEMCG_RECLAIM_BEGIN] = {
		"mm_vmscan_memcg_reclaim_begin",
		MW_RECLAIM_PROBE(mm_vmscan_memcg_reclaim_begin, on_memcg_reclaim_begin),
		MW_FEATURE_STALLS,
	},
	[MW_EVENT_COMPACTION_END] = {
		"mm_compaction_end",
		MW_COMPACTION_PROBE(mm_compaction_end, on_compaction_end),
		MW_FEATURE_STALLS,
	},
	[MW_EVENT_COMPACTION_BEGIN] = {
		"mm_compaction_begin",
		MW_COMPACTION_PROBE(mm_compaction_begin, on_compaction_begin),
		MW_FEATURE_STALLS,
	},
	[MW_EVENT_FALLBACK] = { "mm_page_alloc_extfrag", on_fallback,
				MW_FEATURE_FRAGMENTATION },
	/* Hooked where the tracepoint does not do; two more tracepoints there. */
	[MW_EVENT_CACHE_FREE] = { MW_FREE_TELLS_CACHE ? "kmem_cache_free" : NULL, NULL,
				  MW_FEATURE_SLAB },
	[MW_EVENT_CACHE_ALLOC] = { "kmem_cache_alloc", NULL, MW_FEATURE_SLAB },
	[MW_EVENT_CACHE_ALLOC_NODE] = { MW_ALLOC_TELLS_CACHE ? NULL : "kmem_cache_alloc_node",
					NULL, MW_FEATURE_SLAB },
	[MW_EVENT_KFREE] = { "kfree", NULL, MW_FEATURE_SLAB },
	[MW_EVENT_KMALLOC] = { "kmalloc", NULL, MW_FEATURE_SLAB },
	[MW_EVENT_KMALLOC_NODE] = { MW_ALLOC_TELLS_CACHE ? NULL : "kmalloc_node", NULL,
				    MW_FEATURE_SLAB },
};

/*
 * What is not counted without the other, since a thing that is seen to begin has to be
 * seen to end. Every other probe goes with sched_process_free: without it no life ends.
 */
static const enum mw_event partners[MW_EVENTS] = {
	[MW_EVENT_TASK_FREE] = MW_EVENT_FORK,
	[MW_EVENT_PAGE_FREE] = MW_EVENT_PAGE_ALLOC,
	[MW_EVENT_PAGE_ALLOC] = MW_EVENT_PAGE_FREE,
	[MW_EVENT_RECLAIM_END] = MW_EVENT_RECLAIM_BEGIN,
	[MW_EVENT_RECLAIM_BEGIN] = MW_EVENT_RECLAIM_END,
	[MW_EVENT_MEMCG_RECLAIM_END] = MW_EVENT_MEMCG_RECLAIM_BEGIN,
	[MW_EVENT_MEMCG_RECLAIM_BEGIN] = MW_EVENT_MEMCG_RECLAIM_END,
	[MW_EVENT_COMPACTION_END] = MW_EVENT_COMPACTION_BEGIN,
	[MW_EVENT_COMPACTION_BEGIN] = MW_EVENT_COMPACTION_END,
	[MW_EVENT_CACHE_FREE] = MW_EVENT_CACHE_ALLOC,
	[MW_EVENT_CACHE_ALLOC] = MW_EVENT_CACHE_FREE,
	[MW_EVENT_CACHE_ALLOC_NODE] = MW_EVENT_CACHE_ALLOC,
	[MW_EVENT_KFREE] = MW_EVENT_KMALLOC,
	[MW_EVENT_KMALLOC] = MW_EVENT_KFREE,
	[MW_EVENT_KMALLOC_NODE] = MW_EVENT_KFREE,
};

void mw_probes_init(bool page_owner)
{
	if (!page_owner) {
		probes[MW_EVENT_PAGE_ALLOC].func = on_page_alloc_unowned;
		probes[MW_EVENT_PAGE_FREE].func = on_page_free_unowned;
	}
	mw_probes_find(probes, ARRAY_SIZE(probes));
}

void mw_probes_choose_slab(bool bytes)
{
	for (enum mw_event event = 0; event < MW_EVENTS; event++)
		if (probes[event].feature == MW_FEATURE_SLAB)
			mw_slab_probe_choose(&probes[event], event, bytes);
}

/* Is it told of, by a tracepoint or, where it has no name, in another way? */
static bool is_told(enum mw_event event)
{
	return !probes[event].name || probes[event].tp;
}

int mw_probes_attach(enum mw_feature feature)
{
	int err = 0;

	for (enum mw_event event = 0; event < MW_EVENTS; event++) {
		struct mw_probe *probe = &probes[event];

		if (probe->feature != feature || !probe->tp)
			continue;
		if (!is_told(partners[event]))
			probe->err = -ENOTSUPP;
		else if (mw_probe_attach(probe) == -ENOMEM)
			err = -ENOMEM;
	}
	return err;
}

bool mw_probes_attached(enum mw_feature feature)
{
	for (enum mw_event event = 0; event < MW_EVENTS; event++)
		if (probes[event].feature == feature && probes[event].attached)
			return true;
	return false;
}

bool mw_probe_event_attached(enum mw_event event)
{
	return READ_ONCE(probes[event].attached);
}

/* In the reverse order. */
void mw_probes_detach(enum mw_feature feature)
{
	for (int event = MW_EVENTS; event-- > 0; )
		if (probes[event].feature == feature)
			mw_probe_detach(&probes[event]);
	mw_probes_synchronize();
}

bool mw_probes_know(const char *name)
{
	for (enum mw_event event = 0; event < MW_EVENTS; event++)
		if (probes[event].name && !strcmp(probes[event].name, name))
			return true;
	return false;
}

const char *mw_probe_event_name(enum mw_event event)
{
	return probes[event].name;
}

const char *mw_probe_event_state(enum mw_event event)
{
	return mw_probe_state(&probes[event]);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * probes.c - from an event to a call, and nothing else. Runs in every context
 * with preemption off; never allocates, sleeps, prints or takes a lock on the
 * common path.
 *
 * The kernel's own headers of the trace events give check_trace_callback_type_*
 * to hold a probe against: a signature that changed does not compile.
 */
#include <linux/mm.h>

/* Named by compaction.h, defined in the kernel's own mm/internal.h. */
struct compact_control;

#include <trace/events/compaction.h>
#include <trace/events/kmem.h>
#include <trace/events/sched.h>
#include <trace/events/vmscan.h>

#include "compat/compat.h"
#include "compat/probe_types.h"
#include "cost.h"
#include "page_owner.h"
#include "probes.h"
#include "slab.h"
#include "stall.h"
#include "task_table.h"
#include "tick.h"
#include "tracepoints.h"
#include "zone_events.h"

static __always_inline void count_event(enum mw_event event)
{
	this_cpu_inc(mw_cpu.events[event]);
}

static void on_page_alloc(void *data, struct page *page, unsigned int order, gfp_t gfp,
			  int migratetype)
{
	count_event(MW_EVENT_PAGE_ALLOC);
	mw_page_owner_alloc(page, order, gfp);
}

static void on_page_free(void *data, struct page *page, unsigned int order)
{
	count_event(MW_EVENT_PAGE_FREE);
	mw_page_owner_free(page, order);
}

/*
 * page_owner=0: what a process frees is counted for itself. Its own free stock
 * needs no page map; the kind of a page is not known when it is freed.
 */
static void on_page_alloc_unowned(void *data, struct page *page, unsigned int order,
				  gfp_t gfp, int migratetype)
{
	count_event(MW_EVENT_PAGE_ALLOC);
	if (unlikely(!page)) {
		this_cpu_inc(mw_cpu.failed_allocs);
		mw_zone_alloc_failed(order, gfp);
		return;
	}
	mw_stock_alloc(1UL << order, mw_page_kind(gfp));
}

static void on_page_free_unowned(void *data, struct page *page, unsigned int order)
{
	count_event(MW_EVENT_PAGE_FREE);
	mw_stock_free(mw_stock_alloc(0, MW_KERNEL), 1UL << order);
}

static void on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_FORK);

	count_event(MW_EVENT_FORK);
	mw_task_forked(child);
	mw_cost_end_if_asked(MW_EVENT_FORK, begin_ns);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid,
		    struct linux_binprm *bprm)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_EXEC);

	count_event(MW_EVENT_EXEC);
	mw_task_execed(task);
	mw_cost_end_if_asked(MW_EVENT_EXEC, begin_ns);
}

static void on_exit(void *data, struct task_struct *task)
{
	u64 begin_ns = mw_cost_begin_if_asked(MW_EVENT_EXIT);

	count_event(MW_EVENT_EXIT);
	mw_task_exited(task);
	mw_cost_end_if_asked(MW_EVENT_EXIT, begin_ns);
}

static void on_task_free(void *data, struct task_struct *task)
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

MW_DEFINE_RSS_STAT_PROBES(rss_changed)

static void on_reclaim_begin(void *data, int order, gfp_t gfp)
{
	count_event(MW_EVENT_RECLAIM_BEGIN);
	mw_stall_begin();
}

static void on_reclaim_end(void *data, unsigned long nr_reclaimed)
{
	count_event(MW_EVENT_RECLAIM_END);
	mw_stall_end();
}

static void on_memcg_reclaim_begin(void *data, int order, gfp_t gfp)
{
	count_event(MW_EVENT_MEMCG_RECLAIM_BEGIN);
	mw_stall_begin();
}

static void on_memcg_reclaim_end(void *data, unsigned long nr_reclaimed)
{
	count_event(MW_EVENT_MEMCG_RECLAIM_END);
	mw_stall_end();
}

/* kcompactd compacts for others: that is its work, not a stall. */
static bool compacts_for_itself(void)
{
	return !(current->flags & PF_KTHREAD);
}

static void on_compaction_begin(void *data, struct compact_control *cc,
				unsigned long zone_start, unsigned long zone_end, bool sync)
{
	count_event(MW_EVENT_COMPACTION_BEGIN);
	mw_zone_compaction_begin(zone_start);
	if (compacts_for_itself())
		mw_stall_begin();
}

static void on_compaction_end(void *data, struct compact_control *cc,
			      unsigned long zone_start, unsigned long zone_end, bool sync,
			      int status)
{
	count_event(MW_EVENT_COMPACTION_END);
	if (compacts_for_itself())
		mw_zone_compaction_end(zone_start, mw_stall_end());
}

static void on_fallback(void *data, struct page *page, int order, int fallback_order,
			int migratetype, int fallback_migratetype)
{
	count_event(MW_EVENT_FALLBACK);
	mw_zone_fallback(page);
}

MW_CHECK_PROBE(mm_page_alloc, on_page_alloc);
MW_CHECK_PROBE(mm_page_alloc, on_page_alloc_unowned);
MW_CHECK_PROBE(mm_page_free, on_page_free);
MW_CHECK_PROBE(mm_page_free, on_page_free_unowned);
MW_CHECK_PROBE(sched_process_fork, on_fork);
MW_CHECK_PROBE(sched_process_exec, on_exec);
MW_CHECK_PROBE(sched_process_exit, on_exit);
MW_CHECK_PROBE(sched_process_free, on_task_free);
MW_CHECK_PROBE(mm_vmscan_direct_reclaim_begin, on_reclaim_begin);
MW_CHECK_PROBE(mm_vmscan_direct_reclaim_end, on_reclaim_end);
MW_CHECK_PROBE(mm_vmscan_memcg_reclaim_begin, on_memcg_reclaim_begin);
MW_CHECK_PROBE(mm_vmscan_memcg_reclaim_end, on_memcg_reclaim_end);
MW_CHECK_PROBE(mm_compaction_begin, on_compaction_begin);
MW_CHECK_PROBE(mm_compaction_end, on_compaction_end);
MW_CHECK_PROBE(mm_page_alloc_extfrag, on_fallback);

/* Slab events are as many as their counts say, and need none of their own. */
static void on_cache_alloc(void *data, unsigned long site, const void *object,
			   struct kmem_cache *cache, gfp_t gfp, int node)
{
	if (likely(object))
		mw_slab_alloc(cache, 1);
}

static void on_cache_free(void *data, unsigned long site, const void *object,
			  const struct kmem_cache *cache)
{
	if (likely(object))
		mw_slab_free(cache, 1);
}

static void on_kmalloc(void *data, unsigned long site, const void *object, size_t bytes_req,
		       size_t bytes_alloc, gfp_t gfp, int node)
{
	if (likely(!ZERO_OR_NULL_PTR(object)))
		mw_slab_kmalloc(bytes_req);
}

static void on_kfree(void *data, unsigned long site, const void *object)
{
	if (likely(!ZERO_OR_NULL_PTR(object)))
		mw_slab_kfree(object);
}

MW_CHECK_PROBE(kmem_cache_alloc, on_cache_alloc);
MW_CHECK_PROBE(kmem_cache_free, on_cache_free);
MW_CHECK_PROBE(kmalloc, on_kmalloc);
MW_CHECK_PROBE(kfree, on_kfree);

/*
 * In the order in which the probes of a feature are attached: what ends a thing
 * before what begins it, so that a page, an object, a life or a stall that is
 * seen to begin is seen to end.
 */
static struct mw_probe probes[MW_EVENTS] = {
	[MW_EVENT_TASK_FREE] = { "sched_process_free", on_task_free, MW_FEATURE_LIVES },
	[MW_EVENT_EXIT] = { "sched_process_exit", on_exit, MW_FEATURE_LIVES },
	[MW_EVENT_EXEC] = { "sched_process_exec", on_exec, MW_FEATURE_LIVES },
	[MW_EVENT_FORK] = { "sched_process_fork", on_fork, MW_FEATURE_LIVES },
	[MW_EVENT_PAGE_FREE] = { "mm_page_free", on_page_free, MW_FEATURE_PAGES },
	[MW_EVENT_PAGE_ALLOC] = { "mm_page_alloc", on_page_alloc, MW_FEATURE_PAGES },
	[MW_EVENT_RSS_STAT] = { "rss_stat", MW_RSS_STAT_PROBE, MW_FEATURE_GROWTH },
	[MW_EVENT_RECLAIM_END] = { "mm_vmscan_direct_reclaim_end", on_reclaim_end,
				   MW_FEATURE_STALLS },
	[MW_EVENT_RECLAIM_BEGIN] = { "mm_vmscan_direct_reclaim_begin", on_reclaim_begin,
				     MW_FEATURE_STALLS },
	[MW_EVENT_MEMCG_RECLAIM_END] = { "mm_vmscan_memcg_reclaim_end", on_memcg_reclaim_end,
					 MW_FEATURE_STALLS },
	[MW_EVENT_MEMCG_RECLAIM_BEGIN] = { "mm_vmscan_memcg_reclaim_begin",
					   on_memcg_reclaim_begin, MW_FEATURE_STALLS },
	[MW_EVENT_COMPACTION_END] = { "mm_compaction_end", on_compaction_end,
				      MW_FEATURE_STALLS },
	[MW_EVENT_COMPACTION_BEGIN] = { "mm_compaction_begin", on_compaction_begin,
					MW_FEATURE_STALLS },
	[MW_EVENT_FALLBACK] = { "mm_page_alloc_extfrag", on_fallback,
				MW_FEATURE_FRAGMENTATION },
	[MW_EVENT_CACHE_FREE] = { "kmem_cache_free", on_cache_free, MW_FEATURE_SLAB },
	[MW_EVENT_CACHE_ALLOC] = { "kmem_cache_alloc", on_cache_alloc, MW_FEATURE_SLAB },
	[MW_EVENT_KFREE] = { "kfree", on_kfree, MW_FEATURE_SLAB },
	[MW_EVENT_KMALLOC] = { "kmalloc", on_kmalloc, MW_FEATURE_SLAB },
};

void mw_probes_init(bool page_owner)
{
	if (!page_owner) {
		probes[MW_EVENT_PAGE_ALLOC].func = on_page_alloc_unowned;
		probes[MW_EVENT_PAGE_FREE].func = on_page_free_unowned;
	}
	mw_probes_find(probes, ARRAY_SIZE(probes));
}

/* Does this kernel have every tracepoint of a feature? */
static bool is_complete(enum mw_feature feature)
{
	for (enum mw_event event = 0; event < MW_EVENTS; event++)
		if (probes[event].feature == feature && !probes[event].tp)
			return false;
	return true;
}

void mw_probes_attach(enum mw_feature feature)
{
	bool complete = is_complete(feature);

	for (enum mw_event event = 0; event < MW_EVENTS; event++) {
		if (probes[event].feature != feature)
			continue;
		if (complete)
			mw_probe_attach(&probes[event]);
		else if (probes[event].tp)
			probes[event].err = -ENOTSUPP;
	}
}

/* In the reverse order. */
void mw_probes_detach(enum mw_feature feature)
{
	for (int event = MW_EVENTS; event-- > 0; )
		if (probes[event].feature == feature)
			mw_probe_detach(&probes[event]);
	mw_probes_synchronize();
}

const char *mw_probe_event_name(enum mw_event event)
{
	return probes[event].name;
}

const char *mw_probe_event_state(enum mw_event event)
{
	return mw_probe_state(&probes[event]);
}

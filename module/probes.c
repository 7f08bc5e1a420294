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
#include "hooks.h"
#include "page_owner.h"
#include "probes.h"
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
	count_event(MW_EVENT_FORK);
	mw_task_forked(child);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid,
		    struct linux_binprm *bprm)
{
	count_event(MW_EVENT_EXEC);
	mw_task_execed(task);
}

static void on_exit(void *data, struct task_struct *task)
{
	count_event(MW_EVENT_EXIT);
	mw_task_exited(task);
}

static void on_task_free(void *data, struct task_struct *task)
{
	count_event(MW_EVENT_TASK_FREE);
	mw_task_freed(task);
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

static struct mw_probe probes[MW_EVENTS] = {
	[MW_EVENT_PAGE_ALLOC] = { .name = "mm_page_alloc" },
	[MW_EVENT_PAGE_FREE] = { .name = "mm_page_free" },
	[MW_EVENT_RSS_STAT] = { .name = "rss_stat", .func = MW_RSS_STAT_PROBE },
	[MW_EVENT_FORK] = { .name = "sched_process_fork", .func = on_fork },
	[MW_EVENT_EXEC] = { .name = "sched_process_exec", .func = on_exec },
	[MW_EVENT_EXIT] = { .name = "sched_process_exit", .func = on_exit },
	[MW_EVENT_TASK_FREE] = { .name = "sched_process_free", .func = on_task_free },
	[MW_EVENT_RECLAIM_BEGIN] = { .name = "mm_vmscan_direct_reclaim_begin",
				     .func = on_reclaim_begin },
	[MW_EVENT_RECLAIM_END] = { .name = "mm_vmscan_direct_reclaim_end",
				   .func = on_reclaim_end },
	[MW_EVENT_MEMCG_RECLAIM_BEGIN] = { .name = "mm_vmscan_memcg_reclaim_begin",
					   .func = on_memcg_reclaim_begin },
	[MW_EVENT_MEMCG_RECLAIM_END] = { .name = "mm_vmscan_memcg_reclaim_end",
					 .func = on_memcg_reclaim_end },
	[MW_EVENT_COMPACTION_BEGIN] = { .name = "mm_compaction_begin",
					.func = on_compaction_begin },
	[MW_EVENT_COMPACTION_END] = { .name = "mm_compaction_end",
				      .func = on_compaction_end },
	[MW_EVENT_FALLBACK] = { .name = "mm_page_alloc_extfrag", .func = on_fallback },
};

/*
 * Lives before pages: a process that exits after its slot was taken is seen to
 * exit. And frees before allocations: a page that is seen allocated is seen
 * freed.
 */
static const enum mw_event attach_order[] = {
	MW_EVENT_TASK_FREE, MW_EVENT_EXIT, MW_EVENT_EXEC, MW_EVENT_FORK,
	MW_EVENT_RECLAIM_END, MW_EVENT_RECLAIM_BEGIN,
	MW_EVENT_MEMCG_RECLAIM_END, MW_EVENT_MEMCG_RECLAIM_BEGIN,
	MW_EVENT_COMPACTION_END, MW_EVENT_COMPACTION_BEGIN, MW_EVENT_FALLBACK,
	MW_EVENT_RSS_STAT, MW_EVENT_PAGE_FREE, MW_EVENT_PAGE_ALLOC,
};

int mw_probes_attach(bool page_owner)
{
	probes[MW_EVENT_PAGE_ALLOC].func = page_owner ? on_page_alloc : on_page_alloc_unowned;
	probes[MW_EVENT_PAGE_FREE].func = page_owner ? on_page_free : on_page_free_unowned;
	mw_probes_find(probes, ARRAY_SIZE(probes));
	for (unsigned int i = 0; i < ARRAY_SIZE(attach_order); i++)
		mw_probe_attach(&probes[attach_order[i]]);
	if (page_owner)
		mw_hooks_attach();
	if (probes[MW_EVENT_PAGE_ALLOC].attached)
		return 0;
	mw_probes_detach();
	return -ENOENT;
}

/* In the reverse order. */
void mw_probes_detach(void)
{
	mw_hooks_detach();
	for (unsigned int i = ARRAY_SIZE(attach_order); i-- > 0; )
		mw_probe_detach(&probes[attach_order[i]]);
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

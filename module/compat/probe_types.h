/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_types.h - from the signatures that tracepoints have on one kernel or
 * another to handlers that know of none: each probe that is made here takes what
 * its tracepoint gives and calls the handler with what we want of it, with
 * preemption off on every kernel (but for MW_MOVABLE_PROBE). Where a tracepoint
 * has had several signatures, a probe is made for each, and the one that fits is
 * used: chosen by type, since stable kernels carry backports.
 *
 * Included before any <trace/events/ *.h>; these follow it.
 */
#ifndef _MW_PROBE_TYPES_H
#define _MW_PROBE_TYPES_H

#include <linux/types.h>

#include "probe_context.h"

/* Named by the headers of the events, defined in the kernel's own mm/. */
struct compact_control;
struct linux_binprm;
struct mem_cgroup;

/*
 * Tracepoints that a kernel built without them has no headers for: the types are
 * declared, and looking for the tracepoint finds none. All kernels.
 */
#ifndef CONFIG_MEMCG
static inline void
check_trace_callback_type_mm_vmscan_memcg_reclaim_begin(void (*probe)(void *data, int order,
								       gfp_t gfp))
{
}

static inline void
check_trace_callback_type_mm_vmscan_memcg_reclaim_end(void (*probe)(void *data,
								     unsigned long nr_reclaimed))
{
}
#endif

#ifndef CONFIG_COMPACTION
static inline void
check_trace_callback_type_mm_compaction_begin(void (*probe)(void *data,
							     struct compact_control *cc,
							     unsigned long zone_start,
							     unsigned long zone_end, bool sync))
{
}

static inline void
check_trace_callback_type_mm_compaction_end(void (*probe)(void *data, struct compact_control *cc,
							   unsigned long zone_start,
							   unsigned long zone_end, bool sync,
							   int status))
{
}
#endif

/* The probe @probe with the arguments @proto, in parentheses, that does @call. */
#define MW_PROBE(probe, proto, call)						\
static void __maybe_unused probe proto						\
{										\
	mw_probe_begin();							\
	call;									\
	mw_probe_end();								\
}

/*
 * The same, where @call does not mind to be moved to another CPU: on 7.x three
 * instructions less, and no stack frame.
 */
#define MW_MOVABLE_PROBE(probe, proto, call)					\
static void __maybe_unused probe proto						\
{										\
	call;									\
}

/* Does @probe have the type that tracepoint @name calls? */
#define MW_PROBE_FITS(name, probe)						\
	__builtin_types_compatible_p(typeof(check_trace_callback_type_##name),	\
				     void(typeof(&(probe))))

#define MW_LOOK_FOR_NEWER							\
	"memwatch does not know this kernel yet, look for a newer memwatch"

/*
 * Names tracepoint @name whether the kernel has it or not: behind the kernel's own
 * definition this says nothing new, and without one it is a function of which nothing is
 * known, that takes whatever is asked. All kernels.
 */
#define MW_NAME_TRACEPOINT(name)						\
	_Pragma("GCC diagnostic push")						\
	_Pragma("GCC diagnostic ignored \"-Wstrict-prototypes\"")			\
	_Pragma("GCC diagnostic ignored \"-Wredundant-decls\"")			\
	extern void check_trace_callback_type_##name();				\
	_Pragma("GCC diagnostic pop")

/* After MW_NAME_TRACEPOINT(): no tracepoint's probe is an int. */
#define MW_HAS_TRACEPOINT(name)							\
	(!__builtin_types_compatible_p(typeof(check_trace_callback_type_##name), void(int)))

/*
 * A tracepoint that is gone, and a signature that nobody knows, end the build with a
 * sentence; see Kbuild.
 */
#define MW_CHECK_SIGNATURE(name, fits)						\
	MW_NAME_TRACEPOINT(name)						\
	_Static_assert(MW_HAS_TRACEPOINT(name),					\
		       "tracepoint " #name " is not there any more: " MW_LOOK_FOR_NEWER); \
	_Static_assert(fits,							\
		       "tracepoint " #name " has changed its signature: " MW_LOOK_FOR_NEWER);

#define MW_CHECK_PROBE(name, probe)						\
	MW_CHECK_SIGNATURE(name, MW_PROBE_FITS(name, probe))

#define MW_CHECK_PROBES(name, one, other)					\
	MW_CHECK_SIGNATURE(name, MW_PROBE_FITS(name, one) || MW_PROBE_FITS(name, other))

/* The one that fits; @other need not be a probe where @one fits. */
#define MW_PROBE_THAT_FITS(name, one, other)					\
	((void *)__builtin_choose_expr(MW_PROBE_FITS(name, one), one, other))

/* mm_page_alloc, mm_page_free: all kernels. A second probe needs no second check. */
#define MW_PAGE_ALLOC_PROBE(probe, handle)					\
	MW_PROBE(probe, (void *data, struct page *page, unsigned int order, gfp_t gfp, \
			 int migratetype), handle(page, order, gfp))

#define MW_DEFINE_PAGE_ALLOC_PROBE(probe, handle)				\
	MW_PAGE_ALLOC_PROBE(probe, handle)					\
	MW_CHECK_PROBE(mm_page_alloc, probe)

#define MW_PAGE_FREE_PROBE(probe, handle)					\
	MW_PROBE(probe, (void *data, struct page *page, unsigned int order),	\
		 handle(page, order))

#define MW_DEFINE_PAGE_FREE_PROBE(probe, handle)				\
	MW_PAGE_FREE_PROBE(probe, handle)					\
	MW_CHECK_PROBE(mm_page_free, probe)

/* sched_process_fork, _exec, _free: all kernels. */
#define MW_DEFINE_FORK_PROBE(probe, handle)					\
	MW_PROBE(probe, (void *data, struct task_struct *parent,		\
			 struct task_struct *child), handle(child))		\
	MW_CHECK_PROBE(sched_process_fork, probe)

#define MW_DEFINE_EXEC_PROBE(probe, handle)					\
	MW_PROBE(probe, (void *data, struct task_struct *task, pid_t old_pid,	\
			 struct linux_binprm *bprm), handle(task))		\
	MW_CHECK_PROBE(sched_process_exec, probe)

#define MW_DEFINE_TASK_FREE_PROBE(probe, handle)				\
	MW_PROBE(probe, (void *data, struct task_struct *task), handle(task))	\
	MW_CHECK_PROBE(sched_process_free, probe)

/*
 * sched_process_exit: (task); later (task, group_dead), as 7.x has it. The first
 * goes with the last kernel before that.
 */
#define MW_DEFINE_EXIT_PROBES(probe, handle)					\
	MW_PROBE(probe, (void *data, struct task_struct *task), handle(task))	\
	MW_PROBE(probe##_group, (void *data, struct task_struct *task, bool group_dead), \
		 handle(task))							\
	MW_CHECK_PROBES(sched_process_exit, probe, probe##_group)

#define MW_EXIT_PROBE(probe)							\
	MW_PROBE_THAT_FITS(sched_process_exit, probe, probe##_group)

/*
 * rss_stat: (mm, member, count) up to 6.1, (mm, member) since 6.2. The first goes
 * with the last kernel before 6.2.
 */
#define MW_DEFINE_RSS_STAT_PROBES(probe, handle)				\
	MW_PROBE(probe##_count, (void *data, struct mm_struct *mm, int member,	\
				 long count), handle(mm))			\
	MW_PROBE(probe, (void *data, struct mm_struct *mm, int member), handle(mm)) \
	MW_CHECK_PROBES(rss_stat, probe, probe##_count)

#define MW_RSS_STAT_PROBE(probe)						\
	MW_PROBE_THAT_FITS(rss_stat, probe, probe##_count)

/*
 * mm_vmscan_direct_reclaim_begin and the one of cgroups: (order, gfp); (gfp, order,
 * memcg) in 7.x, where their ends have the memcg, too. The first goes with the last
 * kernel before that.
 */
#define MW_DEFINE_RECLAIM_BEGIN_PROBES(name, probe, handle)			\
	MW_PROBE(probe, (void *data, int order, gfp_t gfp), handle())		\
	MW_PROBE(probe##_memcg, (void *data, gfp_t gfp, int order, struct mem_cgroup *memcg), \
		 handle())							\
	MW_CHECK_PROBES(name, probe, probe##_memcg)

#define MW_DEFINE_RECLAIM_END_PROBES(name, probe, handle)			\
	MW_PROBE(probe, (void *data, unsigned long nr_reclaimed), handle())	\
	MW_PROBE(probe##_memcg, (void *data, unsigned long nr_reclaimed,	\
				 struct mem_cgroup *memcg), handle())		\
	MW_CHECK_PROBES(name, probe, probe##_memcg)

#define MW_RECLAIM_PROBE(name, probe)						\
	MW_PROBE_THAT_FITS(name, probe, probe##_memcg)

/*
 * mm_compaction_begin, _end: the scanners' places up to 5.16, since then the
 * compact_control. The first goes with the last kernel before 5.17.
 */
#define MW_DEFINE_COMPACTION_BEGIN_PROBES(probe, handle)			\
	MW_PROBE(probe, (void *data, struct compact_control *cc, unsigned long zone_start, \
			 unsigned long zone_end, bool sync), handle(zone_start)) \
	MW_PROBE(probe##_places, (void *data, unsigned long zone_start,		\
				  unsigned long migrate_pfn, unsigned long free_pfn, \
				  unsigned long zone_end, bool sync), handle(zone_start)) \
	MW_CHECK_PROBES(mm_compaction_begin, probe, probe##_places)

#define MW_DEFINE_COMPACTION_END_PROBES(probe, handle)				\
	MW_PROBE(probe, (void *data, struct compact_control *cc, unsigned long zone_start, \
			 unsigned long zone_end, bool sync, int status), handle(zone_start)) \
	MW_PROBE(probe##_places, (void *data, unsigned long zone_start,		\
				  unsigned long migrate_pfn, unsigned long free_pfn, \
				  unsigned long zone_end, bool sync, int status), \
		 handle(zone_start))						\
	MW_CHECK_PROBES(mm_compaction_end, probe, probe##_places)

#define MW_COMPACTION_PROBE(name, probe)					\
	MW_PROBE_THAT_FITS(name, probe, probe##_places)

/* mm_page_alloc_extfrag: all kernels. */
#define MW_DEFINE_FALLBACK_PROBE(probe, handle)					\
	MW_PROBE(probe, (void *data, struct page *page, int order, int fallback_order, \
			 int migratetype, int fallback_migratetype), handle(page)) \
	MW_CHECK_PROBE(mm_page_alloc_extfrag, probe)

#endif /* _MW_PROBE_TYPES_H */

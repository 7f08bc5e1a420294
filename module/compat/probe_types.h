/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_types.h - probes held against the tracepoints of the kernel that is
 * built for. Included after <trace/events/kmem.h> and <trace/events/sched.h>.
 */
#ifndef _MW_PROBE_TYPES_H
#define _MW_PROBE_TYPES_H

/* Does @probe have the type that tracepoint @name calls? */
#define MW_PROBE_FITS(name, probe)						\
	__builtin_types_compatible_p(typeof(check_trace_callback_type_##name),	\
				     void(typeof(&(probe))))

/* A signature that changed ends the build with a sentence. */
#define MW_CHECK_PROBE(name, probe)						\
	_Static_assert(MW_PROBE_FITS(name, probe),				\
		       "tracepoint " #name " has changed its signature: "	\
		       "memwatch does not know this kernel yet")

/*
 * rss_stat: (mm, member, count) up to 6.1, (mm, member) since 6.2. Both are
 * written, the one that fits is used. The first goes with the last kernel
 * before 6.2.
 */
#define MW_DEFINE_RSS_STAT_PROBES(handle)					\
static void __maybe_unused on_rss_stat_count(void *data, struct mm_struct *mm,	\
					     int member, long count)		\
{										\
	handle(mm);								\
}										\
static void __maybe_unused on_rss_stat(void *data, struct mm_struct *mm, int member) \
{										\
	handle(mm);								\
}										\
_Static_assert(MW_PROBE_FITS(rss_stat, on_rss_stat) ||				\
	       MW_PROBE_FITS(rss_stat, on_rss_stat_count),			\
	       "tracepoint rss_stat has changed its signature: "		\
	       "memwatch does not know this kernel yet");

#define MW_RSS_STAT_PROBE							\
	((void *)__builtin_choose_expr(MW_PROBE_FITS(rss_stat, on_rss_stat),	\
				       on_rss_stat, on_rss_stat_count))

#endif /* _MW_PROBE_TYPES_H */

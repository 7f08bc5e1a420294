/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trigger.h - waits for memory to grow, in the manner of PSI's triggers: one a
 * descriptor of /proc/memwatch/trigger, judged by the tick, never by a probe.
 *
 * What is promised, by kind; all as of ticks, which come 2 s apart while
 * anything changes:
 *
 *	growth SIZE WINDOW TGID	The RSS of that process is SIZE or more above what
 *		it was WINDOW ago, to a sixteenth of WINDOW or a tick, whichever is
 *		longer (trigger_window.h). What it grew before the trigger was
 *		written does not count.
 *	growth SIZE WINDOW	A process grew by SIZE or more since it was first seen
 *		or executed its program, and either that was within WINDOW, or it
 *		grows at a pace of SIZE a WINDOW: its rate over 10, 60 or 300 s,
 *		whichever is nearest to WINDOW (growth.h), times WINDOW. So for
 *		processes older than WINDOW it is the pace that is judged: a steady
 *		pace to 2 % after three of these windows; a jump by J shows as up to
 *		1.3 J * WINDOW / 10, 60 or 300 s. State a trigger does not grow with
 *		processes; to the page, there is the form with TGID.
 *	rss SIZE TGID	The RSS of that process is SIZE or more; at once if it is
 *		already when the trigger is written.
 *	rss SIZE	The RSS of a process was below SIZE at one tick and is not at
 *		the next. A child that is forked with as much did not cross.
 *	frag ORDER INDEX	The unusable index of any zone is INDEX or more; at
 *		once (a tick) if it is already.
 *	slab SIZE WINDOW [CACHE]	All slab memory, or that of a cache while
 *		`slab 1` is set in config, as growth with TGID.
 *
 * A trigger fires once a crossing: what it waits for must have been false since
 * (for any process: of that process), and for growth and slab a window must have
 * passed (for any process: for that process, as long as it is among the last
 * eight that fired). A firing is kept, with up to seven more, until it is read;
 * POLLPRI is reported once a firing, POLLIN as long as there is one to read.
 * POLLERR and POLLHUP say that the process has exited or the module goes.
 */
#ifndef _MW_TRIGGER_H
#define _MW_TRIGGER_H

#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "growth.h"
#include "trigger_spec.h"

/* Armed triggers in all. */
#define MW_TRIGGERS_MAX 4096

struct mw_trigger;

/**
 * struct mw_trigger_record - one firing
 * @time_ns:  boottime of the tick
 * @value:    what reached the threshold: KiB, or thousandths for frag
 * @total_kb: RSS, or slab memory, then
 * @start_ns: with @tgid, the process; growth and rss
 * @tgid:     in the pid namespace of whoever wrote the trigger
 * @node:     with @zone, the zone; frag
 * @lost:     firings after this one that found no room
 */
struct mw_trigger_record {
	u64 time_ns;
	u64 value;
	u64 total_kb;
	u64 start_ns;
	pid_t tgid;
	int node;
	const char *zone;
	unsigned int lost;
	char comm[TASK_COMM_LEN];
};

/**
 * struct mw_trigger_sight - a process whose RSS the tick has just taken
 * @gen:    of the slot
 * @held_ns: until when @before held
 * @before: its growth as of when it was last taken
 * @after:  its growth now
 * @first_pages: its RSS when first seen
 */
struct mw_trigger_sight {
	unsigned int slot;
	u32 gen;
	struct task_struct *leader;
	u64 held_ns;
	u64 now_ns;
	struct mw_growth before;
	struct mw_growth after;
	unsigned long first_pages;
};

/* Process context, as all that follow but those for the tick. NULL without memory. */
struct mw_trigger *mw_trigger_new(void);
void mw_trigger_free(struct mw_trigger *trigger);

bool mw_trigger_is_armed(const struct mw_trigger *trigger);

/**
 * mw_trigger_arm() - begin to wait; one caller at a time, and once
 * Pids are those of the caller's namespace.
 * Returns 0; -ESRCH without such a process; -EINVAL if there is no such slab
 * cache; -ENOSPC with too many triggers, or if the process has no slot; -ENODEV
 * if the module goes; -EOPNOTSUPP if what it would wait for is switched off. Then
 * *ret_why is a clause, and nothing waits.
 */
int mw_trigger_arm(struct mw_trigger *trigger, const struct mw_trigger_spec *spec,
		   const char **ret_why);

/* What it was armed with. */
const struct mw_trigger_spec *mw_trigger_spec(const struct mw_trigger *trigger);

/* The oldest firing that is not yet read; false if there is none. */
bool mw_trigger_peek(struct mw_trigger *trigger, struct mw_trigger_record *ret_record);

/* Forgets what mw_trigger_peek() gave; one reader at a time. */
void mw_trigger_pop(struct mw_trigger *trigger);

__poll_t mw_trigger_poll(struct mw_trigger *trigger, struct file *file,
			 struct poll_table_struct *wait);

/*
 * Wakes all pollers for good and waits until none refers to a trigger. Before
 * the descriptors are closed by proc_remove(): they may be polled to the end.
 */
void mw_triggers_hang_up(void);

/* For the tick. Does any trigger want to see processes? */
bool mw_triggers_watch_processes(void);

/* Under rcu_read_lock(). */
void mw_triggers_process(const struct mw_trigger_sight *sight);

/* Once a tick, after all processes: what is not of a process, and what has ended. */
void mw_triggers_tick(u64 now_ns);

#endif /* _MW_TRIGGER_H */

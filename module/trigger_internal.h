/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trigger_internal.h - the armed triggers, for the files that own a part of them:
 * trigger.c (descriptors), trigger_judge.c (firing), trigger_process.c and
 * trigger_system.c (what is looked at), trigger_poll.c (who waits). Nobody else
 * includes it.
 */
#ifndef _MW_TRIGGER_INTERNAL_H
#define _MW_TRIGGER_INTERNAL_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "trigger.h"
#include "trigger_window.h"

/* Firings that are kept, and processes that are remembered to have fired. */
#define MW_TRIGGER_KEPT 8

/*
 * What poll(2) is still to be told of the last firing. An event is reported once.
 * EPOLL_CTL_ADD looks like the first pass of poll(2), which returns what it finds
 * to the user, but epoll asks again before it does: what such a look has found is
 * reported once more to a pass that does not queue.
 */
enum mw_trigger_event {
	EVENT_NONE,
	EVENT_NEW,
	EVENT_SHOWN,
};

/* Which list an armed trigger is on. */
enum mw_trigger_home {
	HOME_NONE,
	HOME_ANY_PROCESS,
	HOME_SLOT,
	HOME_SYSTEM,
};

/* A process that fired. */
struct mw_trigger_fired {
	u64 time_ns;
	u32 gen;
	unsigned int slot;
};

/**
 * struct mw_trigger - one descriptor
 * @open:     all descriptors
 * @link:     on the list of @home
 * @by_slot:  or in the hash of slots
 * @pid_ns:   of whoever armed it; a reference
 * @gone:     its process has exited
 * @below:    what it waits for was false since it fired
 * @fired_ns: when it fired last; 0 never. Not for HOME_ANY_PROCESS
 * @window:   growth of a process, and slab
 * @fired:    growth of any process: who fired lately; a ring
 * @kept:     firings to read, a ring of @nr_kept from @first_kept
 */
struct mw_trigger {
	struct list_head open;
	struct list_head link;
	struct hlist_node by_slot;
	wait_queue_head_t wait;
	struct mw_trigger_spec spec;
	struct pid_namespace *pid_ns;
	enum mw_trigger_home home;
	enum mw_trigger_event event;
	unsigned int slot;
	u32 gen;
	bool gone;
	bool below;
	u64 fired_ns;
	union {
		struct mw_trigger_window window;
		struct {
			struct mw_trigger_fired fired[MW_TRIGGER_KEPT];
			unsigned int next_fired;
		};
	};
	unsigned int first_kept;
	unsigned int nr_kept;
	struct mw_trigger_record kept[MW_TRIGGER_KEPT];
};

/**
 * struct mw_triggers - all of them
 * @lock:        all of the below and of each trigger, but what is set once before
 *               it is armed. Inside rcu_read_lock() and a descriptor's mutex;
 *               wait queues are woken, and so their locks taken, under it.
 * @any_process: HOME_ANY_PROCESS
 * @smallest_kb: of their thresholds
 * @slots:       HOME_SLOT, by slot
 * @nr_frag:     how many of @system are of kind frag
 * @closing:     the module goes
 * @system_lock: @system and the windows of what is on it; outside @lock
 * @system:      HOME_SYSTEM
 */
struct mw_triggers {
	struct mutex system_lock;
	spinlock_t lock;
	struct list_head open;
	struct list_head any_process;
	struct list_head system;
	DECLARE_HASHTABLE(slots, 9);
	u64 smallest_kb;
	unsigned int nr_armed;
	unsigned int nr_process;
	unsigned int nr_frag;
	bool closing;
};

extern struct mw_triggers mw_triggers;

/* Under the lock: the firing that is read after @nr others. */
static inline struct mw_trigger_record *mw_trigger_kept(struct mw_trigger *trigger, unsigned int nr)
{
	return &trigger->kept[(trigger->first_kept + nr) % MW_TRIGGER_KEPT];
}

/* Under the lock: keeps the firing and wakes who polls. trigger_judge.c */
void mw_trigger_fire(struct mw_trigger *trigger, const struct mw_trigger_record *record);

/* Under the lock: what a trigger on one thing sees of it; fires once a crossing and window. */
void mw_trigger_judge(struct mw_trigger *trigger, s64 value, u64 threshold,
		      const struct mw_trigger_record *record);

/*
 * Puts it on its list; -ENODEV or -ENOSPC with *ret_why if it may not be. Under the mutex
 * for HOME_SYSTEM. trigger.c
 */
int mw_trigger_join(struct mw_trigger *trigger, enum mw_trigger_home home, const char **ret_why);

/* As mw_trigger_arm(), for those of one process and of none. */
int mw_trigger_arm_process(struct mw_trigger *trigger, u64 now_ns, const char **ret_why);
int mw_trigger_arm_system(struct mw_trigger *trigger, u64 now_ns, const char **ret_why);

/* From the tick: whose process has exited, under the lock; zones and slab, which sleeps. */
void mw_triggers_see_the_gone(void);
void mw_triggers_see_system(u64 now_ns);

#endif /* _MW_TRIGGER_INTERNAL_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger.c - the armed triggers, and their judging by the tick; see trigger.h
 * for what is promised. Process context only: the tick, and whoever has a
 * descriptor. Nothing here is reached from a probe.
 *
 * Cost. A tick looks for the triggers of a process it has taken by its slot, and
 * goes through those for any process only if it grew and is as large as the
 * smallest of their thresholds. Without triggers it reads one number.
 */
#include <linux/delay.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "features.h"
#include "fragmentation.h"
#include "compat/compat.h"
#include "rss.h"
#include "slab.h"
#include "task_table.h"
#include "tick.h"
#include "trigger.h"
#include "trigger_window.h"

/* Firings that are kept, and processes that are remembered to have fired. */
#define MW_TRIGGER_KEPT 8

/* Before pollers are torn away, how often they are woken to leave by themselves. */
#define MW_HANG_UP_ROUNDS 10

/*
 * What poll(2) is still to be told of the last firing. An event is reported once.
 * EPOLL_CTL_ADD looks like the first pass of poll(2), which returns what it finds
 * to the user, but epoll asks again before it does: what such a look has found is
 * reported once more to a pass that does not queue.
 */
enum event {
	EVENT_NONE,
	EVENT_NEW,
	EVENT_SHOWN,
};

/* Which list an armed trigger is on. */
enum home {
	HOME_NONE,
	HOME_ANY_PROCESS,
	HOME_SLOT,
	HOME_SYSTEM,
};

/* A process that fired. */
struct fired {
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
	enum home home;
	enum event event;
	unsigned int slot;
	u32 gen;
	bool gone;
	bool below;
	u64 fired_ns;
	union {
		struct mw_trigger_window window;
		struct {
			struct fired fired[MW_TRIGGER_KEPT];
			unsigned int next_fired;
		};
	};
	unsigned int first_kept;
	unsigned int nr_kept;
	struct mw_trigger_record kept[MW_TRIGGER_KEPT];
};

/*
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
static struct {
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
} triggers = {
	.system_lock = __MUTEX_INITIALIZER(triggers.system_lock),
	.lock = __SPIN_LOCK_UNLOCKED(triggers.lock),
	.open = LIST_HEAD_INIT(triggers.open),
	.any_process = LIST_HEAD_INIT(triggers.any_process),
	.system = LIST_HEAD_INIT(triggers.system),
	.smallest_kb = U64_MAX,
};

/* --- firing; all under the lock --------------------------------------------- */

static struct mw_trigger_record *kept(struct mw_trigger *trigger, unsigned int nr)
{
	return &trigger->kept[(trigger->first_kept + nr) % MW_TRIGGER_KEPT];
}

static void fire(struct mw_trigger *trigger, const struct mw_trigger_record *record)
{
	if (trigger->nr_kept < MW_TRIGGER_KEPT)
		*kept(trigger, trigger->nr_kept++) = *record;
	else
		kept(trigger, MW_TRIGGER_KEPT - 1)->lost++;
	trigger->event = EVENT_NEW;
	wake_up_interruptible_poll(&trigger->wait, EPOLLPRI | EPOLLIN | EPOLLRDNORM);
}

/* What a trigger on one thing sees of it: fires once a crossing and window. */
static void judge(struct mw_trigger *trigger, s64 value, u64 threshold,
		  const struct mw_trigger_record *record)
{
	u64 window_ns = (u64)trigger->spec.window_s * NSEC_PER_SEC;

	if (value < (s64)threshold) {
		trigger->below = true;
		return;
	}
	if (!trigger->below ||
	    (trigger->fired_ns && record->time_ns < trigger->fired_ns + window_ns))
		return;
	trigger->below = false;
	trigger->fired_ns = record->time_ns;
	fire(trigger, record);
}

/* --- processes ---------------------------------------------------------------- */

static void fire_process(struct mw_trigger *trigger, const struct mw_trigger_sight *sight,
			 u64 value, bool judged)
{
	struct mw_trigger_record record = {
		.time_ns = sight->now_ns,
		.value = value,
		.total_kb = sight->after.last_kb,
		.start_ns = mw_slot(sight->slot)->start_ns,
		.tgid = pid_nr_ns(task_tgid(sight->leader), trigger->pid_ns),
	};

	memcpy(record.comm, sight->leader->comm, TASK_COMM_LEN);
	record.comm[TASK_COMM_LEN - 1] = '\0';
	if (judged)
		fire(trigger, &record);
	else
		judge(trigger, (s64)value, trigger->spec.size_kb, &record);
}

/* How much the window's growth is now, having looked at it when the last value ended. */
static s64 slide(struct mw_trigger *trigger, u64 held_ns, u64 now_ns, u64 kb)
{
	struct mw_trigger_window *window = &trigger->window;

	if (held_ns > window->last.ns && held_ns < now_ns &&
	    mw_trigger_window_update(window, held_ns, window->last.kb) <
	    (s64)trigger->spec.size_kb)
		trigger->below = true;
	return mw_trigger_window_update(window, now_ns, kb);
}

static void see_one(struct mw_trigger *trigger, const struct mw_trigger_sight *sight)
{
	s64 value = sight->after.last_kb;

	if (trigger->spec.kind == MW_TRIGGER_GROWTH)
		value = slide(trigger, sight->held_ns, sight->now_ns, sight->after.last_kb);
	fire_process(trigger, sight, value < 0 ? 0 : value, false);
}

/* The window of growth.h that is nearest, as a ratio: between them lie 24 s and 134 s. */
static enum mw_window nearest_window(u32 window_s)
{
	return window_s <= 24 ? MW_WINDOW_10 : window_s <= 134 ? MW_WINDOW_60 : MW_WINDOW_300;
}

/* As trigger.h promises for any process; KiB. A rate is under 2^40, a window under 2^17. */
static s64 pace(const struct mw_growth *growth, u64 first_kb, u32 window_s)
{
	s64 since_first = (s64)(growth->last_kb - first_kb);
	s64 milli;

	if (growth->last_ns - growth->since_ns <= (u64)window_s * NSEC_PER_SEC)
		return since_first;
	milli = mw_growth_milli(growth, nearest_window(window_s)) * window_s;
	return min(since_first, div_s64(milli, 1000));
}

/* Did this process fire within the window? If not, it does now. */
static bool fired_lately(struct mw_trigger *trigger, const struct mw_trigger_sight *sight)
{
	u64 window_ns = (u64)trigger->spec.window_s * NSEC_PER_SEC;
	struct fired *next = &trigger->fired[trigger->next_fired % MW_TRIGGER_KEPT];

	for (unsigned int i = 0; i < MW_TRIGGER_KEPT; i++) {
		const struct fired *fired = &trigger->fired[i];

		if (fired->time_ns && fired->slot == sight->slot && fired->gen == sight->gen &&
		    sight->now_ns < fired->time_ns + window_ns)
			return true;
	}
	*next = (struct fired){ sight->now_ns, sight->gen, sight->slot };
	trigger->next_fired++;
	return false;
}

/*
 * A crossing is found from the process's own two last values, so that a trigger
 * needs to remember nothing of each process. @held is its growth just before it
 * changed.
 */
static void see_any(struct mw_trigger *trigger, const struct mw_trigger_sight *sight,
		    const struct mw_growth *held)
{
	u64 first_kb = MW_PAGES_TO_KB(sight->first_pages);
	s64 size_kb = (s64)trigger->spec.size_kb;
	s64 was = (s64)held->last_kb;
	s64 value = (s64)sight->after.last_kb;

	if (trigger->spec.kind == MW_TRIGGER_GROWTH) {
		was = pace(held, first_kb, trigger->spec.window_s);
		value = pace(&sight->after, first_kb, trigger->spec.window_s);
	}
	if (was >= size_kb || value < size_kb)
		return;
	if (!pid_nr_ns(task_tgid(sight->leader), trigger->pid_ns))
		return;
	if (trigger->spec.kind == MW_TRIGGER_GROWTH && fired_lately(trigger, sight))
		return;
	fire_process(trigger, sight, (u64)value, true);
}

bool mw_triggers_watch_processes(void)
{
	return READ_ONCE(triggers.nr_process);
}

/*
 * No rate rises and no size is crossed without a change upwards, and nobody grew
 * by more than it is large.
 */
static bool may_cross(const struct mw_trigger_sight *sight)
{
	return sight->after.last_kb > sight->before.last_kb &&
	       sight->after.last_kb >= triggers.smallest_kb;
}

void mw_triggers_process(const struct mw_trigger_sight *sight)
{
	struct mw_growth held = sight->before;
	struct mw_trigger *trigger;

	spin_lock(&triggers.lock);
	hash_for_each_possible(triggers.slots, trigger, by_slot, sight->slot)
		if (trigger->slot == sight->slot && trigger->gen == sight->gen)
			see_one(trigger, sight);
	if (may_cross(sight)) {
		if (sight->held_ns < sight->now_ns)
			mw_growth_update(&held, sight->held_ns, held.last_kb);
		list_for_each_entry(trigger, &triggers.any_process, link)
			see_any(trigger, sight, &held);
	}
	spin_unlock(&triggers.lock);
}

/* --- what is not of a process; under the system mutex -------------------------- */

static void judge_locked(struct mw_trigger *trigger, s64 value, u64 threshold,
			 const struct mw_trigger_record *record)
{
	spin_lock(&triggers.lock);
	judge(trigger, value, threshold, record);
	spin_unlock(&triggers.lock);
}

/* The zone with the highest unusable index, by order. */
struct worst_zones {
	struct {
		int index;
		int node;
		const char *zone;
	} of[MW_FRAG_ORDERS_MAX];
};

static void add_zone(int node, struct zone *zone, void *arg)
{
	struct worst_zones *worst = arg;
	struct mw_free_blocks blocks;

	mw_zone_free_blocks(zone, &blocks);
	for (unsigned int order = 0; order < blocks.orders; order++) {
		int index = mw_unusable_index(&blocks, order);

		if (worst->of[order].zone && index <= worst->of[order].index)
			continue;
		worst->of[order].index = index;
		worst->of[order].node = node;
		worst->of[order].zone = zone->name;
	}
}

static void see_frag(struct mw_trigger *trigger, const struct worst_zones *worst, u64 now_ns)
{
	unsigned int order = trigger->spec.order;
	struct mw_trigger_record record = { .time_ns = now_ns };

	record.value = worst->of[order].index;
	record.node = worst->of[order].node;
	record.zone = worst->of[order].zone;
	judge_locked(trigger, worst->of[order].index, trigger->spec.index, &record);
}

/* Slab memory of a cache, or of all for "". Returns false if it is not counted. */
static bool slab_now_kb(const char *cache, u64 *ret_kb)
{
	return mw_slab_live_kb(*cache ? cache : NULL, ret_kb);
}

static void see_slab(struct mw_trigger *trigger, u64 now_ns)
{
	struct mw_trigger_record record = { .time_ns = now_ns };
	s64 value;

	if (!slab_now_kb(trigger->spec.cache, &record.total_kb))
		return;
	value = mw_trigger_window_update(&trigger->window, now_ns, record.total_kb);
	record.value = value < 0 ? 0 : value;
	judge_locked(trigger, value, trigger->spec.size_kb, &record);
}

/* The zones are looked at once for all triggers; a slab cache, each time. */
static void see_system(u64 now_ns)
{
	struct worst_zones worst = {};
	struct mw_trigger *trigger;

	mutex_lock(&triggers.system_lock);
	if (triggers.nr_frag)
		mw_for_each_zone(add_zone, &worst);
	list_for_each_entry(trigger, &triggers.system, link) {
		if (trigger->spec.kind == MW_TRIGGER_FRAG)
			see_frag(trigger, &worst, now_ns);
		else
			see_slab(trigger, now_ns);
		cond_resched();
	}
	mutex_unlock(&triggers.system_lock);
}

static bool is_gone(const struct mw_trigger *trigger)
{
	const struct mw_slot *slot = mw_slot(trigger->slot);

	return READ_ONCE(slot->gen) != trigger->gen || READ_ONCE(slot->state) != MW_SLOT_LIVE;
}

static void see_the_gone(void)
{
	struct mw_trigger *trigger;
	unsigned int bucket;

	hash_for_each(triggers.slots, bucket, trigger, by_slot) {
		if (trigger->gone || !is_gone(trigger))
			continue;
		trigger->gone = true;
		wake_up_interruptible_poll(&trigger->wait, EPOLLERR | EPOLLHUP);
	}
}

void mw_triggers_tick(u64 now_ns)
{
	if (!READ_ONCE(triggers.nr_armed))
		return;
	see_system(now_ns);
	spin_lock(&triggers.lock);
	see_the_gone();
	spin_unlock(&triggers.lock);
}

/* --- descriptors -------------------------------------------------------------- */

struct mw_trigger *mw_trigger_new(void)
{
	struct mw_trigger *trigger = kzalloc(sizeof(*trigger), GFP_KERNEL_ACCOUNT);

	if (!trigger)
		return NULL;
	init_waitqueue_head(&trigger->wait);
	spin_lock(&triggers.lock);
	list_add(&trigger->open, &triggers.open);
	spin_unlock(&triggers.lock);
	return trigger;
}

/* Under the lock, as the two below; these also under the mutex for HOME_SYSTEM. */
static void find_smallest(void)
{
	struct mw_trigger *trigger;

	triggers.smallest_kb = U64_MAX;
	list_for_each_entry(trigger, &triggers.any_process, link)
		triggers.smallest_kb = min(triggers.smallest_kb, trigger->spec.size_kb);
}

static void join(struct mw_trigger *trigger, enum home home)
{
	trigger->home = home;
	triggers.nr_armed++;
	triggers.nr_process += home != HOME_SYSTEM;
	triggers.nr_frag += trigger->spec.kind == MW_TRIGGER_FRAG;
	if (home == HOME_SLOT) {
		hash_add(triggers.slots, &trigger->by_slot, trigger->slot);
	} else if (home == HOME_SYSTEM) {
		list_add_tail(&trigger->link, &triggers.system);
	} else {
		list_add_tail(&trigger->link, &triggers.any_process);
		triggers.smallest_kb = min(triggers.smallest_kb, trigger->spec.size_kb);
	}
}

static void leave(struct mw_trigger *trigger)
{
	triggers.nr_armed--;
	triggers.nr_process -= trigger->home != HOME_SYSTEM;
	triggers.nr_frag -= trigger->spec.kind == MW_TRIGGER_FRAG;
	if (trigger->home == HOME_SLOT)
		hash_del(&trigger->by_slot);
	else
		list_del(&trigger->link);
	if (trigger->home == HOME_ANY_PROCESS && trigger->spec.size_kb == triggers.smallest_kb)
		find_smallest();
}

/* Nobody polls: the last reference to the file is gone, or pollers were hung up. */
void mw_trigger_free(struct mw_trigger *trigger)
{
	mutex_lock(&triggers.system_lock);
	spin_lock(&triggers.lock);
	list_del(&trigger->open);
	if (trigger->home != HOME_NONE)
		leave(trigger);
	spin_unlock(&triggers.lock);
	mutex_unlock(&triggers.system_lock);
	if (trigger->home == HOME_SYSTEM)
		mw_tick_release();
	if (trigger->pid_ns)
		put_pid_ns(trigger->pid_ns);
	kfree(trigger);
}

bool mw_trigger_is_armed(const struct mw_trigger *trigger)
{
	return READ_ONCE(trigger->home) != HOME_NONE;
}

const struct mw_trigger_spec *mw_trigger_spec(const struct mw_trigger *trigger)
{
	return &trigger->spec;
}

/* Under rcu_read_lock(): the process's slot as it is now, and its first value. */
static int meet(struct mw_trigger *trigger, struct task_struct *leader, u64 now_ns,
		struct mw_trigger_sight *ret_sight)
{
	unsigned int nr = mw_task_slot(leader);
	struct mw_slot *slot = mw_slot(nr);
	struct mw_rss rss;

	if (nr == MW_SLOT_OVERFLOW)
		return -ENOSPC;
	if (nr < MW_SLOT_FIRST)
		return -ESRCH;
	trigger->slot = nr;
	trigger->gen = READ_ONCE(slot->gen);
	smp_rmb();	/* the generation first: what is read next is of it, or is_gone() */
	if (READ_ONCE(slot->pid) != task_tgid(leader) || is_gone(trigger))
		return -ESRCH;
	mw_rss_read(leader, &rss);
	*ret_sight = (struct mw_trigger_sight){
		.slot = nr, .gen = trigger->gen, .leader = leader, .held_ns = now_ns,
		.now_ns = now_ns, .after.last_kb = MW_PAGES_TO_KB(mw_rss_total(&rss)),
	};
	mw_trigger_window_begin(&trigger->window,
				(u64)trigger->spec.window_s * NSEC_PER_SEC, now_ns,
				ret_sight->after.last_kb);
	return 0;
}

/* Under the lock: room for one more, and time left? */
static int admit(const char **ret_why)
{
	if (triggers.closing) {
		*ret_why = "the module is being unloaded";
		return -ENODEV;
	}
	if (triggers.nr_armed >= MW_TRIGGERS_MAX) {
		*ret_why = "4096 triggers are open: close some";
		return -ENOSPC;
	}
	return 0;
}

static int join_if_admitted(struct mw_trigger *trigger, enum home home, const char **ret_why)
{
	int err;

	spin_lock(&triggers.lock);
	err = admit(ret_why);
	if (!err)
		join(trigger, home);
	spin_unlock(&triggers.lock);
	return err;
}

static int arm_process(struct mw_trigger *trigger, u64 now_ns, const char **ret_why)
{
	struct mw_trigger_sight sight;
	struct task_struct *leader;
	int err = -ESRCH;

	rcu_read_lock();
	leader = pid_task(find_vpid(trigger->spec.tgid), PIDTYPE_TGID);
	if (leader)
		err = meet(trigger, leader, now_ns, &sight);
	*ret_why = err == -ENOSPC ? "the process has no slot: load with a larger max_tasks" :
				    "tgid is no process of the writer's pid namespace";
	if (!err)
		err = join_if_admitted(trigger, HOME_SLOT, ret_why);
	if (!err && trigger->spec.kind == MW_TRIGGER_RSS) {
		spin_lock(&triggers.lock);
		see_one(trigger, &sight);
		spin_unlock(&triggers.lock);
	}
	rcu_read_unlock();
	return err;
}

static int arm_system(struct mw_trigger *trigger, u64 now_ns, const char **ret_why)
{
	u64 kb;
	int err;

	if (trigger->spec.kind == MW_TRIGGER_SLAB) {
		if (!slab_now_kb(trigger->spec.cache, &kb)) {
			*ret_why = "no such cache was seen: `slab 1` in config counts them";
			return -EINVAL;
		}
		mw_trigger_window_begin(&trigger->window,
					(u64)trigger->spec.window_s * NSEC_PER_SEC, now_ns, kb);
	}
	mutex_lock(&triggers.system_lock);
	err = join_if_admitted(trigger, HOME_SYSTEM, ret_why);
	mutex_unlock(&triggers.system_lock);
	if (!err)
		mw_tick_hold();
	return err;
}

int mw_trigger_arm(struct mw_trigger *trigger, const struct mw_trigger_spec *spec,
		   const char **ret_why)
{
	u64 now_ns = ktime_get_boottime_ns();

	trigger->spec = *spec;
	trigger->below = true;
	if (!trigger->pid_ns)
		trigger->pid_ns = get_pid_ns(task_active_pid_ns(current));
	if (spec->kind == MW_TRIGGER_FRAG || spec->kind == MW_TRIGGER_SLAB)
		return arm_system(trigger, now_ns, ret_why);
	if (!mw_feature_on(MW_FEATURE_GROWTH)) {
		*ret_why = "no RSS is watched: `growth 1` in config does";
		return -EOPNOTSUPP;
	}
	if (spec->tgid)
		return arm_process(trigger, now_ns, ret_why);
	return join_if_admitted(trigger, HOME_ANY_PROCESS, ret_why);
}

bool mw_trigger_peek(struct mw_trigger *trigger, struct mw_trigger_record *ret_record)
{
	bool any;

	spin_lock(&triggers.lock);
	any = trigger->nr_kept;
	if (any)
		*ret_record = *kept(trigger, 0);
	spin_unlock(&triggers.lock);
	return any;
}

/* What else is kept is news to whoever polls next. */
void mw_trigger_pop(struct mw_trigger *trigger)
{
	spin_lock(&triggers.lock);
	trigger->first_kept++;
	trigger->nr_kept--;
	trigger->event = trigger->nr_kept ? EVENT_NEW : EVENT_NONE;
	spin_unlock(&triggers.lock);
}

/* Under the lock: is the firing to be reported? See enum event. */
static bool report(struct mw_trigger *trigger, bool queues)
{
	enum event event = trigger->event;

	trigger->event = event == EVENT_NEW && queues ? EVENT_SHOWN : EVENT_NONE;
	return event == EVENT_NEW || (event == EVENT_SHOWN && !queues);
}

/*
 * The full barrier between queueing and looking is the locks': whoever fires or
 * hangs up after we have looked finds us in the queue. Once it hangs up, nobody is
 * queued any more; EPOLLPRI is then for select(2), which knows of no EPOLLHUP.
 */
__poll_t mw_trigger_poll(struct mw_trigger *trigger, struct file *file,
			 struct poll_table_struct *wait)
{
	__poll_t mask = 0;

	if (!READ_ONCE(triggers.closing))
		poll_wait(file, &trigger->wait, wait);
	spin_lock(&triggers.lock);
	if (triggers.closing)
		mask |= EPOLLERR | EPOLLHUP | EPOLLPRI;
	else if (trigger->gone)
		mask |= EPOLLERR | EPOLLHUP;
	else if (trigger->home == HOME_NONE)
		mask |= EPOLLERR;
	if (trigger->nr_kept)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (report(trigger, mw_poll_waits(wait)))
		mask |= EPOLLPRI;
	spin_unlock(&triggers.lock);
	return mask;
}

/* Returns whether there were pollers to wake. */
static bool wake_pollers(__poll_t how)
{
	struct mw_trigger *trigger;
	bool any = false;

	spin_lock(&triggers.lock);
	triggers.closing = true;
	list_for_each_entry(trigger, &triggers.open, open) {
		/* Whoever queues from now on finds @closing set, or is found the next time. */
		if (!waitqueue_active(&trigger->wait))
			continue;
		any = true;
		__wake_up(&trigger->wait, TASK_NORMAL, 0,
			  poll_to_key(EPOLLERR | EPOLLHUP | EPOLLPRI | how));
	}
	spin_unlock(&triggers.lock);
	return any;
}

/*
 * A poller sleeps outside the file's operations, which is all that proc_remove()
 * waits for, with an entry in our queue. poll(2) and select(2) take theirs out
 * when they are told to return; epoll's stay until it is told, by POLLFREE, that
 * the queue goes. epoll looks at that under RCU.
 */
void mw_triggers_hang_up(void)
{
	for (unsigned int round = 0; wake_pollers(round < MW_HANG_UP_ROUNDS ? 0 : POLLFREE);
	     round++)
		msleep(20);
	synchronize_rcu();
}

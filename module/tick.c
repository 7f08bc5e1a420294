// SPDX-License-Identifier: GPL-2.0-only
/*
 * tick.c - the 2-second tick, in a workqueue; see tick.h for the model. A tick
 * takes task_lock() of the processes that changed, never mmap_lock.
 */
#include <linux/bitmap.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "cost.h"
#include "rss.h"
#include "slab.h"
#include "slab_totals.h"
#include "task_table.h"
#include "tick.h"
#include "trigger.h"
#include "zone_events.h"

/* One, so that the zero that CPUs begin with is no epoch. */
u32 mw_tick_epoch = 1;

/*
 * @marked:  slots whose RSS changed in this epoch; set by probes, taken by the
 *           tick
 * @armed:   a tick will come; set by the first mark, cleared by a tick that
 *           finds nothing
 * @holds:   who wants ticks though nothing is marked
 * @last_ns: when the last tick was, or when it was armed after a pause
 * @count:   ticks so far
 */
static struct {
	unsigned long *marked;
	atomic_t armed;
	atomic_t holds;
	u64 last_ns;
	u64 count;
} tick;

static void run_tick(struct work_struct *work);
static DECLARE_DELAYED_WORK(tick_work, run_tick);

/*
 * The first tick after a pause comes at once: it notes what the zones had when
 * things began to change.
 */
static void arm(struct irq_work *work)
{
	schedule_delayed_work(&tick_work, 0);
}

/* Work cannot be queued under a runqueue's lock, where a probe may be. */
static DEFINE_IRQ_WORK(arm_work, arm);

/*
 * What changed is spread over the time since the last tick, after a pause over
 * that of one tick: up to 6.1 an event tells of up to 64 faults at once, the first
 * of them some time ago.
 */
static void arm_if_idle(void)
{
	u64 now_ns = ktime_get_boottime_ns();

	if (atomic_read(&tick.armed) || atomic_xchg(&tick.armed, 1))
		return;
	WRITE_ONCE(tick.last_ns, max(tick.last_ns, now_ns - min(now_ns, MW_TICK_NS)));
	irq_work_queue(&arm_work);
}

/* A full barrier between the count and the look at @armed: see run_tick(). */
void mw_tick_hold(void)
{
	atomic_inc_return(&tick.holds);
	arm_if_idle();
}

void mw_tick_release(void)
{
	atomic_dec(&tick.holds);
}

u64 mw_tick_count(void)
{
	return READ_ONCE(tick.count);
}

bool mw_tick_is_armed(void)
{
	return atomic_read(&tick.armed);
}

u64 mw_tick_last_ns(void)
{
	return READ_ONCE(tick.last_ns);
}

/*
 * Whose mm it is. Someone else than current changes an mm in reclaim,
 * khugepaged, process_madvise and exec; kernel threads borrow one and own none.
 * Without mm->owner (CONFIG_MEMCG=n) such a change is not marked: it is seen
 * when the process's own next one is.
 */
static unsigned int slot_of(const struct mm_struct *mm)
{
	unsigned int nr = 0;
#ifdef CONFIG_MEMCG
	struct task_struct *owner;
#endif

	if (current->mm == mm && !(current->flags & PF_KTHREAD))
		return mw_task_slot(current);
#ifdef CONFIG_MEMCG
	rcu_read_lock();
	owner = rcu_dereference(mm->owner);
	if (owner)
		nr = mw_task_slot(owner);
	rcu_read_unlock();
#endif
	return nr;
}

/*
 * The epoch is read before the mark is set: if a tick comes between, the mark
 * is there for the next one, and the next event marks again.
 */
void mw_tick_mark_slow(const struct mm_struct *mm)
{
	u32 epoch = READ_ONCE(mw_tick_epoch);
	unsigned int nr = slot_of(mm);

	if (nr >= MW_SLOT_FIRST && !test_bit(nr, tick.marked))
		set_bit(nr, tick.marked);
	this_cpu_write(mw_cpu.marked_mm, mm);
	this_cpu_write(mw_cpu.marked_epoch, epoch);
	arm_if_idle();
}

/* Under rcu_read_lock(). */
static void take(unsigned int nr, u64 held_ns, u64 now_ns)
{
	struct mw_slot *slot = mw_slot(nr);
	struct mw_trigger_sight sight = {
		.slot = nr, .gen = READ_ONCE(slot->gen), .held_ns = held_ns, .now_ns = now_ns,
	};
	struct mw_rss rss;
	struct pid *pid;
	bool watched;

	smp_rmb();	/* the generation, then what is of it; the table's lock */
	pid = READ_ONCE(slot->pid);
	sight.leader = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	if (!sight.leader)
		return;
	mw_rss_read(sight.leader, &rss);
	watched = mw_triggers_watch_processes() &&
		  mw_task_growth_last(nr, sight.gen, &sight.before);
	if (mw_task_growth(nr, sight.gen, held_ns, now_ns, mw_rss_total(&rss), true, NULL,
			   &sight.after, &sight.first_pages) && watched)
		mw_triggers_process(&sight);
}

/* Returns whether anything was marked. */
static bool take_marked(u64 held_ns, u64 now_ns)
{
	unsigned int words = BITS_TO_LONGS(mw_task_slots());
	bool any = false;

	for (unsigned int word = 0; word < words; word++) {
		unsigned long bits = READ_ONCE(tick.marked[word]) ?
				     xchg(&tick.marked[word], 0) : 0;
		unsigned int bit;

		if (!bits)
			continue;
		any = true;
		rcu_read_lock();
		for_each_set_bit(bit, &bits, BITS_PER_LONG)
			take(word * BITS_PER_LONG + bit, held_ns, now_ns);
		rcu_read_unlock();
		cond_resched();
	}
	return any;
}

/*
 * A mark that is set between our look and the clearing of @armed would wait for
 * the next one: look again after it. The full barrier of atomic_xchg() pairs
 * with that in arm_if_idle().
 */
static void run_tick(struct work_struct *work)
{
	u64 now_ns = ktime_get_boottime_ns();
	bool any;

	WRITE_ONCE(tick.count, tick.count + 1);
	WRITE_ONCE(mw_tick_epoch, mw_tick_epoch + 1);
	smp_mb();	/* the epoch, then marks and RSS; an event counts, then looks */
	mw_cost_ask();
	mw_zone_tick(tick.last_ns, now_ns);
	mw_slab_tick(tick.last_ns, now_ns);
	mw_slab_totals_tick(tick.last_ns, now_ns);
	any = take_marked(tick.last_ns, now_ns);
	mw_triggers_tick(now_ns);
	if (any || atomic_read(&tick.holds)) {
		WRITE_ONCE(tick.last_ns, now_ns);
		schedule_delayed_work(&tick_work, nsecs_to_jiffies(MW_TICK_NS));
		return;
	}
	WRITE_ONCE(tick.last_ns, now_ns);
	atomic_xchg(&tick.armed, 0);
	if (!bitmap_empty(tick.marked, mw_task_slots()) || atomic_read(&tick.holds))
		arm_if_idle();
}

int mw_tick_init(void)
{
	tick.marked = kvcalloc(BITS_TO_LONGS(mw_task_slots()), sizeof(long), GFP_KERNEL);
	return tick.marked ? 0 : -ENOMEM;
}

void mw_tick_exit(void)
{
	irq_work_sync(&arm_work);
	cancel_delayed_work_sync(&tick_work);
	/* A tick that was cancelled may have armed itself in its last breath. */
	irq_work_sync(&arm_work);
	cancel_delayed_work_sync(&tick_work);
	kvfree(tick.marked);
	tick.marked = NULL;
}

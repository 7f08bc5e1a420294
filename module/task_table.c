// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_table.c - the slots, their hash by tgid, and their life cycle. Looked up
 * in any context without a lock; changed under one raw spinlock at fork, at
 * exit and at first sight, never on the common path.
 *
 * A tgid is unique among living processes but comes again; the start time
 * tells lives apart. A slot stays in the hash as long as a thread of its
 * process may run, that is until sched_process_free of the leader: the kernel
 * releases the leader last.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "compat/compat.h"
#include "janitor.h"
#include "page_owner.h"
#include "rss.h"
#include "stock.h"
#include "tag.h"
#include "task_table.h"

/*
 * @lock:       @heads, @free, chains, and identity and state of every slot.
 *              Innermost; taken with interrupts off. Nothing is allocated
 *              and no other lock is taken under it.
 * @heads:      slot numbers by hash of tgid
 * @free:       first of the free slots
 * @keep:       records of exited processes that own nothing to keep for people
 *              to look at
 * @low_water:  free slots below which the janitor is called
 * @left_over:  of @nr_exited, those that it could not give back the last time
 * @cleaned:    when that was, jiffies
 * @owns_pages: frees are counted for the owner of a page, so that a slot whose
 *              counts differ must stay
 */
struct mw_slot *mw_slots;

static struct {
	raw_spinlock_t lock;
	u16 *heads;
	unsigned int hash_bits;
	unsigned int nr_slots;
	unsigned int nr_free;
	unsigned int nr_exited;
	unsigned int keep;
	unsigned int low_water;
	unsigned int left_over;
	unsigned long cleaned;
	bool owns_pages;
	u16 free;
	u64 overflowed;
} table = { .lock = __RAW_SPIN_LOCK_UNLOCKED(table.lock) };

/* Records of the dead that are kept for people: as many as a page of history. */
#define MW_KEEP_EXITED 1024

/* What the janitor works with; only mw_task_table_clean() touches it. */
static struct mw_stock_view view;

static const char * const pseudo_names[MW_SLOT_FIRST] = {
	[MW_SLOT_UNSEEN] = "[unseen]",
	[MW_SLOT_UNKNOWN] = "[unknown]",
	[MW_SLOT_IRQ] = "[irq]",
	[MW_SLOT_OVERFLOW] = "[overflow]",
	[MW_SLOT_ORPHANS] = "[orphans]",
};

unsigned int mw_task_slots(void)
{
	return table.nr_slots;
}

const char *mw_slot_pseudo_name(unsigned int number)
{
	return number < MW_SLOT_FIRST ? pseudo_names[number] : NULL;
}

static u16 *head_of(pid_t tgid)
{
	return &table.heads[hash_32(tgid, table.hash_bits)];
}

int mw_task_table_init(unsigned int max_tasks, bool owns_pages)
{
	BUILD_BUG_ON(sizeof(struct mw_slot) > 192);

	table.nr_slots = max_tasks + MW_SLOT_FIRST;
	table.hash_bits = order_base_2(table.nr_slots);
	table.keep = min(max_tasks / 4, (unsigned int)MW_KEEP_EXITED);
	table.low_water = max_tasks / 8;
	table.owns_pages = owns_pages;
	mw_slots = kvcalloc(table.nr_slots, sizeof(*mw_slots), GFP_KERNEL);
	table.heads = kvcalloc(1U << table.hash_bits, sizeof(*table.heads), GFP_KERNEL);
	if (!mw_slots || !table.heads) {
		mw_task_table_exit();
		return -ENOMEM;
	}
	for (unsigned int nr = table.nr_slots - 1; nr >= MW_SLOT_FIRST; nr--) {
		mw_slots[nr].next = table.free;
		table.free = nr;
	}
	table.nr_free = max_tasks;
	return 0;
}

/* No probe, reader or janitor is left. */
void mw_task_table_exit(void)
{
	if (mw_slots)
		for (unsigned int nr = MW_SLOT_FIRST; nr < table.nr_slots; nr++)
			put_pid(mw_slots[nr].pid);
	kvfree(table.heads);
	kvfree(mw_slots);
	table.heads = NULL;
	mw_slots = NULL;
}

/*
 * Without the lock the chain may change under us and lead into another one, or
 * in a circle; the bound ends that, and the caller looks again under the lock.
 * A slot that is found stays this process's: its state changes, not its owner.
 */
static unsigned int find(pid_t tgid)
{
	unsigned int nr = READ_ONCE(*head_of(tgid));

	for (unsigned int steps = 0; nr && steps < table.nr_slots; steps++) {
		if (READ_ONCE(mw_slots[nr].tgid) == tgid)
			return nr;
		nr = READ_ONCE(mw_slots[nr].next);
	}
	return 0;
}

/* Under the lock. */
static void unhash(unsigned int nr)
{
	u16 *link = head_of(mw_slots[nr].tgid);

	while (*link && *link != nr)
		link = &mw_slots[*link].next;
	if (*link)
		WRITE_ONCE(*link, mw_slots[nr].next);
}

static u64 life_of(const struct task_struct *task)
{
	return task->group_leader->start_boottime;
}

/* Under the lock: from LIVE to @state, with what is known of the exit. */
static void note_exit(struct mw_slot *slot, const struct task_struct *task,
		      enum mw_slot_state state)
{
	const struct signal_struct *signal = task->signal;
	const struct task_struct *leader = task->group_leader;

	slot->exit = (struct mw_exit){
		.exit_ns = ktime_get_boottime_ns(),
		.peak_rss_pages = signal->maxrss,
		.exit_code = signal->flags & SIGNAL_GROUP_EXIT ?
			     signal->group_exit_code : leader->exit_code,
	};
	strscpy(slot->exit.comm, leader->comm, sizeof(slot->exit.comm));
	slot->state = state;
	table.nr_exited++;
}

/* Under the lock: a life whose end was not seen. */
static void note_vanished(struct mw_slot *slot)
{
	slot->exit = (struct mw_exit){ .comm = "?", .exit_ns = ktime_get_boottime_ns() };
	slot->state = MW_SLOT_GONE;
	table.nr_exited++;
}

/* Under the lock: takes the first free slot for @task's process, 0 if none. */
static unsigned int take(struct task_struct *task, struct pid *pid)
{
	unsigned int nr = table.free;
	struct mw_slot *slot = &mw_slots[nr];
	u16 *head = head_of(task->tgid);

	if (!nr)
		return 0;
	table.free = slot->next;
	table.nr_free--;

	slot->gen++;
	smp_wmb();	/* before anything of it changes; mw_record_live() */
	slot->pid = get_pid(pid);
	slot->tgid = task->tgid;
	slot->start_ns = life_of(task);
	slot->first_seen_ns = ktime_get_boottime_ns();
	slot->first_rss_pages = MW_RSS_UNSET;
	slot->growth = (struct mw_growth){};
	slot->state = MW_SLOT_LIVE;
	slot->next = *head;
	/* Whoever finds the slot by its number finds it filled in. */
	smp_store_release(head, (u16)nr);
	return nr;
}

/*
 * Under the lock: the slot of @task's process, taken if need be. A slot of the
 * same tgid but an earlier start belongs to a process whose pid was given
 * again: no thread of it is left. A later start means that @task itself is the
 * one that is about to vanish.
 */
static unsigned int find_or_take(struct task_struct *task)
{
	struct pid *pid = task_tgid(task);
	unsigned int nr = find(task->tgid);

	if (nr) {
		struct mw_slot *slot = &mw_slots[nr];

		if (slot->start_ns == life_of(task))
			return nr;
		if (slot->start_ns > life_of(task))
			return MW_SLOT_UNKNOWN;
		unhash(nr);
		if (slot->state == MW_SLOT_LIVE)
			note_vanished(slot);
		slot->state = MW_SLOT_GONE;
	}
	if (!pid || task->exit_state)
		return MW_SLOT_UNKNOWN;
	return take(task, pid);
}

/*
 * Could the janitor give a slot back that it could not before? A process without a slot
 * asks at each switch of tasks: in a table full of the living a kick each time made a fork
 * dearer by 45 % (6.12, 500 slots). What was left over may have become free unseen: once a
 * second it is tried again.
 */
static bool may_find_room(void)
{
	unsigned int exited = READ_ONCE(table.nr_exited);

	return exited > READ_ONCE(table.left_over) ||
	       (exited && time_after(jiffies, READ_ONCE(table.cleaned) + HZ));
}

unsigned int mw_task_slot(struct task_struct *task)
{
	unsigned int nr;
	unsigned long flags;

	if (unlikely(!task->pid))
		return MW_SLOT_IRQ;
	nr = find(task->tgid);
	if (likely(nr && READ_ONCE(mw_slots[nr].start_ns) == life_of(task)))
		return nr;
	if (!nr && !READ_ONCE(table.free))
		goto overflow;

	raw_spin_lock_irqsave(&table.lock, flags);
	nr = find_or_take(task);
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (nr)
		return nr;
overflow:
	if (may_find_room())
		mw_janitor_kick();
	return MW_SLOT_OVERFLOW;
}

unsigned int mw_task_keep_exited(void)
{
	return READ_ONCE(table.keep);
}

void mw_task_set_keep_exited(unsigned int keep)
{
	WRITE_ONCE(table.keep, keep);
	mw_janitor_kick();
}

/*
 * Does the janitor have enough to do to be worth waking? It looks at the whole table, so
 * that in one that the living nearly fill it comes for half as many as are free, not for
 * each that exits; for any when none is free.
 */
static bool wants_cleaning(void)
{
	unsigned int exited = READ_ONCE(table.nr_exited);
	unsigned int free = READ_ONCE(table.nr_free);

	return exited > 2 * READ_ONCE(table.keep) ||
	       (free < table.low_water && exited > free / 2);
}

/* Under the lock: growth is measured from @rss_pages on. */
static void begin_growth(struct mw_slot *slot, u64 now_ns, unsigned long rss_pages)
{
	slot->first_rss_pages = rss_pages;
	mw_growth_begin(&slot->growth, now_ns, MW_PAGES_TO_KB(rss_pages));
}

static void first_sight(struct task_struct *task, unsigned long rss_pages)
{
	unsigned int nr = mw_task_slot(task);
	unsigned long flags;

	raw_spin_lock_irqsave(&table.lock, flags);
	if (nr == MW_SLOT_OVERFLOW)
		table.overflowed++;
	else if (nr >= MW_SLOT_FIRST && mw_slots[nr].state == MW_SLOT_LIVE)
		begin_growth(&mw_slots[nr], ktime_get_boottime_ns(), rss_pages);
	raw_spin_unlock_irqrestore(&table.lock, flags);
}

/* What changed while nobody looked is no growth of today. */
void mw_task_restart_growth(void)
{
	unsigned long flags;

	for (unsigned int nr = MW_SLOT_FIRST; nr < table.nr_slots; nr++) {
		raw_spin_lock_irqsave(&table.lock, flags);
		if (mw_slots[nr].state == MW_SLOT_LIVE)
			mw_slots[nr].first_rss_pages = MW_RSS_UNSET;
		raw_spin_unlock_irqrestore(&table.lock, flags);
	}
}

bool mw_task_growth(unsigned int nr, u32 gen, u64 held_ns, u64 now_ns,
		    unsigned long rss_pages, bool keep, struct mw_decays *decays,
		    struct mw_growth *ret_growth, unsigned long *ret_first_pages)
{
	struct mw_slot *slot = &mw_slots[nr];
	unsigned long flags;
	bool same;

	raw_spin_lock_irqsave(&table.lock, flags);
	same = slot->gen == gen && slot->state == MW_SLOT_LIVE;
	if (same) {
		if (slot->first_rss_pages == MW_RSS_UNSET)
			begin_growth(slot, now_ns, rss_pages);
		*ret_growth = slot->growth;
		mw_growth_update_since(ret_growth, held_ns, now_ns, MW_PAGES_TO_KB(rss_pages),
				       decays);
		if (keep)
			slot->growth = *ret_growth;
		*ret_first_pages = slot->first_rss_pages;
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	return same;
}

bool mw_task_growth_last(unsigned int nr, u32 gen, struct mw_growth *ret_growth)
{
	const struct mw_slot *slot = &mw_slots[nr];
	unsigned long flags;
	bool known;

	raw_spin_lock_irqsave(&table.lock, flags);
	known = slot->gen == gen && slot->state == MW_SLOT_LIVE &&
		slot->first_rss_pages != MW_RSS_UNSET;
	if (known)
		*ret_growth = slot->growth;
	raw_spin_unlock_irqrestore(&table.lock, flags);
	return known;
}

bool mw_task_set_tag(struct task_struct *task, u16 tag)
{
	unsigned int nr = mw_task_slot(task);
	unsigned long flags;
	u16 old;

	if (nr < MW_SLOT_FIRST)
		return false;
	raw_spin_lock_irqsave(&table.lock, flags);
	old = mw_slots[nr].tag;
	WRITE_ONCE(mw_slots[nr].tag, tag);
	raw_spin_unlock_irqrestore(&table.lock, flags);
	mw_tag_put(old);
	return true;
}

/* Under the lock the slot keeps its reference, and so the text stands still. */
void mw_task_tag(unsigned int nr, char ret_tag[MEMWATCH_TAG_MAX + 1])
{
	unsigned long flags;

	ret_tag[0] = '\0';
	if (!READ_ONCE(mw_slots[nr].tag))
		return;
	raw_spin_lock_irqsave(&table.lock, flags);
	mw_tag_copy(mw_slots[nr].tag, ret_tag);
	raw_spin_unlock_irqrestore(&table.lock, flags);
}

/* A child is of its parent's job; the parent is whoever runs. */
static void inherit_tag(struct task_struct *child)
{
	const struct mw_slot *from = mw_slot(mw_task_slot(current));
	unsigned long flags;
	unsigned int nr;

	if (likely(!READ_ONCE(from->tag)))
		return;
	nr = mw_task_slot(child);
	if (nr < MW_SLOT_FIRST)
		return;
	raw_spin_lock_irqsave(&table.lock, flags);
	if (!mw_slots[nr].tag) {
		mw_tag_hold(from->tag);
		mw_slots[nr].tag = from->tag;
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
}

/* Threads belong to the slot of their group. */
void mw_task_forked(struct task_struct *child)
{
	if (!thread_group_leader(child))
		return;
	first_sight(child, mw_rss_of_task(child));
	inherit_tag(child);
}

/*
 * A new program begins: what its growth is measured from is the RSS of now,
 * not that of the process that forked it.
 */
void mw_task_execed(struct task_struct *task)
{
	first_sight(task, mw_rss_of_task(task));
}

/*
 * signal->live has reached zero when the last thread comes here, and perhaps
 * already when the one before does: the first to see it notes the exit.
 */
void mw_task_exited(struct task_struct *task)
{
	unsigned long flags;
	unsigned int nr;

	if (atomic_read(&task->signal->live))
		return;
	nr = mw_task_slot(task);
	if (nr < MW_SLOT_FIRST)
		return;
	raw_spin_lock_irqsave(&table.lock, flags);
	if (mw_slots[nr].state == MW_SLOT_LIVE)
		note_exit(&mw_slots[nr], task, MW_SLOT_EXITED);
	raw_spin_unlock_irqrestore(&table.lock, flags);
}

/* The leader's task_struct is about to be freed: none of its threads runs. */
void mw_task_freed(struct task_struct *task)
{
	unsigned long flags;
	unsigned int nr;

	if (task->pid != task->tgid)
		return;
	raw_spin_lock_irqsave(&table.lock, flags);
	nr = find(task->tgid);
	if (nr && mw_slots[nr].start_ns == task->start_boottime) {
		if (mw_slots[nr].state == MW_SLOT_LIVE)
			note_exit(&mw_slots[nr], task, MW_SLOT_GONE);
		mw_slots[nr].state = MW_SLOT_GONE;
		unhash(nr);
	}
	raw_spin_unlock_irqrestore(&table.lock, flags);
	if (wants_cleaning())
		mw_janitor_kick();
}

/*
 * The probes run already: a process that forks meanwhile is seen by them, one
 * that exits is gone or found by its sched_process_free.
 */
void mw_task_table_scan(void)
{
	struct task_struct *task;
	struct mw_rss rss;

	rcu_read_lock();
	for_each_process(task) {
		if (!atomic_read(&task->signal->live))
			continue;
		mw_rss_read(task, &rss);
		first_sight(task, mw_rss_total(&rss));
	}
	rcu_read_unlock();
}

/* Every allocated page was freed. Without owners frees count for others: always. */
static bool owns_nothing(unsigned int nr)
{
	const struct mw_slot *slot = &mw_slots[nr];

	for (int kind = 0; kind < MW_KINDS; kind++)
		if (table.owns_pages &&
		    atomic64_read(&slot->allocs[kind]) != atomic64_read(&slot->frees[kind]))
			return false;
	return true;
}

static bool is_in_no_stock(unsigned int nr)
{
	return !test_bit(nr, view.pending);
}

/* Nothing in the slot, nothing in a stock: nothing refers to it. */
static bool is_clear(unsigned int nr)
{
	return is_in_no_stock(nr) && owns_nothing(nr);
}

static bool is_owing(unsigned int nr)
{
	return !owns_nothing(nr);
}

static int by_exit_time(const void *a, const void *b)
{
	u64 x = mw_slots[*(const u16 *)a].exit.exit_ns;
	u64 y = mw_slots[*(const u16 *)b].exit.exit_ns;

	return x < y ? -1 : x > y;
}

/* Slots of a state that @matches, oldest exit first; returns how many. */
static unsigned int list_slots(enum mw_slot_state state, bool (*matches)(unsigned int),
			       u16 *ret_list)
{
	unsigned int count = 0;

	for (unsigned int nr = MW_SLOT_FIRST; nr < table.nr_slots; nr++)
		if (READ_ONCE(mw_slots[nr].state) == state && matches(nr))
			ret_list[count++] = nr;
	sort(ret_list, count, sizeof(*ret_list), by_exit_time, NULL);
	return count;
}

/* How many slots are wanted on the free list, beside those that are. */
static unsigned int wanted(void)
{
	unsigned int free = READ_ONCE(table.nr_free);

	return free < 2 * table.low_water ? 2 * table.low_water - free : 0;
}

static void set_dying(const u16 *list, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		WRITE_ONCE(mw_slots[list[i]].state, MW_SLOT_DYING);
}

/* The totals of the forgotten live on in [orphans]: sums over all owners only rise. */
static void bequeath(struct mw_slot *slot)
{
	struct mw_slot *heir = &mw_slots[MW_SLOT_ORPHANS];

	for (int kind = 0; kind < MW_KINDS; kind++) {
		atomic64_add(atomic64_xchg(&slot->allocs[kind], 0), &heir->allocs[kind]);
		atomic64_add(atomic64_xchg(&slot->frees[kind], 0), &heir->frees[kind]);
	}
	atomic64_add(atomic64_xchg(&slot->slab_bytes, 0), &heir->slab_bytes);
	atomic64_add(atomic64_xchg(&slot->stall_ns, 0), &heir->stall_ns);
}

static void give_back(unsigned int nr)
{
	struct mw_slot *slot = &mw_slots[nr];
	struct pid *pid = slot->pid;
	unsigned long flags;

	bequeath(slot);
	raw_spin_lock_irqsave(&table.lock, flags);
	slot->gen++;
	smp_wmb();	/* before anything of it changes; mw_record_live() */
	mw_tag_put(slot->tag);
	slot->tag = MW_TAG_NONE;
	slot->pid = NULL;
	slot->tgid = 0;
	slot->state = MW_SLOT_FREE;
	slot->next = table.free;
	table.free = nr;
	table.nr_free++;
	table.nr_exited--;
	raw_spin_unlock_irqrestore(&table.lock, flags);
	put_pid(pid);
}

/* DYING slots that no stock stands for any more. */
static void bury(u16 *list)
{
	unsigned int count;

	mw_stock_view_take(&view);
	count = list_slots(MW_SLOT_DYING, is_in_no_stock, list);
	for (unsigned int i = 0; i < count; i++)
		give_back(list[i]);
}

/* Records that are too old, or whose place is needed, of those that own nothing. */
static unsigned int pick_clear(u16 *list)
{
	unsigned int count, too_old;

	mw_stock_view_take(&view);
	count = list_slots(MW_SLOT_GONE, is_clear, list);
	too_old = count > table.keep ? count - table.keep : 0;
	return min(count, max(too_old, wanted()));
}

/*
 * With the table nearly full of dead that own pages: the pages of the oldest of
 * them go to [orphans]. One pass over the page map for all of them.
 */
static unsigned int pick_owing(u16 *list)
{
	unsigned int count;

	if (!table.owns_pages || READ_ONCE(table.nr_free) >= table.low_water)
		return 0;
	count = min(list_slots(MW_SLOT_GONE, is_owing, list), wanted());
	if (count) {
		set_dying(list, count);
		mw_page_owner_disown();
	}
	return count;
}

/*
 * GONE slots are out of the hash. After a grace period no probe is left that
 * found one there or in the page map before, and no reader that looks at its
 * pid; what a stock still holds keeps a slot until that stock is folded.
 */
void mw_task_table_clean(void)
{
	u16 *list;
	unsigned int count;

	if (!wants_cleaning())
		return;
	list = kvmalloc_array(table.nr_slots, sizeof(*list), GFP_KERNEL);
	if (!list)
		return;	/* the next exit calls again */
	count = pick_clear(list);
	set_dying(list, count);
	if (count)
		synchronize_rcu();
	bury(list);
	if (pick_owing(list)) {
		synchronize_rcu();
		bury(list);
	}
	kvfree(list);
	WRITE_ONCE(table.left_over, READ_ONCE(table.nr_exited));
	WRITE_ONCE(table.cleaned, jiffies);
}

void mw_task_table_stats(struct mw_table_stats *ret_stats)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&table.lock, flags);
	ret_stats->max = table.nr_slots - MW_SLOT_FIRST;
	ret_stats->used = ret_stats->max - table.nr_free;
	ret_stats->exited = table.nr_exited;
	ret_stats->overflowed = table.overflowed;
	raw_spin_unlock_irqrestore(&table.lock, flags);
	ret_stats->bytes = table.nr_slots * sizeof(*mw_slots) +
			   (sizeof(*table.heads) << table.hash_bits);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.c - made-up processes, and the module's tables without its probes. Process
 * context, one test at a time.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/janitor.h"
#include "../../module/task_table_internal.h"
#include "world.h"

/* More references than any test takes: a made-up pid is never freed by put_pid(). */
#define WORLD_PID_REFS 1000

unsigned int world_kicks;
bool world_is_made_up;

/* The pids of this test, to see at its end that all references came back. */
static struct pid *pids[512];
static unsigned int nr_pids;

void world_kick(void)
{
	world_kicks++;
	if (!world_is_made_up)
		mw_janitor_kick();
}

void world_reset_table(void)
{
	mw_task_table.nr_exited = 0;
	mw_task_table.free = 0;
	mw_task_table.overflowed = 0;
	mw_task_table.left_over = 0;
	mw_task_table.cleaned = jiffies;
}

static void empty_stocks(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&mw_cpu, cpu), 0, sizeof(struct mw_cpu));
}

void world_init(struct kunit *test, unsigned int max_tasks, bool owns_pages)
{
	world_is_made_up = true;
	world_reset_table();
	empty_stocks();
	world_kicks = 0;
	nr_pids = 0;
	KUNIT_ASSERT_EQ(test, mw_task_table_init(max_tasks, owns_pages), 0);
	if (owns_pages)
		KUNIT_ASSERT_EQ(test, mw_page_owner_init(), 0);
}

int world_begin(struct kunit *test)
{
	world_init(test, MW_MAX_TASKS_MIN, true);
	mw_task_slot(current);
	return 0;
}

void world_exit(struct kunit *test)
{
	if (rcu_access_pointer(mw_page_map))
		mw_page_owner_exit();
	mw_task_table_exit();
	empty_stocks();
	world_is_made_up = false;
	for (unsigned int i = 0; i < nr_pids; i++)
		KUNIT_EXPECT_EQ_MSG(test, refcount_read(&pids[i]->count), WORLD_PID_REFS,
				    "pid number %u", i);
}

static struct pid *make_pid(struct kunit *test, pid_t nr)
{
	struct pid *pid = kunit_kzalloc(test, sizeof(*pid) + sizeof(struct upid), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pid);
	KUNIT_ASSERT_LT(test, nr_pids, ARRAY_SIZE(pids));
	refcount_set(&pid->count, WORLD_PID_REFS);
	pid->numbers[0].nr = nr;
	pid->numbers[0].ns = &init_pid_ns;
	pids[nr_pids++] = pid;
	return pid;
}

static struct task_struct *make_task(struct kunit *test, pid_t pid, u64 start_ns)
{
	struct task_struct *task = kunit_kzalloc(test, sizeof(*task), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, task);
	task->pid = pid;
	task->start_boottime = start_ns;
	spin_lock_init(&task->alloc_lock);
	return task;
}

struct task_struct *world_process(struct kunit *test, pid_t tgid, u64 start_ns)
{
	struct task_struct *task = make_task(test, tgid, start_ns);
	struct signal_struct *signal = kunit_kzalloc(test, sizeof(*signal), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, signal);
	INIT_LIST_HEAD(&signal->thread_head);
	INIT_LIST_HEAD(&task->thread_node);
	list_add_tail(&task->thread_node, &signal->thread_head);
	atomic_set(&signal->live, 1);
	signal->pids[PIDTYPE_TGID] = make_pid(test, tgid);
	task->tgid = tgid;
	task->group_leader = task;
	task->exit_signal = SIGCHLD;
	task->signal = signal;
	snprintf(task->comm, sizeof(task->comm), "made-up-%d", tgid - WORLD_PID);
	return task;
}

struct task_struct *world_forked(struct kunit *test, int nr)
{
	struct task_struct *task = world_process(test, WORLD_PID + nr, nr * NSEC_PER_SEC + 1);

	mw_task_forked(task);
	return task;
}

struct task_struct *world_thread(struct kunit *test, struct task_struct *leader, pid_t pid)
{
	struct task_struct *task = make_task(test, pid, leader->start_boottime + 1);

	task->tgid = leader->tgid;
	task->group_leader = leader;
	task->exit_signal = -1;
	task->signal = leader->signal;
	list_add_tail(&task->thread_node, &leader->signal->thread_head);
	atomic_inc(&leader->signal->live);
	return task;
}

void world_exits(struct task_struct *leader, int exit_code)
{
	leader->exit_code = exit_code;
	atomic_dec(&leader->signal->live);
	mw_task_exited(leader);
	leader->exit_state = EXIT_ZOMBIE;
}

void world_is_reaped(struct task_struct *leader)
{
	mw_task_freed(leader);
}

void world_counts_for(unsigned int slot)
{
	struct mw_cpu *cpu;

	preempt_disable();
	cpu = this_cpu_ptr(&mw_cpu);
	mw_stock_switch(&cpu->alloc, slot << 1, false);
	cpu->task = current;
	cpu->task_start = current->start_boottime;
}

void world_counts_end(void)
{
	this_cpu_write(mw_cpu.task, NULL);
	preempt_enable();
}

void world_fold(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct mw_cpu *c = per_cpu_ptr(&mw_cpu, cpu);

		mw_stock_switch(&c->alloc, MW_SLOT_UNSEEN << 1, false);
		for (int nr = 0; nr < MW_CONTEXTS; nr++)
			mw_stock_switch(&c->free[nr], MW_SLOT_UNSEEN << 1, true);
		c->task = NULL;
	}
}

struct mw_slot_pages world_sums(void)
{
	struct mw_slot_pages sums = {};

	for (unsigned int nr = 0; nr < mw_task_slots(); nr++) {
		struct mw_slot_pages pages;

		mw_slot_read(nr, NULL, &pages);
		for (int kind = 0; kind < MW_KINDS; kind++) {
			sums.allocs[kind] += pages.allocs[kind];
			sums.frees[kind] += pages.frees[kind];
		}
		sums.slab_bytes += pages.slab_bytes;
	}
	return sums;
}

enum mw_slot_state world_state(unsigned int nr)
{
	return mw_slots[nr].state;
}

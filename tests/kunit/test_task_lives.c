// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_task_lives.c - how a process's life ends in the table, followed by the probes
 * or found by the sweep; and how the scan finds who was there before.
 */
#include "../../module/janitor.h"
#include "world.h"

#define mw_janitor_kick world_kick
#include "../../module/task_lives.c"
#undef mw_janitor_kick

/*
 * A life, and what each event makes of it:
 *
 *	fork      a thread   the leader  the thread  thread    leader
 *	          more       ends        ends        is freed  is freed
 *	LIVE ---- LIVE ----- LIVE ------ EXITED ---- EXITED -- GONE
 */
static void a_life_ends_with_its_last_thread(struct kunit *test)
{
	struct task_struct *leader = world_forked(test, 1);
	struct task_struct *thread = world_thread(test, leader, WORLD_PID + 2);
	unsigned int nr = mw_task_slot(leader);

	mw_task_forked(thread);
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_LIVE);
	atomic_dec(&leader->signal->live);
	mw_task_exited(leader);
	leader->exit_state = EXIT_ZOMBIE;
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_LIVE);
	atomic_dec(&leader->signal->live);
	mw_task_exited(thread);
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_EXITED);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	/* The zombie still counts for itself. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(leader), nr);
	mw_task_freed(thread);
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_EXITED);
	mw_task_freed(leader);
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	/* Its last breath, behind the end. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(leader), MW_SLOT_UNKNOWN);
}

/* sched_process_exit was not seen: the module came in between. */
static void a_life_may_end_with_its_free_alone(struct kunit *test)
{
	struct task_struct *task = world_forked(test, 1);
	unsigned int nr = mw_task_slot(task);

	mw_task_freed(task);
	KUNIT_EXPECT_EQ(test, world_state(nr), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	mw_task_freed(task);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
}

static void an_exit_is_noted(struct kunit *test)
{
	static const struct {
		unsigned int flags;
		int group_code, leader_code, noted;
	} cases[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, 3 << 8, 3 << 8 },
		{ SIGNAL_GROUP_EXIT, 9, 0, 9 },
		{ SIGNAL_GROUP_EXIT, 7 << 8, 9, 7 << 8 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct task_struct *task = world_forked(test, 1 + i);
		const struct mw_exit *noted = &mw_slots[mw_task_slot(task)].exit;

		task->signal->flags = cases[i].flags;
		task->signal->group_exit_code = cases[i].group_code;
		task->signal->maxrss = 100 + i;
		world_exits(task, cases[i].leader_code);
		KUNIT_EXPECT_EQ(test, noted->exit_code, cases[i].noted);
		KUNIT_EXPECT_EQ(test, noted->peak_rss_pages, 100 + i);
		KUNIT_EXPECT_STREQ(test, noted->comm, task->comm);
		KUNIT_EXPECT_GT(test, noted->exit_ns, 0);
	}
}

/* The life before was not seen to end, nor this one to begin. */
static void a_pid_that_comes_again_is_another_process(struct kunit *test)
{
	struct task_struct *first = world_forked(test, 1);
	struct task_struct *second = world_process(test, first->tgid, first->start_boottime + 1);
	unsigned int old = mw_task_slot(first);
	unsigned int new = mw_task_slot(second);

	KUNIT_EXPECT_NE(test, new, old);
	KUNIT_EXPECT_EQ(test, world_state(old), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, world_state(new), MW_SLOT_LIVE);
	KUNIT_EXPECT_STREQ(test, mw_slots[old].exit.comm, "?");
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 1);
	/* Whoever is late finds that its place is taken. */
	KUNIT_EXPECT_EQ(test, mw_task_slot(first), MW_SLOT_UNKNOWN);
	mw_task_freed(first);
	KUNIT_EXPECT_EQ(test, mw_task_slot(second), new);

	/* The same after an exit that was seen. */
	world_exits(second, 0);
	first = world_process(test, second->tgid, second->start_boottime + 1);
	KUNIT_EXPECT_NE(test, mw_task_slot(first), new);
	KUNIT_EXPECT_EQ(test, world_state(new), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 2);
}

/* Every process that runs, and of threads only the leaders. */
static void the_scan_finds_the_living(struct kunit *test)
{
	world_exit(test);
	world_init(test, 4096, false);
	mw_task_table_scan();
	KUNIT_EXPECT_GT(test, 4096 - mw_task_table.nr_free, 5);
	KUNIT_EXPECT_EQ(test, mw_task_table_find(task_tgid_nr(current)), mw_task_slot(current));
	KUNIT_EXPECT_NE(test, mw_task_table_find(1), 0);
	KUNIT_EXPECT_EQ(test, mw_task_table.overflowed, 0);
}

/* Makes @task what its pid leads to, or nobody: it was released. */
static void lead(struct task_struct *task, bool to_it)
{
	struct hlist_node *link = &task->pid_links[PIDTYPE_TGID];

	if (to_it)
		hlist_add_head_rcu(link, &task_tgid(task)->tasks[PIDTYPE_TGID]);
	else
		hlist_del_rcu(link);
}

/* Ends and begins while no probe is attached, as the sweep finds them. */
static void the_sweep_ends_what_nobody_followed(struct kunit *test)
{
	enum { LIVES, DIES, VANISHES, WAS_ZOMBIE, TASKS };
	struct task_struct *tasks[TASKS];
	unsigned int nr[TASKS];

	for (int i = 0; i < TASKS; i++) {
		tasks[i] = world_forked(test, 1 + i);
		tasks[i]->signal->nr_threads = 1;
		nr[i] = mw_task_slot(tasks[i]);
		lead(tasks[i], true);
	}
	world_exits(tasks[WAS_ZOMBIE], 3);
	lead(tasks[WAS_ZOMBIE], false);
	tasks[DIES]->exit_state = EXIT_ZOMBIE;
	tasks[DIES]->exit_code = 5;
	lead(tasks[VANISHES], false);

	/* Another thread of it still runs. */
	tasks[DIES]->signal->nr_threads = 2;
	mw_task_table_sweep();
	KUNIT_EXPECT_EQ(test, world_state(nr[DIES]), MW_SLOT_LIVE);
	tasks[DIES]->signal->nr_threads = 1;
	mw_task_table_sweep();
	KUNIT_EXPECT_EQ(test, world_state(nr[LIVES]), MW_SLOT_LIVE);
	KUNIT_EXPECT_EQ(test, world_state(nr[DIES]), MW_SLOT_EXITED);
	KUNIT_EXPECT_EQ(test, mw_slots[nr[DIES]].exit.exit_code, 5);
	KUNIT_EXPECT_EQ(test, world_state(nr[VANISHES]), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_slots[nr[VANISHES]].exit.exit_ns, 0);
	KUNIT_EXPECT_EQ(test, mw_task_table_find(tasks[VANISHES]->tgid), 0);
	KUNIT_EXPECT_EQ(test, world_state(nr[WAS_ZOMBIE]), MW_SLOT_GONE);
	KUNIT_EXPECT_EQ(test, mw_slots[nr[WAS_ZOMBIE]].exit.exit_code, 3);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 3);
	/* What comes too late finds nothing to end twice. */
	mw_task_freed(tasks[VANISHES]);
	mw_task_freed(tasks[WAS_ZOMBIE]);
	KUNIT_EXPECT_EQ(test, mw_task_table.nr_exited, 3);

	lead(tasks[LIVES], false);
	lead(tasks[DIES], false);
	mw_task_freed(tasks[LIVES]);
	mw_task_freed(tasks[DIES]);
}

/* Who has a slot keeps it, with the growth that is known of it. */
static void who_has_no_slot_is_met(struct kunit *test)
{
	struct mw_slot *own;

	world_exit(test);
	world_init(test, 4096, false);
	mw_task_first_sight(current, 77);
	own = mw_slot(mw_task_slot(current));
	mw_task_table_meet();
	KUNIT_EXPECT_GT(test, 4096 - mw_task_table.nr_free, 5);
	KUNIT_EXPECT_EQ(test, own->first_rss_pages, 77);
	KUNIT_EXPECT_NE(test, mw_task_table_find(1), 0);
	KUNIT_EXPECT_EQ(test, mw_slot(mw_task_table_find(1))->first_rss_pages, MW_RSS_UNSET);
	mw_task_table_sweep();
	KUNIT_EXPECT_NE(test, mw_task_table_find(1), 0);
	KUNIT_EXPECT_EQ(test, mw_task_table_find(task_tgid_nr(current)), mw_task_slot(current));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_life_ends_with_its_last_thread),
	KUNIT_CASE(a_life_may_end_with_its_free_alone),
	KUNIT_CASE(an_exit_is_noted),
	KUNIT_CASE(a_pid_that_comes_again_is_another_process),
	KUNIT_CASE(the_scan_finds_the_living),
	KUNIT_CASE(the_sweep_ends_what_nobody_followed),
	KUNIT_CASE(who_has_no_slot_is_met),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_task_lives",
	.init = world_begin,
	.exit = world_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_stock.c - counting in stocks: what is folded, what a reader sees meanwhile,
 * and that nothing is lost when threads and interrupts count at once.
 */
#include "../../module/stock.c"

#include <linux/delay.h>

#include "hammer.h"
#include "world.h"

/* Behind those that the threads of a storm get. */
#define A (MW_SLOT_FIRST + 50)
#define B (MW_SLOT_FIRST + 51)

static int begin(struct kunit *test)
{
	world_init(test, MW_MAX_TASKS_MIN, false);
	return 0;
}

static void end(struct kunit *test)
{
	world_exit(test);
}

static void expect_slot(struct kunit *test, unsigned int slot, u64 allocs, u64 frees)
{
	struct mw_stock_view view;
	struct mw_slot_pages pages;

	mw_slot_read(slot, NULL, &pages);
	KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER], allocs);
	KUNIT_EXPECT_EQ(test, pages.frees[MW_USER], frees);
	mw_stock_view_take(&view);
	mw_slot_read(slot, &view, &pages);
	KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER], allocs);
	KUNIT_EXPECT_EQ(test, pages.frees[MW_USER], frees);
}

/*
 * One CPU, two processes; what is folded, and what the stock still holds:
 *
 *	         A +3    A +4    B +2    A +1
 *	slot A     0       0       7       7
 *	slot B     0       0       0       2
 *	stock    A 3     A 7     B 2     A 1
 */
static void a_change_of_task_folds(struct kunit *test)
{
	static const struct {
		unsigned int slot, pages, folded_a, folded_b, held;
	} steps[] = {
		{ A, 3, 0, 0, 3 }, { A, 4, 0, 0, 7 }, { B, 2, 7, 0, 2 }, { A, 1, 7, 2, 1 },
	};
	u64 a = 0, b = 0;

	for (int i = 0; i < ARRAY_SIZE(steps); i++) {
		struct mw_cpu *cpu;
		u32 owner;

		migrate_disable();
		cpu = this_cpu_ptr(&mw_cpu);
		preempt_disable();
		if (cpu->alloc.key != steps[i].slot << 1)
			mw_stock_switch(&cpu->alloc, steps[i].slot << 1, false);
		cpu->task = current;
		cpu->task_start = current->start_boottime;
		owner = mw_stock_alloc(steps[i].pages, MW_USER);
		preempt_enable();
		KUNIT_EXPECT_EQ(test, owner, steps[i].slot << 1 | MW_USER);
		KUNIT_EXPECT_EQ(test, cpu->alloc.pages[MW_USER], steps[i].held);
		migrate_enable();
		KUNIT_EXPECT_EQ(test, atomic64_read(&mw_slot(A)->allocs[MW_USER]),
				steps[i].folded_a);
		KUNIT_EXPECT_EQ(test, atomic64_read(&mw_slot(B)->allocs[MW_USER]),
				steps[i].folded_b);
		a += steps[i].slot == A ? steps[i].pages : 0;
		b += steps[i].slot == B ? steps[i].pages : 0;
		/* Folded or not, a reader sees every page. */
		expect_slot(test, A, a, 0);
		expect_slot(test, B, b, 0);
	}
	KUNIT_EXPECT_TRUE(test, mw_stock_refers_to(A));
	KUNIT_EXPECT_FALSE(test, mw_stock_refers_to(B));
	world_fold();
	KUNIT_EXPECT_FALSE(test, mw_stock_refers_to(A));
	expect_slot(test, A, a, 0);
}

/* How often stocks of this CPU were folded: a switch adds two to the sequence. */
static unsigned int folds(void)
{
	const struct mw_cpu *cpu = this_cpu_ptr(&mw_cpu);
	unsigned int sum = cpu->alloc.seq;

	for (int nr = 0; nr < MW_CONTEXTS; nr++)
		sum += cpu->free[nr].seq;
	return sum / 2;
}

/* Was a slot written to, by a byte, since @copy? */
static bool slots_changed(const struct mw_slot *copy)
{
	bool changed = false;

	for (unsigned int nr = 0; nr < mw_task_slots(); nr++)
		changed |= memcmp(&copy[nr], mw_slot(nr), sizeof(*copy)) != 0;
	return changed;
}

#define FOLD_EVENTS 10000

/*
 * Slots are the lines that CPUs share. A process that allocates and frees on one CPU does
 * not write to them, however often, nor does one that frees only another's (a pipe's
 * reader); the owner of freed pages changing after every @run of them does once a run.
 */
static void slots_are_written_to_when_a_stock_changes_hands(struct kunit *test)
{
	static const struct {
		unsigned int first, second, run, folds;
	} cases[] = {
		{ A, A, 1, 0 },
		{ B, B, 1, 0 },
		{ A, B, FOLD_EVENTS / 2, 1 },
		{ A, B, 100, FOLD_EVENTS / 100 - 1 },
		{ A, B, 1, FOLD_EVENTS - 1 },
	};
	struct mw_slot *copy = kunit_kcalloc(test, mw_task_slots(), sizeof(*copy), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int before, folded;
		bool changed;

		world_counts_for(A);
		mw_stock_free(cases[i].first << 1 | MW_USER, 1);
		for (unsigned int nr = 0; nr < mw_task_slots(); nr++)
			memcpy(&copy[nr], mw_slot(nr), sizeof(*copy));
		before = folds();
		for (unsigned int event = 0; event < FOLD_EVENTS; event++) {
			unsigned int owner = event / cases[i].run % 2 ? cases[i].second :
									cases[i].first;

			mw_stock_alloc(1, event % MW_KINDS);
			mw_stock_free(owner << 1 | event % MW_KINDS, 1);
		}
		folded = folds() - before;
		changed = slots_changed(copy);
		world_counts_end();
		KUNIT_EXPECT_EQ_MSG(test, folded, cases[i].folds, "case %d", i);
		KUNIT_EXPECT_EQ_MSG(test, changed, cases[i].folds > 0, "case %d", i);
	}
}

static void kinds_and_sides_are_counted_apart(struct kunit *test)
{
	struct mw_slot_pages pages;

	world_counts_for(A);
	mw_stock_alloc(5, MW_USER);
	mw_stock_alloc(3, MW_KERNEL);
	mw_stock_slab(192);
	mw_stock_free(A << 1 | MW_USER, 2);
	mw_stock_free(A << 1 | MW_KERNEL, 1);
	KUNIT_EXPECT_TRUE(test, mw_stock_stands_for(A << 1 | MW_USER));
	world_counts_end();
	for (int folded = 0; folded < 2; folded++) {
		mw_slot_read(A, NULL, &pages);
		KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER], 5);
		KUNIT_EXPECT_EQ(test, pages.allocs[MW_KERNEL], 3);
		KUNIT_EXPECT_EQ(test, pages.frees[MW_USER], 2);
		KUNIT_EXPECT_EQ(test, pages.frees[MW_KERNEL], 1);
		KUNIT_EXPECT_EQ(test, pages.slab_bytes, 192);
		world_fold();
	}
}

static void whoever_runs_is_counted(struct kunit *test)
{
	unsigned int slot = mw_task_slot(current);
	struct mw_slot_pages pages;
	u32 owner;

	preempt_disable();
	owner = mw_stock_alloc(4, MW_KERNEL);
	mw_stock_slab(64);
	/* As a tick that asks for samples leaves it (cost.c). */
	this_cpu_write(mw_cpu.task, NULL);
	mw_stock_slab(64);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, owner, slot << 1 | MW_KERNEL);
	mw_slot_read(slot, NULL, &pages);
	KUNIT_EXPECT_EQ(test, pages.allocs[MW_KERNEL], 4);
	KUNIT_EXPECT_EQ(test, pages.slab_bytes, 128);
}

/* In a soft interrupt of our own making. */
static void interrupts_count_for_irq(struct kunit *test)
{
	struct mw_slot_pages pages;
	u64 nested = mw_events_nested(MW_EVENT_PAGE_ALLOC);

	world_counts_for(A);
	mw_stock_free(B << 1 | MW_USER, 1);
	__local_bh_disable_ip(_THIS_IP_, SOFTIRQ_OFFSET);
	KUNIT_EXPECT_EQ(test, mw_context(), MW_CONTEXT_SOFTIRQ);
	KUNIT_EXPECT_EQ(test, mw_stock_alloc(6, MW_USER), MW_SLOT_IRQ << 1 | MW_USER);
	mw_stock_slab(32);
	mw_stock_free(A << 1 | MW_USER, 1);
	__local_bh_enable_ip(_THIS_IP_, SOFTIRQ_OFFSET);
	KUNIT_EXPECT_EQ(test, mw_context(), MW_CONTEXT_TASK);
	/* The task's free stock was left alone. */
	KUNIT_EXPECT_TRUE(test, mw_stock_stands_for(B << 1));
	world_counts_end();
	mw_slot_read(MW_SLOT_IRQ, NULL, &pages);
	KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER], 6);
	KUNIT_EXPECT_EQ(test, pages.slab_bytes, 32);
	expect_slot(test, A, 0, 1);
	expect_slot(test, B, 0, 1);
	KUNIT_EXPECT_EQ(test, mw_events_nested(MW_EVENT_PAGE_ALLOC), nested + 1);
}

/* What was folded behind the view's back is looked for on the CPUs. */
static void an_implausible_slot_is_read_again(struct kunit *test)
{
	struct mw_stock_view view;
	struct mw_slot_pages pages;

	mw_stock_view_take(&view);
	world_counts_for(A);
	mw_stock_alloc(9, MW_USER);
	world_counts_end();
	atomic64_add(4, &mw_slot(A)->frees[MW_USER]);
	mw_slot_read(A, &view, &pages);
	KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER], 9);
	KUNIT_EXPECT_EQ(test, pages.frees[MW_USER], 4);
}

/* --- everything at once ------------------------------------------------------- */

#define STORM_OWNERS 6

/*
 * @counted: what threads and interrupts say that they counted, by owner: the first
 *           of them are made up, and are freed for by everybody
 * @last:    what the watching thread read the last time: counts only rise
 */
struct storm {
	atomic64_t frees[STORM_OWNERS];
	atomic64_t allocs[HAMMER_THREADS_MAX];
	unsigned int slots[HAMMER_THREADS_MAX];
	atomic64_t irq_allocs;
	atomic_t turn;
	struct mw_slot_pages last[MW_SLOT_FIRST + MW_MAX_TASKS_MIN];
};

static void storm_free(struct storm *storm, unsigned long pages)
{
	unsigned int owner = (unsigned int)atomic_inc_return(&storm->turn) % STORM_OWNERS;

	mw_stock_free((MW_SLOT_FIRST + 20 + owner) << 1 | MW_USER, pages);
	atomic64_add(pages, &storm->frees[owner]);
}

static void storm_thread(void *arg, unsigned int nr)
{
	struct storm *storm = arg;
	u32 owner;

	for (int i = 0; i < 20; i++) {
		preempt_disable();
		owner = mw_stock_alloc(i, MW_USER);
		atomic64_add(i, &storm->allocs[nr]);
		WRITE_ONCE(storm->slots[nr], owner >> 1);
		if (i % 4 == 0)
			storm_free(storm, i);
		preempt_enable();
	}
	if (nr % 2)
		usleep_range(50, 200);
}

static void storm_interrupt(void *arg)
{
	struct storm *storm = arg;

	storm_free(storm, 3);
	mw_stock_alloc(2, MW_USER);
	atomic64_add(2, &storm->irq_allocs);
}

static void storm_watch(struct kunit *test, void *arg)
{
	struct storm *storm = arg;

	for (unsigned int nr = 0; nr < mw_task_slots(); nr++) {
		struct mw_slot_pages now, *last = &storm->last[nr];

		mw_slot_read(nr, NULL, &now);
		KUNIT_EXPECT_GE(test, now.allocs[MW_USER], last->allocs[MW_USER]);
		KUNIT_EXPECT_GE(test, now.frees[MW_USER], last->frees[MW_USER]);
		*last = now;
	}
}

static void nothing_is_lost_when_all_count_at_once(struct kunit *test)
{
	struct storm *storm = kunit_kzalloc(test, sizeof(*storm), GFP_KERNEL);
	const struct hammer hammer = { storm_thread, storm_interrupt, storm_interrupt, storm };
	struct mw_slot_pages pages;

	KUNIT_ASSERT_NOT_NULL(test, storm);
	hammer_run(test, &hammer, 4, 2000, storm_watch);
	for (int round = 0; round < 2; round++) {
		for (int nr = 0; nr < 4; nr++) {
			KUNIT_EXPECT_GE(test, storm->slots[nr], MW_SLOT_FIRST);
			mw_slot_read(storm->slots[nr], NULL, &pages);
			KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER],
					atomic64_read(&storm->allocs[nr]));
		}
		for (int owner = 0; owner < STORM_OWNERS; owner++) {
			mw_slot_read(MW_SLOT_FIRST + 20 + owner, NULL, &pages);
			KUNIT_EXPECT_EQ(test, pages.frees[MW_USER],
					atomic64_read(&storm->frees[owner]));
		}
		mw_slot_read(MW_SLOT_IRQ, NULL, &pages);
		KUNIT_EXPECT_EQ(test, pages.allocs[MW_USER], atomic64_read(&storm->irq_allocs));
		world_fold();
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_change_of_task_folds),
	KUNIT_CASE(slots_are_written_to_when_a_stock_changes_hands),
	KUNIT_CASE(kinds_and_sides_are_counted_apart),
	KUNIT_CASE(whoever_runs_is_counted),
	KUNIT_CASE(interrupts_count_for_irq),
	KUNIT_CASE(an_implausible_slot_is_read_again),
	KUNIT_CASE_SLOW(nothing_is_lost_when_all_count_at_once),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_stock",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_trigger.c - when triggers fire, for whom, and what poll(2) is told. What they
 * see of processes, slab and features is made up.
 */
#include "../../module/features.h"
#include "../../module/slab.h"
#include "../../module/tick.h"

static bool growth_is_on = true;
static u64 slab_kb;
static bool slab_is_counted = true;

static bool feature_on(enum mw_feature feature)
{
	return growth_is_on;
}

static bool slab_live_kb(const char *name, u64 *ret_kb)
{
	*ret_kb = slab_kb;
	return slab_is_counted;
}

/* Ticks come when a test says so. */
static atomic_t holds = ATOMIC_INIT(0);

static void tick_hold(void)
{
	atomic_inc(&holds);
}

static void tick_release(void)
{
	atomic_dec(&holds);
}

#define mw_feature_on feature_on
#define mw_tick_hold tick_hold
#define mw_tick_release tick_release
#define mw_slab_live_kb slab_live_kb
#include "../../module/trigger.c"
#include "../../module/trigger_process.c"
#include "../../module/trigger_system.c"
#include "../../module/trigger_poll.c"
#undef mw_feature_on
#undef mw_tick_hold
#undef mw_tick_release
#undef mw_slab_live_kb

#include <linux/file.h>
#include <linux/kthread.h>

#include "hammer.h"
#include "world.h"

#define SEC NSEC_PER_SEC

static int begin(struct kunit *test)
{
	world_init(test, MW_MAX_TASKS_MIN, false);
	growth_is_on = true;
	slab_is_counted = true;
	slab_kb = 1000;
	return 0;
}

static void end(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mw_triggers.nr_armed, 0);
	KUNIT_EXPECT_EQ(test, mw_triggers.nr_process, 0);
	KUNIT_EXPECT_EQ(test, mw_triggers.nr_frag, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&mw_triggers.open));
	KUNIT_EXPECT_EQ(test, mw_triggers.smallest_kb, U64_MAX);
	KUNIT_EXPECT_EQ(test, atomic_read(&holds), 0);
	mw_triggers.closing = false;
	world_exit(test);
}

static struct mw_trigger_spec spec_of(struct kunit *test, const char *line)
{
	struct mw_trigger_fault fault;
	struct mw_trigger_spec spec = {};

	KUNIT_ASSERT_EQ(test, mw_trigger_spec_parse(line, strlen(line), 10, &spec, &fault), 0);
	return spec;
}

/* Arms a new trigger, which has to be freed; or returns why it is refused. */
static int try_arm(struct kunit *test, const char *line, struct mw_trigger **ret_trigger)
{
	struct mw_trigger_spec spec = spec_of(test, line);
	const char *why = NULL;
	int err;

	*ret_trigger = mw_trigger_new();
	KUNIT_ASSERT_NOT_NULL(test, *ret_trigger);
	err = mw_trigger_arm(*ret_trigger, &spec, &why);
	if (err) {
		KUNIT_EXPECT_NOT_NULL(test, why);
		KUNIT_EXPECT_FALSE(test, mw_trigger_is_armed(*ret_trigger));
		mw_trigger_free(*ret_trigger);
		*ret_trigger = NULL;
	}
	return err;
}

static struct mw_trigger *armed(struct kunit *test, const char *line)
{
	struct mw_trigger *trigger;

	KUNIT_ASSERT_EQ(test, try_arm(test, line, &trigger), 0);
	KUNIT_EXPECT_TRUE(test, mw_trigger_is_armed(trigger));
	KUNIT_EXPECT_STREQ(test, mw_trigger_spec(trigger)->line, line);
	return trigger;
}

/* How many firings there are to read; reads them. */
static unsigned int firings(struct mw_trigger *trigger)
{
	struct mw_trigger_record record;
	unsigned int count = 0;

	for (; mw_trigger_peek(trigger, &record); count++)
		mw_trigger_pop(trigger);
	return count;
}

/* A process of which the tick took two values, a tick apart. */
static struct mw_trigger_sight sight_of(struct task_struct *leader, u64 now_ns, u64 was_kb,
					u64 now_kb)
{
	unsigned int slot = mw_task_slot(leader);
	struct mw_trigger_sight sight = {
		.slot = slot, .gen = mw_slot(slot)->gen, .leader = leader,
		.held_ns = now_ns - 2 * SEC, .now_ns = now_ns,
	};

	mw_growth_begin(&sight.before, sight.held_ns, was_kb);
	sight.after = sight.before;
	mw_growth_update(&sight.after, now_ns, now_kb);
	return sight;
}

static struct task_struct *process(struct kunit *test, int nr)
{
	struct task_struct *leader = world_process(test, WORLD_PID + nr, nr * SEC);

	mw_task_forked(leader);
	return leader;
}

/*
 * A value against a threshold of 100, a tick of 2 s each:
 *
 *	100 -         * *   *     *       fires on a crossing, not while it is above,
 *	             /   \ / \   /        and at most once in a window
 *	 50 - * * * *     *   * *
 */
static void it_fires_on_a_crossing(struct kunit *test)
{
	static const struct {
		u32 window_s;
		s64 values[8];
		unsigned int fires;
	} cases[] = {
		{ 0, { 50, 50, 100, 100, 50, 100, 99, 101 }, 3 },
		{ 0, { 100, 100, 100, 100, 100, 100, 100, 100 }, 1 },
		{ 0, { 0, 99, 99, 99, -5, 99, 0, 99 }, 0 },
		{ 6, { 100, 50, 100, 50, 100, 50, 100, 50 }, 2 },
		{ 60, { 100, 50, 100, 50, 100, 50, 100, 50 }, 1 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_trigger *trigger = mw_trigger_new();

		KUNIT_ASSERT_NOT_NULL(test, trigger);
		trigger->below = true;
		trigger->spec.window_s = cases[i].window_s;
		for (int t = 0; t < ARRAY_SIZE(cases[i].values); t++) {
			struct mw_trigger_record record = { .time_ns = (1 + 2 * t) * SEC };

			judge_locked(trigger, cases[i].values[t], 100, &record);
		}
		KUNIT_EXPECT_EQ_MSG(test, firings(trigger), cases[i].fires, "case %d", i);
		mw_trigger_free(trigger);
	}
}

/* Eight are kept, the first ones; of the rest their number. */
static void what_is_not_read_is_counted(struct kunit *test)
{
	struct mw_trigger *trigger = mw_trigger_new();
	struct mw_trigger_record record = {};

	KUNIT_ASSERT_NOT_NULL(test, trigger);
	KUNIT_EXPECT_FALSE(test, mw_trigger_peek(trigger, &record));
	for (u64 n = 1; n <= MW_TRIGGER_KEPT + 3; n++) {
		record = (struct mw_trigger_record){ .time_ns = n };
		spin_lock(&mw_triggers.lock);
		mw_trigger_fire(trigger, &record);
		spin_unlock(&mw_triggers.lock);
	}
	for (u64 n = 1; n <= MW_TRIGGER_KEPT; n++) {
		KUNIT_EXPECT_TRUE(test, mw_trigger_peek(trigger, &record));
		KUNIT_EXPECT_EQ(test, record.time_ns, n);
		KUNIT_EXPECT_EQ(test, record.lost, n == MW_TRIGGER_KEPT ? 3 : 0);
		mw_trigger_pop(trigger);
	}
	KUNIT_EXPECT_FALSE(test, mw_trigger_peek(trigger, &record));
	mw_trigger_free(trigger);
}

static void the_nearest_window_is_taken(struct kunit *test)
{
	static const struct {
		u32 window_s;
		enum mw_window window;
	} cases[] = {
		{ 2, MW_WINDOW_10 }, { 24, MW_WINDOW_10 }, { 25, MW_WINDOW_60 },
		{ 134, MW_WINDOW_60 }, { 135, MW_WINDOW_300 }, { 86400, MW_WINDOW_300 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ(test, nearest_window(cases[i].window_s), cases[i].window);
}

/* rss 1M of any process: who is smaller, who crosses, who was larger before. */
static void any_process_that_crosses_a_size(struct kunit *test)
{
	static const struct {
		u64 was_kb, now_kb;
		unsigned int fires;
	} cases[] = {
		{ 0, 1023, 0 }, { 0, 1024, 1 }, { 1023, 5000, 1 }, { 1024, 5000, 0 },
		{ 5000, 1024, 0 }, { 5000, 0, 0 }, { 1023, 1023, 0 },
	};
	struct task_struct *leader = process(test, 1);
	struct mw_trigger *trigger;

	KUNIT_EXPECT_FALSE(test, mw_triggers_watch_processes());
	trigger = armed(test, "rss 1M");
	KUNIT_EXPECT_TRUE(test, mw_triggers_watch_processes());
	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_trigger_sight sight = sight_of(leader, (10 + 2 * i) * SEC,
							 cases[i].was_kb, cases[i].now_kb);

		mw_triggers_process(&sight);
		KUNIT_EXPECT_EQ_MSG(test, firings(trigger), cases[i].fires, "case %d", i);
	}
	mw_trigger_free(trigger);
}

/* growth 1M 10s of any process: each at most once in a window. */
static void any_process_that_grows(struct kunit *test)
{
	struct mw_trigger *trigger = armed(test, "growth 1M 10s");
	struct mw_trigger_record record;
	struct mw_trigger_sight sight;

	for (int nr = 1; nr <= 3; nr++) {
		struct task_struct *leader = process(test, nr);

		sight = sight_of(leader, 100 * SEC, 1000, 3000);
		mw_triggers_process(&sight);
		mw_triggers_process(&sight);
		KUNIT_EXPECT_TRUE(test, mw_trigger_peek(trigger, &record));
		KUNIT_EXPECT_EQ(test, record.tgid, leader->tgid);
		KUNIT_EXPECT_EQ(test, record.total_kb, 3000);
		KUNIT_EXPECT_STREQ(test, record.comm, leader->comm);
		KUNIT_EXPECT_EQ(test, firings(trigger), 1);
		sight = sight_of(leader, 109 * SEC, 1000, 3000);
		mw_triggers_process(&sight);
		KUNIT_EXPECT_EQ(test, firings(trigger), 0);
		sight = sight_of(leader, 111 * SEC, 1000, 3000);
		mw_triggers_process(&sight);
		KUNIT_EXPECT_EQ(test, firings(trigger), 1);
	}
	mw_trigger_free(trigger);
}

/* Slots of one hash chain and generations that are over are not mistaken. */
static void one_process_is_watched_by_its_life(struct kunit *test)
{
	char line[64];
	struct mw_trigger *trigger;
	struct mw_trigger_sight sight;
	u64 now = ktime_get_boottime_ns();

	snprintf(line, sizeof(line), "growth 1M 10s %d", task_tgid_nr(current));
	trigger = armed(test, line);
	sight = sight_of(current, now + 2 * SEC, 0, 1023);
	mw_triggers_process(&sight);
	KUNIT_EXPECT_EQ(test, firings(trigger), 0);
	sight = sight_of(current, now + 4 * SEC, 1023, 1024);
	sight.gen++;
	mw_triggers_process(&sight);
	KUNIT_EXPECT_EQ(test, firings(trigger), 0);
	sight.gen--;
	mw_triggers_process(&sight);
	KUNIT_EXPECT_EQ(test, firings(trigger), 1);

	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL), 0);
	mw_slot(trigger->slot)->state = MW_SLOT_EXITED;
	mw_triggers_tick(now + 6 * SEC);
	mw_triggers_tick(now + 8 * SEC);
	mw_slot(trigger->slot)->state = MW_SLOT_LIVE;
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL), EPOLLERR | EPOLLHUP);
	mw_trigger_free(trigger);
}

static void slab_is_judged_by_the_tick(struct kunit *test)
{
	struct mw_trigger *trigger = armed(test, "slab 1M 10s");
	struct mw_trigger_record record;
	u64 now = ktime_get_boottime_ns();

	slab_kb = 2023;
	mw_triggers_tick(now + 2 * SEC);
	KUNIT_EXPECT_EQ(test, firings(trigger), 0);
	slab_kb = 2024;
	mw_triggers_tick(now + 4 * SEC);
	KUNIT_EXPECT_TRUE(test, mw_trigger_peek(trigger, &record));
	KUNIT_EXPECT_EQ(test, record.value, 1024);
	KUNIT_EXPECT_EQ(test, record.total_kb, 2024);
	KUNIT_EXPECT_EQ(test, firings(trigger), 1);
	/* Not counted any more: neither more nor less. */
	slab_is_counted = false;
	slab_kb = 1 << 30;
	mw_triggers_tick(now + 30 * SEC);
	KUNIT_EXPECT_EQ(test, firings(trigger), 0);
	mw_trigger_free(trigger);
}

/* Of an order that nothing is left of, every zone is unusable: 1000. */
static void zones_are_judged_by_the_tick(struct kunit *test)
{
	struct mw_trigger *trigger = armed(test, "frag 10 0.001");
	struct mw_trigger_record record;

	trigger->spec.order = MW_FRAG_ORDERS_MAX - 1;
	mw_triggers_tick(ktime_get_boottime_ns());
	KUNIT_EXPECT_EQ(test, firings(trigger), 0);
	trigger->spec.order = 10;
	trigger->spec.index = 0;
	mw_triggers_tick(ktime_get_boottime_ns());
	KUNIT_EXPECT_TRUE(test, mw_trigger_peek(trigger, &record));
	KUNIT_EXPECT_LE(test, record.value, 1000);
	KUNIT_EXPECT_NOT_NULL(test, record.zone);
	mw_trigger_free(trigger);
}

static void what_cannot_be_armed_is_refused(struct kunit *test)
{
	struct mw_trigger *trigger;

	KUNIT_EXPECT_EQ(test, try_arm(test, "rss 1M 4194304", &trigger), -ESRCH);
	slab_is_counted = false;
	KUNIT_EXPECT_EQ(test, try_arm(test, "slab 1M 2s nothing", &trigger), -EINVAL);
	slab_is_counted = true;
	growth_is_on = false;
	KUNIT_EXPECT_EQ(test, try_arm(test, "rss 1M", &trigger), -EOPNOTSUPP);
	growth_is_on = true;
	mw_triggers.nr_armed = MW_TRIGGERS_MAX;
	KUNIT_EXPECT_EQ(test, try_arm(test, "rss 1M", &trigger), -ENOSPC);
	KUNIT_EXPECT_EQ(test, try_arm(test, "frag 9 0.5", &trigger), -ENOSPC);
	mw_triggers.nr_armed = 0;
	mw_triggers_hang_up();
	KUNIT_EXPECT_EQ(test, try_arm(test, "rss 1M", &trigger), -ENODEV);
	KUNIT_EXPECT_EQ(test, try_arm(test, "slab 1M 2s", &trigger), -ENODEV);
}

static void a_process_without_a_slot_is_refused(struct kunit *test)
{
	struct mw_trigger *trigger;
	char line[64];

	for (int nr = 1; nr <= MW_MAX_TASKS_MIN; nr++)
		mw_task_slot(world_process(test, WORLD_PID + nr, SEC));
	snprintf(line, sizeof(line), "rss 1M %d", task_tgid_nr(current));
	KUNIT_EXPECT_EQ(test, try_arm(test, line, &trigger), -ENOSPC);
}

/*
 * Looks of poll(2) at a firing, and what each is told: the first pass queues (q),
 * the second does not (-). EPOLLPRI once, but to epoll, which asks again.
 */
static void poll_reports_a_firing_once(struct kunit *test)
{
	static const struct {
		const char *looks, *told;
	} cases[] = {
		{ "q", "!" }, { "-", "!" }, { "qq", "!." }, { "q-", "!!" }, { "--", "!." },
		{ "q-q-", "!!.." }, { "-q-", "!.." },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_trigger *trigger = mw_trigger_new();

		KUNIT_ASSERT_NOT_NULL(test, trigger);
		trigger->event = EVENT_NEW;
		for (int n = 0; cases[i].looks[n]; n++)
			KUNIT_EXPECT_EQ_MSG(test, report(trigger, cases[i].looks[n] == 'q'),
					    cases[i].told[n] == '!', "case %d look %d", i, n);
		mw_trigger_free(trigger);
	}
}

static void poll_tells_what_there_is(struct kunit *test)
{
	struct mw_trigger *trigger = mw_trigger_new();
	struct mw_trigger_spec spec = spec_of(test, "rss 1M");
	struct mw_trigger_record record = {};
	const char *why;

	KUNIT_ASSERT_NOT_NULL(test, trigger);
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL), EPOLLERR);
	KUNIT_EXPECT_EQ(test, mw_trigger_arm(trigger, &spec, &why), 0);
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL), 0);
	spin_lock(&mw_triggers.lock);
	mw_trigger_fire(trigger, &record);
	spin_unlock(&mw_triggers.lock);
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL),
			EPOLLIN | EPOLLRDNORM | EPOLLPRI);
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL), EPOLLIN | EPOLLRDNORM);
	mw_trigger_pop(trigger);
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL), 0);
	mw_triggers_hang_up();
	KUNIT_EXPECT_EQ(test, mw_trigger_poll(trigger, NULL, NULL),
			EPOLLERR | EPOLLHUP | EPOLLPRI);
	mw_trigger_free(trigger);
}

/* The smallest threshold is known whoever leaves first. */
static void the_smallest_threshold_is_known(struct kunit *test)
{
	struct mw_trigger *large = armed(test, "rss 4M"), *small = armed(test, "rss 1M");

	KUNIT_EXPECT_EQ(test, mw_triggers.smallest_kb, 1024);
	mw_trigger_free(small);
	KUNIT_EXPECT_EQ(test, mw_triggers.smallest_kb, 4096);
	small = armed(test, "rss 2M");
	mw_trigger_free(large);
	KUNIT_EXPECT_EQ(test, mw_triggers.smallest_kb, 2048);
	mw_trigger_free(small);
}

/* --- everything at once ------------------------------------------------------- */

struct storm {
	struct task_struct *leader;
	struct mw_trigger_spec specs[3];
	atomic_t wrong;
};

/* Thread 0 is the tick; the others open, arm, poll and close. */
static void storm_thread(void *arg, unsigned int nr)
{
	struct storm *storm = arg;
	struct mw_trigger_sight sight;
	struct mw_trigger *trigger;
	const char *why;

	if (!nr) {
		sight = sight_of(storm->leader, ktime_get_boottime_ns(), 0, 1 << 20);
		rcu_read_lock();
		mw_triggers_process(&sight);
		rcu_read_unlock();
		mw_triggers_tick(sight.now_ns);
		return;
	}
	trigger = mw_trigger_new();
	if (!trigger)
		return;
	if (mw_trigger_arm(trigger, &storm->specs[nr % ARRAY_SIZE(storm->specs)], &why))
		atomic_inc(&storm->wrong);
	cond_resched();
	mw_trigger_poll(trigger, NULL, NULL);
	firings(trigger);
	mw_trigger_free(trigger);
}

static void triggers_come_and_go_under_the_tick(struct kunit *test)
{
	struct storm storm = { .leader = process(test, 1), .wrong = ATOMIC_INIT(0) };
	const struct hammer hammer = { .thread = storm_thread, .arg = &storm };

	storm.specs[0] = spec_of(test, "rss 1M");
	storm.specs[1] = spec_of(test, "growth 1M 2s");
	storm.specs[2] = spec_of(test, "slab 1M 2s");
	hammer_run(test, &hammer, 5, 1000, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&storm.wrong), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(it_fires_on_a_crossing),
	KUNIT_CASE(what_is_not_read_is_counted),
	KUNIT_CASE(the_nearest_window_is_taken),
	KUNIT_CASE(any_process_that_crosses_a_size),
	KUNIT_CASE(any_process_that_grows),
	KUNIT_CASE(one_process_is_watched_by_its_life),
	KUNIT_CASE(slab_is_judged_by_the_tick),
	KUNIT_CASE(zones_are_judged_by_the_tick),
	KUNIT_CASE(what_cannot_be_armed_is_refused),
	KUNIT_CASE(a_process_without_a_slot_is_refused),
	KUNIT_CASE(poll_reports_a_firing_once),
	KUNIT_CASE(poll_tells_what_there_is),
	KUNIT_CASE(the_smallest_threshold_is_known),
	KUNIT_CASE(triggers_come_and_go_under_the_tick),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_trigger",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

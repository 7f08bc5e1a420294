// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_page_owner.c - who owns a page, on a map with made-up sections:
 *
 *	page frames  0        CHUNK     2 CHUNK   3 CHUNK   4 CHUNK
 *	             | memory | memory  | no      | memory  | no
 *	             | (0)    | (1)     |         | (3)     | (behind the end)
 *
 * The hot paths never look into a struct page, but at its number: any will do.
 */
#include "../../module/page_owner.c"

#include "hammer.h"
#include "world.h"

#define CHUNK MW_CHUNK_PAGES
/* Behind those that the threads of a storm get. */
#define A (MW_SLOT_FIRST + 50)
#define B (MW_SLOT_FIRST + 51)
#define USER_GFP (GFP_HIGHUSER_MOVABLE)
#define KERNEL_GFP (GFP_KERNEL)

static struct page *page_nr(unsigned long pfn)
{
	return pfn_to_page(pfn);
}

/* Instead of that of the machine's memory. */
static int begin(struct kunit *test)
{
	struct mw_page_map *map;

	world_init(test, MW_MAX_TASKS_MIN, false);
	KUNIT_ASSERT_EQ(test, mw_zone_events_init(), 0);
	map = map_new(4);
	KUNIT_ASSERT_NOT_NULL(test, map);
	KUNIT_ASSERT_EQ(test, chunk_add(map, 0, NUMA_NO_NODE), 0);
	KUNIT_ASSERT_EQ(test, chunk_add(map, 1, NUMA_NO_NODE), 0);
	KUNIT_ASSERT_EQ(test, chunk_add(map, 3, NUMA_NO_NODE), 0);
	rcu_assign_pointer(mw_page_map, map);
	return 0;
}

static void end(struct kunit *test)
{
	map_free(rcu_dereference_raw(mw_page_map));
	RCU_INIT_POINTER(mw_page_map, NULL);
	mw_zone_events_exit();
	world_exit(test);
}

static void alloc(unsigned int slot, unsigned long pfn, unsigned int order, gfp_t gfp)
{
	world_counts_for(slot);
	mw_page_owner_alloc(page_nr(pfn), order, gfp);
	world_counts_end();
}

static void free_block(unsigned long pfn, unsigned int order)
{
	preempt_disable();
	mw_page_owner_free(page_nr(pfn), order);
	preempt_enable();
}

static s64 owned(unsigned int slot, unsigned int kind)
{
	struct mw_slot_pages pages;

	mw_slot_read(slot, NULL, &pages);
	return pages.allocs[kind] - pages.frees[kind];
}

static u16 entry_of(unsigned long pfn)
{
	u16 *entry, value;

	preempt_disable();
	entry = mw_page_entry(pfn);
	value = entry ? *entry : U16_MAX;
	preempt_enable();
	return value;
}

/* Entries of the whole map that say @owner. */
static unsigned long entries_of(u16 owner)
{
	struct mw_page_map *map = rcu_dereference_raw(mw_page_map);
	unsigned long count = 0;

	for (unsigned long nr = 0; nr < map->nr_chunks; nr++)
		for (unsigned long i = 0; map->chunks[nr] && i < CHUNK; i++)
			count += map->chunks[nr][i] == owner;
	return count;
}

/*
 * A block of order 3 at 8, and how it is given back: whole, in halves, page by
 * page, half of it only, and as the middle of a larger free.
 *
 *	  8   9   10  11  12  13  14  15
 *	|-------------- A ---------------|
 */
static void a_block_may_be_freed_in_any_pieces(struct kunit *test)
{
	static const struct {
		struct {
			unsigned long pfn;
			int order;
		} frees[9];
		s64 left;
	} cases[] = {
		{ { { 8, 3 }, { 0, -1 } }, 0 },
		{ { { 8, 2 }, { 12, 2 }, { 0, -1 } }, 0 },
		{ { { 12, 2 }, { 8, 0 }, { 9, 0 }, { 10, 1 }, { 0, -1 } }, 0 },
		{ { { 15, 0 }, { 14, 0 }, { 13, 0 }, { 12, 0 }, { 11, 0 }, { 10, 0 }, { 9, 0 },
		    { 8, 0 }, { 0, -1 } }, 0 },
		{ { { 12, 2 }, { 0, -1 } }, 4 },
		{ { { 0, 4 }, { 0, -1 } }, 0 },
		{ { { 0, -1 } }, 8 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		alloc(A, 8, 3, USER_GFP);
		KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 8);
		for (int n = 0; cases[i].frees[n].order >= 0; n++)
			free_block(cases[i].frees[n].pfn, cases[i].frees[n].order);
		KUNIT_EXPECT_EQ_MSG(test, owned(A, MW_USER), cases[i].left, "case %d", i);
		KUNIT_EXPECT_EQ(test, entries_of(A << 1 | MW_USER), cases[i].left);
		free_block(0, 4);
		KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 0);
	}
}

/*
 * A block that is freed as one may have had several owners, and holes:
 *
 *	  0   1   2   3   4   5   6   7
 *	| A | A | B | B | - | A*| A*| - |	* kernel, - never seen
 */
static void whoever_frees_each_owner_is_charged(struct kunit *test)
{
	struct mw_slot_pages unseen;

	alloc(A, 0, 1, USER_GFP);
	alloc(B, 2, 1, USER_GFP);
	alloc(A, 5, 0, KERNEL_GFP);
	alloc(A, 6, 0, KERNEL_GFP);
	KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 2);
	KUNIT_EXPECT_EQ(test, owned(A, MW_KERNEL), 2);
	KUNIT_EXPECT_EQ(test, owned(B, MW_USER), 2);
	free_block(0, 3);
	KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 0);
	KUNIT_EXPECT_EQ(test, owned(A, MW_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, owned(B, MW_USER), 0);
	mw_slot_read(MW_SLOT_UNSEEN, NULL, &unseen);
	KUNIT_EXPECT_EQ(test, unseen.frees[MW_KERNEL], 2);
	for (unsigned long pfn = 0; pfn < 8; pfn++)
		KUNIT_EXPECT_EQ(test, entry_of(pfn), 0);
}

/* At the edges of chunks, in the hole, and behind the end. */
static void holes_are_counted_as_unmapped(struct kunit *test)
{
	static const struct {
		unsigned long pfn;
		unsigned int order;
		bool mapped;
	} cases[] = {
		{ 0, 0, true }, { CHUNK - 1, 0, true }, { CHUNK, 10, true },
		{ 2 * CHUNK - 1, 0, true }, { 2 * CHUNK, 0, false }, { 3 * CHUNK - 4, 2, false },
		{ 3 * CHUNK, 3, true }, { 4 * CHUNK - 1, 0, true }, { 4 * CHUNK, 0, false },
		{ 1UL << 30, 4, false },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long pages = 1UL << cases[i].order;
		u64 allocs = mw_unmapped_allocs(), frees = mw_unmapped_frees();

		alloc(A, cases[i].pfn, cases[i].order, USER_GFP);
		KUNIT_EXPECT_EQ_MSG(test, owned(A, MW_USER), cases[i].mapped ? pages : 0,
				    "case %d", i);
		KUNIT_EXPECT_EQ(test, entry_of(cases[i].pfn),
				cases[i].mapped ? A << 1 | MW_USER : U16_MAX);
		free_block(cases[i].pfn, cases[i].order);
		KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 0);
		KUNIT_EXPECT_EQ(test, mw_unmapped_allocs() - allocs, cases[i].mapped ? 0 : pages);
		KUNIT_EXPECT_EQ(test, mw_unmapped_frees() - frees, cases[i].mapped ? 0 : pages);
	}
}

static void a_failed_allocation_is_counted_as_such(struct kunit *test)
{
	u64 failed = mw_failed_allocs();

	preempt_disable();
	mw_page_owner_alloc(NULL, 0, USER_GFP);
	mw_page_owner_alloc(NULL, 3, USER_GFP);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, mw_failed_allocs(), failed + 2);
	KUNIT_EXPECT_EQ(test, world_sums().allocs[MW_USER], 0);
}

/* The tick asks for one event of each kind to be timed: it is counted as any other. */
static void a_timed_event_is_counted_once(struct kunit *test)
{
	u64 samples = mw_cost_samples(MW_EVENT_PAGE_ALLOC) + mw_cost_samples(MW_EVENT_PAGE_FREE);

	migrate_disable();
	mw_cost_ask();
	preempt_disable();
	mw_page_owner_alloc(page_nr(4), 0, USER_GFP);
	mw_page_owner_free(page_nr(4), 0);
	preempt_enable();
	migrate_enable();
	KUNIT_EXPECT_EQ(test, world_sums().allocs[MW_USER], 1);
	KUNIT_EXPECT_EQ(test, world_sums().frees[MW_USER], 1);
	KUNIT_EXPECT_EQ(test, mw_cost_samples(MW_EVENT_PAGE_ALLOC) +
			mw_cost_samples(MW_EVENT_PAGE_FREE), samples + 2);
}

/* Bulk allocation: some of its pages were counted by mm_page_alloc before. */
static void a_page_is_not_counted_twice(struct kunit *test)
{
	u64 unmapped = mw_unmapped_allocs();

	alloc(A, 10, 0, KERNEL_GFP);
	world_counts_for(B);
	mw_page_owner_alloc_unless_seen(page_nr(10), MW_KERNEL);
	mw_page_owner_alloc_unless_seen(page_nr(11), MW_KERNEL);
	mw_page_owner_alloc_unless_seen(page_nr(2 * CHUNK), MW_KERNEL);
	world_counts_end();
	KUNIT_EXPECT_EQ(test, owned(A, MW_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, owned(B, MW_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, mw_unmapped_allocs(), unmapped + 1);
}

/* Migration: owners change places, counts do not. */
static void contents_move_with_their_owner(struct kunit *test)
{
	alloc(A, 16, 2, USER_GFP);
	alloc(B, 32, 2, USER_GFP);
	preempt_disable();
	mw_page_owner_swap(page_nr(32), page_nr(16), 4);
	mw_page_owner_swap(page_nr(2 * CHUNK), page_nr(16), 4);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, entry_of(32), A << 1 | MW_USER);
	KUNIT_EXPECT_EQ(test, entry_of(19), B << 1 | MW_USER);
	KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 4);
	free_block(16, 2);
	KUNIT_EXPECT_EQ(test, owned(B, MW_USER), 0);
	KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 4);
}

static void pages_of_the_dying_go_to_orphans(struct kunit *test)
{
	alloc(A, 0, 4, USER_GFP);
	alloc(A, 3 * CHUNK, 2, KERNEL_GFP);
	alloc(B, 64, 3, USER_GFP);
	world_fold();
	mw_slot(A)->state = MW_SLOT_DYING;
	mw_page_owner_disown();
	mw_slot(A)->state = MW_SLOT_FREE;
	KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 0);
	KUNIT_EXPECT_EQ(test, owned(A, MW_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, owned(MW_SLOT_ORPHANS, MW_USER), 16);
	KUNIT_EXPECT_EQ(test, owned(MW_SLOT_ORPHANS, MW_KERNEL), 4);
	KUNIT_EXPECT_EQ(test, owned(B, MW_USER), 8);
	free_block(0, 4);
	KUNIT_EXPECT_EQ(test, owned(MW_SLOT_ORPHANS, MW_USER), 0);
}

static void forgetting_leaves_no_entry(struct kunit *test)
{
	alloc(A, 0, 4, USER_GFP);
	alloc(B, 3 * CHUNK, 0, USER_GFP);
	mw_page_owner_clear();
	KUNIT_EXPECT_EQ(test, entries_of(0), 3 * CHUNK);
}

static void the_size_of_the_map_is_known(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mw_page_owner_bytes(),
			sizeof(struct mw_page_map) + 4 * sizeof(u16 *) + 3 * CHUNK * sizeof(u16));
}

/*
 * The machine's own memory: a page in use is adopted, one that is free is not, nor
 * one that somebody was seen to allocate. A block without references is in use if it is
 * compound: so slabs are in 7.3, and huge pages in their pool.
 */
static void pages_in_use_are_adopted(struct kunit *test)
{
	struct page *used = alloc_pages(GFP_KERNEL, 0);
	struct page *compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	struct page *seen = alloc_pages(GFP_KERNEL, 0);
	struct page *frozen = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	KUNIT_ASSERT_TRUE(test, used && compound && seen && frozen);
	KUNIT_ASSERT_TRUE(test, page_ref_freeze(frozen, 1));
	end(test);
	world_init(test, MW_MAX_TASKS_MIN, true);
	KUNIT_ASSERT_EQ(test, mw_zone_events_init(), 0);
	alloc(A, page_to_pfn(seen), 0, KERNEL_GFP);
	mw_page_owner_adopt();
	KUNIT_EXPECT_EQ(test, entry_of(page_to_pfn(used)), MW_SLOT_UNKNOWN << 1 | MW_KERNEL);
	KUNIT_EXPECT_EQ(test, entry_of(page_to_pfn(compound)), MW_SLOT_UNKNOWN << 1 | MW_KERNEL);
	KUNIT_EXPECT_EQ(test, entry_of(page_to_pfn(compound) + 7),
			MW_SLOT_UNKNOWN << 1 | MW_KERNEL);
	KUNIT_EXPECT_EQ(test, entry_of(page_to_pfn(frozen) + 3),
			MW_SLOT_UNKNOWN << 1 | MW_KERNEL);
	KUNIT_EXPECT_EQ(test, entry_of(page_to_pfn(seen)), A << 1 | MW_KERNEL);
	KUNIT_EXPECT_GT(test, owned(MW_SLOT_UNKNOWN, MW_KERNEL), 8);
	KUNIT_EXPECT_EQ(test, owned(MW_SLOT_UNKNOWN, MW_KERNEL),
			entries_of(MW_SLOT_UNKNOWN << 1 | MW_KERNEL));
	KUNIT_EXPECT_EQ(test, owned(MW_SLOT_UNKNOWN, MW_USER),
			entries_of(MW_SLOT_UNKNOWN << 1 | MW_USER));
	mw_page_owner_exit();
	__free_pages(used, 0);
	__free_pages(compound, 3);
	page_ref_unfreeze(frozen, 1);
	__free_pages(frozen, 2);
	__free_pages(seen, 0);
}

#ifdef CONFIG_MEMORY_HOTPLUG

/* Chunk 2 comes, then two behind the end; 1 goes with pages still in it. */
static void memory_comes_and_goes(struct kunit *test)
{
	struct mw_page_map *map;
	struct memory_notify range = { .start_pfn = 2 * CHUNK, .nr_pages = CHUNK };

	KUNIT_EXPECT_EQ(test, on_hotplug(NULL, MEM_GOING_ONLINE, &range), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, entry_of(2 * CHUNK), 0);
	range.start_pfn = 5 * CHUNK;
	on_hotplug(NULL, MEM_GOING_ONLINE, &range);
	map = rcu_dereference_raw(mw_page_map);
	KUNIT_EXPECT_EQ(test, map->nr_chunks, 6);
	KUNIT_EXPECT_EQ(test, entry_of(4 * CHUNK), U16_MAX);
	KUNIT_EXPECT_EQ(test, entry_of(5 * CHUNK + 5), 0);

	alloc(A, CHUNK + 3, 0, USER_GFP);
	alloc(A, 3, 0, USER_GFP);
	range.start_pfn = CHUNK;
	on_hotplug(NULL, MEM_OFFLINE, &range);
	on_hotplug(NULL, MEM_OFFLINE, &range);
	KUNIT_EXPECT_EQ(test, entry_of(CHUNK + 3), U16_MAX);
	KUNIT_EXPECT_EQ(test, owned(A, MW_USER), 1);

	/* Less than a chunk goes: the rest of it is still in use. */
	range.start_pfn = 3 * CHUNK;
	range.nr_pages = CHUNK / 2;
	on_hotplug(NULL, MEM_OFFLINE, &range);
	KUNIT_EXPECT_EQ(test, entry_of(3 * CHUNK), 0);
	on_hotplug(NULL, MEM_ONLINE, &range);
	KUNIT_EXPECT_EQ(test, map->nr_chunks, 6);
}

#endif /* CONFIG_MEMORY_HOTPLUG */

/* --- everything at once ------------------------------------------------------- */

#define STORM_BLOCKS 64

/*
 * Each thread has blocks of its own, which it allocates and frees in pieces; every
 * other block it leaves for interrupts to free.
 */
struct storm {
	atomic_long_t for_irq[STORM_BLOCKS];
	atomic_t next;
};

/* Leaves a block to an interrupt, unless the place is taken. */
static bool leave(struct storm *storm, unsigned long pfn)
{
	unsigned int at = (unsigned int)atomic_inc_return(&storm->next) % STORM_BLOCKS;

	return !atomic_long_cmpxchg(&storm->for_irq[at], 0, pfn);
}

static void storm_thread(void *arg, unsigned int nr)
{
	struct storm *storm = arg;
	unsigned long first = 4096 * (nr + 1);

	for (unsigned long pfn = first; pfn < first + 4096; pfn += 8) {
		u16 *entry;

		preempt_disable();
		entry = mw_page_entry(pfn);
		/*
		 * Else an interrupt has not come to it yet, or is still at it: it clears
		 * the last of the four last. The kernel gives no page away before it was
		 * freed whole.
		 */
		if (!READ_ONCE(entry[3])) {
			mw_page_owner_alloc(page_nr(pfn), 2, USER_GFP);
			mw_page_owner_alloc(page_nr(pfn + 4), 0, KERNEL_GFP);
			mw_page_owner_free(page_nr(pfn + 4), 0);
			if (pfn % 16 || !leave(storm, pfn)) {
				mw_page_owner_free(page_nr(pfn + 2), 1);
				mw_page_owner_free(page_nr(pfn), 0);
				mw_page_owner_free(page_nr(pfn + 1), 0);
			}
		}
		preempt_enable();
	}
}

static void storm_interrupt(void *arg)
{
	struct storm *storm = arg;

	for (int i = 0; i < 8; i++) {
		unsigned int at = (unsigned int)atomic_inc_return(&storm->next) % STORM_BLOCKS;
		unsigned long pfn = atomic_long_xchg(&storm->for_irq[at], 0);

		if (pfn)
			mw_page_owner_free(page_nr(pfn), 2);
	}
}

/* The test's own thread is the janitor: a pseudo-owner dies again and again. */
static void storm_watch(struct kunit *test, void *arg)
{
	alloc(A, 3 * CHUNK, 5, USER_GFP);
	world_counts_for(B);
	world_counts_end();
	mw_slot(A)->state = MW_SLOT_DYING;
	mw_page_owner_disown();
	mw_slot(A)->state = MW_SLOT_FREE;
	KUNIT_EXPECT_EQ(test, entries_of(A << 1 | MW_USER), 0);
	free_block(3 * CHUNK, 5);
}

/* Pages owned by anybody are the entries that say so: owner by owner. */
static void every_entry_is_counted_for_its_owner(struct kunit *test)
{
	struct storm *storm = kunit_kzalloc(test, sizeof(*storm), GFP_KERNEL);
	const struct hammer hammer = { storm_thread, storm_interrupt, storm_interrupt, storm };
	unsigned long left = 0;

	KUNIT_ASSERT_NOT_NULL(test, storm);
	hammer_run(test, &hammer, 4, 2000, storm_watch);
	world_fold();
	for (unsigned int slot = MW_SLOT_UNKNOWN; slot < mw_task_slots(); slot++) {
		for (int kind = 0; kind < MW_KINDS; kind++) {
			KUNIT_EXPECT_EQ_MSG(test, owned(slot, kind),
					    entries_of(slot << 1 | kind), "slot %u", slot);
			left += entries_of(slot << 1 | kind);
		}
	}
	KUNIT_EXPECT_LE(test, left, 4 * STORM_BLOCKS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_block_may_be_freed_in_any_pieces),
	KUNIT_CASE(whoever_frees_each_owner_is_charged),
	KUNIT_CASE(holes_are_counted_as_unmapped),
	KUNIT_CASE(a_failed_allocation_is_counted_as_such),
	KUNIT_CASE(a_timed_event_is_counted_once),
	KUNIT_CASE(a_page_is_not_counted_twice),
	KUNIT_CASE(contents_move_with_their_owner),
	KUNIT_CASE(pages_of_the_dying_go_to_orphans),
	KUNIT_CASE(forgetting_leaves_no_entry),
	KUNIT_CASE(the_size_of_the_map_is_known),
	KUNIT_CASE(pages_in_use_are_adopted),
#ifdef CONFIG_MEMORY_HOTPLUG
	KUNIT_CASE(memory_comes_and_goes),
#endif
	KUNIT_CASE_SLOW(every_entry_is_counted_for_its_owner),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_page_owner",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * page_owner.c - the page map: its chunks, memory hot-plug, and the pages that
 * were there before us. The hot side is in page_owner.h.
 *
 * A block of order n has 2^n entries, so a block that is split and freed
 * piecemeal comes out right. A page that is freed without having been seen
 * allocated (compaction's spare targets, contiguous ranges) has entry 0 and is
 * counted as allocated and freed at once.
 */
#include <linux/memory.h>
#include <linux/nodemask.h>
#include <linux/page_ref.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat/compat.h"
#include "cost.h"
#include "page_owner.h"
#include "zone_events.h"

struct mw_page_map __rcu *mw_page_map;

/* Serialises changes of the map: load, unload and the hot-plug notifier. */
static DEFINE_MUTEX(map_lock);

static struct mw_page_map *map_get(void)
{
	return rcu_dereference_protected(mw_page_map, lockdep_is_held(&map_lock));
}

static size_t map_bytes(unsigned long nr_chunks)
{
	return sizeof(struct mw_page_map) + nr_chunks * sizeof(u16 *);
}

static struct mw_page_map *map_new(unsigned long nr_chunks)
{
	struct mw_page_map *map = kvzalloc(map_bytes(nr_chunks), GFP_KERNEL);

	if (map)
		map->nr_chunks = nr_chunks;
	return map;
}

static void map_free(struct mw_page_map *map)
{
	if (!map)
		return;
	for (unsigned long nr = 0; nr < map->nr_chunks; nr++)
		kvfree(map->chunks[nr]);
	kvfree(map);
}

static int chunk_add(struct mw_page_map *map, unsigned long nr, int node)
{
	u16 *chunk;

	if (map->chunks[nr])
		return 0;
	chunk = kvzalloc_node(MW_CHUNK_PAGES * sizeof(u16), GFP_KERNEL, node);
	if (!chunk)
		return -ENOMEM;
	/* A probe that reads the pointer sees the zeros behind it. */
	smp_store_release(&map->chunks[nr], chunk);
	return 0;
}

/* One past the highest page frame of any node that is online. */
static unsigned long highest_pfn(void)
{
	unsigned long end = 0;
	int node;

	for_each_online_node(node)
		end = max(end, mw_node_end_pfn(node));
	return end;
}

/* @pfn: the first page frame of each chunk that @node may have memory in. */
#define for_each_node_chunk(pfn, node)						\
	for ((pfn) = ALIGN_DOWN(NODE_DATA(node)->node_start_pfn, MW_CHUNK_PAGES);	\
	     (pfn) < mw_node_end_pfn(node); (pfn) += MW_CHUNK_PAGES)

static int map_fill(struct mw_page_map *map)
{
	unsigned long pfn;
	int node, err;

	for_each_online_node(node) {
		for_each_node_chunk(pfn, node) {
			if (!mw_section_has_memory(pfn))
				continue;
			err = chunk_add(map, pfn >> MW_CHUNK_SHIFT, node);
			if (err)
				return err;
			cond_resched();
		}
	}
	return 0;
}

#ifdef CONFIG_MEMORY_HOTPLUG

/* Makes the map reach @end_pfn. */
static int map_reach(unsigned long end_pfn)
{
	struct mw_page_map *old = map_get();
	unsigned long nr_chunks = DIV_ROUND_UP(end_pfn, MW_CHUNK_PAGES);
	struct mw_page_map *map;

	if (nr_chunks <= old->nr_chunks)
		return 0;
	map = map_new(nr_chunks);
	if (!map)
		return -ENOMEM;
	memcpy(map->chunks, old->chunks, old->nr_chunks * sizeof(u16 *));
	rcu_assign_pointer(mw_page_map, map);
	synchronize_rcu();
	kvfree(old);
	return 0;
}

/* Memory that we have no room to watch is counted as unmapped, never refused. */
static void range_add(unsigned long start_pfn, unsigned long nr_pages)
{
	unsigned long end_pfn = start_pfn + nr_pages;

	if (map_reach(end_pfn))
		return;
	for (unsigned long nr = start_pfn >> MW_CHUNK_SHIFT;
	     nr < DIV_ROUND_UP(end_pfn, MW_CHUNK_PAGES); nr++)
		if (chunk_add(map_get(), nr, NUMA_NO_NODE))
			return;
}

/* Pages that leave with their owner still noted (poisoned ones) count as freed. */
static void chunk_remove(struct mw_page_map *map, unsigned long nr)
{
	u16 *chunk = map->chunks[nr];

	if (!chunk)
		return;
	WRITE_ONCE(map->chunks[nr], NULL);
	synchronize_rcu();
	for (unsigned long i = 0; i < MW_CHUNK_PAGES; i++)
		if (chunk[i])
			atomic64_inc(&mw_slot(chunk[i] >> 1)->frees[chunk[i] & 1]);
	kvfree(chunk);
}

static void range_remove(unsigned long start_pfn, unsigned long nr_pages)
{
	unsigned long end = min((start_pfn + nr_pages) >> MW_CHUNK_SHIFT, map_get()->nr_chunks);

	for (unsigned long nr = DIV_ROUND_UP(start_pfn, MW_CHUNK_PAGES); nr < end; nr++)
		chunk_remove(map_get(), nr);
}

static int on_hotplug(struct notifier_block *block, unsigned long action, void *arg)
{
	const struct memory_notify *range = arg;

	mutex_lock(&map_lock);
	if (action == MEM_GOING_ONLINE)
		range_add(range->start_pfn, range->nr_pages);
	else if (action == MEM_OFFLINE)
		range_remove(range->start_pfn, range->nr_pages);
	mutex_unlock(&map_lock);
	return NOTIFY_OK;
}

static struct notifier_block hotplug_block = { .notifier_call = on_hotplug };

#endif /* CONFIG_MEMORY_HOTPLUG */

/*
 * The notifier first: memory that comes while the map is filled waits for the
 * lock, and finds the map.
 */
int mw_page_owner_init(void)
{
	struct mw_page_map *map;
	int err;

	mutex_lock(&map_lock);
	map = map_new(DIV_ROUND_UP(highest_pfn(), MW_CHUNK_PAGES));
	err = map ? map_fill(map) : -ENOMEM;
	if (err) {
		map_free(map);
		goto out_unlock;
	}
	rcu_assign_pointer(mw_page_map, map);
out_unlock:
	mutex_unlock(&map_lock);
#ifdef CONFIG_MEMORY_HOTPLUG
	if (!err) {
		err = register_memory_notifier(&hotplug_block);
		if (err)
			mw_page_owner_exit();
	}
#endif
	return err;
}

/* No probe runs any more: the caller detached them and waited. */
void mw_page_owner_exit(void)
{
#ifdef CONFIG_MEMORY_HOTPLUG
	unregister_memory_notifier(&hotplug_block);
#endif
	mutex_lock(&map_lock);
	map_free(map_get());
	RCU_INIT_POINTER(mw_page_map, NULL);
	mutex_unlock(&map_lock);
}

size_t mw_page_owner_bytes(void)
{
	const struct mw_page_map *map;
	size_t bytes;

	mutex_lock(&map_lock);
	map = map_get();
	bytes = map_bytes(map->nr_chunks);
	for (unsigned long nr = 0; nr < map->nr_chunks; nr++)
		if (map->chunks[nr])
			bytes += MW_CHUNK_PAGES * sizeof(u16);
	mutex_unlock(&map_lock);
	return bytes;
}

/* The common case once more, with a clock beside it (cost.h). */
static void alloc_timed(u16 *entry, unsigned int kind)
{
	u64 begin_ns;

	mw_stock_alloc(0, kind);
	begin_ns = mw_cost_begin();
	WRITE_ONCE(*entry, (u16)mw_stock_alloc(1, kind));
	mw_cost_end(MW_EVENT_PAGE_ALLOC, begin_ns);
}

void mw_page_owner_alloc_slow(void *unused, struct page *page, unsigned int order, gfp_t gfp)
{
	unsigned long pages = 1UL << order;
	unsigned int kind = mw_page_kind(gfp);
	u16 *entry;

	if (unlikely(!page)) {
		this_cpu_inc(mw_cpu.failed_allocs);
		mw_zone_alloc_failed(order, gfp);
		return;
	}
	entry = mw_page_entry(page_to_pfn(page));
	if (unlikely(!entry))
		this_cpu_add(mw_cpu.unmapped_allocs, pages);
	else if (!order && mw_cost_asked(MW_EVENT_PAGE_ALLOC))
		alloc_timed(entry, kind);
	else
		memset16(entry, (u16)mw_stock_alloc(pages, kind), pages);
}

static void free_timed(u16 *entry)
{
	u32 owner = READ_ONCE(*entry);
	u64 begin_ns;

	mw_stock_free(owner, 0);
	begin_ns = mw_cost_begin();
	WRITE_ONCE(*entry, 0);
	mw_stock_free(owner, 1);
	mw_cost_end(MW_EVENT_PAGE_FREE, begin_ns);
}

/*
 * Pieces of a block may have had different owners, but mostly it has one: runs
 * of equal entries are counted at once. At most 2^10 entries (the largest
 * order), about 4 instructions each.
 */
void mw_page_owner_free_slow(void *unused, struct page *page, unsigned int order)
{
	unsigned long pages = 1UL << order;
	u16 *entry = mw_page_entry(page_to_pfn(page));
	unsigned long begin = 0;

	if (unlikely(!entry)) {
		this_cpu_add(mw_cpu.unmapped_frees, pages);
		return;
	}
	if (!order && mw_cost_asked(MW_EVENT_PAGE_FREE)) {
		free_timed(entry);
		return;
	}
	while (begin < pages) {
		u16 owner = READ_ONCE(entry[begin]);
		unsigned long end = begin;

		while (end < pages && READ_ONCE(entry[end]) == owner)
			WRITE_ONCE(entry[end++], 0);
		mw_stock_free(owner, end - begin);
		begin = end;
	}
}

void mw_page_owner_alloc_unless_seen(struct page *page, unsigned int kind)
{
	u16 *entry = mw_page_entry(page_to_pfn(page));

	if (unlikely(!entry))
		this_cpu_inc(mw_cpu.unmapped_allocs);
	else if (!READ_ONCE(*entry))
		WRITE_ONCE(*entry, (u16)mw_stock_alloc(1, kind));
}

void mw_page_owner_swap(struct page *new, struct page *old, unsigned long pages)
{
	u16 *to = mw_page_entry(page_to_pfn(new));
	u16 *from = mw_page_entry(page_to_pfn(old));

	if (unlikely(!to || !from))
		return;
	for (unsigned long i = 0; i < pages; i++) {
		u16 owner = READ_ONCE(from[i]);

		WRITE_ONCE(from[i], READ_ONCE(to[i]));
		WRITE_ONCE(to[i], owner);
	}
}

/*
 * Is it in use, as the head of a block or alone? Slabs and what kmalloc()
 * takes from the page allocator hold no reference in 7.3 ("frozen" pages), nor do the huge
 * pages of hugetlb's pool on any kernel. All of these are compound but for slabs of one
 * page; pages are neither when they are free.
 */
static bool is_in_use(struct page *page)
{
	return page_ref_count(page) || PageSlab(page) || PageHead(page);
}

/*
 * How many pages from @page on are in use by someone, as one unit; 0 with the
 * number to pass over in @ret_skip if they are free, reserved or not to be
 * told. Looks without a lock, as page_owner and compaction do: what it reads of
 * a page that changes under it may be stale, never dangerous.
 */
static unsigned long pages_in_use(struct page *page, unsigned long *ret_skip)
{
	unsigned int order;

	*ret_skip = 1;
	if (PageBuddy(page)) {
		order = (unsigned int)READ_ONCE(page_private(page));
		if (order < MW_NR_PAGE_ORDERS)
			*ret_skip = 1UL << order;
		return 0;
	}
	/*
	 * Pages on a CPU's free list and the tails of blocks that are not
	 * compound look alike: nothing is known of them. They are not adopted; the
	 * free of such a tail is counted as unseen.
	 */
	if (PageReserved(page) || !is_in_use(page))
		return 0;
	if (!PageHead(page))
		return 1;
	order = compound_order(page);
	if (order >= MW_NR_PAGE_ORDERS)
		return 1;
	*ret_skip = 1UL << order;
	return 1UL << order;
}

/*
 * Unless someone was seen to allocate it meanwhile, or a free came between.
 * Returns how many of the entries were set.
 */
static unsigned long adopt(struct page *page, u16 *entry, unsigned long pages, u16 owner)
{
	unsigned long adopted = 0;

	for (unsigned long i = 0; i < pages; i++)
		if (!cmpxchg(&entry[i], 0, owner))
			adopted++;
	if (adopted && !is_in_use(page))
		for (unsigned long i = 0; i < pages; i++)
			if (cmpxchg(&entry[i], owner, 0) == owner)
				adopted--;
	return adopted;
}

static void adopt_chunk(unsigned long first_pfn, u16 *chunk)
{
	struct mw_slot *unknown = mw_slot(MW_SLOT_UNKNOWN);
	unsigned long end_pfn = first_pfn + MW_CHUNK_PAGES;
	unsigned long pfn = first_pfn;

	while (pfn < end_pfn) {
		struct page *page = pfn_to_online_page(pfn);
		unsigned long skip = 1;
		unsigned long pages = page ? pages_in_use(page, &skip) : 0;

		pages = min(pages, end_pfn - pfn);
		if (pages) {
			/* What is on an LRU list is anonymous memory or page cache. */
			unsigned int kind = PageLRU(page) ? MW_USER : MW_KERNEL;

			atomic64_add(adopt(page, chunk + (pfn & MW_CHUNK_MASK), pages,
					   MW_SLOT_UNKNOWN << 1 | kind),
				     &unknown->allocs[kind]);
		}
		pfn += skip;
	}
}

void mw_page_owner_adopt(void)
{
	struct mw_page_map *map;

	mutex_lock(&map_lock);
	map = map_get();
	for (unsigned long nr = 0; nr < map->nr_chunks; nr++) {
		if (!map->chunks[nr])
			continue;
		adopt_chunk(nr << MW_CHUNK_SHIFT, map->chunks[nr]);
		cond_resched();
	}
	mutex_unlock(&map_lock);
}

/*
 * A free on another CPU loads the entry, stores 0 and counts for whom it loaded.
 * If our exchange comes between, both count the page: the free for the slot, we
 * for [orphans]. The sum of the two slots is right all the same, and when the
 * slot's counts are added to those of [orphans], each is.
 */
static void disown_entry(u16 *entry)
{
	u16 owner = READ_ONCE(*entry);
	u16 orphan = MW_SLOT_ORPHANS << 1 | (owner & 1);
	struct mw_slot *slot = mw_slot(owner >> 1);

	if (!owner || READ_ONCE(slot->state) != MW_SLOT_DYING)
		return;
	if (cmpxchg(entry, owner, orphan) != owner)
		return;
	atomic64_inc(&mw_slot(MW_SLOT_ORPHANS)->allocs[owner & 1]);
	atomic64_dec(&slot->allocs[owner & 1]);
}

void mw_page_owner_disown(void)
{
	struct mw_page_map *map;

	mutex_lock(&map_lock);
	map = map_get();
	for (unsigned long nr = 0; nr < map->nr_chunks; nr++) {
		for (unsigned long i = 0; map->chunks[nr] && i < MW_CHUNK_PAGES; i++)
			disown_entry(&map->chunks[nr][i]);
		cond_resched();
	}
	mutex_unlock(&map_lock);
}

void mw_page_owner_clear(void)
{
	struct mw_page_map *map;

	mutex_lock(&map_lock);
	map = map_get();
	for (unsigned long nr = 0; nr < map->nr_chunks; nr++) {
		if (map->chunks[nr])
			memset(map->chunks[nr], 0, MW_CHUNK_PAGES * sizeof(u16));
		cond_resched();
	}
	mutex_unlock(&map_lock);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab.c - the table of slab caches, and reading it. The hot side is in slab.h:
 * it finds a cache by its address and counts on its own CPU.
 *
 * Counts begin when counting is switched on: live objects are those allocated
 * since then and not yet freed, less older ones that were freed.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmstat.h>

#include "slab.h"
#include "slab_name.h"
#include "slab_totals.h"

struct mw_slab_entry mw_slab_entries[MW_SLAB_ENTRIES];
struct mw_slab_counts __percpu *mw_slab_counts;

/* @entries_lock: taking an entry of the hash; innermost, interrupts off. */
static DEFINE_RAW_SPINLOCK(entries_lock);
static atomic64_t overflowed;

/* @growth_lock: growth of entries and totals. */
static DEFINE_MUTEX(growth_lock);
static struct mw_growth *growth;
static char (*names)[MW_SLAB_NAME_MAX];
static DEFINE_PER_CPU(unsigned long, large_bytes);

/* Places looked at for a cache before it is [other]. */
#define MW_SLAB_NEIGHBOURHOOD 16

/* The classes of kmalloc(), smallest first; what is larger is made of pages. */
static const struct {
	unsigned int size;
	const char *name;
} classes[] = {
	{ 8, "kmalloc-8" }, { 16, "kmalloc-16" }, { 32, "kmalloc-32" },
	{ 64, "kmalloc-64" }, { 96, "kmalloc-96" }, { 128, "kmalloc-128" },
	{ 192, "kmalloc-192" }, { 256, "kmalloc-256" }, { 512, "kmalloc-512" },
	{ 1024, "kmalloc-1k" }, { 2048, "kmalloc-2k" }, { 4096, "kmalloc-4k" },
	{ 8192, "kmalloc-8k" }, { 0, "kmalloc-large" },
};

#define MW_SLAB_LARGE (MW_SLAB_KMALLOC + ARRAY_SIZE(classes) - 1)

/* Classes of sizes up to 192, by (size - 1) / 8; larger ones are powers of two. */
static const u8 small_classes[] = {
	0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
};

static __always_inline unsigned int class_of(size_t size)
{
	if (likely(size <= 192))
		return MW_SLAB_KMALLOC + small_classes[(size - !!size) >> 3];
	if (unlikely(size > 8192))
		return MW_SLAB_LARGE;
	return MW_SLAB_KMALLOC + fls64(size - 1) - 1;
}

static void name_fixed_entries(void)
{
	BUILD_BUG_ON(MW_SLAB_KMALLOC + ARRAY_SIZE(classes) != MW_SLAB_OTHER);
	BUILD_BUG_ON(sizeof(struct mw_slab_entry) != 1 << MW_SLAB_STRIDE_SHIFT);
	BUILD_BUG_ON(sizeof(struct mw_slab_counts) != 1 << MW_SLAB_STRIDE_SHIFT);

	strscpy(names[MW_SLAB_OTHER], "[other]", MW_SLAB_NAME_MAX);
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++) {
		mw_slab_entries[MW_SLAB_KMALLOC + i].size = classes[i].size;
		strscpy(names[MW_SLAB_KMALLOC + i], classes[i].name, MW_SLAB_NAME_MAX);
	}
}

int mw_slab_init(void)
{
	u64 now_ns = ktime_get_boottime_ns();

	mw_slab_name_learn();
	names = kvcalloc(MW_SLAB_ENTRIES, sizeof(*names), GFP_KERNEL);
	growth = kvcalloc(MW_SLAB_ENTRIES, sizeof(*growth), GFP_KERNEL);
	mw_slab_counts = __alloc_percpu(MW_SLAB_ENTRIES * sizeof(*mw_slab_counts),
					__alignof__(*mw_slab_counts));
	if (!names || !growth || !mw_slab_counts) {
		mw_slab_exit();
		return -ENOMEM;
	}
	name_fixed_entries();
	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++)
		mw_growth_begin(&growth[nr], now_ns, 0);
	return 0;
}

/* No probe counts any more. */
void mw_slab_exit(void)
{
	free_percpu(mw_slab_counts);
	kvfree(growth);
	kvfree(names);
	mw_slab_counts = NULL;
	growth = NULL;
	names = NULL;
}

size_t mw_slab_bytes(void)
{
	return MW_SLAB_ENTRIES * (sizeof(*mw_slab_entries) + sizeof(*names) + sizeof(*growth) +
				  num_possible_cpus() * sizeof(struct mw_slab_counts));
}

u64 mw_slab_overflowed(void)
{
	return atomic64_read(&overflowed);
}

static unsigned int neighbour(const struct kmem_cache *cache, unsigned int i)
{
	return ((mw_slab_home(cache) >> MW_SLAB_STRIDE_SHIFT) + i) & (MW_SLAB_HASHED - 1);
}

/* The entry of a cache, or the first free one of its neighbourhood, or [other]. */
static unsigned int find(const struct kmem_cache *cache)
{
	for (unsigned int i = 0; i < MW_SLAB_NEIGHBOURHOOD; i++) {
		/* Pairs with the release in mw_slab_entry_slow(). */
		const struct kmem_cache *there =
			smp_load_acquire(&mw_slab_entries[neighbour(cache, i)].cache);

		if (!there || there == cache)
			return neighbour(cache, i);
	}
	return MW_SLAB_OTHER;
}

/* An entry is filled in before its cache is set; entries are never given back. */
unsigned long mw_slab_entry_slow(const struct kmem_cache *cache)
{
	unsigned int nr = find(cache);
	struct mw_slab_entry *entry = &mw_slab_entries[nr];
	unsigned long flags;

	if (entry->cache == cache)
		return nr;
	raw_spin_lock_irqsave(&entries_lock, flags);
	nr = find(cache);
	entry = &mw_slab_entries[nr];
	if (nr == MW_SLAB_OTHER) {
		atomic64_inc(&overflowed);
	} else if (!entry->cache) {
		entry->size = kmem_cache_size((struct kmem_cache *)cache);
		mw_slab_name((struct kmem_cache *)cache, names[nr], MW_SLAB_NAME_MAX);
		/* Size and name stand before the cache can be found; find(). */
		smp_store_release(&entry->cache, cache);
	}
	raw_spin_unlock_irqrestore(&entries_lock, flags);
	return nr;
}

void mw_slab_kmalloc(size_t bytes_req)
{
	unsigned int nr = class_of(bytes_req);
	size_t bytes = mw_slab_entries[nr].size;

	if (unlikely(!bytes)) {
		bytes = PAGE_SIZE << get_order(bytes_req);
		this_cpu_add(large_bytes, bytes);
	}
	this_cpu_inc(mw_slab_counts[nr].allocs);
	mw_stock_slab(bytes);
}

/* ksize() of a kmalloc object is the size of its class, or of its pages. */
void mw_slab_kfree(const void *object)
{
	size_t bytes = ksize(object);
	unsigned int nr = class_of(bytes);

	if (unlikely(nr == MW_SLAB_LARGE))
		this_cpu_sub(large_bytes, bytes);
	this_cpu_inc(mw_slab_counts[nr].frees);
}

/* Frees first, so that an object in flight shows as live rather than as less than none. */
static void sum_counts(unsigned int nr, u64 *ret_allocs, u64 *ret_frees)
{
	unsigned int cpu;

	*ret_allocs = 0;
	*ret_frees = 0;
	for_each_possible_cpu(cpu)
		*ret_frees += READ_ONCE(per_cpu_ptr(mw_slab_counts, cpu)[nr].frees);
	smp_rmb();	/* a free that is seen was an allocation before; mw_slab_alloc() */
	for_each_possible_cpu(cpu)
		*ret_allocs += READ_ONCE(per_cpu_ptr(mw_slab_counts, cpu)[nr].allocs);
}

/* [other] is of caches. */
static bool is_kmalloc(unsigned int nr)
{
	return nr >= MW_SLAB_KMALLOC && nr < MW_SLAB_OTHER;
}

u64 mw_slab_events(bool kmalloc, bool freed)
{
	u64 sum = 0, allocs, frees;

	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++) {
		if (is_kmalloc(nr) != kmalloc)
			continue;
		sum_counts(nr, &allocs, &frees);
		sum += freed ? frees : allocs;
	}
	return sum;
}

static s64 live_kb(unsigned int nr, s64 live_objects)
{
	unsigned long bytes = 0;
	unsigned int cpu;

	if (nr != MW_SLAB_LARGE)
		return live_objects * (s64)mw_slab_entries[nr].size / 1024;
	for_each_possible_cpu(cpu)
		bytes += READ_ONCE(per_cpu(large_bytes, cpu));
	return (s64)bytes / 1024;
}

bool mw_slab_read(unsigned int nr, u64 now_ns, struct mw_slab_record *ret_record)
{
	sum_counts(nr, &ret_record->allocs, &ret_record->frees);
	if (!ret_record->allocs && !ret_record->frees)
		return false;
	ret_record->name = names[nr];
	ret_record->live_objects = (s64)(ret_record->allocs - ret_record->frees);
	ret_record->live_kb = live_kb(nr, ret_record->live_objects);
	ret_record->growth_kb = ret_record->live_kb;
	mutex_lock(&growth_lock);
	ret_record->growth = growth[nr];
	mutex_unlock(&growth_lock);
	mw_growth_update(&ret_record->growth, now_ns, (u64)ret_record->live_kb);
	return true;
}

void mw_slab_tick(u64 held_ns, u64 now_ns)
{
	u64 allocs, frees;

	mutex_lock(&growth_lock);
	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++) {
		sum_counts(nr, &allocs, &frees);
		if (allocs || frees)
			mw_growth_update_since(&growth[nr], held_ns, now_ns,
					       (u64)live_kb(nr, (s64)(allocs - frees)), NULL);
	}
	mutex_unlock(&growth_lock);
}

/* A name may stand for several caches, made one after the other. */
bool mw_slab_live_kb(const char *name, u64 *ret_kb)
{
	u64 kb = 0, allocs, frees;
	bool found = false;

	if (!name) {
		*ret_kb = mw_slab_total_kb(MW_SLAB_RECLAIMABLE) +
			  mw_slab_total_kb(MW_SLAB_UNRECLAIMABLE);
		return true;
	}
	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++) {
		sum_counts(nr, &allocs, &frees);
		if ((!allocs && !frees) || strcmp(names[nr], name))
			continue;
		kb += max(live_kb(nr, (s64)(allocs - frees)), (s64)0);
		found = true;
	}
	if (found)
		*ret_kb = kb;
	return found;
}

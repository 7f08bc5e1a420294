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
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmstat.h>

#include "compat/probe_context.h"
#include "slab.h"
#include "slab_class.h"
#include "slab_name.h"
#include "slab_totals.h"

const struct kmem_cache *mw_slab_caches[MW_SLAB_ENTRIES] = {
	[0 ... MW_SLAB_ENTRIES - 1] = MW_SLAB_NO_CACHE,
};
struct mw_slab_counts __percpu *mw_slab_counts;

unsigned int mw_slab_sizes[MW_SLAB_ENTRIES];

/* @entries_lock: taking an entry of the hash; innermost, interrupts off. */
static DEFINE_RAW_SPINLOCK(entries_lock);
static atomic64_t overflowed;

/* @growth_lock: growth of entries and totals. */
static DEFINE_MUTEX(growth_lock);
static struct mw_growth *growth;
static char (*names)[MW_SLAB_NAME_MAX];
static DEFINE_PER_CPU(unsigned long, large_bytes);

/* The last large object of kmalloc(): which, whose, and from where it was told of. */
static DEFINE_PER_CPU(struct {
	const struct page *head;
	const struct task_struct *task;
	unsigned long site;
}, last_large);

/* Places looked at for a cache before it is [other]. */
#define MW_SLAB_PLACES 17

#define MW_SLAB_LARGE (MW_SLAB_CLASSES + MW_SLAB_CLASS_LARGE)

static void name_fixed_entries(void)
{
	BUILD_BUG_ON(MW_SLAB_CLASSES + MW_SLAB_CLASS_LARGE + 1 != MW_SLAB_OTHER);

	strscpy(names[MW_SLAB_OTHER], "[other]", MW_SLAB_NAME_MAX);
	for (unsigned int i = 0; i <= MW_SLAB_CLASS_LARGE; i++) {
		mw_slab_sizes[MW_SLAB_CLASSES + i] = mw_slab_class_size(i);
		strscpy(names[MW_SLAB_CLASSES + i], mw_slab_class_name(i), MW_SLAB_NAME_MAX);
	}
}

/* A constructor keeps the cache from being merged with another. */
static void no_merge(void *object)
{
}

/* Objects of two pages, so that one reaches into a tail page; slab_page.h. */
static int learn_from_own_cache(void)
{
	struct kmem_cache *cache = kmem_cache_create(MW_SLAB_OWN_NAME, 2 * PAGE_SIZE, 0, 0,
						     no_merge);
	int err;

	if (!cache)
		return -ENOMEM;
	mw_slab_name_learn(cache);
	err = mw_slab_page_learn(cache);
	kmem_cache_destroy(cache);
	return err;
}

int mw_slab_init(void)
{
	int err = learn_from_own_cache();

	if (err)
		return err;
	names = kvcalloc(MW_SLAB_ENTRIES, sizeof(*names), GFP_KERNEL);
	growth = kvcalloc(MW_SLAB_ENTRIES, sizeof(*growth), GFP_KERNEL);
	mw_slab_counts = alloc_percpu(struct mw_slab_counts);
	if (!names || !growth || !mw_slab_counts) {
		mw_slab_exit();
		return -ENOMEM;
	}
	name_fixed_entries();
	mw_slab_begin();
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

void mw_slab_begin(void)
{
	u64 now_ns = ktime_get_boottime_ns();
	unsigned int cpu;

	mutex_lock(&growth_lock);
	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(mw_slab_counts, cpu), 0, sizeof(*mw_slab_counts));
		per_cpu(large_bytes, cpu) = 0;
	}
	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++)
		mw_growth_begin(&growth[nr], now_ns, 0);
	mutex_unlock(&growth_lock);
}

size_t mw_slab_bytes(void)
{
	return MW_SLAB_ENTRIES * (sizeof(*mw_slab_caches) + sizeof(*mw_slab_sizes) + sizeof(*names) +
				  sizeof(*growth)) +
	       num_possible_cpus() * sizeof(struct mw_slab_counts);
}

u64 mw_slab_overflowed(void)
{
	return atomic64_read(&overflowed);
}

/* Where a cache may be: at home first, then in a neighbourhood behind the homes. */
static unsigned int place(const struct kmem_cache *cache, unsigned int i)
{
	if (!i)
		return mw_slab_home(cache);
	return MW_SLAB_HOMES + ((mw_slab_behind(cache) + i - 1) & (MW_SLAB_DISPLACED - 1));
}

/* The entry of a cache, or the first free one of its places, or [other]. */
static unsigned int find(const struct kmem_cache *cache)
{
	for (unsigned int i = 0; i < MW_SLAB_PLACES; i++) {
		unsigned int nr = place(cache, i);
		/* Pairs with the release in mw_slab_entry_slow(). */
		const struct kmem_cache *there = smp_load_acquire(&mw_slab_caches[nr]);

		if (there == MW_SLAB_NO_CACHE || there == cache)
			return nr;
	}
	return MW_SLAB_OTHER;
}

/*
 * An entry is filled in before its cache is set; entries are never given back. Newer
 * kernels free objects in NMIs, too (kfree_call_rcu_nolock()): one may have come while
 * its CPU holds the lock.
 */
unsigned int mw_slab_entry_slow(const struct kmem_cache *cache)
{
	unsigned int nr = find(cache);
	unsigned long flags;

	if (mw_slab_caches[nr] == cache)
		return nr;
	if (in_nmi()) {
		atomic64_inc(&overflowed);
		return MW_SLAB_OTHER;
	}
	raw_spin_lock_irqsave(&entries_lock, flags);
	nr = find(cache);
	if (nr == MW_SLAB_OTHER) {
		atomic64_inc(&overflowed);
	} else if (mw_slab_caches[nr] == MW_SLAB_NO_CACHE) {
		mw_slab_sizes[nr] = kmem_cache_size((struct kmem_cache *)cache);
		mw_slab_name((struct kmem_cache *)cache, names[nr], MW_SLAB_NAME_MAX);
		/* Size and name stand before the cache can be found; find(). */
		smp_store_release(&mw_slab_caches[nr], cache);
	}
	raw_spin_unlock_irqrestore(&entries_lock, flags);
	return nr;
}

void mw_slab_count_displaced(unsigned long __percpu *counters, const struct kmem_cache *cache)
{
	this_cpu_inc(counters[mw_slab_entry_slow(cache)]);
}

/*
 * 6.12 tells of a large object twice, from within __kmalloc() and for its caller:
 * by the same task at once, from two sites. (Were the task to move to another CPU
 * between the two, a few instructions apart, the object would count twice.)
 */
static bool was_told(struct page *head, unsigned long site)
{
	if (this_cpu_read(last_large.head) == head && this_cpu_read(last_large.task) == current &&
	    this_cpu_read(last_large.site) != site) {
		this_cpu_write(last_large.head, NULL);
		return true;
	}
	this_cpu_write(last_large.task, current);
	this_cpu_write(last_large.site, site);
	this_cpu_write(last_large.head, head);
	return false;
}

static void count_large_here(unsigned long __percpu *counters, struct page *head,
			     unsigned long site)
{
	if (counters == mw_slab_counters(MW_SLAB_KFREE)) {
		if (this_cpu_read(last_large.head) == head)
			this_cpu_write(last_large.head, NULL);
		this_cpu_sub(large_bytes, page_size(head));
	} else {
		if (was_told(head, site))
			return;
		this_cpu_add(large_bytes, page_size(head));
	}
	this_cpu_inc(counters[MW_SLAB_LARGE]);
}

/* Too large for a cache, and made of pages. What was told last is of one CPU throughout. */
static void count_large(unsigned long __percpu *counters, struct page *head, unsigned long site)
{
	mw_probe_begin();
	count_large_here(counters, head, site);
	mw_probe_end();
}

void mw_slab_count_page(unsigned long __percpu *counters, unsigned long site, struct page *page)
{
	struct page *head = compound_head(page);

	if (PageSlab(head))
		this_cpu_inc(counters[mw_slab_entry(mw_slab_page_cache(head))]);
	else
		count_large(counters, head, site);
}

/* ksize() of a kmalloc object is the size of its class, or of its pages. */
static void count_in_class(enum mw_slab_event event, const void *object, size_t bytes,
			   unsigned long site)
{
	unsigned int class = mw_slab_class_of(event == MW_SLAB_KFREE ? ksize(object) : bytes);

	if (class == MW_SLAB_CLASS_LARGE)
		count_large(mw_slab_counters(event), virt_to_head_page(object), site);
	else
		this_cpu_inc(mw_slab_counts->objects[event][MW_SLAB_CLASSES + class]);
}

void mw_slab_count_object(enum mw_slab_event event, const void *object, size_t bytes,
			  unsigned long site)
{
	unsigned long __percpu *counters = mw_slab_counters(event);
	struct page *page;

	if (!mw_object_page(object, &page))
		return;
	if (!mw_slab_page_offset) {
		count_in_class(event, object, bytes, site);
		return;
	}
	page = compound_head(page);
	if (!mw_slab_count_found(counters, mw_slab_page_cache(page)))
		mw_slab_count_page(counters, site, page);
}

void mw_slab_count_bulk(enum mw_slab_event event, const struct kmem_cache *cache,
			unsigned long objects)
{
	this_cpu_add(mw_slab_counts->objects[event][mw_slab_entry(cache)], objects);
}

static u64 sum_over_cpus(enum mw_slab_event event, unsigned int nr)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(mw_slab_counts, cpu)->objects[event][nr]);
	return sum;
}

/* Frees first, so that an object in flight shows as live rather than as less than none. */
static void sum_counts(unsigned int nr, u64 *ret_allocs, u64 *ret_frees)
{
	*ret_frees = sum_over_cpus(MW_SLAB_CACHE_FREE, nr) + sum_over_cpus(MW_SLAB_KFREE, nr);
	smp_rmb();	/* a free that is seen was an allocation before; slab.h */
	*ret_allocs = sum_over_cpus(MW_SLAB_CACHE_ALLOC, nr) + sum_over_cpus(MW_SLAB_KMALLOC, nr);
}

u64 mw_slab_events(enum mw_slab_event event)
{
	u64 sum = 0;

	for (unsigned int nr = 0; nr < MW_SLAB_ENTRIES; nr++)
		sum += sum_over_cpus(event, nr);
	return sum;
}

static s64 live_kb(unsigned int nr, s64 live_objects)
{
	unsigned long bytes = 0;
	unsigned int cpu;

	if (nr != MW_SLAB_LARGE)
		return live_objects * (s64)mw_slab_sizes[nr] / 1024;
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

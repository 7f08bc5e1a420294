// SPDX-License-Identifier: GPL-2.0-only
/*
 * mw_floor.c - probes with empty bodies on the page tracepoints: what any
 * observer pays before it has counted anything. For tests/bench/cost alone.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "compat/probe_types.h"

#include <trace/events/compaction.h>
#include <trace/events/kmem.h>
#include <trace/events/sched.h>
#include <trace/events/vmscan.h>

#define NOTHING(...) do { } while (0)

MW_DEFINE_PAGE_ALLOC_PROBE(on_alloc, NOTHING)
MW_DEFINE_PAGE_FREE_PROBE(on_free, NOTHING)
MW_DEFINE_RSS_STAT_PROBES(on_rss_stat, NOTHING)

static void __maybe_unused on_cache_alloc(void *data, unsigned long site, const void *object,
					  struct kmem_cache *cache, gfp_t gfp, int node)
{
}

static void __maybe_unused on_cache_free(void *data, unsigned long site, const void *object,
					 const struct kmem_cache *cache)
{
}

static void __maybe_unused on_kmalloc(void *data, unsigned long site, const void *object,
				      size_t bytes_req, size_t bytes_alloc, gfp_t gfp, int node)
{
}

/* What 5.10 tells instead of the two allocations, and of both frees. */
static void __maybe_unused on_sizes(void *data, unsigned long site, const void *object,
				    size_t bytes_req, size_t bytes_alloc, gfp_t gfp)
{
}

static void on_kfree(void *data, unsigned long site, const void *object)
{
}

static bool slab;
module_param(slab, bool, 0444);
MODULE_PARM_DESC(slab, "also on the slab tracepoints (0)");

MW_CHECK_PROBES(kmem_cache_alloc, on_cache_alloc, on_sizes);
MW_CHECK_PROBES(kmem_cache_free, on_cache_free, on_kfree);
MW_CHECK_PROBES(kmalloc, on_kmalloc, on_sizes);
MW_CHECK_PROBE(kfree, on_kfree);

static struct {
	const char *name;
	void *func;
	bool slab;
	struct tracepoint *tp;
} probes[] = {
	{ "mm_page_alloc", on_alloc },
	{ "mm_page_free", on_free },
	{ "rss_stat", MW_RSS_STAT_PROBE(on_rss_stat) },
	{ "kmem_cache_alloc", MW_PROBE_THAT_FITS(kmem_cache_alloc, on_cache_alloc, on_sizes), true },
	{ "kmem_cache_free", MW_PROBE_THAT_FITS(kmem_cache_free, on_cache_free, on_kfree), true },
	{ "kmalloc", MW_PROBE_THAT_FITS(kmalloc, on_kmalloc, on_sizes), true },
	{ "kfree", on_kfree, true },
};

static void match(struct tracepoint *tp, void *arg)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tp->name, probes[i].name) && (slab || !probes[i].slab))
			probes[i].tp = tp;
}

static int __init floor_init(void)
{
	for_each_kernel_tracepoint(match, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++)
		if (!probes[i].tp || tracepoint_probe_register(probes[i].tp, probes[i].func, NULL))
			probes[i].tp = NULL;
	return 0;
}

static void __exit floor_exit(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].tp)
			tracepoint_probe_unregister(probes[i].tp, probes[i].func, NULL);
	tracepoint_synchronize_unregister();
}

module_init(floor_init);
module_exit(floor_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Empty probes, to measure what a tracepoint costs");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks.c - kprobes on bulk allocation, on what frees slab objects untold and on
 * migration. Their handlers run with
 * preemption off in the context of the caller, as probes do, and keep the same
 * rules.
 */
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "compat/probe_types.h"

#include <trace/events/kmem.h>

#include "compat/slab_probe_types.h"
#include "hooks.h"
#include "page_owner.h"
#include "slab.h"
#include "without.h"

#ifdef CONFIG_KPROBES

#include "compat/hooked.h"

MW_CHECK_BULK
MW_CHECK_MIGRATE
MW_CHECK_SLAB_BULK_ALLOC
MW_CHECK_SLAB_BULK_FREE
MW_CHECK_CACHE_FREE_HOOK

/**
 * struct bulk_call - the arguments of a bulk allocation under way
 * @gfp:      of the pages
 * @list:     new pages are put at its head; or NULL
 * @array:    new pages fill the holes behind the first @filled; or NULL
 */
struct bulk_call {
	gfp_t gfp;
	struct list_head *list;
	struct page **array;
	unsigned long filled;
};

static int on_bulk_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct bulk_call *call = (struct bulk_call *)instance->data;

	call->gfp = (__force gfp_t)regs_get_kernel_argument(regs, 0);
	call->list = mw_bulk_list(regs);
	call->array = mw_bulk_array(regs);
	call->filled = mw_bulk_filled(regs);
	return 0;
}

/*
 * A page that came by the slow path passed mm_page_alloc and has its owner
 * already. The bound is the number of pages that the caller asked for.
 */
static void own_bulk(const struct bulk_call *call, unsigned long count)
{
	unsigned int kind = mw_page_kind(call->gfp);
	struct page *page;

	if (call->array)
		for (unsigned long i = call->filled; i < count; i++)
			mw_page_owner_alloc_unless_seen(call->array[i], kind);
	if (!call->array && call->list) {
		list_for_each_entry(page, call->list, lru) {
			if (!count--)
				break;
			mw_page_owner_alloc_unless_seen(page, kind);
		}
	}
}

static int on_bulk_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	mw_probe_begin();
	own_bulk((const struct bulk_call *)instance->data, regs_return_value(regs));
	mw_probe_end();
	return 0;
}

/* folio_migrate_flags(new, old), as 5.16 renamed it: every migration passes here once a folio. */
static int on_migrate(struct kprobe *probe, struct pt_regs *regs)
{
	struct page *new = (struct page *)regs_get_kernel_argument(regs, 0);
	struct page *old = (struct page *)regs_get_kernel_argument(regs, 1);

	mw_probe_begin();
	mw_page_owner_swap(new, old, 1UL << compound_order(old));
	mw_probe_end();
	return 0;
}

/**
 * struct slab_call - a bulk allocation of slab objects under way
 * @cache:  from which
 * @wanted: objects asked for
 */
struct slab_call {
	struct kmem_cache *cache;
	unsigned long wanted;
};

static int on_slab_bulk_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct slab_call *call = (struct slab_call *)instance->data;

	call->cache = (struct kmem_cache *)regs_get_kernel_argument(regs, 0);
	call->wanted = regs_get_kernel_argument(regs, 2);
	return 0;
}

static int on_slab_bulk_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct slab_call *call = (const struct slab_call *)instance->data;
	unsigned long count = mw_slab_bulk_count(regs, call->wanted);

	if (!count)
		return 0;
	mw_probe_begin();
	mw_slab_count_bulk(MW_SLAB_CACHE_ALLOC, call->cache, count);
	if (mw_feature_on(MW_FEATURE_SLAB_BYTES))
		mw_stock_slab(count * mw_slab_sizes[mw_slab_entry(call->cache)]);
	mw_probe_end();
	return 0;
}

/*
 * kmem_cache_free_bulk(cache, count, objects): without a cache the objects are
 * from kmalloc(), as kvfree_rcu() frees them.
 */
static int on_slab_bulk_free(struct kprobe *probe, struct pt_regs *regs)
{
	struct kmem_cache *cache = (struct kmem_cache *)regs_get_kernel_argument(regs, 0);
	size_t count = regs_get_kernel_argument(regs, 1);
	void **objects = (void **)regs_get_kernel_argument(regs, 2);

	mw_probe_begin();
	if (cache)
		mw_slab_count_bulk(MW_SLAB_CACHE_FREE, cache, count);
	for (size_t i = 0; !cache && i < count; i++)
		mw_slab_count_object(MW_SLAB_KFREE, objects[i], 0, 0);
	mw_probe_end();
	return 0;
}

/* kmem_cache_free(cache, object), where its tracepoint does not tell the cache. */
static int on_cache_free(struct kprobe *probe, struct pt_regs *regs)
{
	const struct kmem_cache *cache = (void *)regs_get_kernel_argument(regs, 0);

	mw_probe_begin();
	if (regs_get_kernel_argument(regs, 1))
		mw_slab_count_bulk(MW_SLAB_CACHE_FREE, cache, 1);
	mw_probe_end();
	return 0;
}

/**
 * struct sheaf_call - an object on its way into a sheaf
 * @entry: of the cache that it is of: when the call is over, the object may be
 *         gone, and its page of another cache
 */
struct sheaf_call {
	unsigned int entry;
};

/*
 * __kfree_rcu_sheaf(cache, object, ...) is declared in no header of ours, so that its
 * arguments cannot be compared with the kernel's: they have to bear each other out.
 */
static bool is_object_of(const struct kmem_cache *cache, const void *object)
{
	return mw_slab_page_offset && virt_addr_valid(object) &&
	       mw_slab_page_cache(virt_to_head_page(object)) == cache;
}

/* What is not an object and its cache is not looked at when the call returns. */
static int on_sheaf_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct sheaf_call *call = (struct sheaf_call *)instance->data;
	const struct kmem_cache *cache = (void *)regs_get_kernel_argument(regs, 0);

	if (!is_object_of(cache, (void *)regs_get_kernel_argument(regs, 1)))
		return 1;
	call->entry = mw_slab_entry(cache);
	return 0;
}

/*
 * An object that the sheaf took is freed a grace period later, with the sheaf, and nobody
 * is told: it counts as freed now. One that it did not take goes the old way, to
 * kmem_cache_free_bulk() or kfree().
 */
static int on_sheaf_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct sheaf_call *call = (const struct sheaf_call *)instance->data;

	if ((u8)regs_return_value(regs))
		this_cpu_inc(mw_slab_counts->objects[MW_SLAB_KFREE][call->entry]);
	return 0;
}

/**
 * struct hook - one hook, on entry (@entry) or on return (@handler)
 * @names:   of the function, the newest kernels' first; NULL ends them
 * @ret:     with @handler, the probe; without, only its first member is used
 * @err:     0 while attached, or why it is not
 */
struct hook {
	const char *names[3];
	enum mw_feature feature;
	struct kretprobe ret;
	int err;
};

static struct hook hooks[MW_HOOKS] = {
	[MW_HOOK_PAGES_BULK] = {
		.names = { "alloc_pages_bulk_noprof", "__alloc_pages_bulk" },
		.feature = MW_FEATURE_PAGES,
		.ret = {
			.entry_handler = on_bulk_entry,
			.handler = on_bulk_return,
			.data_size = sizeof(struct bulk_call),
		},
		.err = -ENOENT,
	},
	[MW_HOOK_MIGRATE] = {
		.names = { "folio_migrate_flags", "migrate_page_states" },
		.feature = MW_FEATURE_PAGES,
		.ret.kp.pre_handler = on_migrate,
		.err = -ENOENT,
	},
	[MW_HOOK_SLAB_BULK_ALLOC] = {
		.names = { "kmem_cache_alloc_bulk_noprof", "kmem_cache_alloc_bulk" },
		.feature = MW_FEATURE_SLAB,
		.ret = {
			.entry_handler = on_slab_bulk_entry,
			.handler = on_slab_bulk_return,
			.data_size = sizeof(struct slab_call),
		},
		.err = -ENOENT,
	},
	[MW_HOOK_SLAB_BULK_FREE] = {
		.names = { "kmem_cache_free_bulk" },
		.feature = MW_FEATURE_SLAB,
		.ret.kp.pre_handler = on_slab_bulk_free,
		.err = -ENOENT,
	},
	[MW_HOOK_SHEAF_FREE] = {
		.names = { MW_HAS_SHEAVES ? "__kfree_rcu_sheaf" : NULL },
		.feature = MW_FEATURE_SLAB,
		.ret = {
			.entry_handler = on_sheaf_entry,
			.handler = on_sheaf_return,
			.data_size = sizeof(struct sheaf_call),
		},
		.err = -ENOENT,
	},
	[MW_HOOK_CACHE_FREE] = {
		.names = { MW_FREE_TELLS_CACHE ? NULL : "kmem_cache_free" },
		.feature = MW_FEATURE_SLAB,
		.ret.kp.pre_handler = on_cache_free,
		.err = -ENOENT,
	},
};

/*
 * A caller may be preempted or sleep in the slow path while others call: room
 * for many at once; what is missed is counted by the kernel and shown.
 */
static int hook_register(struct hook *hook, const char *name)
{
	hook->ret.kp.symbol_name = name;
	hook->ret.kp.addr = NULL;
	hook->ret.kp.flags = 0;
	hook->ret.maxactive = 64 + 16 * num_possible_cpus();
	return hook->ret.handler ? register_kretprobe(&hook->ret) : register_kprobe(&hook->ret.kp);
}

static void hook_attach(struct hook *hook)
{
	if (!hook->err)
		return;
	hook->err = -ENOENT;
	for (int i = 0; hook->err && hook->err != -ENOMEM && hook->names[i]; i++)
		hook->err = hook_register(hook, hook->names[i]);
}

static void hook_detach(struct hook *hook)
{
	if (hook->err)
		return;
	if (hook->ret.handler)
		unregister_kretprobe(&hook->ret);
	else
		unregister_kprobe(&hook->ret.kp);
	hook->err = -EAGAIN;
}

int mw_hooks_attach(enum mw_feature feature)
{
	int err = 0;

	for (int i = 0; i < MW_HOOKS; i++) {
		if (hooks[i].feature != feature || !mw_hook_name(i) || mw_without(mw_hook_name(i)))
			continue;
		hook_attach(&hooks[i]);
		if (hooks[i].err == -ENOMEM)
			err = -ENOMEM;
	}
	return err;
}

void mw_hooks_detach(enum mw_feature feature)
{
	for (int i = 0; i < MW_HOOKS; i++)
		if (hooks[i].feature == feature)
			hook_detach(&hooks[i]);
}

const char *mw_hook_state(enum mw_hook hook)
{
	if (!hooks[hook].err)
		return "attached";
	if (mw_without(mw_hook_name(hook)))
		return "absent: left out by without=";
	if (!mw_feature_on(hooks[hook].feature))
		return "off";
	return hooks[hook].err == -ENOENT ? "absent: this kernel has no such function" :
	       "failed: the kernel refused the kprobe";
}

u64 mw_hook_missed(enum mw_hook hook)
{
	const struct kretprobe *ret = &hooks[hook].ret;

	return hooks[hook].err ? 0 : ret->kp.nmissed + ret->nmissed;
}

#else /* !CONFIG_KPROBES */

int mw_hooks_attach(enum mw_feature feature)
{
	return 0;
}

void mw_hooks_detach(enum mw_feature feature)
{
}

const char *mw_hook_state(enum mw_hook hook)
{
	return "absent: this kernel has no kprobes";
}

u64 mw_hook_missed(enum mw_hook hook)
{
	return 0;
}

#endif /* CONFIG_KPROBES */

const char *mw_hook_name(enum mw_hook hook)
{
	static const char * const names[MW_HOOKS] = {
		[MW_HOOK_PAGES_BULK] = "alloc_pages_bulk",
		[MW_HOOK_MIGRATE] = "folio_migrate_flags",
		[MW_HOOK_SLAB_BULK_ALLOC] = "kmem_cache_alloc_bulk",
		[MW_HOOK_SLAB_BULK_FREE] = "kmem_cache_free_bulk",
		[MW_HOOK_SHEAF_FREE] = MW_HAS_SHEAVES ? "kfree_rcu_sheaf" : NULL,
		[MW_HOOK_CACHE_FREE] = MW_FREE_TELLS_CACHE ? NULL : "kmem_cache_free",
	};

	return names[hook];
}

bool mw_hooks_know(const char *name)
{
	for (enum mw_hook hook = 0; hook < MW_HOOKS; hook++)
		if (mw_hook_name(hook) && !strcmp(mw_hook_name(hook), name))
			return true;
	return false;
}

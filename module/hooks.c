// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks.c - kprobes on bulk allocation and on migration. Their handlers run with
 * preemption off in the context of the caller, as probes do, and keep the same
 * rules.
 */
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/ptrace.h>

#include "compat/compat.h"
#include "hooks.h"
#include "page_owner.h"
#include "slab.h"

#ifdef CONFIG_KPROBES

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
	unsigned long nr_pages = (unsigned int)regs_get_kernel_argument(regs, 3);

	call->gfp = (__force gfp_t)regs_get_kernel_argument(regs, 0);
	call->list = (struct list_head *)regs_get_kernel_argument(regs, 4);
	call->array = (struct page **)regs_get_kernel_argument(regs, 5);
	call->filled = 0;
	while (call->array && call->filled < nr_pages && call->array[call->filled])
		call->filled++;
	return 0;
}

/*
 * A page that came by the slow path passed mm_page_alloc and has its owner
 * already. The bound is the number of pages that the caller asked for.
 */
static int on_bulk_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct bulk_call *call = (const struct bulk_call *)instance->data;
	unsigned long count = regs_return_value(regs);
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
	return 0;
}

/* folio_migrate_flags(new, old): every migration passes here once a folio. */
static int on_migrate(struct kprobe *probe, struct pt_regs *regs)
{
	struct page *new = (struct page *)regs_get_kernel_argument(regs, 0);
	struct page *old = (struct page *)regs_get_kernel_argument(regs, 1);

	mw_page_owner_swap(new, old, 1UL << compound_order(old));
	return 0;
}

/**
 * struct slab_call - a bulk allocation of slab objects under way
 */
struct slab_call {
	struct kmem_cache *cache;
};

static int on_slab_bulk_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct slab_call *call = (struct slab_call *)instance->data;

	call->cache = (struct kmem_cache *)regs_get_kernel_argument(regs, 0);
	return 0;
}

static int on_slab_bulk_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct slab_call *call = (const struct slab_call *)instance->data;
	int count = (int)regs_return_value(regs);

	if (count > 0)
		mw_slab_alloc(call->cache, count);
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

	if (cache)
		mw_slab_free(cache, count);
	for (size_t i = 0; !cache && i < count; i++)
		if (!ZERO_OR_NULL_PTR(objects[i]))
			mw_slab_kfree(objects[i]);
	return 0;
}

/**
 * struct hook - one hook, on entry (@entry) or on return (@handler)
 * @names:   of the function, since 6.10 and before; NULL ends them
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
		.names = { "folio_migrate_flags" },
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
	for (int i = 0; hook->err && hook->names[i]; i++)
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

void mw_hooks_attach(enum mw_feature feature)
{
	for (int i = 0; i < MW_HOOKS; i++)
		if (hooks[i].feature == feature)
			hook_attach(&hooks[i]);
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

void mw_hooks_attach(enum mw_feature feature)
{
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
	};

	return names[hook];
}

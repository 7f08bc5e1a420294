// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks.c - kprobes on bulk allocation and migration. Their handlers run with
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

/* Names of the same function: since 6.10, and before. */
static const char * const bulk_names[] = { "alloc_pages_bulk_noprof", "__alloc_pages_bulk" };

static struct kretprobe bulk_probe = {
	.entry_handler = on_bulk_entry,
	.handler = on_bulk_return,
	.data_size = sizeof(struct bulk_call),
};

static struct kprobe migrate_probe = {
	.symbol_name = "folio_migrate_flags",
	.pre_handler = on_migrate,
};

static int hook_errors[MW_HOOKS] = { -ENOENT, -ENOENT };

/*
 * A caller may be preempted or sleep in the slow path while others call: room
 * for many at once; what is missed is counted by the kernel and shown.
 */
static void attach_bulk(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(bulk_names); i++) {
		bulk_probe.kp.symbol_name = bulk_names[i];
		bulk_probe.kp.addr = NULL;
		bulk_probe.kp.flags = 0;
		bulk_probe.maxactive = 64 + 16 * num_possible_cpus();
		hook_errors[MW_HOOK_BULK_ALLOC] = register_kretprobe(&bulk_probe);
		if (hook_errors[MW_HOOK_BULK_ALLOC] != -ENOENT)
			return;
	}
}

void mw_hooks_attach(void)
{
	attach_bulk();
	hook_errors[MW_HOOK_MIGRATE] = register_kprobe(&migrate_probe);
}

void mw_hooks_detach(void)
{
	if (!hook_errors[MW_HOOK_BULK_ALLOC])
		unregister_kretprobe(&bulk_probe);
	if (!hook_errors[MW_HOOK_MIGRATE])
		unregister_kprobe(&migrate_probe);
	hook_errors[MW_HOOK_BULK_ALLOC] = -ENOENT;
	hook_errors[MW_HOOK_MIGRATE] = -ENOENT;
}

const char *mw_hook_state(enum mw_hook hook)
{
	switch (hook_errors[hook]) {
	case 0:
		return "attached";
	case -ENOENT:
		return "absent: this kernel has no such function";
	default:
		return "failed: the kernel refused the kprobe";
	}
}

u64 mw_hook_missed(enum mw_hook hook)
{
	if (hook_errors[hook])
		return 0;
	return hook == MW_HOOK_MIGRATE ? migrate_probe.nmissed :
	       bulk_probe.nmissed + bulk_probe.kp.nmissed;
}

#else /* !CONFIG_KPROBES */

void mw_hooks_attach(void)
{
}

void mw_hooks_detach(void)
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
		[MW_HOOK_BULK_ALLOC] = "alloc_pages_bulk",
		[MW_HOOK_MIGRATE] = "folio_migrate_flags",
	};

	return names[hook];
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooks.h - what no tracepoint tells: bulk allocation of pages (vmalloc, kernel
 * stacks, network page pools) and of slab objects, objects that kfree_rcu() frees
 * by way of sheaves, and the migration of pages. All are kernel functions that
 * other files of the kernel call, and are hooked by kprobes, where the kernel has
 * them; without, such pages are counted when they are freed (as [unknown]'s), and
 * such objects not at all.
 */
#ifndef _MW_HOOKS_H
#define _MW_HOOKS_H

#include <linux/types.h>

#include "features.h"

enum mw_hook {
	MW_HOOK_PAGES_BULK,
	MW_HOOK_MIGRATE,
	MW_HOOK_SLAB_BULK_ALLOC,
	MW_HOOK_SLAB_BULK_FREE,
	MW_HOOK_SHEAF_FREE,
	MW_HOOK_CACHE_FREE,
	MW_HOOKS,
};

/*
 * Hooks what a feature needs. Process context, callers take turns. What cannot
 * be hooked is noted for mw_hook_state(). Returns 0, or -ENOMEM: then what could be
 * hooked is, and the caller detaches.
 */
int mw_hooks_attach(enum mw_feature feature);

/* Waits: afterwards none of the feature's hooks runs. */
void mw_hooks_detach(enum mw_feature feature);

/* Is there a hook of that name? */
bool mw_hooks_know(const char *name);

/* For status: the function's name (NULL for a hook that this kernel does not need), "attached" or why not, and calls missed. */
const char *mw_hook_name(enum mw_hook hook);
const char *mw_hook_state(enum mw_hook hook);
u64 mw_hook_missed(enum mw_hook hook);

#endif /* _MW_HOOKS_H */

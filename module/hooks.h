/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooks.h - what no tracepoint tells of a page's owner: bulk allocation, which
 * vmalloc, kernel stacks and network page pools use, and migration. Both are
 * exported kernel functions and are hooked by kprobes, where the kernel has
 * them; without, such pages are counted when they are freed (as [unknown]'s).
 */
#ifndef _MW_HOOKS_H
#define _MW_HOOKS_H

#include <linux/types.h>

enum mw_hook {
	MW_HOOK_BULK_ALLOC,
	MW_HOOK_MIGRATE,
	MW_HOOKS,
};

/* Process context. What cannot be hooked is noted for mw_hook_state(). */
void mw_hooks_attach(void);

/* Waits: afterwards no hook runs. */
void mw_hooks_detach(void);

/* For status: the function's name, "attached" or why not, and calls missed. */
const char *mw_hook_name(enum mw_hook hook);
const char *mw_hook_state(enum mw_hook hook);
u64 mw_hook_missed(enum mw_hook hook);

#endif /* _MW_HOOKS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * features.h - what can be switched on and off while the module is loaded. A
 * feature that is off has no probe attached: it costs nothing.
 */
#ifndef _MW_FEATURES_H
#define _MW_FEATURES_H

#include <linux/types.h>

enum mw_feature {
	MW_FEATURE_LIVES,		/* fork, exec, exit; as long as somebody needs them */
	MW_FEATURE_PAGES,		/* page counts and owners */
	MW_FEATURE_GROWTH,		/* rates of RSS */
	MW_FEATURE_STALLS,		/* time in reclaim and compaction */
	MW_FEATURE_FRAGMENTATION,	/* fallbacks */
	MW_FEATURE_SLAB,		/* slab objects by cache */
	MW_FEATURE_SLAB_BYTES,		/* and bytes by process: another way of MW_FEATURE_SLAB */
	MW_FEATURES,
};

/* May be read at any time; for what is printed. */
bool mw_feature_on(enum mw_feature feature);

/* Is it on, and has the kernel what it needs? Any time; for what is printed. */
bool mw_feature_counts(enum mw_feature feature);

/*
 * Switches a feature other than lives on or off; process context, sleeps. A feature that needs a
 * tracepoint that this kernel lacks is on and counts nothing; status says why.
 * Returns 0; -ENOMEM if there was no memory for its probes, and then it is off.
 */
int mw_feature_set(enum mw_feature feature, bool on);

/*
 * Slabs by their setting: 0 off, 1 by cache, 2 and bytes by process. Counting
 * begins anew when it changes. Returns as mw_feature_set() does; never fails for 0.
 */
int mw_feature_set_slab(unsigned int level);
unsigned int mw_feature_slab(void);

/*
 * Lives are followed while a feature is on, a process has a tag, which its children
 * inherit, or a trigger waits for one to exit. That is looked at when a setting is
 * written. While they are not, the table is as old as the last look at it.
 *
 * Both: process context, sleep. mw_features_look() brings the table up to date for
 * whoever is about to read it; nothing to do while lives are followed.
 * mw_features_follow() follows them for a tag that is held, and is about to be set.
 * Returns 0 or -ENOMEM.
 */
void mw_features_look(void);
int mw_features_follow(void);

/* All off: afterwards no probe runs. */
void mw_features_off(void);

#endif /* _MW_FEATURES_H */

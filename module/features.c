// SPDX-License-Identifier: GPL-2.0-only
/*
 * features.c - switches features on and off by attaching and detaching their
 * probes.
 */
#include <linux/mutex.h>

#include "features.h"
#include "hooks.h"
#include "owners.h"
#include "probes.h"
#include "task_table.h"

/* @features_lock: @on, and which probes are attached. */
static DEFINE_MUTEX(features_lock);
static bool on[MW_FEATURES];

bool mw_feature_on(enum mw_feature feature)
{
	return READ_ONCE(on[feature]);
}

/*
 * Pages that were in use while nobody looked belong to [unknown] afterwards, as
 * when the module is loaded.
 */
static void pages_on(void)
{
	if (!mw_owns_pages())
		return;
	mw_hooks_attach(MW_FEATURE_PAGES);
	mw_owners_adopt();
}

static void switch_on(enum mw_feature feature)
{
	mw_probes_attach(feature);
	if (feature == MW_FEATURE_GROWTH)
		mw_task_restart_growth();
	if (feature == MW_FEATURE_PAGES)
		pages_on();
	if (feature == MW_FEATURE_SLAB)
		mw_hooks_attach(MW_FEATURE_SLAB);
}

static void switch_off(enum mw_feature feature)
{
	mw_hooks_detach(feature);
	mw_probes_detach(feature);
	if (feature == MW_FEATURE_PAGES && mw_owns_pages())
		mw_owners_forget();
}

void mw_feature_set(enum mw_feature feature, bool want)
{
	mutex_lock(&features_lock);
	if (on[feature] != want) {
		if (want)
			switch_on(feature);
		else
			switch_off(feature);
		WRITE_ONCE(on[feature], want);
	}
	mutex_unlock(&features_lock);
}

/* In the reverse order of their numbers: lives are watched until the last. */
void mw_features_off(void)
{
	for (int feature = MW_FEATURES; feature-- > 0; )
		mw_feature_set(feature, false);
}

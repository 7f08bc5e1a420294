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
#include "slab.h"
#include "task_table.h"

/*
 * @features_lock: @on, which probes are attached, and with it @counts: that any of the
 * feature's are.
 */
static DEFINE_MUTEX(features_lock);
static bool on[MW_FEATURES];
static bool counts[MW_FEATURES];

bool mw_feature_on(enum mw_feature feature)
{
	return READ_ONCE(on[feature]);
}

bool mw_feature_counts(enum mw_feature feature)
{
	return READ_ONCE(counts[feature]);
}

/*
 * Pages that were in use while nobody looked belong to [unknown] afterwards, as
 * when the module is loaded.
 */
static int pages_on(void)
{
	int err;

	if (!mw_owns_pages())
		return 0;
	err = mw_hooks_attach(MW_FEATURE_PAGES);
	if (!err)
		mw_owners_adopt();
	return err;
}

static int switch_on(enum mw_feature feature)
{
	int err;

	if (feature == MW_FEATURE_SLAB)
		mw_slab_begin();
	err = mw_probes_attach(feature);
	WRITE_ONCE(counts[feature], !err && mw_probes_attached(feature));
	if (!counts[feature])
		return err;
	if (feature == MW_FEATURE_GROWTH)
		mw_task_restart_growth();
	if (feature == MW_FEATURE_PAGES)
		return pages_on();
	return feature == MW_FEATURE_SLAB ? mw_hooks_attach(MW_FEATURE_SLAB) : 0;
}

static void switch_off(enum mw_feature feature)
{
	mw_hooks_detach(feature);
	mw_probes_detach(feature);
	WRITE_ONCE(counts[feature], false);
	if (feature == MW_FEATURE_PAGES && mw_owns_pages())
		mw_owners_forget();
}

/* What comes on in part, for want of memory, would count frees and no allocations. */
static int set(enum mw_feature feature, bool want)
{
	int err = 0;

	if (on[feature] == want)
		return 0;
	if (want)
		err = switch_on(feature);
	if (!want || err)
		switch_off(feature);
	WRITE_ONCE(on[feature], want && !err);
	return err;
}

int mw_feature_set(enum mw_feature feature, bool want)
{
	int err;

	mutex_lock(&features_lock);
	err = set(feature, want);
	mutex_unlock(&features_lock);
	return err;
}

unsigned int mw_feature_slab(void)
{
	return mw_feature_on(MW_FEATURE_SLAB) + mw_feature_on(MW_FEATURE_SLAB_BYTES);
}

/* Bytes have no probes of their own: those of slabs are others then. */
int mw_feature_set_slab(unsigned int level)
{
	int err = 0;

	mutex_lock(&features_lock);
	if (level != mw_feature_slab()) {
		set(MW_FEATURE_SLAB, false);
		mw_probes_choose_slab(level > 1);
		err = set(MW_FEATURE_SLAB, level > 0);
		WRITE_ONCE(on[MW_FEATURE_SLAB_BYTES], level > 1 && !err);
		WRITE_ONCE(counts[MW_FEATURE_SLAB_BYTES], level > 1 && counts[MW_FEATURE_SLAB]);
	}
	mutex_unlock(&features_lock);
	return err;
}

/* In the reverse order of their numbers: lives are watched until the last. */
void mw_features_off(void)
{
	mw_feature_set_slab(0);
	for (int feature = MW_FEATURES; feature-- > 0; )
		mw_feature_set(feature, false);
}

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
#include "tag.h"
#include "task_table.h"
#include "trigger.h"

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

/*
 * Lives before what counts for them: a process that exits after its slot was taken is
 * seen to exit. Who went while nobody followed gives its slot back before others ask
 * for one.
 */
static int begin_lives(void)
{
	int err = mw_probes_attach(MW_FEATURE_LIVES);

	if (!err)
		mw_task_table_sweep();
	return err;
}

/* With the probes of growth attached: what changes after a process was met is marked. */
static void end_begin_lives(int err)
{
	if (err) {
		switch_off(MW_FEATURE_LIVES);
		return;
	}
	mw_task_table_scan();
	WRITE_ONCE(counts[MW_FEATURE_LIVES], mw_probes_attached(MW_FEATURE_LIVES));
	WRITE_ONCE(on[MW_FEATURE_LIVES], true);
}

/* What comes on in part, for want of memory, would count frees and no allocations. */
static int set(enum mw_feature feature, bool want)
{
	bool begins = want && !on[MW_FEATURE_LIVES];
	int err = 0;

	if (on[feature] == want)
		return 0;
	if (begins)
		err = begin_lives();
	if (want && !err)
		err = switch_on(feature);
	if (!want || err)
		switch_off(feature);
	if (begins)
		end_begin_lives(err);
	WRITE_ONCE(on[feature], want && !err);
	return err;
}

static bool lives_are_wanted(void)
{
	for (enum mw_feature feature = MW_FEATURE_LIVES + 1; feature < MW_FEATURES; feature++)
		if (on[feature])
			return true;
	return mw_tags_in_use() || mw_triggers_watch_processes();
}

/* After a setting was written, not within: slabs go off and on again by one. */
static void leave_lives(void)
{
	if (!on[MW_FEATURE_LIVES] || lives_are_wanted())
		return;
	WRITE_ONCE(on[MW_FEATURE_LIVES], false);
	switch_off(MW_FEATURE_LIVES);
}

int mw_feature_set(enum mw_feature feature, bool want)
{
	int err;

	mutex_lock(&features_lock);
	err = set(feature, want);
	leave_lives();
	mutex_unlock(&features_lock);
	return err;
}

void mw_features_look(void)
{
	if (mw_feature_on(MW_FEATURE_LIVES))
		return;
	mutex_lock(&features_lock);
	if (!on[MW_FEATURE_LIVES]) {
		mw_task_table_sweep();
		mw_task_table_meet();
	}
	mutex_unlock(&features_lock);
}

int mw_features_follow(void)
{
	int err = 0;

	mutex_lock(&features_lock);
	if (!on[MW_FEATURE_LIVES]) {
		err = begin_lives();
		end_begin_lives(err);
	}
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
	leave_lives();
	mutex_unlock(&features_lock);
	return err;
}

/* In the reverse order of their numbers: lives are followed until the last, tags or not. */
void mw_features_off(void)
{
	mw_feature_set_slab(0);
	for (int feature = MW_FEATURES; --feature > MW_FEATURE_LIVES; )
		mw_feature_set(feature, false);
	mutex_lock(&features_lock);
	set(MW_FEATURE_LIVES, false);
	mutex_unlock(&features_lock);
}

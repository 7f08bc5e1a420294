// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loads and unloads: a ladder of inits and its mirror. What comes
 * first is used by what comes later; the probes come after all that they touch
 * and go before it; /proc comes last and goes first.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "features.h"
#include "hooks.h"
#include "janitor.h"
#include "memwatch_abi.h"
#include "owners.h"
#include "probes.h"
#include "procfs.h"
#include "slab.h"
#include "slab_totals.h"
#include "tag.h"
#include "task_table.h"
#include "tick.h"
#include "without.h"
#include "zone_events.h"

static unsigned int max_tasks = MW_MAX_TASKS_DEFAULT;
module_param(max_tasks, uint, 0444);
MODULE_PARM_DESC(max_tasks, "slots for processes, 64 to 32762 (16384)");

static bool page_owner = true;
module_param(page_owner, bool, 0444);
MODULE_PARM_DESC(page_owner, "note the owner of each page, two bytes a page (1)");

static unsigned int proc_gid;
module_param(proc_gid, uint, 0444);
MODULE_PARM_DESC(proc_gid, "group that may read /proc/memwatch (0)");

static unsigned int slab;
module_param(slab, uint, 0444);
MODULE_PARM_DESC(slab, "1: count slab objects by cache from the start, 2: and bytes by process (0)");

static bool off;
module_param(off, bool, 0444);
MODULE_PARM_DESC(off, "load with every feature off, to be switched on in config (0)");

static bool is_known(const char *name)
{
	return mw_probes_know(name) || mw_hooks_know(name);
}

static int check_params(void)
{
	if (max_tasks < MW_MAX_TASKS_MIN || max_tasks > MW_MAX_TASKS_MAX) {
		pr_err("memwatch: max_tasks=%u is out of range: %u to %u\n", max_tasks,
		       MW_MAX_TASKS_MIN, MW_MAX_TASKS_MAX);
		return -ERANGE;
	}
	if (slab > 2) {
		pr_err("memwatch: slab=%u is out of range: 0 to 2\n", slab);
		return -ERANGE;
	}
	if (!gid_valid(make_kgid(&init_user_ns, proc_gid))) {
		pr_err("memwatch: proc_gid=%u is not a group: 0 to 4294967294\n", proc_gid);
		return -ERANGE;
	}
	return mw_without_check(is_known) ? 0 : -EINVAL;
}

static int switch_on(void)
{
	int err;

	mw_probes_init(page_owner);
	err = mw_feature_set(MW_FEATURE_GROWTH, !off);
	if (!err)
		err = mw_feature_set(MW_FEATURE_PAGES, !off);
	if (!err)
		err = mw_feature_set(MW_FEATURE_STALLS, !off);
	if (!err)
		err = mw_feature_set(MW_FEATURE_FRAGMENTATION, !off);
	return err ? err : mw_feature_set_slab(off ? 0 : slab);
}

/* The tick and the janitor are woken by probes alone: they go after those. */
static void switch_off(void)
{
	mw_features_off();
	mw_tick_exit();
	mw_janitor_stop();
}

static int __init memwatch_init(void)
{
	int err = check_params();

	if (err)
		return err;
	err = mw_task_table_init(max_tasks, page_owner);
	if (err)
		goto out;
	err = mw_owners_init(page_owner);
	if (err)
		goto out_task_table;
	err = mw_zone_events_init();
	if (err)
		goto out_owners;
	err = mw_slab_init();
	if (err)
		goto out_zone_events;
	mw_slab_totals_init();
	err = mw_tick_init();
	if (err)
		goto out_slab;
	err = switch_on();
	if (err)
		goto out_switch_off;
	err = mw_procfs_init(proc_gid);
	if (err)
		goto out_switch_off;
	return 0;

out_switch_off:
	switch_off();
out_slab:
	mw_slab_exit();
out_zone_events:
	mw_zone_events_exit();
out_owners:
	mw_owners_exit();
out_task_table:
	mw_task_table_exit();
	mw_tags_exit();
out:
	pr_err("memwatch: not loaded: error %d\n", err);
	return err;
}

/*
 * Readers are gone after the first step and probes after the second: nothing
 * then refers to what the others free.
 */
static void __exit memwatch_exit(void)
{
	mw_procfs_exit();
	switch_off();
	mw_slab_exit();
	mw_zone_events_exit();
	mw_owners_exit();
	mw_task_table_exit();
	mw_tags_exit();
}

module_init(memwatch_init);
module_exit(memwatch_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The memwatch developers");
MODULE_DESCRIPTION("Counts page allocations, ownership and RSS per process");
MODULE_VERSION(MEMWATCH_VERSION);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loads and unloads: a ladder of inits and its mirror. What comes
 * first is used by what comes later; the probes come after all that they touch
 * and go before it; /proc comes last and goes first.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "janitor.h"
#include "memwatch_abi.h"
#include "owners.h"
#include "page_owner.h"
#include "probes.h"
#include "procfs.h"
#include "task_table.h"
#include "tick.h"
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

static int check_params(void)
{
	if (max_tasks < MW_MAX_TASKS_MIN || max_tasks > MW_MAX_TASKS_MAX) {
		pr_err("memwatch: max_tasks=%u is out of range: %u to %u\n", max_tasks,
		       MW_MAX_TASKS_MIN, MW_MAX_TASKS_MAX);
		return -EINVAL;
	}
	if (!gid_valid(make_kgid(&init_user_ns, proc_gid))) {
		pr_err("memwatch: proc_gid=%u is not a group: 0 to 4294967294\n", proc_gid);
		return -EINVAL;
	}
	return 0;
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
	err = mw_tick_init();
	if (err)
		goto out_zone_events;
	err = mw_probes_attach(page_owner);
	if (err)
		goto out_tick;
	mw_task_table_scan();
	if (page_owner)
		mw_page_owner_adopt();
	err = mw_procfs_init(proc_gid);
	if (err)
		goto out_probes;
	return 0;

out_probes:
	mw_probes_detach();
out_tick:
	mw_tick_exit();
	mw_janitor_stop();
out_zone_events:
	mw_zone_events_exit();
out_owners:
	mw_owners_exit();
out_task_table:
	mw_task_table_exit();
out:
	pr_err("memwatch: not loaded: error %d\n", err);
	return err;
}

/*
 * Readers are gone after the first step and probes after the second, the
 * tick and the janitor, whom only these wake, after the next two: nothing then
 * refers to the page map and the table.
 */
static void __exit memwatch_exit(void)
{
	mw_procfs_exit();
	mw_probes_detach();
	mw_tick_exit();
	mw_janitor_stop();
	mw_zone_events_exit();
	mw_owners_exit();
	mw_task_table_exit();
}

module_init(memwatch_init);
module_exit(memwatch_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The memwatch developers");
MODULE_DESCRIPTION("Counts page allocations, ownership and RSS per process");
MODULE_VERSION(MEMWATCH_VERSION);

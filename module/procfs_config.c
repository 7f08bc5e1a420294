// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_config.c - /proc/memwatch/config: shows every setting, and sets one a
 * write. A write is parsed whole before anything changes.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>

#include "config.h"
#include "features.h"
#include "owners.h"
#include "procfs.h"
#include "task_table.h"

static const enum mw_feature feature_of[] = {
	[MW_CONFIG_PAGES] = MW_FEATURE_PAGES,
	[MW_CONFIG_GROWTH] = MW_FEATURE_GROWTH,
	[MW_CONFIG_STALLS] = MW_FEATURE_STALLS,
	[MW_CONFIG_FRAGMENTATION] = MW_FEATURE_FRAGMENTATION,
};

static void put_key(struct mw_text *text, enum mw_config_key key, u64 value)
{
	mw_text_key_u64(text, mw_config_key_name(key), value);
}

static int show_config(struct mw_text *text, const struct mw_reader *reader)
{
	struct mw_table_stats stats;

	mw_task_table_stats(&stats);
	for (unsigned int key = 0; key < ARRAY_SIZE(feature_of); key++)
		put_key(text, key, mw_feature_on(feature_of[key]));
	put_key(text, MW_CONFIG_SLAB, mw_feature_slab());
	put_key(text, MW_CONFIG_KEEP_EXITED, mw_task_keep_exited());
	put_key(text, MW_CONFIG_MAX_TASKS, stats.max);
	put_key(text, MW_CONFIG_PAGE_OWNER, mw_owns_pages());
	put_key(text, MW_CONFIG_PROC_GID, mw_procfs_gid());
	return 0;
}

static size_t size_of_config(void)
{
	return PAGE_SIZE;
}

static const struct mw_proc_file config_file = {
	.name = "config",
	.show = show_config,
	.size = size_of_config,
};

static int config_open(struct inode *inode, struct file *file)
{
	return mw_snapshot_open(&config_file, file);
}

static int apply(const struct mw_config_setting *setting)
{
	if (setting->key < ARRAY_SIZE(feature_of))
		return mw_feature_set(feature_of[setting->key], setting->value);
	if (setting->key == MW_CONFIG_SLAB)
		return mw_feature_set_slab(setting->value);
	mw_task_set_keep_exited(setting->value);
	return 0;
}

/* The rights of the opener count, too: a descriptor may have been handed on. */
static ssize_t config_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char line[MW_CONFIG_LINE_MAX + 1];
	char reason[MW_CONFIG_REASON_MAX];
	struct mw_config_setting setting;
	size_t len = min(count, sizeof(line));
	int err;

	if (!capable(CAP_SYS_ADMIN) || !file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	if (mw_config_parse(line, len, &setting, reason)) {
		pr_notice_ratelimited("memwatch: config: %s\n", reason);
		return -EINVAL;
	}
	err = apply(&setting);
	return err ? err : count;
}

static const struct proc_ops config_ops = {
	.proc_open = config_open,
	.proc_read = mw_snapshot_read,
	.proc_write = config_write,
	.proc_lseek = default_llseek,
	.proc_release = mw_snapshot_release,
};

const struct mw_proc_control mw_proc_config = {
	.name = "config",
	.mode = 0640,
	.ops = &config_ops,
};

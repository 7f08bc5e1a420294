// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_tag.c - /proc/memwatch/tag: what a process writes here, at most 31 bytes,
 * stands in the tag column of its records and of those that it forks from now on.
 * A trailing newline is not part of it; nothing, or a newline alone, takes it
 * away. Reading gives the reader's own tag, escaped, or `-`.
 *
 * The mode is 0666: it says something of the writer alone, whoever that is. What
 * that costs is bounded by the pool of tags, which is allocated once.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "features.h"
#include "procfs.h"
#include "tag.h"
#include "task_table.h"
#include "text.h"

static int refuse(int err, const char *why)
{
	pr_notice_ratelimited("memwatch: tag of %d refused: %s\n", task_tgid_nr(current), why);
	return err;
}

static int set_tag(const char *text, size_t len)
{
	u16 tag = MW_TAG_NONE;
	int err;

	if (len > MEMWATCH_TAG_MAX)
		return refuse(-EINVAL, "it is longer than 31 bytes");
	if (memchr(text, '\0', len))
		return refuse(-EINVAL, "it has a NUL in it");
	/* Lives are followed as long as there is a tag: without, nobody has one to take away. */
	if (!len && !mw_feature_on(MW_FEATURE_LIVES))
		return 0;
	err = len ? mw_tag_get(text, len, &tag) : 0;
	if (err)
		return refuse(err, err == -ENOSPC ? "4096 other tags are in use" : "no memory");
	err = mw_features_follow();
	if (err) {
		mw_tag_put(tag);
		return refuse(err, "no memory");
	}
	if (!mw_task_set_tag(current, tag)) {
		mw_tag_put(tag);
		return refuse(-ENOSPC, "the process has no slot: load with a larger max_tasks");
	}
	return 0;
}

static ssize_t tag_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	/* One byte more than fits and a newline: what is longer is too long. */
	char text[MEMWATCH_TAG_MAX + 2];
	size_t len = min(count, sizeof(text));
	int err;

	if (copy_from_user(text, buf, len))
		return -EFAULT;
	if (len == count && len && text[len - 1] == '\n')
		len--;
	err = set_tag(text, len);
	return err ? err : count;
}

static ssize_t tag_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	char line[4 * MEMWATCH_TAG_MAX + 1];
	char tag[MEMWATCH_TAG_MAX + 1] = "";
	struct mw_text text;

	if (mw_feature_on(MW_FEATURE_LIVES))
		mw_task_tag(mw_task_slot(current), tag);
	mw_text_init(&text, line, sizeof(line));
	mw_text_escaped(&text, tag, sizeof(tag));
	mw_text_char(&text, '\n');
	return simple_read_from_buffer(buf, count, pos, text.buf, text.len);
}

static const struct proc_ops tag_ops = {
	.proc_read = tag_read,
	.proc_write = tag_write,
	.proc_lseek = default_llseek,
};

const struct mw_proc_control mw_proc_tag = {
	.name = "tag",
	.mode = 0666,
	.ops = &tag_ops,
};

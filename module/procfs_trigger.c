// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_trigger.c - /proc/memwatch/trigger: one writes a line (trigger_spec.h)
 * to an open descriptor, once, and polls it for POLLPRI; what is promised stands
 * in trigger.h.
 *
 * A read gives the oldest firing that was not read yet, one line, and takes it;
 * it gives nothing (the end of the file) while there is none, and never blocks. A
 * buffer that is too small for the line is EINVAL and takes nothing: 512 bytes do.
 * The line is key=value columns, the first six always, strings octal-escaped as
 * in all files; `-` is what does not apply:
 *
 *	time_ns= kind= spec= tgid= start_ns= comm=	and then
 *	growth	growth_kb= rss_kb=	what it grew by, as judged, and its RSS
 *	rss	rss_kb=
 *	frag	unusable_index= order= node= zone=	of the worst zone
 *	slab	growth_kb= slab_kb=
 *	lost=	firings after this one that found no room
 *
 *	time_ns=81203456789 kind=growth spec=growth\04064M\04060s tgid=412
 *	start_ns=70100000000 comm=leaker growth_kb=66120 rss_kb=71004 lost=0
 *
 * (on one line). time_ns is boottime, as start_ns is; tgid is in the pid namespace
 * of the writer.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/compat.h"
#include "procfs.h"
#include "trigger.h"

/* A spec of 95 bytes and a name of 15, all escaped, are 440. */
#define MW_TRIGGER_TEXT_MAX 1024

/**
 * struct descriptor - an open file
 * @lock: one reader or writer at a time
 */
struct descriptor {
	struct mutex lock;
	struct mw_trigger *trigger;
};

static int trigger_open(struct inode *inode, struct file *file)
{
	struct descriptor *descriptor = kzalloc(sizeof(*descriptor), GFP_KERNEL_ACCOUNT);

	if (!descriptor)
		return -ENOMEM;
	mutex_init(&descriptor->lock);
	descriptor->trigger = mw_trigger_new();
	if (!descriptor->trigger) {
		kfree(descriptor);
		return -ENOMEM;
	}
	file->private_data = descriptor;
	return nonseekable_open(inode, file);
}

static int trigger_release(struct inode *inode, struct file *file)
{
	struct descriptor *descriptor = file->private_data;

	mw_trigger_free(descriptor->trigger);
	kfree(descriptor);
	return 0;
}

static int refuse(int err, const struct mw_trigger_fault *fault)
{
	pr_notice_ratelimited("memwatch: trigger refused: %s=\"%*pE\": %s\n", fault->key,
			      (int)fault->len, fault->value, fault->why);
	return err;
}

static int arm(struct mw_trigger *trigger, const char *line, size_t len)
{
	struct mw_trigger_fault fault;
	struct mw_trigger_spec spec;
	int err;

	if (mw_trigger_is_armed(trigger))
		return refuse(-EBUSY, &(struct mw_trigger_fault){ "line", line, len,
				"this descriptor has a trigger: open another" });
	err = mw_trigger_spec_parse(line, len, MW_NR_PAGE_ORDERS - 1, &spec, &fault);
	if (err)
		return refuse(err, &fault);
	err = mw_trigger_arm(trigger, &spec, &fault.why);
	if (!err)
		return 0;
	fault.key = "line";
	fault.value = spec.line;
	fault.len = strlen(spec.line);
	return refuse(err, &fault);
}

/* Both: a descriptor that was handed to somebody privileged does not borrow that. */
static bool may_write(const struct file *file)
{
	return capable(CAP_SYS_ADMIN) && file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN);
}

static ssize_t trigger_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct descriptor *descriptor = file->private_data;
	/* What is longer is too long without what is behind. */
	char line[MW_TRIGGER_LINE_MAX + 3];
	size_t len = min(count, sizeof(line));
	int err;

	if (!may_write(file))
		return -EPERM;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	if (mutex_lock_interruptible(&descriptor->lock))
		return -ERESTARTSYS;
	err = arm(descriptor->trigger, line, len);
	mutex_unlock(&descriptor->lock);
	return err ? err : count;
}

static void put_key(struct mw_text *text, const char *key)
{
	mw_text_char(text, ' ');
	mw_text_str(text, key);
	mw_text_char(text, '=');
}

static void put_number(struct mw_text *text, const char *key, u64 value)
{
	put_key(text, key);
	mw_text_u64(text, value);
}

static void put_process(struct mw_text *text, const struct mw_trigger_record *record)
{
	if (!record->tgid) {
		mw_text_str(text, " tgid=- start_ns=- comm=-");
		return;
	}
	put_number(text, "tgid", record->tgid);
	put_number(text, "start_ns", record->start_ns);
	put_key(text, "comm");
	mw_text_escaped(text, record->comm, TASK_COMM_LEN - 1);
}

static void put_values(struct mw_text *text, const struct mw_trigger_spec *spec,
		       const struct mw_trigger_record *record)
{
	switch (spec->kind) {
	case MW_TRIGGER_GROWTH:
		put_number(text, "growth_kb", record->value);
		put_number(text, "rss_kb", record->total_kb);
		break;
	case MW_TRIGGER_RSS:
		put_number(text, "rss_kb", record->total_kb);
		break;
	case MW_TRIGGER_FRAG:
		put_key(text, "unusable_index");
		mw_text_milli(text, record->value);
		put_number(text, "order", spec->order);
		put_number(text, "node", record->node);
		put_key(text, "zone");
		mw_text_str(text, record->zone);
		break;
	case MW_TRIGGER_SLAB:
		put_number(text, "growth_kb", record->value);
		put_number(text, "slab_kb", record->total_kb);
		break;
	}
}

static void put_record(struct mw_text *text, const struct mw_trigger_spec *spec,
		       const struct mw_trigger_record *record)
{
	mw_text_str(text, "time_ns=");
	mw_text_u64(text, record->time_ns);
	put_key(text, "kind");
	mw_text_str(text, mw_trigger_kind_name(spec->kind));
	put_key(text, "spec");
	mw_text_escaped(text, spec->line, sizeof(spec->line));
	put_process(text, record);
	put_values(text, spec, record);
	put_number(text, "lost", record->lost);
	mw_text_char(text, '\n');
}

static ssize_t read_one(struct mw_trigger *trigger, char __user *buf, size_t count)
{
	struct mw_trigger_record record;
	struct mw_text text;
	ssize_t ret;
	char *line;

	if (!mw_trigger_peek(trigger, &record))
		return 0;
	line = kmalloc(MW_TRIGGER_TEXT_MAX, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	mw_text_init(&text, line, MW_TRIGGER_TEXT_MAX);
	put_record(&text, mw_trigger_spec(trigger), &record);
	ret = text.len;
	if (count < text.len)
		ret = -EINVAL;
	else if (copy_to_user(buf, line, text.len))
		ret = -EFAULT;
	else
		mw_trigger_pop(trigger);
	kfree(line);
	return ret;
}

static ssize_t trigger_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct descriptor *descriptor = file->private_data;
	ssize_t ret;

	if (mutex_lock_interruptible(&descriptor->lock))
		return -ERESTARTSYS;
	ret = read_one(descriptor->trigger, buf, count);
	mutex_unlock(&descriptor->lock);
	return ret;
}

static __poll_t trigger_poll(struct file *file, struct poll_table_struct *wait)
{
	struct descriptor *descriptor = file->private_data;

	return mw_trigger_poll(descriptor->trigger, file, wait);
}

static const struct proc_ops trigger_ops = {
	.proc_open = trigger_open,
	.proc_read = trigger_read,
	.proc_write = trigger_write,
	.proc_poll = trigger_poll,
	.proc_lseek = noop_llseek,
	.proc_release = trigger_release,
};

const struct mw_proc_control mw_proc_trigger = {
	.name = "trigger",
	.mode = 0640,
	.ops = &trigger_ops,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs.c - the directory /proc/memwatch, and reading by snapshot.
 *
 * A file is written whole when it is read from its beginning, and a reader that
 * goes on, byte by byte or from an offset, gets the rest of the same text:
 * records are never torn, repeated or left out because the table changed
 * between two reads. Going back to the beginning takes a new snapshot.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>

#include "memwatch_abi.h"
#include "procfs.h"
#include "trigger.h"

/* 32,762 tasks at 300 bytes are 10 MiB; what is larger is a bug. */
#define MW_SNAPSHOT_MAX (64UL << 20)

static const struct mw_proc_file * const files[] = {
	&mw_proc_status,
	&mw_proc_tasks,
	&mw_proc_growth,
	&mw_proc_exited,
	&mw_proc_slab,
	&mw_proc_fragmentation,
};

static const struct mw_proc_control * const controls[] = {
	&mw_proc_config,
	&mw_proc_tag,
	&mw_proc_trigger,
};

static struct proc_dir_entry *directory;
static u64 created_ns;
static unsigned int reader_gid;

/**
 * struct snapshot - one open descriptor
 * @lock: serialises readers that share the descriptor
 * @text: what it reads; no buffer before the first read
 */
struct snapshot {
	struct mutex lock;
	const struct mw_proc_file *file;
	struct mw_text text;
};

static int write_text(const struct mw_proc_file *file, struct mw_text *ret_text)
{
	const struct mw_reader reader = { .pid_ns = task_active_pid_ns(current) };
	size_t size = max(PAGE_ALIGN(file->size()), PAGE_SIZE);

	for (; size <= MW_SNAPSHOT_MAX; size *= 2) {
		struct mw_text text;
		char *buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		int err;

		if (!buf)
			return -ENOMEM;
		mw_text_init(&text, buf, size);
		err = file->show(&text, &reader);
		if (!err && !text.full) {
			*ret_text = text;
			return 0;
		}
		kvfree(buf);
		if (err)
			return err;
	}
	return -EFBIG;
}

static int snapshot_take(struct snapshot *snapshot)
{
	struct mw_text text;
	int err = write_text(snapshot->file, &text);

	if (err)
		return err;
	kvfree(snapshot->text.buf);
	snapshot->text = text;
	return 0;
}

int mw_snapshot_open(const struct mw_proc_file *proc_file, struct file *file)
{
	struct snapshot *snapshot = kzalloc(sizeof(*snapshot), GFP_KERNEL_ACCOUNT);

	if (!snapshot)
		return -ENOMEM;
	mutex_init(&snapshot->lock);
	snapshot->file = proc_file;
	file->private_data = snapshot;
	return 0;
}

/* By its name, which is one of ours: the accessor of an entry's data was renamed in 5.17. */
static int snapshot_open(struct inode *inode, struct file *file)
{
	const unsigned char *name = file_dentry(file)->d_name.name;

	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(files[i]->name, name))
			return mw_snapshot_open(files[i], file);
	return -ENOENT;
}

ssize_t mw_snapshot_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct snapshot *snapshot = file->private_data;
	ssize_t ret = 0;

	if (mutex_lock_interruptible(&snapshot->lock))
		return -ERESTARTSYS;
	if (!*pos || !snapshot->text.buf)
		ret = snapshot_take(snapshot);
	if (!ret)
		ret = simple_read_from_buffer(buf, count, pos, snapshot->text.buf,
					      snapshot->text.len);
	mutex_unlock(&snapshot->lock);
	return ret;
}

int mw_snapshot_release(struct inode *inode, struct file *file)
{
	struct snapshot *snapshot = file->private_data;

	kvfree(snapshot->text.buf);
	kfree(snapshot);
	return 0;
}

static const struct proc_ops snapshot_ops = {
	.proc_open = snapshot_open,
	.proc_read = mw_snapshot_read,
	.proc_lseek = default_llseek,
	.proc_release = mw_snapshot_release,
};

static int create(const char *name, umode_t mode, const struct proc_ops *ops, kgid_t gid)
{
	struct proc_dir_entry *entry = proc_create(name, mode, directory, ops);

	if (!entry)
		return -ENOMEM;
	proc_set_user(entry, GLOBAL_ROOT_UID, gid);
	return 0;
}

static int create_all(kgid_t gid)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < ARRAY_SIZE(files); i++)
		err = create(files[i]->name, 0440, &snapshot_ops, gid);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(controls); i++)
		err = create(controls[i]->name, controls[i]->mode, controls[i]->ops, gid);
	return err;
}

int mw_procfs_init(unsigned int gid)
{
	kgid_t kgid = make_kgid(&init_user_ns, gid);
	int err;

	if (!gid_valid(kgid))
		return -EINVAL;
	reader_gid = gid;
	created_ns = ktime_get_boottime_ns();
	directory = proc_mkdir_mode(MEMWATCH_PROC_DIR, 0555, NULL);
	if (!directory)
		return -ENOMEM;
	err = create_all(kgid);
	if (err)
		mw_procfs_exit();
	return err;
}

unsigned int mw_procfs_gid(void)
{
	return reader_gid;
}

u64 mw_procfs_uptime_s(void)
{
	return div_u64(ktime_get_boottime_ns() - created_ns, NSEC_PER_SEC);
}

void mw_procfs_exit(void)
{
	mw_triggers_hang_up();
	proc_remove(directory);
	directory = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * procfs.h - /proc/memwatch: the directory, and files that are read as
 * snapshots. What a file says is written by its own procfs_*.c.
 */
#ifndef _MW_PROCFS_H
#define _MW_PROCFS_H

#include <linux/types.h>

#include "text.h"

struct pid_namespace;
struct file;
struct inode;
struct proc_ops;

/**
 * struct mw_reader - who reads
 * @pid_ns: the namespace that pids are shown in
 */
struct mw_reader {
	struct pid_namespace *pid_ns;
};

/**
 * struct mw_proc_file - one file under /proc/memwatch that can only be read
 * @name: its name
 * @show: writes the whole file into @text; process context, may sleep. Called
 *        again with a larger buffer if @text became full. Returns 0 or a
 *        negative errno.
 * @size: a first guess of its size in bytes
 */
struct mw_proc_file {
	const char *name;
	int (*show)(struct mw_text *text, const struct mw_reader *reader);
	size_t (*size)(void);
};

/**
 * struct mw_proc_control - one file under /proc/memwatch that is written to
 * @name: its name
 * @mode: its permissions
 * @ops:  what opening, reading and writing it does
 */
struct mw_proc_control {
	const char *name;
	umode_t mode;
	const struct proc_ops *ops;
};

extern const struct mw_proc_control mw_proc_config;
extern const struct mw_proc_control mw_proc_tag;
extern const struct mw_proc_control mw_proc_trigger;

extern const struct mw_proc_file mw_proc_status;
extern const struct mw_proc_file mw_proc_tasks;
extern const struct mw_proc_file mw_proc_growth;
extern const struct mw_proc_file mw_proc_exited;
extern const struct mw_proc_file mw_proc_slab;
extern const struct mw_proc_file mw_proc_fragmentation;

/* For a control file that is also read by snapshot. As the members of proc_ops. */
int mw_snapshot_open(const struct mw_proc_file *proc_file, struct file *file);
ssize_t mw_snapshot_read(struct file *file, char __user *buf, size_t count, loff_t *pos);
int mw_snapshot_release(struct inode *inode, struct file *file);

/* @gid may read besides root. */
int mw_procfs_init(unsigned int gid);

unsigned int mw_procfs_gid(void);

/* Seconds since mw_procfs_init(), suspended time included. */
u64 mw_procfs_uptime_s(void);

/* Waits for readers; open descriptors then read as closed. */
void mw_procfs_exit(void);

#endif /* _MW_PROCFS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_proc.c - plain /proc as a source. A round reads one file a process,
 * /proc/PID/stat; /proc/PID/status, which costs the kernel more, is read again
 * only when the process has faulted or its RSS has changed since, which on
 * most hosts most processes have not. Never touches smaps.
 */
#include "source_proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lives.h"
#include "proc_dir.h"
#include "proc_pid.h"

/* What a process had when its status was read last. */
struct known {
	int64_t rss_pages;
	int64_t faults;
	struct mw_proc_status status;
};

struct source_proc {
	struct mw_source source;
	struct mw_proc_dir *dir;
	const struct mw_filter *filter;
	struct mw_lives *known;
	int64_t page_kb;
	/* The round under way. */
	double now_s;
	mw_sample_fn fn;
	void *arg;
};

/* Returns 0, or a negative errno when the process is gone. */
static int update_status(const struct source_proc *proc, const struct mw_proc_stat *stat,
			 struct known *known, bool is_new)
{
	int64_t faults = stat->minflt + stat->majflt;
	char text[4096];
	ssize_t len;

	if (!is_new && known->rss_pages == stat->rss_pages && known->faults == faults)
		return 0;
	len = mw_proc_dir_read(proc->dir, stat->pid, "status", text, sizeof(text));
	if (len < 0)
		return (int)len;
	mw_proc_status_parse(text, (size_t)len, &known->status);
	known->rss_pages = stat->rss_pages;
	known->faults = faults;
	return 0;
}

/* One process; one that is gone, or has no memory of its own, is no error. */
static int read_pid(int32_t pid, void *arg)
{
	struct source_proc *proc = arg;
	struct mw_proc_stat stat;
	struct mw_sample sample;
	struct known *known;
	bool is_new;

	if (mw_proc_dir_stat(proc->dir, pid, &stat) < 0 || stat.vsize_bytes == 0)
		return 0;
	if (!mw_filter_wants(proc->filter, pid, stat.comm))
		return 0;
	known = mw_lives_get(proc->known, pid, stat.start_ticks, &is_new);
	if (known == NULL)
		return -ENOMEM;
	if (update_status(proc, &stat, known, is_new) < 0)
		return 0;
	mw_proc_sample(&stat, &known->status, proc->page_kb, proc->now_s, &sample);
	return proc->fn(&sample, proc->arg);
}

static int read_listed(struct source_proc *proc)
{
	for (size_t i = 0; i < proc->filter->pid_count; i++) {
		int err = read_pid(proc->filter->pids[i], proc);

		if (err != 0)
			return err;
	}
	return 0;
}

static int read_proc(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg)
{
	struct source_proc *proc = (struct source_proc *)source;
	int err;

	proc->now_s = now_s;
	proc->fn = fn;
	proc->arg = arg;
	if (mw_filter_is_pids_only(proc->filter))
		err = read_listed(proc);
	else
		err = mw_proc_dir_each(proc->dir, read_pid, proc);
	mw_lives_sweep(proc->known, NULL, NULL);
	return err;
}

static void free_proc(struct mw_source *source)
{
	struct source_proc *proc = (struct source_proc *)source;

	mw_lives_free(proc->known, NULL, NULL);
	mw_proc_dir_close(proc->dir);
	free(proc);
}

static const struct mw_source_ops proc_ops = {
	.name = "proc",
	.read = read_proc,
	.free = free_proc,
};

int mw_source_proc_new(const char *root, const struct mw_filter *filter,
		       struct mw_source **ret_source)
{
	struct source_proc *proc = calloc(1, sizeof(*proc));
	int err;

	if (proc == NULL)
		return -ENOMEM;
	proc->source.ops = &proc_ops;
	proc->filter = filter;
	proc->page_kb = sysconf(_SC_PAGESIZE) / 1024;
	proc->known = mw_lives_new(sizeof(struct known));
	err = proc->known != NULL ? mw_proc_dir_open(root, &proc->dir) : -ENOMEM;
	if (err < 0) {
		free_proc(&proc->source);
		return err;
	}
	*ret_source = &proc->source;
	return 0;
}

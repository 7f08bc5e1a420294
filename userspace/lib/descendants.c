// SPDX-License-Identifier: GPL-2.0-only
/*
 * descendants.c - a process and all that descend from it, found by the parent
 * that each process names. (/proc/PID/task/TID/children would be cheaper and is
 * missing from kernels without CONFIG_PROC_CHILDREN.) A process that forks
 * while the walk is under way may be found one walk later.
 */
#include "descendants.h"

#include <errno.h>
#include <stdlib.h>

struct child {
	int32_t ppid;
	int32_t pid;
};

struct mw_family {
	struct mw_proc_dir *dir; /* the walk under way */
	struct child *children;
	size_t count;
	size_t size;
};

struct mw_family *mw_family_new(void)
{
	return calloc(1, sizeof(struct mw_family));
}

void mw_family_free(struct mw_family *family)
{
	if (family != NULL)
		free(family->children);
	free(family);
}

static int note_child(int32_t pid, void *arg)
{
	struct mw_family *family = arg;
	struct mw_proc_stat stat;

	if (mw_proc_dir_stat(family->dir, pid, &stat) < 0)
		return 0;
	if (family->count == family->size) {
		size_t size = family->size > 0 ? family->size * 2 : 256;
		struct child *children = realloc(family->children, size * sizeof(*children));

		if (children == NULL)
			return -ENOMEM;
		family->children = children;
		family->size = size;
	}
	family->children[family->count].ppid = stat.ppid;
	family->children[family->count].pid = pid;
	family->count++;
	return 0;
}

static int by_parent(const void *a, const void *b)
{
	const struct child *x = a;
	const struct child *y = b;

	return (x->ppid > y->ppid) - (x->ppid < y->ppid);
}

/* Index of the first child of @ppid, or where it would stand. */
static size_t first_child(const struct mw_family *family, int32_t ppid)
{
	size_t low = 0;
	size_t high = family->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (family->children[middle].ppid < ppid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int add_children(const struct mw_family *family, int32_t ppid, struct mw_filter *filter)
{
	for (size_t i = first_child(family, ppid);
	     i < family->count && family->children[i].ppid == ppid; i++) {
		/* Pids used again during the walk could form a ring: stop at its size. */
		if (filter->pid_count == family->count)
			return 0;
		if (mw_filter_add_pid(filter, family->children[i].pid) < 0)
			return -ENOMEM;
	}
	return 0;
}

int mw_family_find(struct mw_family *family, struct mw_proc_dir *dir, int32_t ancestor,
		   struct mw_filter *filter)
{
	int err;

	family->dir = dir;
	family->count = 0;
	err = mw_proc_dir_each(dir, note_child, family);
	if (err < 0)
		return err;
	qsort(family->children, family->count, sizeof(*family->children), by_parent);
	mw_filter_clear_pids(filter);
	err = add_children(family, ancestor, filter);
	for (size_t i = 0; i < filter->pid_count && err == 0; i++)
		err = add_children(family, filter->pids[i], filter);
	return err;
}

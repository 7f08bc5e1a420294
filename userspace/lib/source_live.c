// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_live.c - this host, now. Asks the module first in every round, so that
 * it may be loaded and unloaded under a running daemon; adds to each sample the
 * limit that the process meets first. Tells nobody: whoever reads asks for the
 * origin and says what changed.
 */
#include "source_live.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory_limits.h"
#include "proc_dir.h"
#include "source_module.h"
#include "source_proc.h"
#include "source_scout.h"

struct source_live {
	struct mw_source source;
	struct mw_source *module;
	struct mw_source *proc;
	struct mw_proc_dir *dir;
	struct mw_limits *limits;
	const struct mw_filter *filter;
	const struct mw_source *origin;
	int module_error;
	const char *root;
	bool is_resting; /* @proc is a scout, and limits are asked for */
	/* The round under way. */
	double now_s;
	mw_sample_fn fn;
	void *arg;
	bool is_stopped;
};

static int pass_on(const struct mw_sample *sample, void *arg)
{
	struct source_live *live = arg;
	struct mw_sample limited;
	int err;

	if (!live->is_resting) {
		limited = *sample;
		limited.limit_kb = mw_source_live_limit_kb(&live->source, sample);
		sample = &limited;
	}
	err = live->fn(sample, live->arg);
	live->is_stopped = err != 0;
	return err;
}

static int read_from(struct source_live *live, struct mw_source *origin)
{
	live->origin = origin;
	return origin->ops->read(origin, live->now_s, pass_on, live);
}

static int read_live(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg)
{
	struct source_live *live = (struct source_live *)source;
	const struct mw_source *before = live->origin;
	int err;

	live->now_s = now_s;
	live->fn = fn;
	live->arg = arg;
	live->is_stopped = false;
	live->module_error = 0;
	mw_limits_begin(live->limits);
	err = read_from(live, live->module);
	if (err < 0 && !live->is_stopped) {
		live->module_error = err;
		/* What it knows is as old as the last round without the module. */
		if (live->is_resting && before != live->proc)
			mw_source_scout_restart(live->proc);
		err = read_from(live, live->proc);
	}
	mw_limits_end(live->limits);
	return err;
}

static bool has_life(const struct mw_source *source, int32_t pid, uint64_t start_ticks)
{
	const struct mw_source *origin = ((const struct source_live *)source)->origin;

	return origin->ops->has != NULL && origin->ops->has(origin, pid, start_ticks);
}

static void free_source(struct mw_source *source)
{
	if (source != NULL)
		source->ops->free(source);
}

static void free_live(struct mw_source *source)
{
	struct source_live *live = (struct source_live *)source;

	mw_limits_free(live->limits);
	mw_proc_dir_close(live->dir);
	free_source(live->proc);
	free_source(live->module);
	free(live);
}

static const struct mw_source_ops live_ops = {
	.name = "live",
	.read = read_live,
	.has = has_life,
	.free = free_live,
};

static int open_sources(struct source_live *live, const char *root, const struct mw_filter *filter)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/proc/memwatch", root);
	err = mw_source_module_new(path, filter, &live->module);
	if (err < 0)
		return err;
	snprintf(path, sizeof(path), "%s/proc", root);
	err = mw_source_proc_new(path, filter, &live->proc);
	if (err < 0)
		return err;
	err = mw_proc_dir_open(path, &live->dir);
	if (err < 0)
		return err;
	live->limits = mw_limits_new(root, live->dir);
	return live->limits != NULL ? 0 : -ENOMEM;
}

int mw_source_live_new(const char *root, const struct mw_filter *filter,
		       struct mw_source **ret_source)
{
	struct source_live *live = calloc(1, sizeof(*live));
	int err;

	if (live == NULL)
		return -ENOMEM;
	live->source.ops = &live_ops;
	live->filter = filter;
	live->root = root;
	err = open_sources(live, root, filter);
	if (err < 0) {
		free_live(&live->source);
		return err;
	}
	live->origin = live->proc;
	*ret_source = &live->source;
	return 0;
}

int mw_source_live_rest(struct mw_source *source, unsigned int idle_rounds)
{
	struct source_live *live = (struct source_live *)source;
	struct mw_source *scout;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/proc", live->root);
	err = mw_source_scout_new(path, live->filter, idle_rounds, &scout);
	if (err < 0)
		return err;
	free_source(live->proc);
	live->proc = scout;
	live->origin = scout;
	live->is_resting = true;
	return 0;
}

int64_t mw_source_live_limit_kb(struct mw_source *source, const struct mw_sample *sample)
{
	struct source_live *live = (struct source_live *)source;

	return mw_limits_get_kb(live->limits, sample->pid, sample->start_ticks, sample->rss_kb,
				live->now_s);
}

const char *mw_source_live_origin(const struct mw_source *source)
{
	return ((const struct source_live *)source)->origin->ops->name;
}

int mw_source_live_module_error(const struct mw_source *source)
{
	return ((const struct source_live *)source)->module_error;
}

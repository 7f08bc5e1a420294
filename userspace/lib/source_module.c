// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_module.c - the module's /proc/memwatch/tasks as a source. The file is
 * opened anew each round, so that the module may come and go. Lines that are
 * not as the header says are skipped; the pseudo-owners ([irq], [unknown]) are
 * no processes and are left out, and so are processes on their way out, whose
 * address space is gone already.
 */
#include "source_module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lives.h"
#include "procfs_table.h"
#include "textfile.h"

static const struct column {
	const char *name;
	size_t offset;
} columns[] = {
	{ "rss_kb", offsetof(struct mw_sample, rss_kb) },
	{ "anon_kb", offsetof(struct mw_sample, anon_kb) },
	{ "file_kb", offsetof(struct mw_sample, file_kb) },
	{ "shmem_kb", offsetof(struct mw_sample, shmem_kb) },
	{ "swap_kb", offsetof(struct mw_sample, swap_kb) },
	{ "threads", offsetof(struct mw_sample, threads) },
	{ "minflt", offsetof(struct mw_sample, minflt) },
	{ "page_allocs", offsetof(struct mw_sample, page_allocs) },
	{ "page_frees", offsetof(struct mw_sample, page_frees) },
	{ "owned_user_pages", offsetof(struct mw_sample, owned_user_pages) },
	{ "owned_kernel_pages", offsetof(struct mw_sample, owned_kernel_pages) },
	{ "slab_alloc_kb", offsetof(struct mw_sample, slab_alloc_kb) },
	{ "stall_us", offsetof(struct mw_sample, stall_us) },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* What is remembered of a process. */
struct known {
	bool has_had_memory;
};

struct source_module {
	struct mw_source source;
	const struct mw_filter *filter;
	struct mw_textbuf text;
	struct mw_lives *known;
	int64_t ns_per_tick;
	char path[];
};

/* Where this table has its columns. */
struct layout {
	int tgid;
	int start_ns;
	int comm;
	int values[COLUMNS];
};

static bool find_columns(const struct mw_procfs_row *header, struct layout *ret_layout)
{
	ret_layout->tgid = mw_procfs_column(header, "tgid");
	ret_layout->start_ns = mw_procfs_column(header, "start_ns");
	ret_layout->comm = mw_procfs_column(header, "comm");
	for (size_t i = 0; i < COLUMNS; i++)
		ret_layout->values[i] = mw_procfs_column(header, columns[i].name);
	return ret_layout->tgid >= 0 && ret_layout->start_ns >= 0 && ret_layout->comm >= 0 &&
	       mw_procfs_column(header, "rss_kb") >= 0;
}

/* False for a line that is broken or no process. */
static bool parse_row(const struct source_module *module, const struct layout *layout,
		      const struct mw_procfs_row *row, struct mw_sample *ret_sample)
{
	int64_t tgid;
	int64_t start_ns;

	if (!mw_procfs_number(row, layout->tgid, &tgid) || tgid <= 0 || tgid > INT32_MAX)
		return false;
	if (!mw_procfs_number(row, layout->start_ns, &start_ns) || start_ns < 0)
		return false;
	ret_sample->pid = (int32_t)tgid;
	ret_sample->start_ticks = (uint64_t)(start_ns / module->ns_per_tick);
	mw_procfs_text(row, layout->comm, ret_sample->comm, sizeof(ret_sample->comm));
	for (size_t i = 0; i < COLUMNS; i++) {
		int64_t *value = (int64_t *)((char *)ret_sample + columns[i].offset);

		if (!mw_procfs_number(row, layout->values[i], value))
			return false;
	}
	/* Kernel threads have no address space: the table says `-`, and it holds nothing. */
	if (ret_sample->rss_kb == MW_UNKNOWN)
		ret_sample->rss_kb = 0;
	ret_sample->limit_kb = MW_UNKNOWN;
	ret_sample->live_kb = MW_UNKNOWN;
	return true;
}

/* A process that has lost all of its memory at once is exiting: no sample of how much it holds. */
static bool is_exiting(struct source_module *module, const struct mw_sample *sample)
{
	bool is_new;
	struct known *known =
		mw_lives_get(module->known, sample->pid, sample->start_ticks, &is_new);

	if (known == NULL)
		return false;
	known->has_had_memory |= sample->rss_kb > 0;
	return known->has_had_memory && sample->rss_kb == 0;
}

static int read_rows(struct source_module *module, const struct layout *layout, const char *cursor,
		     const char *end, double now_s, mw_sample_fn fn, void *arg)
{
	struct mw_sample sample;
	struct mw_procfs_row row;
	const char *line;
	size_t len;

	sample.time_s = now_s;
	while ((line = mw_procfs_line(&cursor, end, &len)) != NULL) {
		int err;

		mw_procfs_split(line, len, &row);
		if (!parse_row(module, layout, &row, &sample))
			continue;
		if (!mw_filter_wants(module->filter, sample.pid, sample.comm) ||
		    is_exiting(module, &sample))
			continue;
		err = fn(&sample, arg);
		if (err != 0)
			return err;
	}
	return 0;
}

static int read_module(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg)
{
	struct source_module *module = (struct source_module *)source;
	int err = mw_textbuf_read(&module->text, module->path);
	struct mw_procfs_row header;
	struct layout layout;
	const char *cursor;
	const char *line;
	const char *end;
	size_t len;

	if (err < 0)
		return err;
	cursor = module->text.data;
	end = cursor + module->text.len;
	line = mw_procfs_line(&cursor, end, &len);
	if (line == NULL || len == 0 || line[0] != '#')
		return -EBADMSG;
	mw_procfs_split(line, len, &header);
	if (!find_columns(&header, &layout))
		return -EBADMSG;
	err = read_rows(module, &layout, cursor, end, now_s, fn, arg);
	mw_lives_sweep(module->known, NULL, NULL);
	return err;
}

static void free_module(struct mw_source *source)
{
	struct source_module *module = (struct source_module *)source;

	mw_lives_free(module->known, NULL, NULL);
	mw_textbuf_free(&module->text);
	free(module);
}

static const struct mw_source_ops module_ops = {
	.name = "module",
	.read = read_module,
	.free = free_module,
};

int mw_source_module_new(const char *root, const struct mw_filter *filter,
			 struct mw_source **ret_source)
{
	size_t size = strlen(root) + sizeof("/tasks");
	struct source_module *module = calloc(1, sizeof(*module) + size);

	if (module == NULL)
		return -ENOMEM;
	module->known = mw_lives_new(sizeof(struct known));
	if (module->known == NULL) {
		free(module);
		return -ENOMEM;
	}
	module->source.ops = &module_ops;
	module->filter = filter;
	module->ns_per_tick = 1000000000 / sysconf(_SC_CLK_TCK);
	snprintf(module->path, size, "%s/tasks", root);
	*ret_source = &module->source;
	return 0;
}

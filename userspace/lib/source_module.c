// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_module.c - the module's /proc/memwatch/tasks as a source. The file is
 * opened anew each round, so that the module may come and go. Lines that are
 * not as the header says are skipped; the pseudo-owners ([irq], [unknown]) are
 * no processes and are left out, and so are processes on their way out, whose
 * address space is gone already.
 *
 * Most processes rest from round to round and have the same line again, byte by byte. Such
 * a line is compared and not read: that takes a third.
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

/* Longest line that is remembered: a table's longest has 23 columns, most of them short. */
#define LINE_KEPT 148

/**
 * struct known - what is remembered of a process
 * @has_had_memory: it has been seen with some
 * @len:            of @line; 0 while there is none
 * @layout_nr:      of the layout under which @line was read
 * @line:           its last one, without the line end
 * @values:         what that says in `columns`
 */
struct known {
	bool has_had_memory;
	uint8_t len;
	uint16_t layout_nr;
	char line[LINE_KEPT];
	int64_t values[COLUMNS];
};

/* Where this table has its columns. */
struct layout {
	int tgid;
	int start_ns;
	int comm;
	int values[COLUMNS];
	size_t head; /* cells up to the last of the first three */
};

struct source_module {
	struct mw_source source;
	const struct mw_filter *filter;
	struct mw_textbuf text;
	struct mw_lives *known;
	int64_t ns_per_tick;
	struct layout layout; /* of the last round */
	uint16_t layout_nr;
	struct known nobody; /* for whom there was no memory */
	char path[];
};

static size_t most(int a, int b, int c)
{
	int ab = a > b ? a : b;

	return (size_t)(ab > c ? ab : c);
}

static bool find_columns(const struct mw_procfs_row *header, struct layout *ret_layout)
{
	ret_layout->tgid = mw_procfs_column(header, "tgid");
	ret_layout->start_ns = mw_procfs_column(header, "start_ns");
	ret_layout->comm = mw_procfs_column(header, "comm");
	for (size_t i = 0; i < COLUMNS; i++)
		ret_layout->values[i] = mw_procfs_column(header, columns[i].name);
	ret_layout->head = 1 + most(ret_layout->tgid, ret_layout->start_ns, ret_layout->comm);
	return ret_layout->tgid >= 0 && ret_layout->start_ns >= 0 && ret_layout->comm >= 0 &&
	       mw_procfs_column(header, "rss_kb") >= 0;
}

/* Whose line it is. False for one that is broken or no process. */
static bool parse_head(const struct source_module *module, const struct mw_procfs_row *row,
		       struct mw_sample *ret_sample)
{
	const struct layout *layout = &module->layout;
	int64_t tgid;
	int64_t start_ns;

	if (!mw_procfs_number(row, layout->tgid, &tgid) || tgid <= 0 || tgid > INT32_MAX)
		return false;
	if (!mw_procfs_number(row, layout->start_ns, &start_ns) || start_ns < 0)
		return false;
	ret_sample->pid = (int32_t)tgid;
	ret_sample->start_ticks = (uint64_t)(start_ns / module->ns_per_tick);
	mw_procfs_text(row, layout->comm, ret_sample->comm, sizeof(ret_sample->comm));
	return true;
}

static bool parse_values(const struct layout *layout, const struct mw_procfs_row *row,
			 int64_t *ret_values)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (!mw_procfs_number(row, layout->values[i], &ret_values[i]))
			return false;
	return true;
}

static void put_values(struct mw_sample *sample, const int64_t *values)
{
	for (size_t i = 0; i < COLUMNS; i++)
		*(int64_t *)((char *)sample + columns[i].offset) = values[i];
	/* Kernel threads have no address space: the table says `-`, and it holds nothing. */
	if (sample->rss_kb == MW_UNKNOWN)
		sample->rss_kb = 0;
	sample->limit_kb = MW_UNKNOWN;
	sample->live_kb = MW_UNKNOWN;
}

/* The line as it is now, read unless it is the one that is known. False if it is broken. */
static bool update(const struct source_module *module, struct known *known, const char *line,
		   size_t len)
{
	struct mw_procfs_row row;

	if (known->len == len && known->layout_nr == module->layout_nr &&
	    memcmp(known->line, line, len) == 0)
		return true;
	known->len = 0;
	mw_procfs_split(line, len, &row);
	if (!parse_values(&module->layout, &row, known->values))
		return false;
	if (len <= LINE_KEPT) {
		memcpy(known->line, line, len);
		known->len = (uint8_t)len;
		known->layout_nr = module->layout_nr;
	}
	return true;
}

/* A process that has lost all of its memory at once is exiting: no sample of how much it holds. */
static bool is_exiting(struct known *known, const struct mw_sample *sample)
{
	known->has_had_memory |= sample->rss_kb > 0;
	return known->has_had_memory && sample->rss_kb == 0;
}

/* False for a line that says nothing of a process that is wanted. */
static bool read_line(struct source_module *module, const char *line, size_t len,
		      struct mw_sample *ret_sample)
{
	struct mw_procfs_row row;
	struct known *known;
	bool is_new;

	mw_procfs_split_first(line, len, module->layout.head, &row);
	if (!parse_head(module, &row, ret_sample) ||
	    !mw_filter_wants(module->filter, ret_sample->pid, ret_sample->comm))
		return false;
	known = mw_lives_get(module->known, ret_sample->pid, ret_sample->start_ticks, &is_new);
	if (known == NULL) {
		module->nobody = (struct known){ 0 };
		known = &module->nobody;
	}
	if (!update(module, known, line, len))
		return false;
	put_values(ret_sample, known->values);
	return !is_exiting(known, ret_sample);
}

static int read_rows(struct source_module *module, const char *cursor, const char *end,
		     double now_s, mw_sample_fn fn, void *arg)
{
	struct mw_sample sample;
	const char *line;
	size_t len;

	sample.time_s = now_s;
	while ((line = mw_procfs_line(&cursor, end, &len)) != NULL) {
		int err = read_line(module, line, len, &sample) ? fn(&sample, arg) : 0;

		if (err != 0)
			return err;
	}
	return 0;
}

/* Another module may have come meanwhile, with other columns: no line is known then. */
static void use_layout(struct source_module *module, const struct layout *layout)
{
	if (memcmp(&module->layout, layout, sizeof(*layout)) == 0)
		return;
	module->layout = *layout;
	module->layout_nr++;
}

static int read_module(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg)
{
	struct source_module *module = (struct source_module *)source;
	int err = mw_textbuf_read(&module->text, module->path);
	struct layout layout = { 0 };
	struct mw_procfs_row header;
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
	use_layout(module, &layout);
	err = read_rows(module, cursor, end, now_s, fn, arg);
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

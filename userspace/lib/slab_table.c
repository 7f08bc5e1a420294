// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_table.c - slab caches out of two texts of the kernel. Lines that are not as
 * they should be are passed over. Touches no files.
 */
#include "slab_table.h"

#include <string.h>

#include "procfs_table.h"
#include "sample.h"

static int tell(const struct mw_procfs_row *row, int64_t live_kb, mw_slab_fn fn, void *arg)
{
	char name[MW_SLAB_NAME_LEN];

	mw_procfs_text(row, 0, name, sizeof(name));
	return fn(name, live_kb > 0 ? live_kb : 0, arg);
}

int mw_slab_table_module(const char *text, size_t len, mw_slab_fn fn, void *arg)
{
	const char *end = text + len, *line;
	struct mw_procfs_row header, row;
	int allocs, live, count = 0;
	size_t line_len;

	line = mw_procfs_line(&text, end, &line_len);
	if (line == NULL || line_len == 0 || line[0] != '#')
		return 0;
	mw_procfs_split(line, line_len, &header);
	allocs = mw_procfs_column(&header, "allocs");
	live = mw_procfs_column(&header, "live_kb");
	while ((line = mw_procfs_line(&text, end, &line_len)) != NULL) {
		int64_t events, live_kb;
		int err;

		mw_procfs_split(line, line_len, &row);
		if (row.count == 0 || !mw_procfs_number(&row, allocs, &events) ||
		    !mw_procfs_number(&row, live, &live_kb) || events == MW_UNKNOWN ||
		    live_kb == MW_UNKNOWN)
			continue;
		err = tell(&row, live_kb, fn, arg);
		if (err < 0)
			return err;
		count++;
	}
	return count;
}

/* name <active_objs> <num_objs> <objsize> ... */
int mw_slab_table_slabinfo(const char *text, size_t len, mw_slab_fn fn, void *arg)
{
	const char *end = text + len, *line;
	struct mw_procfs_row row;
	int count = 0;
	size_t line_len;

	line = mw_procfs_line(&text, end, &line_len);
	if (line == NULL || line_len < 19 || memcmp(line, "slabinfo - version:", 19) != 0)
		return 0;
	while ((line = mw_procfs_line(&text, end, &line_len)) != NULL) {
		int64_t objects, bytes;
		int err;

		mw_procfs_split(line, line_len, &row);
		if (row.count < 4 || line[0] == '#' || !mw_procfs_number(&row, 1, &objects) ||
		    !mw_procfs_number(&row, 3, &bytes) || objects < 0 || bytes < 0 ||
		    objects > INT32_MAX || bytes > INT32_MAX)
			continue;
		err = tell(&row, objects * bytes / 1024, fn, arg);
		if (err < 0)
			return err;
		count++;
	}
	return count;
}

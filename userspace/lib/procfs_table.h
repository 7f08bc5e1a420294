/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * procfs_table.h - the text tables under /proc/memwatch: a `#` header that
 * names the columns, then one record a line. Pure; works on the caller's
 * buffer and keeps pointers into it.
 */
#ifndef MW_PROCFS_TABLE_H
#define MW_PROCFS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More columns than this are ignored. */
#define MW_PROCFS_COLUMNS_MAX 64

struct mw_procfs_cell {
	const char *data;
	size_t len;
};

/**
 * struct mw_procfs_row - one line, split
 * @cells: the first MW_PROCFS_COLUMNS_MAX cells
 * @count: how many of them there are
 */
struct mw_procfs_row {
	struct mw_procfs_cell cells[MW_PROCFS_COLUMNS_MAX];
	size_t count;
};

/**
 * mw_procfs_line() - take the next whole line off a text
 * @cursor:  where the text goes on; moved behind the line
 * @end:     end of the text
 * @ret_len: its length, without the line end
 * Returns the line, or NULL at the end. A last line without a line end was cut
 * and is not returned.
 */
const char *mw_procfs_line(const char **cursor, const char *end, size_t *ret_len);

/**
 * mw_procfs_split() - split a line at blanks
 * A header line's `#` is no cell, whether or not a blank follows it.
 */
void mw_procfs_split(const char *line, size_t len, struct mw_procfs_row *ret_row);

/** mw_procfs_split_first() - the same, of the first @most cells; what follows is left alone */
void mw_procfs_split_first(const char *line, size_t len, size_t most,
			   struct mw_procfs_row *ret_row);

/** mw_procfs_column() - index of the column called @name in a header, or -1 */
int mw_procfs_column(const struct mw_procfs_row *header, const char *name);

/**
 * mw_procfs_number() - a cell as a number
 * @index: of the cell; -1, for a column that is not there, gives MW_UNKNOWN
 * `-` and cells that the row lacks give MW_UNKNOWN too. Returns false, and
 * leaves the output alone, for anything else that is no number.
 */
bool mw_procfs_number(const struct mw_procfs_row *row, int index, int64_t *ret_value);

/**
 * mw_procfs_text() - a cell as text, octal escapes undone, `-` as an empty string
 * @dst, @size: where to; cut if it does not fit
 */
void mw_procfs_text(const struct mw_procfs_row *row, int index, char *dst, size_t size);

#endif /* MW_PROCFS_TABLE_H */

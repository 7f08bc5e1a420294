// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs_table.c - splits the text tables of /proc/memwatch and looks columns
 * up by name, so that a newer module's further columns do no harm. Never
 * copies a table and never fails on a line: what it lacks is unknown.
 */
#include "procfs_table.h"

#include <string.h>

#include "escape.h"
#include "number.h"
#include "sample.h"

const char *mw_procfs_line(const char **cursor, const char *end, size_t *ret_len)
{
	const char *line = *cursor;
	const char *newline;

	if (line >= end)
		return NULL;
	newline = memchr(line, '\n', (size_t)(end - line));
	if (newline == NULL)
		return NULL;
	*cursor = newline + 1;
	*ret_len = (size_t)(newline - line);
	return line;
}

/* Cells are a few bytes long: to look at each is cheaper than to call who looks faster. */
void mw_procfs_split_first(const char *line, size_t len, size_t most, struct mw_procfs_row *ret_row)
{
	const char *end = line + len;
	const char *c = line;
	size_t count = 0;

	if (c < end && *c == '#')
		c++;
	while (count < most && count < MW_PROCFS_COLUMNS_MAX) {
		const char *cell;

		while (c < end && *c == ' ')
			c++;
		if (c == end)
			break;
		cell = c;
		while (c < end && *c != ' ')
			c++;
		ret_row->cells[count].data = cell;
		ret_row->cells[count].len = (size_t)(c - cell);
		count++;
	}
	ret_row->count = count;
}

void mw_procfs_split(const char *line, size_t len, struct mw_procfs_row *ret_row)
{
	mw_procfs_split_first(line, len, MW_PROCFS_COLUMNS_MAX, ret_row);
}

int mw_procfs_column(const struct mw_procfs_row *header, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < header->count; i++)
		if (header->cells[i].len == len && memcmp(header->cells[i].data, name, len) == 0)
			return (int)i;
	return -1;
}

static bool is_dash(const struct mw_procfs_cell *cell)
{
	return cell->len == 1 && cell->data[0] == '-';
}

bool mw_procfs_number(const struct mw_procfs_row *row, int index, int64_t *ret_value)
{
	const struct mw_procfs_cell *cell;
	bool negative;
	int64_t value;

	if (index < 0 || (size_t)index >= row->count || is_dash(&row->cells[index])) {
		*ret_value = MW_UNKNOWN;
		return true;
	}
	cell = &row->cells[index];
	negative = cell->data[0] == '-';
	if (mw_number_count(cell->data + negative, cell->len - negative, &value) != NULL)
		return false;
	*ret_value = negative ? -value : value;
	return true;
}

void mw_procfs_text(const struct mw_procfs_row *row, int index, char *dst, size_t size)
{
	dst[0] = '\0';
	if (index < 0 || (size_t)index >= row->count || is_dash(&row->cells[index]))
		return;
	mw_unescape_octal(dst, size, row->cells[index].data, row->cells[index].len);
}

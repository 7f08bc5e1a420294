// SPDX-License-Identifier: GPL-2.0-only
/*
 * csv.c - splits RFC 4180 text into cells in place. Nearly every line of a
 * recording has no quote in it, and such a line takes the short way: two
 * memchr() and one pass. Never copies, allocates or guesses what a cell means.
 */
#include "csv.h"

#include <string.h>

static void add_cell(struct mw_csv_record *record, const char *data, size_t len, bool quoted)
{
	if (record->count < MW_CSV_CELLS_MAX) {
		struct mw_csv_cell *cell = &record->cells[record->count];

		cell->data = data;
		cell->len = len;
		cell->quoted = quoted;
	}
	record->count++;
}

/* A line without a quote: commas alone matter. @end is where the line end begins. */
static void split_plain(const char *line, const char *end, struct mw_csv_record *record)
{
	const char *cell = line;

	for (const char *c = line; c < end; c++) {
		if (*c == ',') {
			add_cell(record, cell, (size_t)(c - cell), false);
			cell = c + 1;
		}
	}
	add_cell(record, cell, (size_t)(end - cell), false);
}

static enum mw_csv_result bad(struct mw_csv_record *record, const char *error)
{
	record->error = error;
	record->error_at = record->count;
	return MW_CSV_BAD;
}

/* The quote that closes the cell opened just before @c, or NULL. Counts line ends. */
static const char *closing_quote(const char *c, const char *end, size_t *lines)
{
	for (; c < end; c++) {
		if (*c == '\n')
			(*lines)++;
		if (*c != '"')
			continue;
		if (c + 1 < end && c[1] == '"')
			c++;
		else
			return c;
	}
	return NULL;
}

/* Length of the line end at @c: 1 for LF, 2 for CRLF, 0 if there is none. */
static size_t line_end(const char *c, const char *end)
{
	if (c < end && *c == '\n')
		return 1;
	if (c + 1 < end && c[0] == '\r' && c[1] == '\n')
		return 2;
	return 0;
}

/* At the end of the data a lone CR may stand for a line end that was cut. */
static bool is_over(const char *c, const char *end, bool at_end)
{
	return at_end && (c == end || (c + 1 == end && *c == '\r'));
}

/* An unquoted cell ends at a comma, a line end, or the end of the data. */
static const char *plain_cell_end(const char *c, const char *end)
{
	while (c < end && *c != ',' && *c != '\n' && *c != '"' && line_end(c, end) == 0)
		c++;
	return c;
}

static enum mw_csv_result split_quoted(const char *data, size_t len, bool at_end,
				       struct mw_csv_record *record)
{
	const char *end = data + len;
	const char *c = data;
	size_t lines = 0;

	for (;;) {
		const char *cell = c;

		if (c < end && *c == '"') {
			c = closing_quote(c + 1, end, &lines);
			if (c == NULL)
				return at_end ? bad(record, "the quote is never closed")
					      : MW_CSV_MORE;
			add_cell(record, cell + 1, (size_t)(c - cell - 1), true);
			c++;
		} else {
			c = plain_cell_end(c, end);
			if (c < end && *c == '"')
				return bad(record,
					   "a quote inside a cell that does not begin with one");
			if (c == end && !at_end)
				return MW_CSV_MORE;
			add_cell(record, cell, (size_t)(c - cell), false);
		}
		if (c < end && *c == ',') {
			c++;
			continue;
		}
		if (line_end(c, end) > 0) {
			record->consumed = (size_t)(c - data) + line_end(c, end);
			record->lines = lines + 1;
			return MW_CSV_RECORD;
		}
		if (is_over(c, end, at_end)) {
			record->consumed = len;
			record->lines = lines;
			return MW_CSV_RECORD;
		}
		/* The last byte may be half of a pair of quotes, or of CRLF. */
		if (end - c < 2 && !at_end)
			return MW_CSV_MORE;
		record->count--;
		return bad(record, "text after the closing quote");
	}
}

enum mw_csv_result mw_csv_next(const char *data, size_t len, bool at_end,
			       struct mw_csv_record *ret_record)
{
	size_t window = len < MW_CSV_RECORD_MAX ? len : MW_CSV_RECORD_MAX;
	const char *newline = memchr(data, '\n', window);
	const char *end = newline != NULL ? newline : data + window;
	bool whole = at_end && window == len;
	enum mw_csv_result result;

	ret_record->count = 0;
	ret_record->lines = newline != NULL;
	ret_record->consumed = (size_t)(end - data) + (newline != NULL);
	if (newline == NULL && !whole)
		return window < len || window == MW_CSV_RECORD_MAX ? MW_CSV_LONG : MW_CSV_MORE;
	if (memchr(data, '"', (size_t)(end - data)) == NULL) {
		if (end > data && end[-1] == '\r')
			end--;
		if (end > data)
			split_plain(data, end, ret_record);
		return MW_CSV_RECORD;
	}
	result = split_quoted(data, window, whole, ret_record);
	if (result == MW_CSV_MORE && window == MW_CSV_RECORD_MAX)
		return bad(ret_record, "the quote is never closed");
	return result;
}

size_t mw_csv_text(const struct mw_csv_cell *cell, char *dst, size_t size)
{
	size_t out = 0;

	for (size_t in = 0; in < cell->len && out + 1 < size; in++) {
		dst[out++] = cell->data[in];
		if (cell->quoted && cell->data[in] == '"')
			in++;
	}
	dst[out] = '\0';
	return out;
}

size_t mw_csv_quote(char *dst, size_t size, const char *text, size_t len)
{
	bool quote = len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
	size_t out = 0;

	for (size_t i = 0; i < len && !quote; i++)
		quote = text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n';
	if (quote && out + 1 < size)
		dst[out++] = '"';
	for (size_t i = 0; i < len && out + 3 < size; i++) {
		if (text[i] == '"')
			dst[out++] = '"';
		dst[out++] = text[i];
	}
	if (quote && out + 1 < size)
		dst[out++] = '"';
	dst[out] = '\0';
	return out;
}

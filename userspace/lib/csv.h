/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * csv.h - RFC 4180 records out of a buffer, and cells back into text. Pure:
 * knows nothing of files or of what the cells mean.
 */
#ifndef MW_CSV_H
#define MW_CSV_H

#include <stdbool.h>
#include <stddef.h>

/* More cells than this are counted but not kept. */
#define MW_CSV_CELLS_MAX 256
/* The longest record; what is longer is an error, so that memory stays bounded. */
#define MW_CSV_RECORD_MAX 65536

/**
 * struct mw_csv_cell - one cell, inside the buffer that was given
 * @data:   its text, without the enclosing quotes
 * @len:    its length in bytes
 * @quoted: whether it was enclosed in quotes: "" then stands for one quote
 */
struct mw_csv_cell {
	const char *data;
	size_t len;
	bool quoted;
};

/**
 * struct mw_csv_record - what mw_csv_next() found
 * @cells:    the first MW_CSV_CELLS_MAX cells
 * @count:    number of cells in the record; 0 for a blank line
 * @consumed: bytes to go on by, record end included
 * @lines:    line ends among those bytes
 * @error:    MW_CSV_BAD only: what is wrong, in words
 * @error_at: MW_CSV_BAD only: index of the cell that is wrong
 */
struct mw_csv_record {
	struct mw_csv_cell cells[MW_CSV_CELLS_MAX];
	size_t count;
	size_t consumed;
	size_t lines;
	const char *error;
	size_t error_at;
};

enum mw_csv_result {
	MW_CSV_RECORD, /* a record; perhaps an empty one */
	MW_CSV_MORE,   /* the buffer ends inside a record: come back with more */
	MW_CSV_BAD,    /* not CSV: skip @consumed, which is one line, and go on */
	MW_CSV_LONG,   /* longer than MW_CSV_RECORD_MAX: skip to the next line end */
};

/**
 * mw_csv_next() - the first record of a buffer
 * @data, @len: the buffer; @len > 0
 * @at_end:     nothing follows the buffer, so that its last line needs no line end
 * @ret_record: filled in as the result says
 *
 * Line ends are LF or CRLF. After a quoting error one line alone is skipped,
 * however far the open quote reached: a stray quote costs its line and not the
 * rest of the file.
 */
enum mw_csv_result mw_csv_next(const char *data, size_t len, bool at_end,
			       struct mw_csv_record *ret_record);

/**
 * mw_csv_text() - the text of a cell, quotes undone
 * @dst, @size: where to, at least 1 byte; cut if it does not fit; NUL-terminated
 * Returns the length written, without the NUL.
 */
size_t mw_csv_text(const struct mw_csv_cell *cell, char *dst, size_t size);

/**
 * mw_csv_quote() - write a text as one cell, quoted if it has to be
 * @dst, @size: where to; 2 * @len + 3 always suffices
 * Returns the length written, without the NUL.
 */
size_t mw_csv_quote(char *dst, size_t size, const char *text, size_t len);

#endif /* MW_CSV_H */

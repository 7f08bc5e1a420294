/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample_csv.h - samples as lines of CSV: the one table of columns that
 * `record` writes and `analyze` reads. Pure.
 */
#ifndef MW_SAMPLE_CSV_H
#define MW_SAMPLE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "csv.h"
#include "sample.h"

/* Number of columns that memwatch knows, and room for one line of them. */
#define MW_SAMPLE_COLUMNS  19
#define MW_SAMPLE_LINE_MAX 672

/**
 * struct mw_cell_error - why a cell was refused
 * @column: its name in the header
 * @cell:   what stood there; data is NULL when the cell is missing
 * @wrong:  what is wrong, in words
 */
struct mw_cell_error {
	const char *column;
	struct mw_csv_cell cell;
	const char *wrong;
};

/**
 * struct mw_sample_header - which cell holds which column
 * @cells:   number of cells in the header
 * @cell_of: for each known column the index of its cell, or -1
 */
struct mw_sample_header {
	size_t cells;
	int cell_of[MW_SAMPLE_COLUMNS];
};

/**
 * mw_sample_column() - name of a known column, in the order in which they are written
 * @index: below MW_SAMPLE_COLUMNS
 */
const char *mw_sample_column(size_t index);

/** mw_sample_column_required() - whether a recording without it cannot be used */
bool mw_sample_column_required(size_t index);

/** mw_sample_clear() - all zero, and what may be unknown is */
void mw_sample_clear(struct mw_sample *ret_sample);

/**
 * mw_sample_header_parse() - find the columns
 * @ret_twice: a column that stands there twice (the first one counts), or NULL
 * Unknown names are ignored; blanks around names too. Missing columns have
 * cell_of -1: it is for the caller to refuse them.
 */
void mw_sample_header_parse(const struct mw_csv_record *record, struct mw_sample_header *ret_header,
			    const char **ret_twice);

/**
 * mw_sample_parse() - one line as a sample
 * Returns true, or false with *@ret_error filled in and *@ret_sample undefined.
 * The number of cells has to be that of the header. Optional cells that are
 * empty or missing are MW_UNKNOWN. A name longer than MW_COMM_MAX - 1 is cut.
 */
bool mw_sample_parse(const struct mw_sample_header *header, const struct mw_csv_record *record,
		     struct mw_sample *ret_sample, struct mw_cell_error *ret_error);

/** mw_sample_header_format() - the header with its line end; returns its length */
size_t mw_sample_header_format(char *buf, size_t size);

/**
 * mw_sample_format() - a sample as one line with its line end
 * @size: at least MW_SAMPLE_LINE_MAX
 * Returns its length.
 */
size_t mw_sample_format(char *buf, size_t size, const struct mw_sample *sample);

#endif /* MW_SAMPLE_CSV_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_csv.h - a recording as a source: one round is one instant of it, the
 * lines in a row that have the same time.
 */
#ifndef MW_SOURCE_CSV_H
#define MW_SOURCE_CSV_H

#include <stddef.h>

#include "csv.h"
#include "source.h"

/**
 * struct mw_csv_problem - a line that could not be used
 * @line:   its number in the file, from 1
 * @column: the column at fault, or NULL when the whole line is
 * @cell:   what stood there; @cell.data is NULL where nothing did
 * @wrong:  what is wrong, in words
 */
struct mw_csv_problem {
	size_t line;
	const char *column;
	struct mw_csv_cell cell;
	const char *wrong;
};

typedef void (*mw_csv_problem_fn)(const struct mw_csv_problem *problem, void *arg);

/**
 * mw_source_csv_new() - read a recording
 * @fd:      where from; stays the caller's
 * @problem: called for each line that is skipped, before the next one is read
 * Returns the source, or NULL without memory.
 *
 * Its read() returns -EBADMSG when the header is missing or lacks a column
 * that is required (told to @problem), else as source.h says. Memory is bounded
 * by one buffer, however long the lines are.
 */
struct mw_source *mw_source_csv_new(int fd, mw_csv_problem_fn problem, void *arg);

/** mw_source_csv_line() - line of the sample that was delivered last, from 1 */
size_t mw_source_csv_line(const struct mw_source *source);

/**
 * mw_csv_problem_format() - "LINE: column NAME: value "…": what is wrong"
 * Returns the length written. What stood in the cell is cut short and made
 * safe for a terminal; 512 bytes are always enough.
 */
size_t mw_csv_problem_format(char *buf, size_t size, const struct mw_csv_problem *problem);

#endif /* MW_SOURCE_CSV_H */

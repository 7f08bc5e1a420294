// SPDX-License-Identifier: GPL-2.0-only
/*
 * sample_csv.c - samples as lines of CSV. The table below is the format: it
 * may be appended to and never reordered, since recordings outlive programs.
 * Touches no files; says what is wrong and leaves the telling to the caller.
 */
#include "sample_csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

enum kind {
	KIND_TIME,
	KIND_PID,
	KIND_START,
	KIND_COMM,
	KIND_RSS,
	KIND_COUNT,
};

static const struct column {
	const char *name;
	enum kind kind;
	size_t offset;
} columns[MW_SAMPLE_COLUMNS] = {
	{ "time_s", KIND_TIME, offsetof(struct mw_sample, time_s) },
	{ "pid", KIND_PID, offsetof(struct mw_sample, pid) },
	{ "start_ticks", KIND_START, offsetof(struct mw_sample, start_ticks) },
	{ "comm", KIND_COMM, offsetof(struct mw_sample, comm) },
	{ "rss_kb", KIND_RSS, offsetof(struct mw_sample, rss_kb) },
	{ "anon_kb", KIND_COUNT, offsetof(struct mw_sample, anon_kb) },
	{ "file_kb", KIND_COUNT, offsetof(struct mw_sample, file_kb) },
	{ "threads", KIND_COUNT, offsetof(struct mw_sample, threads) },
	{ "minflt", KIND_COUNT, offsetof(struct mw_sample, minflt) },
	{ "page_allocs", KIND_COUNT, offsetof(struct mw_sample, page_allocs) },
	{ "owned_kernel_pages", KIND_COUNT, offsetof(struct mw_sample, owned_kernel_pages) },
	{ "shmem_kb", KIND_COUNT, offsetof(struct mw_sample, shmem_kb) },
	{ "swap_kb", KIND_COUNT, offsetof(struct mw_sample, swap_kb) },
	{ "page_frees", KIND_COUNT, offsetof(struct mw_sample, page_frees) },
	{ "owned_user_pages", KIND_COUNT, offsetof(struct mw_sample, owned_user_pages) },
	{ "slab_alloc_kb", KIND_COUNT, offsetof(struct mw_sample, slab_alloc_kb) },
	{ "stall_us", KIND_COUNT, offsetof(struct mw_sample, stall_us) },
	{ "limit_kb", KIND_COUNT, offsetof(struct mw_sample, limit_kb) },
	{ "live_kb", KIND_COUNT, offsetof(struct mw_sample, live_kb) },
};

const char *mw_sample_column(size_t index)
{
	return columns[index].name;
}

bool mw_sample_column_required(size_t index)
{
	return columns[index].kind != KIND_COUNT;
}

void mw_sample_clear(struct mw_sample *ret_sample)
{
	memset(ret_sample, 0, sizeof(*ret_sample));
	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++)
		if (columns[i].kind == KIND_COUNT)
			*(int64_t *)((char *)ret_sample + columns[i].offset) = MW_UNKNOWN;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The cell without blanks at either end; "a, b" is not RFC 4180 but is what people write. */
static struct mw_csv_cell trimmed(struct mw_csv_cell cell)
{
	while (cell.len > 0 && is_blank(cell.data[0])) {
		cell.data++;
		cell.len--;
	}
	while (cell.len > 0 && is_blank(cell.data[cell.len - 1]))
		cell.len--;
	return cell;
}

static int column_named(const struct mw_csv_cell *name)
{
	for (int i = 0; i < MW_SAMPLE_COLUMNS; i++)
		if (strlen(columns[i].name) == name->len &&
		    memcmp(columns[i].name, name->data, name->len) == 0)
			return i;
	return -1;
}

void mw_sample_header_parse(const struct mw_csv_record *record, struct mw_sample_header *ret_header,
			    const char **ret_twice)
{
	size_t kept = record->count < MW_CSV_CELLS_MAX ? record->count : MW_CSV_CELLS_MAX;

	*ret_twice = NULL;
	ret_header->cells = record->count;
	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++)
		ret_header->cell_of[i] = -1;
	for (size_t i = 0; i < kept; i++) {
		struct mw_csv_cell name = trimmed(record->cells[i]);
		int column = column_named(&name);

		if (column < 0)
			continue;
		if (ret_header->cell_of[column] >= 0)
			*ret_twice = columns[column].name;
		else
			ret_header->cell_of[column] = (int)i;
	}
}

static const char *parse_pid(const struct mw_csv_cell *cell, int32_t *ret_pid)
{
	uint64_t value;
	const char *wrong = mw_number_uint64(cell->data, cell->len, &value);

	if (wrong != NULL)
		return wrong;
	if (value > INT32_MAX)
		return "too large";
	*ret_pid = (int32_t)value;
	return NULL;
}

static const char *parse_comm(const struct mw_csv_cell *cell, char *ret_comm)
{
	if (memchr(cell->data, '\0', cell->len) != NULL)
		return "holds a NUL byte";
	mw_csv_text(cell, ret_comm, MW_COMM_MAX);
	return NULL;
}

static const char *parse_count(const struct mw_csv_cell *cell, bool required, int64_t *ret_count)
{
	if (cell->len == 0 && !required) {
		*ret_count = MW_UNKNOWN;
		return NULL;
	}
	return mw_number_count(cell->data, cell->len, ret_count);
}

static const char *parse_cell(const struct column *column, const struct mw_csv_cell *cell,
			      struct mw_sample *sample)
{
	void *field = (char *)sample + column->offset;

	switch (column->kind) {
	case KIND_TIME: return mw_number_double(cell->data, cell->len, field);
	case KIND_PID: return parse_pid(cell, field);
	case KIND_START: return mw_number_uint64(cell->data, cell->len, field);
	case KIND_COMM: return parse_comm(cell, field);
	case KIND_RSS: return parse_count(cell, true, field);
	case KIND_COUNT: return parse_count(cell, false, field);
	}
	return "of an unknown kind";
}

/* The first try is without trimming: a cell with blanks is the exception. */
static const char *parse_trimmed(const struct column *column, const struct mw_csv_cell *cell,
				 struct mw_sample *sample)
{
	const char *wrong = parse_cell(column, cell, sample);
	struct mw_csv_cell bare;

	if (wrong == NULL || column->kind == KIND_COMM)
		return wrong;
	bare = trimmed(*cell);
	return bare.len < cell->len ? parse_cell(column, &bare, sample) : wrong;
}

bool mw_sample_parse(const struct mw_sample_header *header, const struct mw_csv_record *record,
		     struct mw_sample *ret_sample, struct mw_cell_error *ret_error)
{
	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++) {
		int at = header->cell_of[i];
		const char *wrong;

		if (at < 0) {
			*(int64_t *)((char *)ret_sample + columns[i].offset) = MW_UNKNOWN;
			continue;
		}
		wrong = parse_trimmed(&columns[i], &record->cells[at], ret_sample);
		if (wrong != NULL) {
			ret_error->column = columns[i].name;
			ret_error->cell = record->cells[at];
			ret_error->wrong = wrong;
			return false;
		}
	}
	return true;
}

size_t mw_sample_header_format(char *buf, size_t size)
{
	size_t out = 0;

	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++)
		out += (size_t)snprintf(buf + out, size - out, "%s%s", i > 0 ? "," : "",
					columns[i].name);
	out += (size_t)snprintf(buf + out, size - out, "\n");
	return out;
}

static size_t format_cell(char *buf, size_t size, const struct column *column,
			  const struct mw_sample *sample)
{
	const void *field = (const char *)sample + column->offset;

	switch (column->kind) {
	case KIND_TIME: return (size_t)snprintf(buf, size, "%.3f", *(const double *)field);
	case KIND_PID: return (size_t)snprintf(buf, size, "%" PRId32, *(const int32_t *)field);
	case KIND_START: return (size_t)snprintf(buf, size, "%" PRIu64, *(const uint64_t *)field);
	case KIND_COMM: return mw_csv_quote(buf, size, field, strlen(field));
	case KIND_RSS:
	case KIND_COUNT: break;
	}
	if (*(const int64_t *)field == MW_UNKNOWN)
		return 0;
	return (size_t)snprintf(buf, size, "%" PRId64, *(const int64_t *)field);
}

size_t mw_sample_format(char *buf, size_t size, const struct mw_sample *sample)
{
	size_t out = 0;

	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++) {
		if (i > 0)
			buf[out++] = ',';
		out += format_cell(buf + out, size - out, &columns[i], sample);
	}
	buf[out++] = '\n';
	buf[out] = '\0';
	return out;
}

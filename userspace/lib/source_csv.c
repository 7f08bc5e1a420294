// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_csv.c - a recording as a source. Reads large blocks into one buffer,
 * splits and parses in place, and delivers what is sound. Never writes
 * messages: what is wrong goes to the caller's function.
 */
#include "source_csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "sample_csv.h"

/* Many times the longest record, so that few are moved to the front. */
#define BUFFER_BYTES (16 * MW_CSV_RECORD_MAX)
#define SHOWN_BYTES  40

struct source_csv {
	struct mw_source source;
	int fd;
	mw_csv_problem_fn problem;
	void *arg;

	char *buffer;
	size_t begin;
	size_t end;
	bool at_end;
	bool skipping; /* inside a line that was too long */

	size_t line; /* lines consumed so far */
	bool has_header;
	struct mw_sample_header header;
	char *header_text; /* to recognise it when files were joined by cat */
	size_t header_len;
	struct mw_csv_record record;

	struct mw_sample samples[2]; /* the one delivered and the one that begins the next round */
	size_t sample_line[2];
	unsigned int current;
	bool has_pending;
};

static struct source_csv *to_csv(struct mw_source *source)
{
	return (struct source_csv *)source;
}

static void complain(struct source_csv *csv, size_t line, const char *column, const char *wrong)
{
	struct mw_csv_problem problem = { .line = line, .column = column, .wrong = wrong };

	csv->problem(&problem, csv->arg);
}

/* More data behind what is there. Returns 0 or a negative errno. */
static int refill(struct source_csv *csv)
{
	ssize_t got;

	memmove(csv->buffer, csv->buffer + csv->begin, csv->end - csv->begin);
	csv->end -= csv->begin;
	csv->begin = 0;
	do {
		got = read(csv->fd, csv->buffer + csv->end, BUFFER_BYTES - csv->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (got == 0)
		csv->at_end = true;
	csv->end += (size_t)got;
	return 0;
}

/* The rest of a line that was too long. True when its end was reached. */
static bool skip_line(struct source_csv *csv)
{
	char *newline = memchr(csv->buffer + csv->begin, '\n', csv->end - csv->begin);

	if (newline == NULL) {
		csv->begin = csv->end;
		return false;
	}
	csv->begin = (size_t)(newline - csv->buffer) + 1;
	csv->line++;
	csv->skipping = false;
	return true;
}

/* The next record that is CSV. Returns 0, MW_SOURCE_END or a negative errno. */
static int next_record(struct source_csv *csv, size_t *ret_line)
{
	for (;;) {
		enum mw_csv_result result = MW_CSV_MORE;
		int err;

		if (csv->skipping && !skip_line(csv) && csv->at_end)
			return MW_SOURCE_END;
		if (csv->begin < csv->end)
			result = mw_csv_next(csv->buffer + csv->begin, csv->end - csv->begin,
					     csv->at_end, &csv->record);
		else if (csv->at_end)
			return MW_SOURCE_END;

		switch (result) {
		case MW_CSV_MORE:
			err = refill(csv);
			if (err < 0)
				return err;
			continue;
		case MW_CSV_LONG:
			complain(csv, csv->line + 1, NULL, "the line is longer than 65536 bytes");
			csv->skipping = true;
			continue;
		case MW_CSV_BAD: complain(csv, csv->line + 1, NULL, csv->record.error); break;
		case MW_CSV_RECORD: *ret_line = csv->line + 1; break;
		}
		csv->begin += csv->record.consumed;
		csv->line += csv->record.lines;
		if (result == MW_CSV_RECORD && csv->record.count > 0)
			return 0;
	}
}

static int check_header(struct source_csv *csv, size_t line)
{
	const char *twice;
	bool missing = false;

	if (csv->record.count > MW_CSV_CELLS_MAX) {
		complain(csv, line, NULL, "the header has more than 256 columns");
		return -EBADMSG;
	}
	mw_sample_header_parse(&csv->record, &csv->header, &twice);
	for (size_t i = 0; i < MW_SAMPLE_COLUMNS; i++) {
		if (csv->header.cell_of[i] >= 0 || !mw_sample_column_required(i))
			continue;
		complain(
			csv, line, mw_sample_column(i),
			"missing from the header; time_s, pid, start_ticks, comm and rss_kb are required");
		missing = true;
	}
	if (missing)
		return -EBADMSG;
	if (twice != NULL)
		complain(csv, line, twice, "twice in the header; the first one is used");
	return 0;
}

/* The bytes of the record that next_record() found last. */
static const char *record_text(const struct source_csv *csv, size_t *ret_len)
{
	*ret_len = csv->record.consumed;
	return csv->buffer + csv->begin - csv->record.consumed;
}

static int skip_byte_order_mark(struct source_csv *csv)
{
	while (csv->end - csv->begin < 3 && !csv->at_end) {
		int err = refill(csv);

		if (err < 0)
			return err;
	}
	if (csv->end - csv->begin >= 3 && memcmp(csv->buffer + csv->begin, "\xef\xbb\xbf", 3) == 0)
		csv->begin += 3;
	return 0;
}

static int read_header(struct source_csv *csv)
{
	size_t line;
	const char *text;
	int err = skip_byte_order_mark(csv);

	if (err < 0)
		return err;
	err = next_record(csv, &line);
	if (err == MW_SOURCE_END) {
		complain(csv, csv->line + 1, NULL, "there is no header line; the file is empty");
		return -EBADMSG;
	}
	if (err < 0)
		return err;
	err = check_header(csv, line);
	if (err < 0)
		return err;
	text = record_text(csv, &csv->header_len);
	csv->header_text = malloc(csv->header_len);
	if (csv->header_text == NULL)
		return -ENOMEM;
	memcpy(csv->header_text, text, csv->header_len);
	csv->has_header = true;
	return 0;
}

/* `cat monday.csv tuesday.csv` repeats the header. */
static bool is_header_again(const struct source_csv *csv)
{
	size_t len;
	const char *text = record_text(csv, &len);

	return len == csv->header_len && memcmp(text, csv->header_text, len) == 0;
}

static bool parse_record(struct source_csv *csv, size_t line, struct mw_sample *ret_sample)
{
	struct mw_cell_error error;
	struct mw_csv_problem problem;

	if (csv->record.count != csv->header.cells) {
		char wrong[96];

		snprintf(wrong, sizeof(wrong), "%zu cells where the header has %zu",
			 csv->record.count, csv->header.cells);
		complain(csv, line, NULL, wrong);
		return false;
	}
	if (mw_sample_parse(&csv->header, &csv->record, ret_sample, &error))
		return true;
	if (is_header_again(csv))
		return false;
	problem.line = line;
	problem.column = error.column;
	problem.cell = error.cell;
	problem.wrong = error.wrong;
	csv->problem(&problem, csv->arg);
	return false;
}

/* The next sound sample, into the slot that is not current. */
static int next_sample(struct source_csv *csv)
{
	unsigned int slot = csv->current ^ 1;

	for (;;) {
		size_t line;
		int err = next_record(csv, &line);

		if (err != 0)
			return err;
		if (parse_record(csv, line, &csv->samples[slot])) {
			csv->sample_line[slot] = line;
			return 0;
		}
	}
}

static int read_csv(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg)
{
	struct source_csv *csv = to_csv(source);
	int err = csv->has_header ? 0 : read_header(csv);

	(void)now_s; /* a recording has its own time */
	if (err == 0 && !csv->has_pending)
		err = next_sample(csv);
	while (err == 0) {
		csv->current ^= 1;
		csv->has_pending = false;
		err = fn(&csv->samples[csv->current], arg);
		if (err != 0)
			return err;
		err = next_sample(csv);
		if (err != 0)
			break;
		csv->has_pending = true;
		if (csv->samples[0].time_s != csv->samples[1].time_s)
			return 0;
	}
	return err;
}

static void free_csv(struct mw_source *source)
{
	struct source_csv *csv = to_csv(source);

	free(csv->header_text);
	free(csv->buffer);
	free(csv);
}

static const struct mw_source_ops csv_ops = {
	.name = "csv",
	.read = read_csv,
	.free = free_csv,
};

struct mw_source *mw_source_csv_new(int fd, mw_csv_problem_fn problem, void *arg)
{
	struct source_csv *csv = calloc(1, sizeof(*csv));

	if (csv == NULL)
		return NULL;
	csv->buffer = malloc(BUFFER_BYTES);
	if (csv->buffer == NULL) {
		free(csv);
		return NULL;
	}
	csv->source.ops = &csv_ops;
	csv->fd = fd;
	csv->problem = problem;
	csv->arg = arg;
	return &csv->source;
}

size_t mw_source_csv_line(const struct mw_source *source)
{
	const struct source_csv *csv = (const struct source_csv *)source;

	return csv->sample_line[csv->current];
}

size_t mw_csv_problem_format(char *buf, size_t size, const struct mw_csv_problem *problem)
{
	char shown[4 * SHOWN_BYTES + 1];
	size_t len = problem->cell.len < SHOWN_BYTES ? problem->cell.len : SHOWN_BYTES;
	int out;

	if (problem->column == NULL) {
		out = snprintf(buf, size, "%zu: %s", problem->line, problem->wrong);
	} else if (problem->cell.data == NULL) {
		out = snprintf(buf, size, "%zu: column %s: %s", problem->line, problem->column,
			       problem->wrong);
	} else {
		mw_escape_display(shown, sizeof(shown), problem->cell.data, len);
		out = snprintf(buf, size, "%zu: column %s: value \"%s%s\": %s", problem->line,
			       problem->column, shown, len < problem->cell.len ? "…" : "",
			       problem->wrong);
	}
	return out < 0 ? 0 : (size_t)out < size ? (size_t)out : size - 1;
}

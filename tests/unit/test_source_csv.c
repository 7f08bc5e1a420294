// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_source_csv.c - recordings: what is read of them, and what is said of the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "sample_csv.h"
#include "source_csv.h"

#define HEADER "time_s,pid,start_ticks,comm,rss_kb\n"

/* What came out of a recording: one line a sample, and one a problem. */
struct outcome {
	char samples[4096];
	char problems[8192];
	size_t sample_count;
	size_t problem_count;
	struct mw_sample last;
	int err;
};

static void note_problem(const struct mw_csv_problem *problem, void *arg)
{
	struct outcome *outcome = arg;
	size_t used = strlen(outcome->problems);
	char text[512];

	mw_csv_problem_format(text, sizeof(text), problem);
	if (outcome->problem_count++ < 12)
		snprintf(outcome->problems + used, sizeof(outcome->problems) - used, "%s\n", text);
}

static int note_sample(const struct mw_sample *sample, void *arg)
{
	struct outcome *outcome = arg;
	size_t used = strlen(outcome->samples);

	outcome->last = *sample;
	if (outcome->sample_count++ < 12)
		snprintf(outcome->samples + used, sizeof(outcome->samples) - used,
			 "%g %d %ju %s %jd\n", sample->time_s, sample->pid,
			 (uintmax_t)sample->start_ticks, sample->comm, (intmax_t)sample->rss_kb);
	return 0;
}

/* A file with this content, open at its begin. */
static FILE *file_of(const char *text, size_t len)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fflush(file), 0);
	rewind(file);
	return file;
}

static void replay_bytes(const char *text, size_t len, struct outcome *ret_outcome)
{
	FILE *file = file_of(text, len);
	struct mw_source *source = mw_source_csv_new(fileno(file), note_problem, ret_outcome);

	memset(ret_outcome, 0, sizeof(*ret_outcome));
	assert_non_null(source);
	do {
		ret_outcome->err = source->ops->read(source, 0, note_sample, ret_outcome);
	} while (ret_outcome->err == 0);
	source->ops->free(source);
	fclose(file);
}

static void replay(const char *text, struct outcome *ret_outcome)
{
	replay_bytes(text, strlen(text), ret_outcome);
}

static void assert_replay(const char *text, const char *samples, const char *problems, int err)
{
	struct outcome outcome;

	replay(text, &outcome);
	assert_string_equal(outcome.samples, samples);
	assert_string_equal(outcome.problems, problems);
	assert_int_equal(outcome.err, err);
}

static void sound_recordings(void **state)
{
	static const struct {
		const char *text;
		const char *samples;
	} cases[] = {
		{ HEADER "1,2,3,sh,4\n", "1 2 3 sh 4\n" },
		{ HEADER "1,2,3,sh,4", "1 2 3 sh 4\n" },
		{ "time_s,pid,start_ticks,comm,rss_kb\r\n1.5,2,3,sh,4\r\n", "1.5 2 3 sh 4\n" },
		{ "\xef\xbb\xbf" HEADER "1,2,3,sh,4\n", "1 2 3 sh 4\n" },
		{ HEADER "\n1,2,3,sh,4\n\r\n\n1,3,3,sh,4\n\n", "1 2 3 sh 4\n1 3 3 sh 4\n" },
		{ "\n\n" HEADER "1,2,3,sh,4\n", "1 2 3 sh 4\n" },
		/* Columns in any order, unknown ones between them, blanks around. */
		{ "rss_kb,x,comm,pid,time_s,start_ticks,y\n4,?,sh,2,1,3,\n", "1 2 3 sh 4\n" },
		{ "\"time_s\", pid ,start_ticks,comm,\"rss_kb\"\n1, 2 ,3,sh,\"4\"\n",
		  "1 2 3 sh 4\n" },
		{ HEADER "1,2,3,\"a,b\",4\n", "1 2 3 a,b 4\n" },
		{ HEADER "1,2,3,\"a\nb\",4\n2,2,3,x,4\n", "1 2 3 a\nb 4\n2 2 3 x 4\n" },
		{ HEADER "1,2,3,\"say \"\"hi\"\"\",4\n", "1 2 3 say \"hi\" 4\n" },
		{ HEADER "1,2,3,,4\n", "1 2 3  4\n" },
		{ HEADER "-1.5,2,3,sh,4.7\n", "-1.5 2 3 sh 4\n" },
		/* cat one.csv two.csv */
		{ HEADER "1,2,3,sh,4\n" HEADER "2,2,3,sh,4\n", "1 2 3 sh 4\n2 2 3 sh 4\n" },
		{ HEADER, "" },
		{ "time_s,pid,start_ticks,comm,rss_kb", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_replay(cases[i].text, cases[i].samples, "", MW_SOURCE_END);
}

static void broken_lines_are_named_and_skipped(void **state)
{
	static const struct {
		const char *line;
		const char *problem;
	} cases[] = {
		{ "x,2,3,sh,4", "2: column time_s: value \"x\": not a number\n" },
		{ "nan,2,3,sh,4", "2: column time_s: value \"nan\": not a number\n" },
		{ "1e999,2,3,sh,4", "2: column time_s: value \"1e999\": too large\n" },
		{ ",2,3,sh,4", "2: column time_s: value \"\": empty\n" },
		{ "1,-2,3,sh,4", "2: column pid: value \"-2\": negative\n" },
		{ "1,2.5,3,sh,4", "2: column pid: value \"2.5\": not a whole number\n" },
		{ "1,2147483648,3,sh,4", "2: column pid: value \"2147483648\": too large\n" },
		{ "1,,3,sh,4", "2: column pid: value \"\": empty\n" },
		{ "1,2,-,sh,4", "2: column start_ticks: value \"-\": not a number\n" },
		{ "1,2,3,sh,-4", "2: column rss_kb: value \"-4\": negative\n" },
		{ "1,2,3,sh,4 kB", "2: column rss_kb: value \"4 kB\": not a number\n" },
		{ "1,2,3,sh,", "2: column rss_kb: value \"\": empty\n" },
		{ "1,2,3,sh,9223372036854775808",
		  "2: column rss_kb: value \"9223372036854775808\": too large\n" },
		{ "1,2,3,sh,\033[2J\303\244\377",
		  "2: column rss_kb: value \"\\033[2J\303\244\\377\": not a number\n" },
		{ "1,2,3,sh,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		  "2: column rss_kb: value \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\": not a number\n" },
		{ "1,2,3,sh", "2: 4 cells where the header has 5\n" },
		{ "1,2,3,sh,4,5", "2: 6 cells where the header has 5\n" },
		{ "1", "2: 1 cells where the header has 5\n" },
		{ "1,2,3,\"sh,4", "2: the quote is never closed\n" },
		{ "1,2,3,\"sh\"x,4", "2: text after the closing quote\n" },
		{ "1,2,3,s\"h,4", "2: a quote inside a cell that does not begin with one\n" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), HEADER "%s\n7,8,9,ok,10\n", cases[i].line);
		assert_replay(text, "7 8 9 ok 10\n", cases[i].problem, MW_SOURCE_END);
	}
}

static void optional_columns(void **state)
{
	static const char text[] = "time_s,pid,start_ticks,comm,rss_kb,anon_kb,limit_kb,shmem_kb\n"
				   "1,2,3,sh,4,5,6,\n";
	struct outcome outcome;

	(void)state;
	replay(text, &outcome);
	assert_int_equal(outcome.last.anon_kb, 5);
	assert_int_equal(outcome.last.limit_kb, 6);
	assert_int_equal(outcome.last.shmem_kb, MW_UNKNOWN);
	assert_int_equal(outcome.last.file_kb, MW_UNKNOWN);
	assert_int_equal(outcome.last.owned_kernel_pages, MW_UNKNOWN);
	assert_replay("time_s,pid,start_ticks,comm,rss_kb,anon_kb\n1,2,3,sh,4,-\n", "",
		      "2: column anon_kb: value \"-\": not a number\n", MW_SOURCE_END);
}

static void headers_that_cannot_be_used(void **state)
{
	static const char required[] =
		"missing from the header; time_s, pid, start_ticks, comm and rss_kb are required";
	char problem[512];

	(void)state;
	assert_replay("", "", "1: there is no header line; the file is empty\n", -EBADMSG);
	assert_replay("\n\n", "", "3: there is no header line; the file is empty\n", -EBADMSG);
	assert_replay("\xef\xbb\xbf", "", "1: there is no header line; the file is empty\n",
		      -EBADMSG);
	snprintf(problem, sizeof(problem), "1: column comm: %s\n1: column rss_kb: %s\n", required,
		 required);
	assert_replay("time_s,pid,start_ticks,COMM\n1,2,3,sh\n", "", problem, -EBADMSG);
}

static void a_column_that_stands_twice(void **state)
{
	(void)state;
	assert_replay("time_s,pid,start_ticks,comm,rss_kb,rss_kb\n1,2,3,sh,4,5\n", "1 2 3 sh 4\n",
		      "1: column rss_kb: twice in the header; the first one is used\n",
		      MW_SOURCE_END);
}

static void nul_bytes(void **state)
{
	static const char text[] = HEADER "1,2,3,a\0b,4\n1,2,3,sh,4\0\n7,8,9,ok,10\n";
	struct outcome outcome;

	(void)state;
	replay_bytes(text, sizeof(text) - 1, &outcome);
	assert_string_equal(outcome.samples, "7 8 9 ok 10\n");
	assert_string_equal(outcome.problems,
			    "2: column comm: value \"a\\000b\": holds a NUL byte\n"
			    "3: column rss_kb: value \"4\\000\": not a number\n");
}

static void a_line_that_is_too_long_is_skipped_whole(void **state)
{
	size_t size = 5 * MW_CSV_RECORD_MAX;
	char *text = malloc(size);
	struct outcome outcome;
	size_t len;

	(void)state;
	assert_non_null(text);
	len = (size_t)sprintf(text, HEADER "1,2,3,");
	memset(text + len, 'x', 4 * MW_CSV_RECORD_MAX);
	len += 4 * MW_CSV_RECORD_MAX;
	len += (size_t)sprintf(text + len, ",4\n7,8,9,ok,10\n");
	replay_bytes(text, len, &outcome);
	assert_string_equal(outcome.samples, "7 8 9 ok 10\n");
	assert_string_equal(outcome.problems, "2: the line is longer than 65536 bytes\n");
	/* And one that the file ends in. */
	replay_bytes(text, 3 * MW_CSV_RECORD_MAX, &outcome);
	assert_int_equal(outcome.err, MW_SOURCE_END);
	assert_int_equal(outcome.problem_count, 1);
	assert_int_equal(outcome.sample_count, 0);
	free(text);
}

static void a_long_name_is_cut(void **state)
{
	struct outcome outcome;
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), HEADER "1,2,3,%0100d,4\n", 0);
	replay(text, &outcome);
	assert_int_equal(outcome.sample_count, 1);
	assert_int_equal(strlen(outcome.last.comm), MW_COMM_MAX - 1);
}

/* Every line of a file of many blocks comes through, broken ones with their number. */
static void files_larger_than_the_buffer(void **state)
{
	size_t lines = 200000;
	char *text = malloc(lines * 32 + sizeof(HEADER));
	struct outcome outcome;
	size_t len;

	(void)state;
	assert_non_null(text);
	len = (size_t)sprintf(text, HEADER);
	for (size_t i = 0; i < lines; i++)
		len += (size_t)sprintf(text + len,
				       i == 150000 ? "%zu,1,1,\"n\n\",\n" : "%zu,1,1,name,4\n", i);
	replay_bytes(text, len, &outcome);
	assert_int_equal(outcome.sample_count, lines - 1);
	assert_int_equal(outcome.problem_count, 1);
	assert_string_equal(outcome.problems, "150002: column rss_kb: value \"\": empty\n");
	assert_true(outcome.last.time_s == (double)(lines - 1));
	free(text);
}

struct round {
	struct mw_source *source;
	size_t count;
	size_t line;
};

static int count_sample(const struct mw_sample *sample, void *arg)
{
	struct round *round = arg;

	(void)sample;
	round->count++;
	round->line = mw_source_csv_line(round->source);
	return 0;
}

static void a_round_is_one_instant(void **state)
{
	static const char text[] =
		HEADER "1,2,3,a,4\n1,3,3,b,4\n2,2,3,a,4\nx\n2,3,3,b,4\n2.5,2,3,a,4\n";
	static const struct {
		size_t count;
		size_t line;
		int err;
	} rounds[] = { { 2, 3, 0 }, { 2, 6, 0 }, { 1, 7, MW_SOURCE_END }, { 0, 0, MW_SOURCE_END } };
	FILE *file = file_of(text, strlen(text));
	struct outcome outcome = { .err = 0 };
	struct round round;

	(void)state;
	round.source = mw_source_csv_new(fileno(file), note_problem, &outcome);
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		round.count = 0;
		round.line = 0;
		assert_int_equal(round.source->ops->read(round.source, 0, count_sample, &round),
				 rounds[i].err);
		assert_int_equal(round.count, rounds[i].count);
		assert_int_equal(round.line, rounds[i].line);
	}
	round.source->ops->free(round.source);
	fclose(file);
}

static int stop(const struct mw_sample *sample, void *arg)
{
	(void)sample;
	++*(int *)arg;
	return -ECANCELED;
}

static void the_caller_can_end_a_round(void **state)
{
	static const char text[] = HEADER "1,2,3,a,4\n1,3,3,b,4\n";
	FILE *file = file_of(text, strlen(text));
	struct outcome outcome = { .err = 0 };
	struct mw_source *source = mw_source_csv_new(fileno(file), note_problem, &outcome);
	int calls = 0;

	(void)state;
	assert_int_equal(source->ops->read(source, 0, stop, &calls), -ECANCELED);
	assert_int_equal(calls, 1);
	source->ops->free(source);
	fclose(file);
}

static void a_file_that_cannot_be_read(void **state)
{
	struct outcome outcome = { .err = 0 };
	struct mw_source *source = mw_source_csv_new(-1, note_problem, &outcome);

	(void)state;
	assert_int_equal(source->ops->read(source, 0, note_sample, &outcome), -EBADF);
	source->ops->free(source);
}

/* What record writes is what analyze reads. */
static void what_is_written_is_read_again(void **state)
{
	static const struct mw_sample samples[] = {
		{ 1795225043.286, 812, 99312, "api", 4568, 1456, 3112, 7, 12883, 1, 2, 3, 4, 5, 6,
		  7, 8, 9, 10 },
		{ 1795225043.286, 2147483647, UINT64_MAX, "a) b\n\"c\",d", INT64_MAX, MW_UNKNOWN,
		  MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN,
		  MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN, MW_UNKNOWN,
		  MW_UNKNOWN },
		{ 1795225043.286, 1, 0, " ", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	};
	char header[MW_SAMPLE_LINE_MAX], line[MW_SAMPLE_LINE_MAX], text[2 * MW_SAMPLE_LINE_MAX];
	struct outcome outcome;

	(void)state;
	mw_sample_header_format(header, sizeof(header));
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		size_t len = mw_sample_format(line, sizeof(line), &samples[i]);

		assert_int_equal(len, strlen(line));
		snprintf(text, sizeof(text), "%s%s", header, line);
		replay(text, &outcome);
		assert_string_equal(outcome.problems, "");
		assert_int_equal(outcome.sample_count, 1);
		assert_true(outcome.last.time_s == samples[i].time_s);
		assert_int_equal(outcome.last.pid, samples[i].pid);
		assert_int_equal(outcome.last.start_ticks, samples[i].start_ticks);
		assert_string_equal(outcome.last.comm, samples[i].comm);
		assert_memory_equal(&outcome.last.rss_kb, &samples[i].rss_kb,
				    sizeof(outcome.last) - offsetof(struct mw_sample, rss_kb));
	}
}

static void the_header_is_the_documented_one(void **state)
{
	char header[MW_SAMPLE_LINE_MAX];
	size_t len;

	(void)state;
	len = mw_sample_header_format(header, sizeof(header));
	assert_int_equal(len, strlen(header));
	assert_string_equal(header,
			    "time_s,pid,start_ticks,comm,rss_kb,anon_kb,file_kb,threads,minflt,"
			    "page_allocs,owned_kernel_pages,shmem_kb,swap_kb,page_frees,"
			    "owned_user_pages,slab_alloc_kb,stall_us,limit_kb,live_kb\n");
}

static void the_longest_line_fits(void **state)
{
	struct mw_sample sample = { .time_s = -1e15, .pid = INT32_MIN, .start_ticks = UINT64_MAX };
	char line[MW_SAMPLE_LINE_MAX];
	int64_t *values = &sample.rss_kb;

	(void)state;
	memset(sample.comm, '"', MW_COMM_MAX - 1);
	for (size_t i = 0; i < MW_SAMPLE_COLUMNS - 4; i++)
		values[i] = INT64_MIN + 1;
	assert_in_range(mw_sample_format(line, sizeof(line), &sample), 1, sizeof(line) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_recordings),
		cmocka_unit_test(broken_lines_are_named_and_skipped),
		cmocka_unit_test(optional_columns),
		cmocka_unit_test(headers_that_cannot_be_used),
		cmocka_unit_test(a_column_that_stands_twice),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(a_line_that_is_too_long_is_skipped_whole),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(files_larger_than_the_buffer),
		cmocka_unit_test(a_round_is_one_instant),
		cmocka_unit_test(the_caller_can_end_a_round),
		cmocka_unit_test(a_file_that_cannot_be_read),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(the_header_is_the_documented_one),
		cmocka_unit_test(the_longest_line_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

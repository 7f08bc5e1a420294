// SPDX-License-Identifier: GPL-2.0-only
/*
 * analyze.c - `memwatch analyze`: replays recordings through the detector that
 * watches live, and says what it thinks of each process life at the end. Each
 * file is judged by itself: pids of two hosts or two boots mean nothing
 * together. Results go to stdout, what was wrong with the data to stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/family.h"
#include "../lib/leak.h"
#include "../lib/lives.h"
#include "../lib/source_csv.h"
#include "analyze_print.h"
#include "cli.h"

/* Names that are followed from life to life. */
#define FAMILIES 1024
/* Complaints shown a file; the rest is counted. */
#define SHOWN_PROBLEMS 20

static const char name[] = "analyze";

enum {
	OPTION_JSON = 1000,
	OPTION_LIMIT,
};

static const char help[] =
	"Usage: memwatch analyze [OPTIONS] FILE...\n"
	"\n"
	"Replays recordings (CSV, as `memwatch record` writes it) through the detector of\n"
	"`memwatch watch` and gives its verdict on each process at the end of the data.\n"
	"Each FILE is judged by itself; `-` is standard input. To judge a recording in\n"
	"several parts: cat PART... | memwatch analyze -\n"
	"Lives of one name that follow each other are a family: a leak that is restarted before\n"
	"it can be told is told of its lives when three in a row have shown it.\n"
	"\n"
	"Options:\n"
	"      --json        verdicts as JSON Lines instead of a table\n"
	"      --limit SIZE  the memory limit to reckon with, instead of what the recording\n"
	"                    says: 512M, 2G\n"
	"  -h, --help        this text\n"
	"\n"
	"The columns time_s, pid, start_ticks, comm and rss_kb are required, in any order;\n"
	"others that are known are used, unknown ones ignored. A line that cannot be used is\n"
	"reported with its number and skipped.\n"
	"\n"
	"Examples:\n"
	"  memwatch analyze day.csv\n"
	"  zcat apps.csv.gz | memwatch analyze --json --limit 2G -\n"
	"\n"
	"Exit codes (the highest that applies):\n"
	"  0  no leak                 3  some of the data could not be used; the verdicts are\n"
	"  1  a leak was found           from the rest\n"
	"  2  wrong command line      4  a file could not be read, or stdout not written\n";

/* One process life. */
struct life {
	struct mw_leak *leak;
	double last_s;
};

struct analysis {
	struct mw_leak_config config;
	struct mw_crowd crowd; /* of the file under way */
	int64_t limit_kb;      /* MW_UNKNOWN: what the recording says */
	bool is_json;
	bool is_colour;
	/* The file under way. */
	const char *path;
	struct mw_source *source;
	struct mw_lives *lives;
	uint64_t problems;
	struct analysis_judged *judged;
	size_t judged_count;
	struct mw_families *families; /* by name */
};

static void report_problem(const struct mw_csv_problem *problem, void *arg)
{
	struct analysis *analysis = arg;
	char text[512];

	if (analysis->problems++ >= SHOWN_PROBLEMS)
		return;
	mw_csv_problem_format(text, sizeof(text), problem);
	fprintf(stderr, "%s:%s\n", analysis->path, text);
}

static void report_backwards(struct analysis *analysis, const struct life *life,
			     const struct mw_sample *sample)
{
	char value[64];
	char wrong[160];
	struct mw_csv_problem problem = {
		.line = mw_source_csv_line(analysis->source),
		.column = "time_s",
		.cell = { .data = value },
		.wrong = wrong,
	};

	problem.cell.len = (size_t)snprintf(value, sizeof(value), "%.15g", sample->time_s);
	snprintf(wrong, sizeof(wrong), "earlier than %.15g, the last time of process %d",
		 life->last_s, sample->pid);
	report_problem(&problem, analysis);
}

static int judge(const struct mw_sample *sample, void *arg)
{
	struct analysis *analysis = arg;
	struct mw_sample limited;
	struct life *life;
	bool is_new;

	life = mw_lives_get(analysis->lives, sample->pid, sample->start_ticks, &is_new);
	if (life == NULL)
		return -ENOMEM;
	if (life->leak == NULL) {
		life->leak = mw_leak_new(&analysis->config);
		if (life->leak == NULL)
			return -ENOMEM;
		mw_families_teach(analysis->families, sample->comm, life->leak);
	}
	if (!is_new && sample->time_s < life->last_s) {
		report_backwards(analysis, life, sample);
		return 0;
	}
	life->last_s = sample->time_s;
	limited = *sample;
	if (analysis->limit_kb != MW_UNKNOWN)
		limited.limit_kb = analysis->limit_kb;
	mw_leak_add(life->leak, &limited);
	mw_families_learn(analysis->families, sample->comm, life->leak);
	return 0;
}

static void take_verdict(void *block, void *arg)
{
	const struct life *life = block;
	struct analysis *analysis = arg;
	struct analysis_judged *judged = &analysis->judged[analysis->judged_count];

	if (life->leak == NULL)
		return;
	mw_leak_verdict(life->leak, &judged->verdict);
	judged->leak = life->leak;
	judged->last_s = life->last_s;
	analysis->judged_count++;
}

static void end_life(void *block, void *arg)
{
	struct life *life = block;

	(void)arg;
	mw_leak_free(life->leak);
}

static int by_end(const void *a, const void *b)
{
	const struct analysis_judged *x = a;
	const struct analysis_judged *y = b;

	return (x->last_s > y->last_s) - (x->last_s < y->last_s);
}

/* Lives of one name that follow each other: what none of them showed for long enough alone. */
static void judge_families(struct analysis *analysis)
{
	struct mw_family_verdict family;

	qsort(analysis->judged, analysis->judged_count, sizeof(*analysis->judged), by_end);
	for (size_t i = 0; i < analysis->judged_count; i++)
		mw_families_end(analysis->families, analysis->judged[i].verdict.comm,
				analysis->judged[i].leak);
	for (size_t i = 0; i < analysis->judged_count; i++) {
		struct analysis_judged *judged = &analysis->judged[i];

		if (mw_families_get(analysis->families, judged->verdict.comm, &family))
			mw_family_accuse(&family, judged->leak, &judged->verdict);
	}
}

/* Returns CLI_OK, CLI_FOUND, or CLI_SYSTEM after a message. */
static int print_verdicts(struct analysis *analysis)
{
	bool found;

	analysis->judged_count = 0;
	analysis->judged = calloc(mw_lives_count(analysis->lives), sizeof(*analysis->judged));
	if (analysis->judged == NULL)
		return cli_error(name, "out of memory");
	mw_lives_each(analysis->lives, take_verdict, analysis);
	judge_families(analysis);
	analysis_print(&(struct analysis_result){ .judged = analysis->judged,
						  .count = analysis->judged_count,
						  .families = analysis->families,
						  .min_samples = analysis->config.min_samples,
						  .is_json = analysis->is_json,
						  .is_colour = analysis->is_colour });
	found = analysis->judged_count > 0 && analysis->judged[0].verdict.leak;
	free(analysis->judged);
	return found ? CLI_FOUND : CLI_OK;
}

/* Reads to the end. Returns CLI_OK, CLI_DATA, or CLI_SYSTEM after a message. */
static int replay(struct analysis *analysis)
{
	int err;

	do {
		err = analysis->source->ops->read(analysis->source, 0, judge, analysis);
	} while (err == 0);
	if (analysis->problems > SHOWN_PROBLEMS)
		cli_note(name, "%s: %ju more problems, not shown", analysis->path,
			 (uintmax_t)(analysis->problems - SHOWN_PROBLEMS));
	if (err == -ENOMEM)
		return cli_error(name, "out of memory with %zu processes",
				 mw_lives_count(analysis->lives));
	if (err < 0 && err != -EBADMSG)
		return cli_error(name, "cannot read %s: %s", analysis->path, strerror(-err));
	return analysis->problems > 0 ? CLI_DATA : CLI_OK;
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int analyze_fd(struct analysis *analysis, int fd)
{
	int status;

	analysis->problems = 0;
	analysis->crowd = (struct mw_crowd){ 0 };
	analysis->lives = mw_lives_new(sizeof(struct life));
	analysis->families = mw_families_new(FAMILIES);
	analysis->source = mw_source_csv_new(fd, report_problem, analysis);
	if (analysis->lives == NULL || analysis->families == NULL || analysis->source == NULL) {
		status = cli_error(name, "out of memory");
	} else {
		status = replay(analysis);
		if (mw_lives_count(analysis->lives) > 0)
			status = worse(status, print_verdicts(analysis));
		else if (status == CLI_OK)
			cli_note(name, "%s: no samples", analysis->path);
	}
	if (analysis->source != NULL)
		analysis->source->ops->free(analysis->source);
	mw_families_free(analysis->families);
	mw_lives_free(analysis->lives, end_life, NULL);
	return status;
}

static int analyze_file(struct analysis *analysis, const char *path)
{
	int status;
	int fd;

	if (strcmp(path, "-") == 0) {
		analysis->path = "stdin";
		return analyze_fd(analysis, STDIN_FILENO);
	}
	analysis->path = path;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_error(name, "cannot open %s: %s", path, strerror(errno));
	status = analyze_fd(analysis, fd);
	close(fd);
	return status;
}

static int analyze_files(struct analysis *analysis, char **paths, int count)
{
	int status = CLI_OK;

	for (int i = 0; i < count; i++) {
		if (count > 1 && !analysis->is_json)
			printf("%s%s:\n", i > 0 ? "\n" : "", paths[i]);
		status = worse(status, analyze_file(analysis, paths[i]));
	}
	return cli_close_stdout(name, status);
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "limit", required_argument, NULL, OPTION_LIMIT },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct analysis analysis = { .limit_kb = MW_UNKNOWN };
	int status = 0;
	int option;

	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		if (option == OPTION_JSON)
			analysis.is_json = true;
		else if (option == OPTION_LIMIT)
			status = cli_size_kb(name, "--limit", optarg, &analysis.limit_kb);
		else if (option == 'h')
			return cli_print_help(&cli_analyze);
		else
			status = cli_bad_option(name, option, argv);
	}
	if (status != 0)
		return status;
	if (optind == argc)
		return cli_usage_error(name, "no file to analyze");
	analysis.is_colour = cli_is_colour(stdout);
	mw_leak_defaults(&analysis.config);
	analysis.config.crowd = &analysis.crowd;
	return analyze_files(&analysis, argv + optind, argc - optind);
}

const struct cli_command cli_analyze = {
	.name = name,
	.summary = "judge recordings by the detector of `watch`",
	.help = help,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - `memwatch check`: the gate before a release. Follows a command or a
 * process with all that descend from it, and fails the release when the memory
 * of one grows, swings or leaks. What is asked stands in lib/gate.h.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/gate.h"
#include "../lib/leak.h"
#include "../lib/lives.h"
#include "../lib/number.h"
#include "check_report.h"
#include "cli.h"
#include "follow.h"

static const char name[] = "check";

/* How long a process that is watched by --pid is watched unless told otherwise, s. */
#define DURATION_S 300

/* A command that was told to end has this long, s. */
#define GRACE_S 10

/* Growth and swings are asked of those that live for this part of the time. */
#define STEADY_PART 0.5

/* Of what may be allowed. */
#define PERCENT_MAX 1e6

enum {
	OPTION_JSON = LIVE_ROOT + 1,
	OPTION_JUNIT,
	OPTION_WARM_UP,
	OPTION_GROWTH,
	OPTION_FLUCTUATION,
};

static const char help[] =
	"Usage: memwatch check [OPTIONS] [--] COMMAND [ARGS]\n"
	"       memwatch check [OPTIONS] --pid PID\n"
	"\n"
	"The gate before a release: watches COMMAND, or process PID, with all descendants,\n"
	"and ends with 0 if their memory (RSS and swap) stays where it is: growth at most\n"
	"0.5 % a minute, fluctuation under 15 %, and no leak. Prints a table: on stdout with\n"
	"--pid, on stderr with COMMAND, whose input and output are its own.\n"
	"\n"
	"Options:\n"
	"  -d, --duration TIME         for how long (default: 5m with --pid, until it ends for\n"
	"                              COMMAND); a COMMAND that still runs is then ended\n"
	"      --warm-up TIME          left out at the beginning of each process (default: a\n"
	"                              fifth of the time that it was seen)\n"
	"      --max-growth PERCENT    a minute (default: 0.5)\n"
	"      --max-fluctuation PERCENT  highest less lowest, about the line of growth\n"
	"                              (default: 15)\n"
	"  -i, --interval TIME         between two looks (default: 200ms)\n"
	"  -p, --pid PID               a process that is there already\n"
	"  -o, --output FILE           where the table or the JSON goes\n"
	"      --json                  one JSON object instead of the table\n"
	"      --junit FILE            the result for CI systems as well, as JUnit XML\n"
	"  -h, --help                  this text\n"
	"TIME is a number with ms, s, m, h or d: 500ms, 10s, 5m.\n"
	"\n"
	"Growth and swings of less than 256 KiB are not held against a process. Those that\n"
	"live for less than half of the time are judged for leaks alone.\n"
	"\n"
	"Examples:\n"
	"  memwatch check --duration 10m -- ./server --port 8080\n"
	"  memwatch check --pid \"$(pidof api)\" --warm-up 1m --junit memory.xml\n"
	"\n"
	"Exit codes:\n"
	"  0  all is steady              3  too short: nothing could be judged\n"
	"  1  something grows, swings or 4  could not read /proc or write the report\n"
	"     leaks, COMMAND failed, or  127, 126  COMMAND was not found, could not be\n"
	"     PID ended before the time            executed\n"
	"  2  wrong command line\n";

/* What one can ask for besides live_options. */
struct check_options {
	struct mw_gate_limits limits;
	int32_t pid; /* 0: a command */
	bool is_json;
	const char *output; /* NULL: stdout or stderr */
	const char *junit;  /* NULL: none */
};

/* One process life. */
struct checked {
	struct mw_leak *leak;
	struct mw_steadiness steadiness;
	double end_s;
};

struct checker {
	const struct check_options *options;
	struct follow follow;
	struct mw_leak_config config;
	struct mw_lives *lives;
	double end_s;
	/* What is said at the end: of those that are over, and then of the living. */
	struct mw_gate_row *rows;
	double *spans_s; /* how long each of @rows was seen */
	size_t count, size;
	bool is_out_of_memory;
};

static int take(const struct mw_sample *sample, void *arg)
{
	struct checker *checker = arg;
	struct checked *checked;
	bool is_new;

	checked = mw_lives_get(checker->lives, sample->pid, sample->start_ticks, &is_new);
	if (checked == NULL)
		return -ENOMEM;
	if (checked->leak == NULL)
		checked->leak = mw_leak_new(&checker->config);
	if (checked->leak == NULL)
		return -ENOMEM;
	mw_leak_add(checked->leak, sample);
	mw_steadiness_add(&checked->steadiness, sample->time_s,
			  (double)sample->rss_kb +
				  (double)(sample->swap_kb == MW_UNKNOWN ? 0 : sample->swap_kb));
	return 0;
}

static bool make_room(struct checker *checker)
{
	size_t size = checker->size > 0 ? checker->size * 2 : 16;
	struct mw_gate_row *rows;
	double *spans_s;

	if (checker->count < checker->size)
		return true;
	rows = realloc(checker->rows, size * sizeof(*rows));
	if (rows != NULL)
		checker->rows = rows;
	spans_s = realloc(checker->spans_s, size * sizeof(*spans_s));
	if (spans_s != NULL)
		checker->spans_s = spans_s;
	if (rows == NULL || spans_s == NULL)
		return false;
	checker->size = size;
	return true;
}

/* A life is over, or the check is. */
static void end_life(void *life, void *arg)
{
	struct checked *checked = life;
	struct checker *checker = arg;
	struct mw_verdict verdict;

	if (checked->leak == NULL)
		return;
	if (make_room(checker)) {
		mw_leak_verdict(checked->leak, &verdict);
		mw_gate_judge(&checker->options->limits, &checked->steadiness, &verdict,
			      &checker->rows[checker->count]);
		checker->spans_s[checker->count] = mw_steadiness_end_s(&checked->steadiness) -
						   mw_steadiness_begin_s(&checked->steadiness);
		checker->count++;
	} else {
		checker->is_out_of_memory = true;
	}
	mw_leak_free(checked->leak);
}

/* A bar that moves, for somebody who waits at a terminal. */
static void show_progress(const struct checker *checker, double duration_s)
{
	char now[MW_FORMAT_MAX];
	char whole[MW_FORMAT_MAX];

	if (duration_s <= 0 || checker->options->pid == 0 || !isatty(STDERR_FILENO))
		return;
	mw_format_duration(follow_now_s(&checker->follow) - checker->follow.begin_s, now);
	mw_format_duration(duration_s, whole);
	fprintf(stderr, "\rmemwatch check: %s of %s\033[K", now, whole);
}

static void clear_progress(const struct checker *checker)
{
	if (checker->options->pid != 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

/* Returns 0, or the exit code after a message. */
static int watch_all(struct checker *checker, double duration_s)
{
	int err;

	while (follow_wait(&checker->follow)) {
		err = follow_round(&checker->follow, take, checker);
		if (err == -ENOMEM)
			return cli_error(name, "out of memory");
		if (err < 0)
			continue;
		if (mw_lives_sweep(checker->lives, end_life, checker) == 0 &&
		    !checker->follow.is_child)
			break;
		show_progress(checker, duration_s);
	}
	checker->end_s = follow_now_s(&checker->follow);
	clear_progress(checker);
	return 0;
}

/* What failed besides memory, in words. */
static void note_failure(struct checker *checker, double duration_s, bool was_told,
			 struct check_report *report)
{
	struct follow *follow = &checker->follow;
	char watched[MW_FORMAT_MAX];
	char whole[MW_FORMAT_MAX];

	mw_format_duration(report->watched_s, watched);
	mw_format_duration(duration_s, whole);
	if (follow->is_child && !was_told && child_exit_code(&follow->child) != 0)
		snprintf(report->failure, sizeof(report->failure),
			 "the command failed: it ended with exit code %d after %s",
			 child_exit_code(&follow->child), watched);
	if (!follow->is_child && mw_lives_count(checker->lives) == 0)
		snprintf(report->failure, sizeof(report->failure),
			 "process %d ended after %s of %s", follow->pid, watched, whole);
}

/* Of those that lived briefly, only leaks are told. */
static uint64_t leave_out_brief(struct checker *checker, double watched_s)
{
	uint64_t brief = 0;
	size_t kept = 0;

	for (size_t i = 0; i < checker->count; i++) {
		struct mw_gate_row *row = &checker->rows[i];

		if (checker->spans_s[i] < STEADY_PART * watched_s) {
			row->is_steady_known = false;
			row->has[MW_GATE_GROWTH] = row->has[MW_GATE_FLUCTUATION] = false;
			if (!mw_gate_has_fault(row) && row->verdict.pid != checker->follow.pid) {
				brief++;
				continue;
			}
		}
		checker->rows[kept++] = *row;
	}
	checker->count = kept;
	return brief;
}

static int faults_first(const void *a, const void *b)
{
	const struct mw_gate_row *x = a;
	const struct mw_gate_row *y = b;
	bool x_has = mw_gate_has_fault(x);
	bool y_has = mw_gate_has_fault(y);

	if (x_has != y_has)
		return x_has ? -1 : 1;
	return (x->verdict.pid > y->verdict.pid) - (x->verdict.pid < y->verdict.pid);
}

static void judge(struct checker *checker, double duration_s, bool was_told,
		  struct check_report *ret_report)
{
	*ret_report = (struct check_report){
		.limits = &checker->options->limits,
		.watched_s = checker->end_s - checker->follow.begin_s,
		.begin_s = checker->follow.begin_s,
	};
	note_failure(checker, duration_s, was_told, ret_report);
	mw_lives_free(checker->lives, end_life, checker);
	checker->lives = NULL;
	ret_report->brief = leave_out_brief(checker, ret_report->watched_s);
	if (checker->count > 0)
		qsort(checker->rows, checker->count, sizeof(*checker->rows), faults_first);
	ret_report->rows = checker->rows;
	ret_report->count = checker->count;
	ret_report->result = mw_gate_result(checker->rows, checker->count);
	if (ret_report->failure[0] != '\0')
		ret_report->result = MW_GATE_FAIL;
}

static bool print(const struct check_options *options, const struct check_report *report,
		  FILE *file)
{
	if (options->is_json)
		return check_report_json(report, file);
	return check_report_table(report, file, cli_is_colour(file));
}

/* Returns 0, or CLI_SYSTEM after a message. */
static int
write_file(const char *path, const struct check_options *options, const struct check_report *report,
	   bool (*write)(const struct check_options *, const struct check_report *, FILE *))
{
	FILE *file = fopen(path, "we");
	bool done;

	if (file == NULL)
		return cli_error(name, "cannot write %s: %s", path, strerror(errno));
	errno = 0;
	done = write(options, report, file);
	if (fclose(file) != 0 || !done)
		return cli_error(name, "cannot write %s: %s", path,
				 errno != 0 ? strerror(errno) : "out of memory");
	return 0;
}

static bool print_junit(const struct check_options *options, const struct check_report *report,
			FILE *file)
{
	(void)options;
	return check_report_junit(report, file);
}

static int tell(const struct check_options *options, const struct check_report *report)
{
	static const int codes[] = {
		[MW_GATE_PASS] = CLI_OK,
		[MW_GATE_FAIL] = CLI_FOUND,
		[MW_GATE_UNKNOWN] = CLI_DATA,
	};
	int status = 0;

	if (options->junit != NULL)
		status = write_file(options->junit, options, report, print_junit);
	if (options->output != NULL)
		status |= write_file(options->output, options, report, print);
	else if (!print(options, report, options->pid != 0 ? stdout : stderr))
		status = cli_error(name, "cannot write the report");
	return status != 0 ? status : codes[report->result];
}

static int check(const struct check_options *options, struct live_options *live, char **argv)
{
	struct checker checker = { .options = options };
	struct check_report report;
	bool was_told;
	int status = follow_open(&checker.follow, name, live);

	mw_leak_defaults(&checker.config);
	checker.lives = mw_lives_new(sizeof(struct checked));
	if (status == 0 && checker.lives == NULL)
		status = cli_error(name, "out of memory");
	if (status == 0 && options->pid == 0)
		status = follow_start(&checker.follow, argv);
	else if (status == 0)
		follow_attach(&checker.follow, options->pid);
	if (status == 0)
		status = watch_all(&checker, live->duration_s);
	was_told = follow_end(&checker.follow, GRACE_S);
	if (status == 0) {
		judge(&checker, live->duration_s, was_told, &report);
		if (checker.is_out_of_memory)
			status = cli_error(name, "out of memory");
		else if (report.count == 0 && options->pid != 0)
			status = cli_error(name, "there is no process %d, or it cannot be read",
					   options->pid);
		else
			status = tell(options, &report);
	}
	mw_lives_free(checker.lives, end_life, &checker);
	follow_close(&checker.follow);
	free(checker.rows);
	free(checker.spans_s);
	return status;
}

static int percent(const char *option, const char *text, double *ret_percent)
{
	const char *wrong = mw_number_double(text, strlen(text), ret_percent);

	if (wrong == NULL && *ret_percent >= 0 && *ret_percent <= PERCENT_MAX)
		return 0;
	return cli_usage_error(name, "%s: percentage '%s' is %s", option, text,
			       wrong != NULL ? wrong : "not between 0 and 1000000");
}

static int take_option(struct check_options *options, struct live_options *live, int option)
{
	switch (option) {
	case 'i':
	case 'd': return live_option(name, live, option, optarg);
	case 'p': return cli_pid(name, "--pid", optarg, &options->pid);
	case 'o': options->output = optarg; return 0;
	case OPTION_JSON: options->is_json = true; return 0;
	case OPTION_JUNIT: options->junit = optarg; return 0;
	case OPTION_WARM_UP:
		return cli_duration(name, "--warm-up", optarg, &options->limits.warm_up_s);
	case OPTION_GROWTH: return percent("--max-growth", optarg, &options->limits.max_growth);
	case OPTION_FLUCTUATION:
		return percent("--max-fluctuation", optarg, &options->limits.max_fluctuation);
	default: return -1;
	}
}

/* What does not go together. Returns 0, or the exit code after a message. */
static int check_options(const struct check_options *options, struct live_options *live,
			 bool has_command)
{
	if (options->pid != 0 && has_command)
		return cli_usage_error(name, "give a command or --pid, not both");
	if (options->pid == 0 && !has_command)
		return cli_usage_error(name, "no command to run, and no --pid");
	if (options->pid != 0 && live->duration_s == 0)
		live->duration_s = DURATION_S;
	if (live->duration_s > 0 && options->limits.warm_up_s >= live->duration_s)
		return cli_usage_error(name, "--warm-up leaves nothing of --duration");
	if (options->pid != 0 && ticker_catch_signals() < 0)
		return cli_error(name, "cannot catch signals: %s", strerror(errno));
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "duration", required_argument, NULL, 'd' },
		{ "pid", required_argument, NULL, 'p' },
		{ "output", required_argument, NULL, 'o' },
		{ "warm-up", required_argument, NULL, OPTION_WARM_UP },
		{ "max-growth", required_argument, NULL, OPTION_GROWTH },
		{ "max-fluctuation", required_argument, NULL, OPTION_FLUCTUATION },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "junit", required_argument, NULL, OPTION_JUNIT },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct live_options live = { .interval_s = 0.2, .root = "" };
	struct check_options options = { 0 };
	int status = 0;
	int option;

	mw_gate_defaults(&options.limits);
	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:hi:d:p:o:", long_options, NULL)) != -1) {
		if (option == 'h')
			return cli_print_help(&cli_check);
		status = take_option(&options, &live, option);
		if (status < 0)
			status = cli_bad_option(name, option, argv);
	}
	if (status == 0)
		status = check_options(&options, &live, optind < argc);
	if (status == 0)
		status = check(&options, &live, argv + optind);
	live_free_options(&live);
	return status;
}

const struct cli_command cli_check = {
	.name = name,
	.summary = "the gate before a release: does memory stay where it is?",
	.help = help,
	.run = run,
};

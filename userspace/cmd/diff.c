// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff.c - `memwatch diff A B`: a program before and after a fix, from two
 * recordings or two times of the daemon's history. Decides nothing itself:
 * compare.c does. Results go to stdout, what was wrong with the data to stderr.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/filter.h"
#include "cli.h"
#include "cli_history.h"
#include "diff_load.h"
#include "diff_print.h"

static const char name[] = "diff";

enum {
	OPTION_JSON = 1000,
	OPTION_ALL,
	OPTION_BY_PID,
	OPTION_FIXED,
	OPTION_LEVEL,
	OPTION_STATE,
};

static const char help[] =
	"Usage: memwatch diff [OPTIONS] A B\n"
	"\n"
	"Compares programs before (A) and after (B) a change: how fast their memory grows, where\n"
	"its floor lies, what they allocate, and whether the difference is more than chance\n"
	"(Mann-Whitney test on independent stretches of each recording). Processes of one name\n"
	"are taken together.\n"
	"\n"
	"A and B are each a recording (CSV, as `memwatch record` writes it), or a span of the\n"
	"daemon's history: SINCE..UNTIL, each 2h (ago), now, 2026-11-21, \"2026-11-21 04:05\"\n"
	"or Unix time.\n"
	"\n"
	"Options:\n"
	"      --by-pid       process by process, for a change within one process life\n"
	"      --fixed        exit code 1 unless something that grew in A is fixed in B\n"
	"      --level P      the chance that counts as none (default: 0.01)\n"
	"      --all          also what is in one of them alone, or too short to compare\n"
	"  -p, --pid PID      this process only; may be given more than once\n"
	"  -c, --comm NAME    processes of this name only; may be given more than once\n"
	"      --json         JSON Lines instead of a table\n"
	"      --state FILE   the daemon's file (default: " CLI_STATE_FILE ")\n"
	"  -h, --help         this text\n"
	"\n"
	"Outcomes: fixed (it grew, and does no more to speak of), better, same, worse. A\n"
	"process needs 21 samples on both sides; at the default level 25 prove a fix. A * marks\n"
	"what is significant.\n"
	"\n"
	"Examples:\n"
	"  memwatch diff before.csv after.csv\n"
	"  memwatch diff --comm api --fixed before.csv after.csv && git push\n"
	"  memwatch diff --comm api 2026-11-19..2026-11-20 2026-11-20..now\n"
	"\n"
	"Exit codes (the highest that applies):\n"
	"  0  nothing is worse                   3  some of the data could not be used\n"
	"  1  something grows faster in B        4  a file could not be read, or stdout not\n"
	"  2  wrong command line                    written\n";

struct asked {
	struct diff_load load;
	bool is_json;
	bool is_all;
	bool must_be_fixed;
	double level;
};

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static void compare_all(struct diff_groups *groups, double level)
{
	for (size_t i = 0; i < groups->count; i++) {
		struct diff_group *group = &groups->group[i];

		mw_compare(&group->side[0], &group->side[1], level, &group->comparison);
	}
}

static int judge(const struct diff_groups *groups, bool must_be_fixed)
{
	bool is_fixed = false;

	for (size_t i = 0; i < groups->count; i++) {
		enum mw_outcome outcome = groups->group[i].comparison.outcome;

		if (outcome == MW_OUTCOME_WORSE)
			return CLI_FOUND;
		is_fixed = is_fixed || outcome == MW_OUTCOME_FIXED;
	}
	return must_be_fixed && !is_fixed ? CLI_FOUND : CLI_OK;
}

static int diff(struct asked *asked, char **sources)
{
	struct diff_groups groups = { .count = 0 };
	int status = CLI_OK;

	for (int side = 0; side < 2 && status <= CLI_DATA && status != CLI_USAGE; side++)
		status = worse(status, diff_load(&asked->load, sources[side], side, &groups));
	if (status <= CLI_DATA && status != CLI_USAGE) {
		compare_all(&groups, asked->level);
		diff_print(&groups, asked->is_json, asked->is_all);
		if (groups.count == 0)
			cli_note(name, "no samples of the processes that were asked for");
		status = worse(status, judge(&groups, asked->must_be_fixed));
	}
	diff_groups_free(&groups);
	return cli_close_stdout(name, status);
}

static int take_level(const char *text, double *ret_level)
{
	char *end;
	double level = strtod(text, &end);

	if (end == text || *end != '\0' || !(level > 0 && level < 1))
		return cli_usage_error(name, "--level: '%s' is no chance: give 0.05, 0.01, 0.001",
				       text);
	*ret_level = level;
	return 0;
}

static int take_option(struct asked *asked, int option, const char *value)
{
	int32_t pid;
	int err;

	switch (option) {
	case OPTION_JSON: asked->is_json = true; return 0;
	case OPTION_ALL: asked->is_all = true; return 0;
	case OPTION_BY_PID: asked->load.is_by_pid = true; return 0;
	case OPTION_FIXED: asked->must_be_fixed = true; return 0;
	case OPTION_LEVEL: return take_level(value, &asked->level);
	case OPTION_STATE: asked->load.state_path = value; return 0;
	case 'p':
		err = cli_pid(name, "--pid", value, &pid);
		return err == 0 && mw_filter_add_pid(&asked->load.filter, pid) < 0
			       ? cli_error(name, "out of memory")
			       : err;
	default:
		return mw_filter_add_comm(&asked->load.filter, value) < 0
			       ? cli_error(name, "out of memory")
			       : 0;
	}
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "all", no_argument, NULL, OPTION_ALL },
		{ "by-pid", no_argument, NULL, OPTION_BY_PID },
		{ "fixed", no_argument, NULL, OPTION_FIXED },
		{ "level", required_argument, NULL, OPTION_LEVEL },
		{ "state", required_argument, NULL, OPTION_STATE },
		{ "pid", required_argument, NULL, 'p' },
		{ "comm", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct asked asked = { .level = 0.01 };
	int status = 0;
	int option;

	asked.load.state_path = CLI_STATE_FILE;
	asked.load.now_s = (double)time(NULL);
	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, ":hp:c:", long_options, NULL)) != -1) {
		if (option == 'h')
			return cli_print_help(&cli_diff);
		if (option == '?' || option == ':')
			status = cli_bad_option(name, option, argv);
		else
			status = take_option(&asked, option, optarg);
	}
	if (status == 0 && argc - optind != 2)
		status = cli_usage_error(name, "give two recordings or spans of time, not %d",
					 argc - optind);
	if (status == 0)
		status = diff(&asked, argv + optind);
	mw_filter_free(&asked.load.filter);
	return status;
}

const struct cli_command cli_diff = {
	.name = name,
	.summary = "before and after a fix: is the difference real?",
	.help = help,
	.run = run,
};

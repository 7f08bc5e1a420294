// SPDX-License-Identifier: GPL-2.0-only
/*
 * history.c - `memwatch history`: shows what the daemon has stored, while it goes
 * on storing. Reads alone; what is printed as CSV is what `record` would have
 * written, so that `analyze` can judge it.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "cli_history.h"
#include "history_print.h"

static const char name[] = "history";

enum {
	OPTION_JSON = 1000,
	OPTION_CSV,
	OPTION_SERIES,
	OPTION_ALERTS,
	OPTION_FAMILIES,
	OPTION_FAMILY,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_STATE,
};

static const char help[] =
	"Usage: memwatch history [OPTIONS]\n"
	"\n"
	"Shows what `memwatch watch` has stored: the processes that it saw, their memory over\n"
	"time, and the alerts that there were. The daemon may run meanwhile.\n"
	"\n"
	"What:\n"
	"  (nothing)          one line a process: samples, from when to when, RSS at the first,\n"
	"                     at the last, and at most\n"
	"      --families     the same for each family: the service, pod or container that a\n"
	"                     process belongs to across restarts, or else its name\n"
	"      --series       its samples, one line each\n"
	"      --csv          its samples as CSV, for `memwatch analyze` and `diff`\n"
	"      --alerts       the events of alerts\n"
	"Options:\n"
	"      --since TIME   from then (default: as far back as there is)\n"
	"      --until TIME   to then (default: now)\n"
	"  -p, --pid PID      this process only; may be given more than once\n"
	"  -c, --comm NAME    processes of this name only; may be given more than once\n"
	"      --family NAME  processes of this family only, as --families names it\n"
	"      --json         JSON Lines instead of a table\n"
	"      --state FILE   the daemon's file (default: " CLI_STATE_FILE ")\n"
	"  -h, --help         this text\n"
	"TIME is 2h (ago), now, 2026-11-21, \"2026-11-21 04:05\" or Unix time.\n"
	"\n"
	"Samples are 10 s apart for an hour, then 1 min, after a day 10 min, after a week\n"
	"1 h; the lowest and the last of each such span are kept.\n"
	"\n"
	"Examples:\n"
	"  memwatch history --since 1d --comm api\n"
	"  memwatch history --alerts --json | jq -r .message\n"
	"  memwatch history --csv --since 12h --comm api | memwatch analyze -\n"
	"\n"
	"Exit codes:\n"
	"  0  shown   2  wrong command line   4  the file could not be read\n";

static int show(struct history_asked *asked)
{
	char error[MW_NOTICE_MAX];
	struct mw_history *history;
	int result;

	if (mw_history_open(asked->path, &history, error) < 0)
		return cli_error(name, "%s", error);
	result = history_print(history, asked);
	if (result == -ENOMEM)
		result = cli_error(name, "out of memory");
	else if (result < 0 && !ferror(stdout))
		result = cli_error(name, "cannot read %s: %s", asked->path,
				   mw_history_error(history));
	mw_history_close(history);
	return cli_close_stdout(name, result < 0 ? CLI_SYSTEM : result);
}

static int take_option(struct history_asked *asked, int option, const char *value)
{
	int32_t pid;
	int err;

	switch (option) {
	case OPTION_JSON: asked->is_json = true; return 0;
	case OPTION_CSV: asked->what = HISTORY_CSV; return 0;
	case OPTION_SERIES: asked->what = HISTORY_SERIES; return 0;
	case OPTION_ALERTS: asked->what = HISTORY_ALERTS; return 0;
	case OPTION_FAMILIES: asked->what = HISTORY_FAMILIES; return 0;
	case OPTION_FAMILY: asked->range.family = value; return 0;
	case OPTION_STATE: asked->path = value; return 0;
	case OPTION_SINCE:
		return cli_when(name, "--since", value, asked->now_s, &asked->range.since_s);
	case OPTION_UNTIL:
		return cli_when(name, "--until", value, asked->now_s, &asked->range.until_s);
	case 'p':
		err = cli_pid(name, "--pid", value, &pid);
		return err == 0 && mw_filter_add_pid(&asked->filter, pid) < 0
			       ? cli_error(name, "out of memory")
			       : err;
	default:
		return mw_filter_add_comm(&asked->filter, value) < 0
			       ? cli_error(name, "out of memory")
			       : 0;
	}
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "csv", no_argument, NULL, OPTION_CSV },
		{ "series", no_argument, NULL, OPTION_SERIES },
		{ "alerts", no_argument, NULL, OPTION_ALERTS },
		{ "families", no_argument, NULL, OPTION_FAMILIES },
		{ "family", required_argument, NULL, OPTION_FAMILY },
		{ "since", required_argument, NULL, OPTION_SINCE },
		{ "until", required_argument, NULL, OPTION_UNTIL },
		{ "state", required_argument, NULL, OPTION_STATE },
		{ "pid", required_argument, NULL, 'p' },
		{ "comm", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct history_asked asked = { .path = CLI_STATE_FILE,
				       .now_s = (double)time(NULL),
				       .range = { .since_s = -INFINITY, .until_s = INFINITY } };
	int status = 0;
	int option;

	asked.range.filter = &asked.filter;
	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:hp:c:", long_options, NULL)) != -1) {
		if (option == 'h')
			return cli_print_help(&cli_history);
		if (option == '?' || option == ':')
			status = cli_bad_option(name, option, argv);
		else
			status = take_option(&asked, option, optarg);
	}
	if (status == 0 && optind < argc)
		status = cli_usage_error(name, "unexpected argument '%s'", argv[optind]);
	if (status == 0 && asked.range.family != NULL && asked.what == HISTORY_ALERTS)
		status = cli_usage_error(name,
					 "--family is for processes; alerts have --comm and --pid");
	if (status == 0)
		status = show(&asked);
	mw_filter_free(&asked.filter);
	return status;
}

const struct cli_command cli_history = {
	.name = name,
	.summary = "what the daemon has stored: processes, samples, alerts",
	.help = help,
	.run = run,
};

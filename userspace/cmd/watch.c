// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - `memwatch watch`: its command line. What it does is watcher.c's.
 */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "watch_config.h"
#include "watcher.h"

static const char name[] = "watch";

enum {
	OPTION_JSON = LIVE_ROOT + 1,
	OPTION_EXIT,
	OPTION_CONFIG,
	OPTION_CHECK,
};

static const char help[] =
	"Usage: memwatch watch [OPTIONS]\n"
	"\n"
	"Looks at every process in rounds and prints one line when it finds a leak (firing)\n"
	"and one when the leak is over or its process has ended (resolved). What is watched,\n"
	"which verdicts matter, who is told and when is said by a configuration,\n"
	"/etc/memwatch/memwatch.yaml if it is there: see memwatch.yaml(5). Runs until SIGINT\n"
	"or SIGTERM. The module may be loaded and unloaded meanwhile.\n"
	"\n"
	"Options:\n"
	"      --config FILE     the configuration; what stands on the command line is stronger\n"
	"      --check-config    say all that is wrong with it, and do nothing else\n"
	"  -i, --interval TIME   between two rounds (default: 10s)\n"
	"  -d, --duration TIME   for how long (default: until it is stopped)\n"
	"  -p, --pid PID         this process only; may be given more than once\n"
	"  -c, --comm NAME       processes of this name only; may be given more than once\n"
	"      --json            alerts as JSON Lines instead of sentences\n"
	"      --exit-on-alert   stop at the first leak, with exit code 1\n"
	"      --root DIR        the host whose / is mounted at DIR (default: this one)\n"
	"  -h, --help            this text\n"
	"TIME is a number with ms, s, m, h or d: 500ms, 10s, 5m.\n"
	"\n"
	"Signals:\n"
	"  SIGHUP   read the configuration again (a bad one leaves the old one in force) and\n"
	"           open the sinks anew\n"
	"  SIGUSR1  something was deployed: hold alerts of the processes that it starts\n"
	"\n"
	"Examples:\n"
	"  memwatch watch\n"
	"  memwatch watch --interval 1m --json >> /var/log/memwatch.jsonl\n"
	"  memwatch watch --comm api --exit-on-alert || systemctl restart api\n"
	"  memwatch watch --check-config --config new.yaml\n"
	"\n"
	"Exit codes:\n"
	"  0  stopped, or the duration is over     2  wrong command line or configuration\n"
	"  1  --exit-on-alert and there was one    4  could not read /proc or write\n";

static int read_option(struct watch_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_JSON: options->is_json = true; return 0;
	case OPTION_EXIT: options->exit_on_alert = true; return 0;
	case OPTION_CONFIG: options->config_path = value; return 0;
	case 'i': options->has_interval = true; break;
	default: break;
	}
	return live_option(name, &options->live, option, value);
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		LIVE_OPTIONS,
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "exit-on-alert", no_argument, NULL, OPTION_EXIT },
		{ "config", required_argument, NULL, OPTION_CONFIG },
		{ "check-config", no_argument, NULL, OPTION_CHECK },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct watch_options options = { .command = name };
	bool is_check = false;
	int status = 0;
	int option;

	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:h" LIVE_SHORT, long_options, NULL)) != -1) {
		if (option == 'h')
			return cli_print_help(&cli_watch);
		if (option == OPTION_CHECK)
			is_check = true;
		else if (option == '?' || option == ':')
			status = cli_bad_option(name, option, argv);
		else
			status = read_option(&options, option, optarg);
	}
	if (status == 0 && optind < argc)
		status = cli_usage_error(name, "unexpected argument '%s'", argv[optind]);
	if (status == 0)
		status = is_check ? watch_config_check(name, options.config_path)
				  : watcher_run(&options);
	live_free_options(&options.live);
	return status;
}

const struct cli_command cli_watch = {
	.name = name,
	.summary = "the daemon: alert on leaks of all processes",
	.help = help,
	.run = run,
};

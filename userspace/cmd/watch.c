// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - `memwatch watch`: judges every process of the host, round after
 * round, and prints an alert when a leak is found and when it is over. Keeps
 * one detector a living process and nothing of the dead.
 */
#define _GNU_SOURCE /* gethostname, HOST_NAME_MAX */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "../lib/alert.h"
#include "../lib/leak.h"
#include "../lib/lives.h"
#include "cli.h"
#include "live.h"

static const char name[] = "watch";

enum {
	OPTION_JSON = LIVE_ROOT + 1,
	OPTION_EXIT,
};

static const char help[] =
	"Usage: memwatch watch [OPTIONS]\n"
	"\n"
	"Looks at every process in rounds and prints one line when it finds a leak (firing)\n"
	"and one when the leak is over or its process has ended (resolved). Runs until\n"
	"SIGINT or SIGTERM. The module may be loaded and unloaded meanwhile.\n"
	"\n"
	"Options:\n"
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
	"Examples:\n"
	"  memwatch watch\n"
	"  memwatch watch --interval 1m --json >> /var/log/memwatch.jsonl\n"
	"  memwatch watch --comm api --exit-on-alert || systemctl restart api\n"
	"\n"
	"Exit codes:\n"
	"  0  stopped, or the duration is over     2  wrong command line\n"
	"  1  --exit-on-alert and there was one    4  could not read /proc or write\n";

/* One process life; @leak is NULL before its first sample. */
struct watched {
	struct mw_leak *leak;
	bool is_firing;
};

struct watcher {
	struct mw_leak_config config;
	struct mw_lives *lives;
	char host[HOST_NAME_MAX + 1];
	double now_s;
	bool is_json;
	bool is_colour;
	uint64_t samples; /* of the round under way */
	uint64_t fired;
	int write_error;
};

static void print_line(struct watcher *watcher, const struct mw_alert *alert)
{
	char text[MW_ALERT_TEXT_MAX];
	const char *colour = alert->firing ? "\033[31m" : "\033[32m";
	int printed;

	if (watcher->is_json)
		mw_alert_to_json(alert, text, sizeof(text));
	else
		mw_alert_to_sentence(alert, text, sizeof(text));
	errno = 0;
	if (watcher->is_colour && !watcher->is_json)
		printed = printf("%s%s\033[0m\n", colour, text);
	else
		printed = printf("%s\n", text);
	if (printed < 0 || fflush(stdout) != 0)
		watcher->write_error = errno > 0 ? -errno : -EIO;
}

static void tell(struct watcher *watcher, const struct mw_verdict *verdict)
{
	struct mw_alert alert = {
		.verdict = verdict,
		.firing = verdict->leak,
		.time_s = watcher->now_s,
		.host = watcher->host,
		.rule = "leak",
	};

	if (alert.firing)
		watcher->fired++;
	print_line(watcher, &alert);
}

static int judge(const struct mw_sample *sample, void *arg)
{
	struct watcher *watcher = arg;
	struct mw_verdict verdict;
	struct watched *watched;
	bool is_new;

	watched = mw_lives_get(watcher->lives, sample->pid, sample->start_ticks, &is_new);
	if (watched == NULL)
		return -ENOMEM;
	if (watched->leak == NULL)
		watched->leak = mw_leak_new(&watcher->config);
	if (watched->leak == NULL)
		return -ENOMEM;
	watcher->samples++;
	if (!mw_leak_add(watched->leak, sample))
		return 0;
	mw_leak_verdict(watched->leak, &verdict);
	watched->is_firing = verdict.leak;
	tell(watcher, &verdict);
	return watcher->write_error;
}

static void end_life(void *life, void *arg)
{
	struct watched *watched = life;
	struct watcher *watcher = arg;
	struct mw_verdict verdict;

	if (watched->is_firing && watcher != NULL) {
		mw_leak_verdict(watched->leak, &verdict);
		verdict.leak = false;
		snprintf(verdict.reason, sizeof(verdict.reason), "the process has ended");
		tell(watcher, &verdict);
	}
	mw_leak_free(watched->leak);
}

static void say_begin(const struct live *live, const struct watcher *watcher)
{
	double interval_s = (double)live->ticker.interval_ns / 1e9;
	char interval[MW_FORMAT_MAX];
	char least[MW_FORMAT_MAX];

	mw_format_duration(interval_s, interval);
	mw_format_duration(interval_s * watcher->config.min_samples, least);
	cli_note(name, "watching %ju processes every %s; a verdict takes %s or longer",
		 (uintmax_t)watcher->samples, interval, least);
}

/* Returns 0 to go on, or an exit code after a message. */
static int watch_round(struct live *live, struct watcher *watcher)
{
	int err;

	watcher->samples = 0;
	watcher->now_s = ticker_now_s(&live->ticker);
	err = live_round(live, watcher->now_s, judge, watcher);
	/* What a round that failed did not see has not ended. */
	if (err == 0)
		mw_lives_sweep(watcher->lives, end_life, watcher);
	if (ticker_is_stopped())
		return 0;
	if (watcher->write_error < 0)
		return cli_error(name, "cannot write standard output: %s",
				 strerror(-watcher->write_error));
	if (err == -ENOMEM)
		return cli_error(name, "out of memory with %zu processes",
				 mw_lives_count(watcher->lives));
	return 0;
}

static int watch_all(struct live *live, struct watcher *watcher, const struct mw_filter *filter,
		     bool exit_on_alert)
{
	uint64_t seen = 0;

	do {
		int status = watch_round(live, watcher);

		if (status != 0)
			return status;
		if (exit_on_alert && watcher->fired > 0)
			return CLI_FOUND;
		if (watcher->samples == 0 && mw_filter_is_pids_only(filter)) {
			if (seen == 0)
				return cli_error(name, "no process has an id given by --pid");
			return CLI_OK;
		}
		if (seen == 0)
			say_begin(live, watcher);
		seen += watcher->samples;
	} while (ticker_wait(&live->ticker));
	return CLI_OK;
}

static int watch(const struct live_options *options, bool is_json, bool exit_on_alert)
{
	struct watcher watcher = { .is_json = is_json };
	struct live live;
	int status;

	mw_leak_defaults(&watcher.config);
	watcher.is_colour = cli_is_colour(stdout);
	if (gethostname(watcher.host, sizeof(watcher.host) - 1) < 0)
		snprintf(watcher.host, sizeof(watcher.host), "localhost");
	watcher.lives = mw_lives_new(sizeof(struct watched));
	if (watcher.lives == NULL)
		return cli_error(name, "out of memory");
	status = live_open(&live, name, options);
	if (status == 0) {
		status = watch_all(&live, &watcher, &options->filter, exit_on_alert);
		live_close(&live);
	}
	mw_lives_free(watcher.lives, end_life, NULL);
	return status;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		LIVE_OPTIONS,
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "exit-on-alert", no_argument, NULL, OPTION_EXIT },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct live_options options = { .interval_s = 10, .root = "" };
	bool exit_on_alert = false;
	bool is_json = false;
	int status = 0;
	int option;

	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:h" LIVE_SHORT, long_options, NULL)) != -1) {
		if (option == OPTION_JSON)
			is_json = true;
		else if (option == OPTION_EXIT)
			exit_on_alert = true;
		else if (option == 'h')
			return cli_print_help(&cli_watch);
		else if (option == '?' || option == ':')
			status = cli_bad_option(name, option, argv);
		else
			status = live_option(name, &options, option, optarg);
	}
	if (status == 0 && optind < argc)
		status = cli_usage_error(name, "unexpected argument '%s'", argv[optind]);
	if (status == 0 && ticker_catch_signals() < 0)
		status = cli_error(name, "cannot catch signals: %s", strerror(errno));
	if (status == 0)
		status = watch(&options, is_json, exit_on_alert);
	live_free_options(&options);
	return status;
}

const struct cli_command cli_watch = {
	.name = name,
	.summary = "the daemon: alert on leaks of all processes",
	.help = help,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * run.c - `memwatch run`: runs a command, judges it and its descendants while
 * they run, says at the end on stderr what it found, and ends with the
 * command's exit code. Never touches the command's input or output.
 */
#include <errno.h>
#include <stdlib.h>

#include "../lib/alert.h"
#include "../lib/leak.h"
#include "../lib/lives.h"
#include "cli.h"
#include "follow.h"

static const char name[] = "run";

enum {
	OPTION_JSON = LIVE_ROOT + 1,
};

static const char help[] =
	"Usage: memwatch run [OPTIONS] [--] COMMAND [ARGS]\n"
	"\n"
	"Runs COMMAND and follows the memory of it and of all its descendants (orphans among\n"
	"them included). When it ends, the verdict goes to stderr: one line for COMMAND and\n"
	"one for each descendant that leaks. Its input, output and exit code are its own;\n"
	"signals sent to memwatch are passed on to it.\n"
	"\n"
	"Options:\n"
	"  -i, --interval TIME  between two looks (default: 100ms)\n"
	"      --json           verdicts as JSON Lines, on stderr\n"
	"  -h, --help           this text\n"
	"TIME is a number with ms, s, m, h or d: 50ms, 1s.\n"
	"\n"
	"Examples:\n"
	"  memwatch run -- ./server --port 80\n"
	"  memwatch run --json -- make test 2> verdict.jsonl\n"
	"\n"
	"Exit codes:\n"
	"  that of COMMAND, whether it leaks or not\n"
	"  128 + N  COMMAND was ended by signal N (as a shell says it)\n"
	"  127, 126 COMMAND was not found, could not be executed\n"
	"  2        wrong command line\n"
	"  4        memwatch itself failed before COMMAND was started\n";

/* One process life. */
struct followed {
	struct mw_leak *leak;
	int32_t pid;
	bool is_leak;
};

/* What is said of one that is over. */
struct judged {
	struct mw_verdict verdict;
	double end_s;
};

struct runner {
	struct follow follow;
	struct live_options options;
	struct mw_leak_config config;
	struct mw_lives *lives;
	/* The command's own verdict, and those of its descendants that leaked. */
	struct judged own;
	bool has_own;
	struct judged *leaks;
	size_t leak_count;
};

static int judge(const struct mw_sample *sample, void *arg)
{
	struct runner *runner = arg;
	struct followed *followed;
	bool is_new;

	followed = mw_lives_get(runner->lives, sample->pid, sample->start_ticks, &is_new);
	if (followed == NULL)
		return -ENOMEM;
	if (followed->leak == NULL)
		followed->leak = mw_leak_new(&runner->config);
	if (followed->leak == NULL)
		return -ENOMEM;
	followed->pid = sample->pid;
	if (mw_leak_add(followed->leak, sample))
		followed->is_leak = !followed->is_leak;
	return 0;
}

static void take_verdict(const struct runner *runner, const struct followed *followed,
			 struct judged *ret_judged)
{
	mw_leak_verdict(followed->leak, &ret_judged->verdict);
	ret_judged->end_s = follow_now_s(&runner->follow);
}

static void keep_leak(struct runner *runner, const struct followed *followed)
{
	struct judged *leaks = realloc(runner->leaks, (runner->leak_count + 1) * sizeof(*leaks));

	if (leaks == NULL)
		return;
	runner->leaks = leaks;
	take_verdict(runner, followed, &leaks[runner->leak_count++]);
}

/* A life is over, or the command is: what is to be said of it is kept. */
static void end_life(void *life, void *arg)
{
	struct followed *followed = life;
	struct runner *runner = arg;

	if (followed->leak != NULL && followed->pid == runner->follow.pid) {
		take_verdict(runner, followed, &runner->own);
		runner->has_own = true;
	} else if (followed->is_leak) {
		keep_leak(runner, followed);
	}
	mw_leak_free(followed->leak);
}

static void follow(struct runner *runner)
{
	while (follow_wait(&runner->follow))
		if (follow_round(&runner->follow, judge, runner) == 0)
			mw_lives_sweep(runner->lives, end_life, runner);
}

static void say_json(const struct mw_verdict *verdict)
{
	char text[MW_ALERT_TEXT_MAX];

	mw_verdict_to_json(verdict, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
}

static void say_leak(const struct judged *judged)
{
	struct mw_alert alert = {
		.verdict = &judged->verdict,
		.state = MW_STATE_FIRING,
		.time_s = judged->end_s,
		.host = "",
		.rule = "leak",
	};
	char text[MW_ALERT_TEXT_MAX];
	bool is_colour = cli_is_colour(stderr);

	mw_alert_to_sentence(&alert, text, sizeof(text));
	cli_note(name, "%s%s%s", is_colour ? "\033[31m" : "", text, is_colour ? "\033[0m" : "");
}

static void say_own(const struct runner *runner)
{
	const struct mw_verdict *own = &runner->own.verdict;
	uintmax_t samples = runner->has_own ? own->samples : 0;
	char duration[MW_FORMAT_MAX];

	mw_format_duration(follow_now_s(&runner->follow) - runner->follow.begin_s, duration);
	if (runner->has_own && own->leak)
		say_leak(&runner->own);
	else if (samples < runner->config.min_samples)
		cli_note(
			name,
			"too short to judge: %ju samples in %s, at least %u are needed (--interval)",
			samples, duration, runner->config.min_samples);
	else
		cli_note(name, "no leak found in %ju samples over %s: %s", samples, duration,
			 own->reason);
}

static void say_verdicts(const struct runner *runner, bool is_json)
{
	if (!is_json)
		say_own(runner);
	else if (runner->has_own)
		say_json(&runner->own.verdict);
	for (size_t i = 0; i < runner->leak_count; i++) {
		if (is_json)
			say_json(&runner->leaks[i].verdict);
		else
			say_leak(&runner->leaks[i]);
	}
}

static void release(struct runner *runner)
{
	follow_close(&runner->follow);
	mw_lives_free(runner->lives, NULL, NULL);
	live_free_options(&runner->options);
	free(runner->leaks);
}

static int run_command(struct runner *runner, char **argv, bool is_json)
{
	int status = follow_open(&runner->follow, name, &runner->options);

	mw_leak_defaults(&runner->config);
	runner->lives = mw_lives_new(sizeof(struct followed));
	if (status == 0 && runner->lives == NULL)
		status = cli_error(name, "out of memory");
	if (status == 0)
		status = follow_start(&runner->follow, argv);
	if (status != 0)
		return status;
	follow(runner);
	mw_lives_free(runner->lives, end_life, runner);
	runner->lives = NULL;
	say_verdicts(runner, is_json);
	return child_exit_code(&runner->follow.child);
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct runner runner = { .options = { .interval_s = 0.1, .root = "" } };
	bool is_json = false;
	int status = 0;
	int option;

	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:hi:", long_options, NULL)) != -1) {
		if (option == 'i')
			status = live_option(name, &runner.options, option, optarg);
		else if (option == OPTION_JSON)
			is_json = true;
		else if (option == 'h')
			return cli_print_help(&cli_run);
		else
			status = cli_bad_option(name, option, argv);
	}
	if (status != 0)
		return status;
	if (optind == argc)
		return cli_usage_error(name, "no command to run");
	status = run_command(&runner, argv + optind, is_json);
	release(&runner);
	return status;
}

const struct cli_command cli_run = {
	.name = name,
	.summary = "run a command; say at its end whether it leaked",
	.help = help,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * drill.c - `memwatch drill`: the fire drill. Starts a leak that is known in a
 * process of its own, under a limit of its own, and says how long the daemon
 * that runs here took to tell of it, how far from the limit that was, and how
 * well it knew the rate (drill_print.c). Must never endanger the host: the limit stands before
 * the first byte is taken.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/alert_tail.h"
#include "../lib/proc_dir.h"
#include "../lib/verdict.h"
#include "cli.h"
#include "drill_leak.h"
#include "drill_options.h"
#include "drill_print.h"
#include "ticker.h"

static const char name[] = "drill";

/* How often one looks for the alert, s. */
#define LOOK_S 0.2

static const char help[] =
	"Usage: memwatch drill [OPTIONS] --alerts FILE\n"
	"\n"
	"The fire drill: makes a leak in a process of its own (mw-drill) and waits until the\n"
	"daemon that runs here (memwatch watch) tells of it. Says how long that took, how far\n"
	"from the limit it was, and how well the rate was known. As root the limit is a\n"
	"control group of its own, so that the kernel can kill nothing else; as anybody else\n"
	"RLIMIT_AS.\n"
	"\n"
	"Options:\n"
	"  -a, --alerts FILE   where the daemon's alerts go, as JSON Lines\n"
	"  -l, --limit SIZE    what the process may hold (default: 256M)\n"
	"  -r, --rate SIZE     how much it leaks a second (default: the limit in an hour)\n"
	"      --shape SHAPE   line, stairs, or saw: a line under garbage (default: line)\n"
	"      --class CLASS   heap, shared or threads (default: heap)\n"
	"  -t, --timeout TIME  give up after this (default: until the limit is met)\n"
	"      --to-the-end    leak on after the alert, until the limit is met\n"
	"      --json          one JSON object instead of sentences\n"
	"  -h, --help          this text\n"
	"SIZE is a number with K, M or G; TIME one with ms, s, m, h or d.\n"
	"\n"
	"Examples:\n"
	"  memwatch watch --json > /tmp/alerts.jsonl & memwatch drill -a /tmp/alerts.jsonl\n"
	"  memwatch drill -a /var/log/memwatch.jsonl --limit 1G --rate 2M --shape saw\n"
	"\n"
	"Exit codes:\n"
	"  0  the daemon told of it         2  wrong command line\n"
	"  1  it did not, before the limit  4  the drill itself failed\n";

struct drill {
	const struct drill_options *options;
	struct drill_limit limit;
	struct drill_truth *truth;
	struct mw_alert_tail *tail;
	struct ticker ticker;
	pid_t pid;
	uint64_t start_ticks;
	double begin_s;
	/* What came of it. */
	bool is_told;
	struct mw_told told;
	double told_after_s;
	int64_t leaked_when_told_kib;
	bool has_ended;
	int wait_status;
	double ended_after_s;
};

static double elapsed_s(const struct drill *drill)
{
	return ticker_now_s(&drill->ticker) - drill->begin_s;
}

static void reap(struct drill *drill, bool is_waiting)
{
	if (drill->has_ended ||
	    waitpid(drill->pid, &drill->wait_status, is_waiting ? 0 : WNOHANG) != drill->pid)
		return;
	drill->has_ended = true;
	drill->ended_after_s = elapsed_s(drill);
}

/* Returns 0, or the exit code after a message. */
static int look_for_alert(struct drill *drill)
{
	int found;

	if (drill->is_told)
		return 0;
	found = mw_alert_tail_find(drill->tail, drill->pid, drill->start_ticks, &drill->told);
	if (found < 0)
		return cli_error(name, "cannot read %s: %s", drill->options->alerts,
				 strerror(-found));
	if (found == 0)
		return 0;
	drill->is_told = true;
	drill->told_after_s = elapsed_s(drill);
	drill->leaked_when_told_kib = drill->truth->leaked_kib;
	return 0;
}

static void show_progress(const struct drill *drill)
{
	char leaked[MW_FORMAT_MAX];
	char limit[MW_FORMAT_MAX];
	char now[MW_FORMAT_MAX];

	if (!isatty(STDERR_FILENO))
		return;
	mw_format_kib((double)drill->truth->leaked_kib, leaked);
	mw_format_kib((double)drill->limit.kib, limit);
	mw_format_duration(elapsed_s(drill), now);
	fprintf(stderr, "\rmemwatch drill: %s, %s of %s leaked, %s\033[K", now, leaked, limit,
		drill->is_told ? "alerted" : "no alert yet");
}

static void clear_progress(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

/* Until the alert, the limit, the timeout or a signal. Returns 0, or the exit code. */
static int wait_for_alert(struct drill *drill)
{
	const struct drill_options *options = drill->options;
	int status;

	do {
		reap(drill, false);
		status = look_for_alert(drill);
		show_progress(drill);
		if (status != 0 || drill->has_ended)
			break;
		if (drill->is_told && !options->is_to_the_end)
			break;
	} while (ticker_wait(&drill->ticker));
	clear_progress();
	return status;
}

/* --- what came of it -------------------------------------------------------------- */

static bool has_met_limit(const struct drill *drill)
{
	if (!drill->has_ended)
		return false;
	return drill_limit_was_met(&drill->limit) ||
	       (WIFEXITED(drill->wait_status) &&
		WEXITSTATUS(drill->wait_status) == DRILL_EXIT_FULL);
}

static int tell(const struct drill *drill)
{
	const struct drill_outcome outcome = {
		.alerts = drill->options->alerts,
		.pid = drill->pid,
		.begin_s = drill->begin_s,
		.limit_kib = drill->limit.kib,
		.is_cgroup = drill->limit.is_cgroup,
		.rate_kib_s = drill->options->plan.rate_kib_s,
		.is_told = drill->is_told,
		.told = drill->told,
		.told_after_s = drill->told_after_s,
		.leaked_when_told_kib = drill->leaked_when_told_kib,
		.was_met = has_met_limit(drill),
		.has_ended = drill->has_ended,
		.ended_after_s = drill->has_ended ? drill->ended_after_s : elapsed_s(drill),
		.leaked_kib = drill->truth->leaked_kib,
	};
	int err = 0;

	if (!drill->options->is_json)
		drill_print(&outcome);
	else if (drill_print_json(&outcome) < 0)
		err = cli_error(name, "out of memory");
	return cli_close_stdout(name, err != 0 ? err : drill->is_told ? CLI_OK : CLI_FOUND);
}

/* --- starting ------------------------------------------------------------------------ */

static void say_begin(const struct drill *drill)
{
	char rate[MW_FORMAT_MAX];
	char limit[MW_FORMAT_MAX];

	mw_format_rate(drill->options->plan.rate_kib_s, drill->options->plan.rate_kib_s, rate);
	mw_format_kib((double)drill->limit.kib, limit);
	cli_note(name, "mw-drill (pid %d) leaks %s; limit %s by %s%s%s%s", drill->pid, rate, limit,
		 drill->limit.is_cgroup ? "" : "RLIMIT_AS (no control group: ",
		 drill->limit.is_cgroup ? drill->limit.dir : strerror(-drill->limit.why_not),
		 drill->limit.is_cgroup ? "" : ")", "; waiting for the daemon to tell");
}

/* Of the process, by /proc. Returns 0 or a negative errno. */
static int find_start(struct drill *drill)
{
	struct mw_proc_dir *dir;
	struct mw_proc_stat stat;
	int err = mw_proc_dir_open("/proc", &dir);

	if (err < 0)
		return err;
	err = mw_proc_dir_stat(dir, drill->pid, &stat);
	if (err == 0)
		drill->start_ticks = stat.start_ticks;
	mw_proc_dir_close(dir);
	return err;
}

/* Returns 0, or the exit code after a message. */
static int start(struct drill *drill)
{
	const struct drill_options *options = drill->options;
	int err;

	drill->truth = mmap(NULL, sizeof(*drill->truth), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	drill->tail = mw_alert_tail_open(options->alerts);
	if (drill->truth == MAP_FAILED || drill->tail == NULL)
		return cli_error(name, "out of memory");
	drill_limit_make(&drill->limit, options->limit_kib);
	ticker_start(&drill->ticker, LOOK_S, options->timeout_s);
	drill->begin_s = ticker_now_s(&drill->ticker);
	drill->pid = drill_leak_start(&options->plan, &drill->limit, drill->truth);
	if (drill->pid < 0)
		return cli_error(name, "cannot start a process: %s", strerror(-drill->pid));
	err = find_start(drill);
	if (err < 0)
		return cli_error(name, "cannot read /proc/%d: %s", drill->pid, strerror(-err));
	say_begin(drill);
	return 0;
}

static void end(struct drill *drill)
{
	if (drill->pid > 0 && !drill->has_ended)
		kill(drill->pid, SIGKILL);
	if (drill->pid > 0)
		reap(drill, true);
	if (drill->limit.kib > 0)
		drill_limit_remove(&drill->limit);
	mw_alert_tail_close(drill->tail);
}

static int run_drill(const struct drill_options *options)
{
	struct drill drill = { .options = options };
	int status = start(&drill);

	if (status == 0)
		status = wait_for_alert(&drill);
	if (status == 0 && drill.has_ended && WIFEXITED(drill.wait_status) &&
	    WEXITSTATUS(drill.wait_status) == DRILL_EXIT_LIMIT)
		status = cli_error(name, "the limit could not be set, so nothing was leaked");
	else if (status == 0)
		status = tell(&drill);
	end(&drill);
	return status;
}

static int run(int argc, char **argv)
{
	struct drill_options options;
	int status = drill_options_parse(argc, argv, &options);

	if (options.is_help)
		return cli_print_help(&cli_drill);
	return status == 0 ? run_drill(&options) : status;
}

const struct cli_command cli_drill = {
	.name = name,
	.summary = "the fire drill: a known leak; does the daemon tell in time?",
	.help = help,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * follow.c - keeps the list of a process and its descendants true while they
 * fork and exit, and asks for samples of them alone. Judges nothing.
 */
#include "follow.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Looking for descendants walks all of /proc: at most this part of the time. */
#define SEARCH_PART 0.02

#define NS_PER_S    1e9

int follow_open(struct follow *follow, const char *command, struct live_options *options)
{
	int err;

	memset(follow, 0, sizeof(*follow));
	follow->command = command;
	follow->options = options;
	err = mw_proc_dir_open("/proc", &follow->proc);
	if (err < 0)
		return cli_error(command, "cannot open /proc: %s; is it mounted?", strerror(-err));
	follow->family = mw_family_new();
	if (follow->family == NULL)
		return cli_error(command, "out of memory");
	return live_open(&follow->live, command, options);
}

static void begin(struct follow *follow, int32_t pid)
{
	follow->pid = pid;
	ticker_start(&follow->live.ticker, follow->options->interval_s,
		     follow->options->duration_s);
	follow->begin_s = follow_now_s(follow);
}

int follow_start(struct follow *follow, char **argv)
{
	bool is_exec;
	int err = child_start(&follow->child, argv, &is_exec);

	if (err < 0 && !is_exec)
		return cli_error(follow->command, "cannot start a process: %s", strerror(-err));
	if (err < 0) {
		cli_error(follow->command, "cannot run '%s': %s", argv[0], strerror(-err));
		return err == -ENOENT ? FOLLOW_NOT_FOUND : FOLLOW_NOT_EXECUTABLE;
	}
	/* What is said at the end must not cost the exit code when its reader is gone. */
	signal(SIGPIPE, SIG_IGN);
	follow->is_child = true;
	begin(follow, follow->child.pid);
	return 0;
}

void follow_attach(struct follow *follow, int32_t pid)
{
	begin(follow, pid);
}

/* Until the next round or the command's end. */
static void wait_for_child(struct follow *follow)
{
	struct ticker *ticker = &follow->live.ticker;

	while (!follow->child.has_ended && ticker_remaining_ns(ticker) > 0)
		if (child_wait(&follow->child, ticker_remaining_ns(ticker)) < 0)
			return;
}

bool follow_wait(struct follow *follow)
{
	struct ticker *ticker = &follow->live.ticker;
	bool is_first = !follow->has_begun;

	follow->has_begun = true;
	if (!follow->is_child)
		return is_first || ticker_wait(ticker);
	if (!is_first)
		ticker_advance(ticker);
	if (ticker_is_over(ticker))
		return false;
	wait_for_child(follow);
	return !follow->child.has_ended;
}

/* Of a command, those of its descendants whose parents died are this program's children. */
static int find_descendants(struct follow *follow)
{
	struct mw_filter *filter = &follow->options->filter;
	int32_t ancestor = follow->is_child ? getpid() : follow->pid;
	int err = mw_family_find(follow->family, follow->proc, ancestor, filter);

	if (err == 0 && (!follow->is_child || filter->pid_count == 0))
		err = mw_filter_add_pid(filter, follow->pid);
	return err;
}

static void search(struct follow *follow, double now_s)
{
	double took_s;

	if (now_s < follow->next_search_s)
		return;
	if (find_descendants(follow) < 0) {
		mw_filter_clear_pids(&follow->options->filter);
		mw_filter_add_pid(&follow->options->filter, follow->pid);
	}
	took_s = follow_now_s(follow) - now_s;
	follow->next_search_s = now_s + took_s / SEARCH_PART;
}

int follow_round(struct follow *follow, mw_sample_fn fn, void *arg)
{
	double now_s = follow_now_s(follow);

	search(follow, now_s);
	return live_round(&follow->live, now_s, fn, arg);
}

double follow_now_s(const struct follow *follow)
{
	return ticker_now_s(&follow->live.ticker);
}

static void wait_for_end(struct follow *follow, double grace_s)
{
	double until_s = follow_now_s(follow) + grace_s;
	double left_s;

	while (!follow->child.has_ended && (left_s = until_s - follow_now_s(follow)) > 0)
		if (child_wait(&follow->child, (int64_t)(left_s * NS_PER_S)) < 0)
			return;
}

bool follow_end(struct follow *follow, double grace_s)
{
	if (!follow->is_child || follow->child.has_ended)
		return false;
	kill(follow->child.pid, SIGTERM);
	wait_for_end(follow, grace_s);
	if (!follow->child.has_ended) {
		kill(follow->child.pid, SIGKILL);
		wait_for_end(follow, grace_s);
	}
	return true;
}

void follow_close(struct follow *follow)
{
	if (follow->live.source != NULL)
		live_close(&follow->live);
	mw_family_free(follow->family);
	mw_proc_dir_close(follow->proc);
}

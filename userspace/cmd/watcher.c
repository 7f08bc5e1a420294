// SPDX-License-Identifier: GPL-2.0-only
/*
 * watcher.c - the daemon: rounds, and between them the sinks, the commands and the signals.
 * Nothing that one of its parts (watcher_parts.c) meets ends it but a standard output that
 * cannot be written and no memory.
 */
#include "watcher.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "service.h"
#include "watch_config.h"
#include "watcher_internal.h"

/* ---- a round ---- */

/*
 * Restored alerts that nobody judges any more: of processes that have ended meanwhile, which
 * the first round shows, and of what is no process, once it has had time to show again.
 */
static void end_if_gone(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct watcher *watcher = arg;
	const struct mw_verdict *verdict = &entry->verdict;
	double now_s = watcher->watched.now_s;

	(void)due;
	if (!isfinite(entry->trusted_s) ||
	    watched_has(&watcher->watched, verdict->pid, verdict->start_ticks))
		return;
	if (verdict->pid > 0)
		mw_alerting_end(watcher->alerting, verdict->pid, verdict->start_ticks,
				"the process has ended", now_s);
	else if (now_s >= entry->trusted_s)
		mw_alerting_end(watcher->alerting, verdict->pid, verdict->start_ticks,
				"nothing of it is seen any more", now_s);
}

static void forget(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct teller *teller = arg;

	(void)due;
	snapshots_end(teller->snapshots, entry->verdict.pid, entry->verdict.start_ticks);
	watch_state_forget(entry, teller->state);
}

static void say_held(struct watcher *watcher, size_t held)
{
	if (held > 0 && !watcher->is_held_said)
		cli_note(watcher->options->command,
			 "%zu alerts wait: as many as max_per_hour allows were told in this hour",
			 held);
	watcher->is_held_said = held > 0;
}

static void look_for_deploy(struct watcher *watcher, double now_s)
{
	const struct mw_config *config = &watcher->config;
	const char *file = deploy_look(&watcher->deploy, config->deploy_files,
				       config->deploy_file_count, config->rules.hold_s, now_s);

	if (ticker_take(SIGUSR1)) {
		watcher->deploy.begin_s = now_s;
		file = "SIGUSR1";
	}
	if (file != NULL)
		cli_note(watcher->options->command,
			 "deploy (%s): alerts of processes that it starts are held for %g min",
			 file, config->rules.hold_s / 60);
}

static void tell(struct watcher *watcher, double now_s)
{
	time_t wall = time(NULL);
	struct tm local;

	watcher->teller.now_s = now_s;
	localtime_r(&wall, &local);
	mw_alerting_tell(watcher->alerting, now_s, &local, watcher->deploy.begin_s, teller_tell,
			 forget, &watcher->teller);
	say_held(watcher, mw_alerting_held(watcher->alerting, MW_HELD_RATE));
	watch_state_save(&watcher->state, watcher->alerting, now_s);
}

static void say_begin(struct watcher *watcher)
{
	double interval_s = watcher->config.interval_s;
	char interval[MW_FORMAT_MAX];
	char least[MW_FORMAT_MAX];

	mw_format_duration(interval_s, interval);
	mw_format_duration(interval_s * watcher->thresholds.min_samples, least);
	cli_note(watcher->options->command,
		 "watching %ju processes every %s; a verdict takes %s or longer",
		 (uintmax_t)watcher->watched.samples, interval, least);
	service_tell("READY=1\nSTATUS=Watching");
	watcher->has_begun = true;
}

/* What is no process: slab caches, what the dead still own, memory that nothing explains. */
static int look_at_host(struct watcher *watcher, double now_s)
{
	struct mw_sample all = { .shmem_kb = watcher->watched.shmem_kb };

	mw_source_host_count(watcher->host, &all);
	return mw_source_host_read(watcher->host, now_s, watched_look, &watcher->watched);
}

/* Returns 0 to go on, or an exit code after a message. */
static int watch_round(struct watcher *watcher)
{
	const char *command = watcher->options->command;
	double now_s = watcher_now_s(watcher);
	int err;

	look_for_deploy(watcher, now_s);
	watched_begin(&watcher->watched, now_s);
	err = live_round(&watcher->live, now_s, watched_look, &watcher->watched);
	if (err == 0 && watcher->host != NULL)
		err = look_at_host(watcher, now_s);
	/* What a round that failed did not see has not ended. */
	if (err == 0)
		watched_end(&watcher->watched);
	if (err == 0)
		err = kin_round(&watcher->kin, now_s);
	if (err == 0)
		mw_alerting_each(watcher->alerting, end_if_gone, watcher);
	tell(watcher, now_s);
	keeper_round(&watcher->keeper, now_s);
	if (watcher->store != NULL)
		mw_store_pump(watcher->store, now_s);
	service_tell("WATCHDOG=1");
	if (ticker_is_stopped())
		return 0;
	if (watcher->teller.write_error < 0)
		return cli_error(command, "cannot write standard output: %s",
				 strerror(-watcher->teller.write_error));
	if (err == -ENOMEM)
		return cli_error(command, "out of memory with %zu processes",
				 watched_count(&watcher->watched));
	return 0;
}

/* ---- between rounds ---- */

static void pump(struct watcher *watcher)
{
	double now_s = watcher_now_s(watcher);

	if (watcher->sinks != NULL)
		watcher->sinks_next_s = now_s + mw_sinks_pump(watcher->sinks, now_s);
	runs_pump(&watcher->runs, now_s);
}

/* Until the next round is due or it is to stop; all are served once even if it is due now. */
static void wait_for_round(struct watcher *watcher)
{
	do {
		struct pollfd fds[2] = { { .fd = runs_fd(&watcher->runs), .events = POLLIN } };
		double next_s = runs_next_s(&watcher->runs);
		size_t count = 1;

		if (ticker_take(SIGHUP))
			watcher_reload(watcher);
		pump(watcher);
		if (watcher->sinks != NULL) {
			fds[count++] = (struct pollfd){ .fd = mw_sinks_fd(watcher->sinks),
							.events = POLLIN };
			next_s = fmin(next_s, watcher->sinks_next_s);
		}
		ticker_sleep(&watcher->live.ticker, fds, count, next_s - watcher_now_s(watcher));
	} while (!ticker_is_stopped() && ticker_remaining_ns(&watcher->live.ticker) > 0);
}

static int watch_all(struct watcher *watcher)
{
	const struct mw_filter *filter = &watcher->options->live.filter;
	struct ticker *ticker = &watcher->live.ticker;

	for (;;) {
		int status = watch_round(watcher);
		uint64_t samples = watcher->watched.samples;

		if (status != 0)
			return status;
		if (watcher->options->exit_on_alert && watcher->teller.fired > 0)
			return CLI_FOUND;
		if (samples == 0 && mw_filter_is_pids_only(filter)) {
			if (watcher->seen == 0)
				return cli_error(watcher->options->command,
						 "no process has an id given by --pid");
			return CLI_OK;
		}
		if (!watcher->has_begun)
			say_begin(watcher);
		watcher->seen += samples;
		ticker_advance(ticker);
		if (ticker_is_over(ticker))
			return CLI_OK;
		wait_for_round(watcher);
		if (ticker_is_stopped())
			return CLI_OK;
	}
}

/* ---- begin and end ---- */

static int catch_signals(const char *command)
{
	int err = ticker_catch_signals();

	if (err == 0)
		err = ticker_catch(SIGHUP);
	if (err == 0)
		err = ticker_catch(SIGUSR1);
	if (err < 0)
		return cli_error(command, "cannot catch signals: %s", strerror(-err));
	/* A pipe that nobody reads is an error of writing, and no end. */
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

int watcher_run(struct watch_options *options)
{
	struct watcher watcher = { .options = options, .runs.epoll_fd = -1 };
	struct mw_config config;
	int status = watch_config_load(options->command, options->config_path, &config);

	if (status == 0)
		status = catch_signals(options->command);
	if (status != 0)
		return status;
	status = watcher_open(&watcher, &config);
	if (status == 0)
		status = watch_all(&watcher);
	watcher_close(&watcher);
	return status;
}

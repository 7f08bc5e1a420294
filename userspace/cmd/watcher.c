// SPDX-License-Identifier: GPL-2.0-only
/*
 * watcher.c - the daemon: rounds, and between them the sinks, the commands and the signals.
 * Owns all parts and the order in which they are opened, used in a round, and closed. Nothing
 * that one of them meets ends it but a standard output that cannot be written and no memory.
 */
#define _GNU_SOURCE /* gethostname */
#include "watcher.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/source_host.h"
#include "../lib/source_live.h"
#include "cli.h"
#include "deploy.h"
#include "kin.h"
#include "runs.h"
#include "service.h"
#include "snapshot.h"
#include "teller.h"
#include "watch_config.h"
#include "watch_state.h"
#include "watched.h"

/* How long the sinks may take to deliver what is left, at the end. */
#define FLUSH_S 3.0

struct watcher {
	const struct watch_options *options;
	struct mw_config config;
	struct mw_leak_config thresholds; /* what detectors point to: stays where it is */
	struct mw_crowd crowd;
	struct live_options live_options;
	struct live live;
	struct mw_source_host *host; /* NULL: only some processes are asked for */
	struct mw_alerting *alerting;
	struct mw_store *store;
	struct mw_sinks *sinks;
	struct snapshots snapshots;
	struct runs runs;
	struct deploy deploy;
	struct kin kin;
	struct watched watched;
	struct teller teller;
	struct watch_state state;
	double sinks_next_s;
	uint64_t seen; /* samples of all rounds */
	bool has_begun;
	bool is_held_said;
};

static double now_of(const struct watcher *watcher)
{
	return ticker_now_s(&watcher->live.ticker);
}

static void notice(const char *sentence, void *arg)
{
	const struct watcher *watcher = arg;

	cli_note(watcher->options->command, "%s", sentence);
}

/* ---- the configuration ---- */

/* What stands on the command line is stronger. */
static void overrule(struct watcher *watcher, struct mw_config *config)
{
	const struct watch_options *options = watcher->options;

	if (options->has_interval)
		config->interval_s = options->live.interval_s;
	if (options->live.root != NULL)
		config->root = options->live.root;
	config->sinks.notice = notice;
	config->sinks.notice_arg = watcher;
	config->store.notice = notice;
	config->store.notice_arg = watcher;
}

/* Takes @config; the parts that look at it look at its like from now on. */
static void use_config(struct watcher *watcher, const struct mw_config *config, double now_s)
{
	watcher->config = *config;
	config = &watcher->config;
	watcher->thresholds = config->thresholds;
	watcher->thresholds.crowd = &watcher->crowd;
	watcher->snapshots.directory = config->snapshot_directory;
	watcher->snapshots.max_samples = config->snapshot_samples;
	watcher->snapshots.max_files = config->snapshot_files;
	mw_alerting_set_rules(watcher->alerting, &config->rules, now_s);
	watched_choose_anew(&watcher->watched);
	deploy_forget(&watcher->deploy);
}

static int open_sinks(struct watcher *watcher, double now_s)
{
	char error[MW_NOTICE_MAX] = "";
	int err;

	watcher->sinks_next_s = now_s;
	if (watcher->config.sinks.count == 0)
		return 0;
	err = mw_sinks_open(&watcher->config.sinks, watcher->store, now_s, &watcher->sinks, error);
	watcher->teller.sinks = watcher->sinks;
	if (err == 0) {
		teller_settle(&watcher->teller, watcher->alerting, now_s);
		return 0;
	}
	return cli_error(watcher->options->command, "cannot open the sinks: %s",
			 error[0] != '\0' ? error : strerror(-err));
}

static void close_sinks(struct watcher *watcher, double now_s)
{
	size_t left = mw_sinks_close(watcher->sinks, now_s, FLUSH_S);

	watcher->sinks = NULL;
	watcher->teller.sinks = NULL;
	if (left > 0 && watcher->store == NULL)
		cli_note(watcher->options->command,
			 "%zu alerts could not be delivered and are lost; with state.path they "
			 "would be kept",
			 left);
}

/* A path that is another one now: what is open stays open. */
static void keep_path(struct watcher *watcher, const char *key, const char *now, const char *then)
{
	if ((now == NULL) != (then == NULL) || (now != NULL && strcmp(now, then) != 0))
		cli_note(watcher->options->command, "%s is another one now: that needs a restart",
			 key);
}

static void reload(struct watcher *watcher)
{
	const char *command = watcher->options->command;
	struct mw_config old = watcher->config, config;
	double now_s = now_of(watcher);
	struct timespec steady;

	clock_gettime(CLOCK_MONOTONIC, &steady);
	service_tell("RELOADING=1\nMONOTONIC_USEC=%lld%06ld", (long long)steady.tv_sec,
		     steady.tv_nsec / 1000);
	if (watch_config_load(command, watcher->options->config_path, &config) != CLI_OK) {
		cli_note(command, "the old configuration stays in force");
		if (watcher->sinks != NULL)
			mw_sinks_reopen(watcher->sinks);
		service_tell("READY=1\nSTATUS=The last reload failed");
		return;
	}
	overrule(watcher, &config);
	keep_path(watcher, "sampling.root", config.root, old.root);
	keep_path(watcher, "state.path", config.store.path, old.store.path);
	close_sinks(watcher, now_s);
	use_config(watcher, &config, now_s);
	mw_config_free(&old);
	ticker_set_interval(&watcher->live.ticker, config.interval_s);
	if (watcher->live_options.idle_rounds > 0 &&
	    watcher->live_options.idle_rounds != config.idle_rounds) {
		watcher->live_options.idle_rounds = config.idle_rounds;
		mw_source_live_rest(watcher->live.source, config.idle_rounds);
	}
	open_sinks(watcher, now_s);
	cli_note(command, "the configuration was read again");
	service_tell("READY=1\nSTATUS=Watching");
}

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
	double now_s = now_of(watcher);
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
	double now_s = now_of(watcher);

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
			reload(watcher);
		pump(watcher);
		if (watcher->sinks != NULL) {
			fds[count++] = (struct pollfd){ .fd = mw_sinks_fd(watcher->sinks),
							.events = POLLIN };
			next_s = fmin(next_s, watcher->sinks_next_s);
		}
		ticker_sleep(&watcher->live.ticker, fds, count, next_s - now_of(watcher));
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

static int open_store(struct watcher *watcher, double now_s)
{
	char error[MW_NOTICE_MAX] = "";
	int err;

	watch_state_boot(watcher->config.root, watcher->state.boot);
	watcher->config.store.boot = watcher->state.boot;
	watcher->state.teller = &watcher->teller;
	if (watcher->config.store.path == NULL)
		return 0;
	err = mw_store_open(&watcher->config.store, now_s, &watcher->store, error);
	if (err < 0)
		return cli_error(watcher->options->command, "cannot keep state in %s: %s",
				 watcher->config.store.path,
				 error[0] != '\0' ? error : strerror(-err));
	watcher->state.store = watcher->store;
	watcher->teller.store = watcher->store;
	watcher->watched.store = watcher->store;
	err = watch_state_restore(&watcher->state, watcher->alerting, now_s);
	/* On a full disk there is nothing to be read yet; the store has said so. */
	if (err < 0 && err != -ENOSPC)
		return cli_error(watcher->options->command, "cannot read the alerts in %s: %s",
				 watcher->config.store.path, strerror(-err));
	if (err > 0)
		cli_note(watcher->options->command, "%d alerts of an earlier run stand", err);
	return 0;
}

static int open_host(struct watcher *watcher)
{
	struct live_options *options = &watcher->live_options;
	char path[PATH_MAX];
	int status, err;

	*options = watcher->options->live;
	options->interval_s = watcher->config.interval_s;
	options->root = watcher->config.root;
	/* A few that were asked for by pid are looked at in each round. */
	if (!mw_filter_is_pids_only(&options->filter))
		options->idle_rounds = watcher->config.idle_rounds;
	snprintf(path, sizeof(path), "%s/proc", options->root);
	err = mw_proc_dir_open(path, &watcher->watched.proc);
	if (err < 0)
		return cli_error(watcher->options->command, "cannot open %s: %s; is it mounted?",
				 path, strerror(-err));
	status = live_open(&watcher->live, watcher->options->command, options);
	if (status != 0)
		return status;
	if (options->filter.pid_count + options->filter.comm_count == 0)
		watcher->host = mw_source_host_new(options->root);
	watcher->watched.source = watcher->live.source;
	watcher->watched.boot_s = ticker_boot_s(&watcher->live.ticker);
	return 0;
}

static void prepare_parts(struct watcher *watcher)
{
	struct teller *teller = &watcher->teller;

	teller->command = watcher->options->command;
	teller->rules = &watcher->config.rules;
	teller->snapshots = &watcher->snapshots;
	teller->runs = &watcher->runs;
	teller->state = &watcher->state;
	teller->is_json = watcher->options->is_json;
	teller->is_colour = cli_is_colour(stdout);
	if (gethostname(teller->host, sizeof(teller->host) - 1) < 0)
		snprintf(teller->host, sizeof(teller->host), "localhost");
	watcher->watched.thresholds = &watcher->thresholds;
	watcher->watched.selection = &watcher->config.selection;
	watcher->watched.alerting = watcher->alerting;
	watcher->watched.snapshots = &watcher->snapshots;
	watcher->watched.kin = &watcher->kin;
	watcher->deploy.begin_s = NAN;
}

static int open_parts(struct watcher *watcher, const struct mw_config *config)
{
	int status;

	watcher->alerting = mw_alerting_new();
	if (watcher->alerting == NULL || watched_init(&watcher->watched) < 0 ||
	    kin_init(&watcher->kin, watcher->alerting) < 0 ||
	    runs_init(&watcher->runs, watcher->options->command) < 0)
		return cli_error(watcher->options->command, "out of memory");
	prepare_parts(watcher);
	use_config(watcher, config, 0);
	status = open_host(watcher);
	if (status == 0)
		status = open_store(watcher, now_of(watcher));
	if (status == 0)
		status = open_sinks(watcher, now_of(watcher));
	return status;
}

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

static void close_parts(struct watcher *watcher)
{
	double now_s = watcher->live.source != NULL ? now_of(watcher) : 0;

	service_tell("STOPPING=1");
	snapshots_close(&watcher->snapshots);
	if (watcher->sinks != NULL)
		close_sinks(watcher, now_s);
	mw_store_close(watcher->store);
	runs_close(&watcher->runs);
	watched_free(&watcher->watched);
	kin_free(&watcher->kin);
	mw_alerting_free(watcher->alerting);
	mw_proc_dir_close(watcher->watched.proc);
	mw_source_host_free(watcher->host);
	if (watcher->live.source != NULL)
		live_close(&watcher->live);
	mw_config_free(&watcher->config);
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
	overrule(&watcher, &config);
	status = open_parts(&watcher, &config);
	if (status == 0)
		status = watch_all(&watcher);
	close_parts(&watcher);
	return status;
}

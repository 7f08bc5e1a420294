// SPDX-License-Identifier: GPL-2.0-only
/*
 * watcher_parts.c - the parts of the daemon: in which order they are opened, what a new
 * configuration means to each, and how they are closed. Must never run a round.
 */
#define _GNU_SOURCE /* gethostname */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "service.h"
#include "watch_config.h"
#include "watcher_internal.h"

/* How long the sinks may take to deliver what is left, at the end. */
#define FLUSH_S 3.0
/* The same at a reload, where what is left goes over. */
#define HAND_OVER_S 1.0
/* A detector is kept in the store once in as many rounds. */
#define KEEP_ROUNDS 60

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
	watcher->keeper.every_s = KEEP_ROUNDS * config->interval_s;
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
	if (watcher->sinks != NULL)
		err = mw_sinks_reload(&watcher->sinks, &watcher->config.sinks, now_s, HAND_OVER_S,
				      error);
	else
		err = mw_sinks_open(&watcher->config.sinks, watcher->store, now_s, &watcher->sinks,
				    error);
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

void watcher_reload(struct watcher *watcher)
{
	const char *command = watcher->options->command;
	struct mw_config old = watcher->config, config;
	double now_s = watcher_now_s(watcher);
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
	if (config.sinks.count == 0)
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
	watcher->keeper.store = watcher->store;
	if (keeper_restore(&watcher->keeper, now_s) < 0)
		return cli_error(watcher->options->command, "out of memory");
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
	watcher->watched.forget = keeper_forget;
	watcher->watched.forget_arg = &watcher->keeper;
	watcher->keeper.command = watcher->options->command;
	watcher->keeper.boot = watcher->state.boot;
	watcher->keeper.watched = &watcher->watched;
	watcher->keeper.kin = &watcher->kin;
	watcher->keeper.crowd = &watcher->crowd;
	watcher->deploy.begin_s = NAN;
}

int watcher_open(struct watcher *watcher, struct mw_config *config)
{
	int status;

	overrule(watcher, config);
	watcher->alerting = mw_alerting_new();
	if (watcher->alerting == NULL || watched_init(&watcher->watched) < 0 ||
	    kin_init(&watcher->kin, watcher->alerting) < 0 ||
	    runs_init(&watcher->runs, watcher->options->command) < 0)
		return cli_error(watcher->options->command, "out of memory");
	prepare_parts(watcher);
	use_config(watcher, config, 0);
	status = open_host(watcher);
	if (status == 0)
		status = open_store(watcher, watcher_now_s(watcher));
	if (status == 0)
		status = open_sinks(watcher, watcher_now_s(watcher));
	return status;
}

void watcher_close(struct watcher *watcher)
{
	double now_s = watcher->live.source != NULL ? watcher_now_s(watcher) : 0;

	service_tell("STOPPING=1");
	snapshots_close(&watcher->snapshots);
	if (watcher->sinks != NULL)
		close_sinks(watcher, now_s);
	keeper_close(&watcher->keeper, now_s);
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * live.c - the rounds of `watch`, `record` and `run`: opens the host's sources
 * and says, once and whenever it changes, where the figures come from and what
 * they lack. Never prints to stdout.
 */
#include "live.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/source_live.h"
#include "cli.h"

int live_option(const char *command, struct live_options *options, int option, const char *value)
{
	int32_t pid;
	int err;

	switch (option) {
	case 'i': return cli_duration(command, "--interval", value, &options->interval_s);
	case 'd': return cli_duration(command, "--duration", value, &options->duration_s);
	case 'p':
		err = cli_pid(command, "--pid", value, &pid);
		if (err == 0 && mw_filter_add_pid(&options->filter, pid) < 0)
			err = cli_error(command, "out of memory");
		return err;
	case 'c':
		if (mw_filter_add_comm(&options->filter, value) < 0)
			return cli_error(command, "out of memory");
		return 0;
	case LIVE_ROOT: options->root = value; return 0;
	default: return -1;
	}
}

void live_free_options(struct live_options *options)
{
	mw_filter_free(&options->filter);
}

int live_open(struct live *live, const char *command, const struct live_options *options)
{
	int err = mw_source_live_new(options->root, &options->filter, &live->source);

	live->command = command;
	live->origin = NULL;
	if (err == 0 && options->idle_rounds > 0) {
		err = mw_source_live_rest(live->source, options->idle_rounds);
		if (err < 0) {
			live_close(live);
			live->source = NULL;
		}
	}
	if (err < 0)
		return cli_error(command, "cannot open %s/proc: %s; is it mounted?", options->root,
				 strerror(-err));
	ticker_start(&live->ticker, options->interval_s, options->duration_s);
	return 0;
}

static void say_why_not_module(const char *command, int module_error)
{
	static const char missed[] =
		"page ownership is unknown and short-lived processes are missed";

	switch (-module_error) {
	case ENOENT:
		cli_note(command,
			 "the module is not loaded: reading plain /proc, so %s; to load it: "
			 "make module && insmod memwatch.ko",
			 missed);
		break;
	case EACCES:
	case EPERM:
		cli_note(
			command,
			"no permission to read /proc/memwatch/tasks: reading plain /proc, so %s; run as "
			"root, or load the module with proc_gid= of a group of yours",
			missed);
		break;
	case EBADMSG:
		cli_note(
			command,
			"/proc/memwatch/tasks lacks a column that this memwatch needs: reading plain "
			"/proc, so %s; install module and reader of the same version",
			missed);
		break;
	default:
		cli_note(command,
			 "cannot read /proc/memwatch/tasks (%s): reading plain /proc, so %s",
			 strerror(-module_error), missed);
	}
}

static void say_origin(struct live *live)
{
	const char *origin = mw_source_live_origin(live->source);
	int module_error = mw_source_live_module_error(live->source);

	if (live->origin == origin)
		return;
	if (module_error < 0)
		say_why_not_module(live->command, module_error);
	else if (live->origin != NULL)
		cli_note(live->command, "the module is there: reading /proc/memwatch from now on");
	live->origin = origin;
}

/* Whether the round failed for reasons of its own, and not because @fn ended it. */
struct guarded {
	mw_sample_fn fn;
	void *arg;
	int result;
};

static int guard(const struct mw_sample *sample, void *arg)
{
	struct guarded *guarded = arg;

	guarded->result = guarded->fn(sample, guarded->arg);
	return guarded->result;
}

int live_round(struct live *live, double now_s, mw_sample_fn fn, void *arg)
{
	struct guarded guarded = { .fn = fn, .arg = arg };
	int err = live->source->ops->read(live->source, now_s, guard, &guarded);

	say_origin(live);
	if (err < 0 && guarded.result == 0)
		cli_note(live->command, "cannot read the processes in this round: %s",
			 strerror(-err));
	return err;
}

void live_close(struct live *live)
{
	live->source->ops->free(live->source);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watcher.h - the daemon of `memwatch watch`.
 */
#ifndef MW_WATCHER_H
#define MW_WATCHER_H

#include <stdbool.h>

#include "live.h"

/**
 * struct watch_options - its command line
 * @command:       for messages
 * @config_path:   NULL: the usual one
 * @live:          interval (with @has_interval), duration, filter and root (NULL: not given);
 *                 stronger than the configuration
 * @is_json:       alerts on standard output as JSON Lines
 * @exit_on_alert: stop at the first
 */
struct watch_options {
	const char *command;
	const char *config_path;
	struct live_options live;
	bool has_interval;
	bool is_json;
	bool exit_on_alert;
};

/** watcher_run() - read the configuration, watch until something ends it; returns the exit code */
int watcher_run(struct watch_options *options);

#endif /* MW_WATCHER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch_config.h - memwatch.yaml on the command line of `memwatch watch`: read, complained
 * of and checked.
 */
#ifndef MW_WATCH_CONFIG_H
#define MW_WATCH_CONFIG_H

#include "../lib/config.h"

/**
 * watch_config_load() - read the configuration
 * @path: as --config gives it; NULL: MW_CONFIG_PATH, and the defaults if there is none
 * Returns 0; or, after messages, CLI_USAGE when it is bad and CLI_SYSTEM when it cannot be read.
 */
int watch_config_load(const char *command, const char *path, struct mw_config *ret_config);

/** watch_config_check() - --check-config: a sentence on stdout; returns the exit code */
int watch_config_check(const char *command, const char *path);

#endif /* MW_WATCH_CONFIG_H */

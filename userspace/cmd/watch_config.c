// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch_config.c - says all that is wrong with a configuration, a line each in the form that
 * editors jump to: FILE:LINE: KEY: what.
 */
#include "watch_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void say_errors(const char *command, const char *path, const struct mw_config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		if (errors->lines[i] > 0)
			cli_note(command, "%s:%u: %s", path, errors->lines[i], errors->texts[i]);
		else
			cli_note(command, "%s: %s", path, errors->texts[i]);
	}
	if (errors->beyond > 0)
		cli_note(command, "%s: and %zu errors more", path, errors->beyond);
}

static int say_unreadable(const char *command, const char *path, int err)
{
	if (err == -EFBIG)
		return cli_error(command, "%s has more than 256 KiB: it is no configuration", path);
	return cli_error(command, "cannot read %s: %s", path, strerror(-err));
}

int watch_config_load(const char *command, const char *path, struct mw_config *ret_config)
{
	struct mw_config_errors *errors = calloc(1, sizeof(*errors));
	const char *file = path != NULL ? path : MW_CONFIG_PATH;
	int status = CLI_OK;
	int err;

	if (errors == NULL)
		return cli_error(command, "out of memory");
	err = mw_config_load(file, ret_config, errors);
	if (err == -ENOENT && path == NULL)
		err = mw_config_defaults(ret_config);
	say_errors(command, file, errors);
	if (err == -EINVAL)
		status = CLI_USAGE;
	else if (err < 0)
		status = say_unreadable(command, file, err);
	free(errors);
	return status;
}

int watch_config_check(const char *command, const char *path)
{
	const char *file = path != NULL ? path : MW_CONFIG_PATH;
	struct mw_config config;
	int status = watch_config_load(command, path, &config);

	if (status != CLI_OK)
		return status;
	printf("%s is good: every %g s, policies: %zu, sinks: %zu, state: %s\n", file,
	       config.interval_s, config.rules.policy_count, config.sinks.count,
	       config.store.path != NULL ? config.store.path : "none");
	mw_config_free(&config);
	return cli_close_stdout(command, CLI_OK);
}

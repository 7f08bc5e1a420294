// SPDX-License-Identifier: GPL-2.0-only
/*
 * cli_history.c - moments on the command line.
 */
#include "cli_history.h"

#include "../lib/when.h"
#include "cli.h"

int cli_when(const char *command, const char *option, const char *text, double now_s, double *ret_s)
{
	const char *wrong = mw_when_parse(text, now_s, ret_s);

	if (wrong == NULL)
		return 0;
	return cli_usage_error(command, "%s: '%s' %s", option, text, wrong);
}

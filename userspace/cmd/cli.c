// SPDX-License-Identifier: GPL-2.0-only
/*
 * cli.c - what the subcommands have in common. Every message is one line on
 * stderr that begins with the command's name; stdout is for results alone.
 */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/duration.h"
#include "../lib/number.h"

static void say(const char *command, const char *format, va_list args)
{
	fprintf(stderr, "memwatch%s%s: ", command[0] != '\0' ? " " : "", command);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int cli_usage_error(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, format, args);
	va_end(args);
	fprintf(stderr, "Try 'memwatch%s%s --help'.\n", command[0] != '\0' ? " " : "", command);
	return CLI_USAGE;
}

int cli_error(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, format, args);
	va_end(args);
	return CLI_SYSTEM;
}

void cli_note(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, format, args);
	va_end(args);
}

int cli_bad_option(const char *command, int result, char **argv)
{
	const char *text = argv[optind - 1];

	if (result == ':')
		return cli_usage_error(command, "option '%s' needs a value", text);
	if (strncmp(text, "--", 2) == 0)
		return cli_usage_error(command,
				       "option '%s' is unknown, ambiguous or takes no value", text);
	return cli_usage_error(command, "unknown option '-%c'", optopt);
}

int cli_duration(const char *command, const char *option, const char *text, double *ret_seconds)
{
	const char *wrong = mw_duration_parse(text, ret_seconds);

	if (wrong == NULL)
		return 0;
	return cli_usage_error(command, "%s: duration '%s' %s", option, text, wrong);
}

int cli_size_kb(const char *command, const char *option, const char *text, int64_t *ret_kb)
{
	const char *wrong = mw_size_parse_kb(text, ret_kb);

	if (wrong == NULL)
		return 0;
	return cli_usage_error(command, "%s: size '%s' %s", option, text, wrong);
}

int cli_pid(const char *command, const char *option, const char *text, int32_t *ret_pid)
{
	uint64_t value;
	const char *wrong = mw_number_uint64(text, strlen(text), &value);

	if (wrong != NULL)
		return cli_usage_error(command, "%s: process id '%s' is %s", option, text, wrong);
	if (value == 0 || value > INT32_MAX)
		return cli_usage_error(command, "%s: process id '%s' is out of range", option,
				       text);
	*ret_pid = (int32_t)value;
	return 0;
}

int cli_close_stdout(const char *command, int status)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) != 0)
		failed = true;
	if (!failed)
		return status;
	return cli_error(command, "cannot write standard output: %s",
			 errno != 0 ? strerror(errno) : "an earlier write failed");
}

int cli_print_help(const struct cli_command *command)
{
	fputs(command->help, stdout);
	return cli_close_stdout(command->name, CLI_OK);
}

bool cli_is_colour(FILE *file)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return isatty(fileno(file)) && term != NULL && strcmp(term, "dumb") != 0;
}

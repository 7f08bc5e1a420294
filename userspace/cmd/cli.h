/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cli.h - what the subcommands have in common: their table, exit codes,
 * messages about options, and the care for standard output.
 */
#ifndef MW_CLI_H
#define MW_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes. The higher the worse: the worst thing that happened is told. */
#define CLI_OK	   0
#define CLI_FOUND  1 /* analyze: a leak; watch --exit-on-alert: an alert; status: no module */
#define CLI_USAGE  2 /* the command line was not understood; nothing was done */
#define CLI_DATA   3 /* some of the data could not be understood; the rest was used */
#define CLI_SYSTEM 4 /* a file could not be read or written, or memory ran out */

/**
 * struct cli_command - one subcommand
 * @name:    what one types
 * @summary: one line for `memwatch --help`
 * @help:    the whole text of `memwatch NAME --help`
 * @run:     does it; argv[0] is @name; returns the exit code
 */
struct cli_command {
	const char *name;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct cli_command cli_analyze;
extern const struct cli_command cli_check;
extern const struct cli_command cli_drill;
extern const struct cli_command cli_diff;
extern const struct cli_command cli_history;
extern const struct cli_command cli_record;
extern const struct cli_command cli_run;
extern const struct cli_command cli_status;
extern const struct cli_command cli_watch;

/** cli_usage_error() - "memwatch NAME: …" and a hint on stderr; returns CLI_USAGE */
int cli_usage_error(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** cli_error() - "memwatch NAME: …" on stderr; returns CLI_SYSTEM */
int cli_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cli_note() - "memwatch NAME: …" on stderr */
void cli_note(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * cli_bad_option() - complain about what getopt_long() returned '?' or ':' for
 * Returns CLI_USAGE.
 */
int cli_bad_option(const char *command, int result, char **argv);

/** cli_duration() - the value of an option as seconds; returns 0, or CLI_USAGE after a message */
int cli_duration(const char *command, const char *option, const char *text, double *ret_seconds);

/** cli_size_kb() - the value of an option as KiB; returns 0, or CLI_USAGE after a message */
int cli_size_kb(const char *command, const char *option, const char *text, int64_t *ret_kb);

/** cli_pid() - the value of an option as a process id; returns 0, or CLI_USAGE after a message */
int cli_pid(const char *command, const char *option, const char *text, int32_t *ret_pid);

/** cli_print_help() - a command's help on stdout; returns the exit code */
int cli_print_help(const struct cli_command *command);

/**
 * cli_close_stdout() - push out what is left; the last thing that a command does
 * @status: its exit code so far
 * Returns @status, or CLI_SYSTEM after a message when something was lost.
 */
int cli_close_stdout(const char *command, int status);

/** cli_is_colour() - whether to colour what goes to @file: a terminal, and NO_COLOR is not set */
bool cli_is_colour(FILE *file);

#endif /* MW_CLI_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - finds the subcommand and hands over. Knows nothing of what they do.
 */
#include <stdio.h>
#include <string.h>

#include "../../module/memwatch_abi.h"
#include "cli.h"

static const struct cli_command *const commands[] = {
	&cli_status, &cli_watch, &cli_run,  &cli_record,  &cli_analyze,
	&cli_check,  &cli_drill, &cli_diff, &cli_history,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	puts("Usage: memwatch COMMAND [OPTIONS]\n"
	     "\n"
	     "Finds memory leaks on this host while programs run, in any process and in the\n"
	     "kernel. With the memwatch module loaded it counts every page; without it, it\n"
	     "reads plain /proc and says so.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "Options:\n"
	     "  -h, --help     this text; 'memwatch COMMAND --help' tells more\n"
	     "  -V, --version  version of this program\n"
	     "\n"
	     "Examples:\n"
	     "  memwatch status                      is the module loaded, what does it do\n"
	     "  memwatch run -- ./server --port 80   run it; say at its end if it leaked\n"
	     "  memwatch watch                       alert on every leak of this host\n"
	     "  memwatch record -o day.csv -d 24h    samples to a file\n"
	     "  memwatch analyze day.csv             and judge them\n"
	     "  memwatch check -d 10m -- ./server    fail a release whose memory grows\n"
	     "\n"
	     "Exit codes:\n"
	     "  0  all is well          3  some data could not be understood\n"
	     "  1  a leak was found     4  a file could not be read or written\n"
	     "  2  wrong command line   ('run' passes on the code of its command)");
}

static const struct cli_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static bool is_help(const char *arg)
{
	return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0 || strcmp(arg, "help") == 0;
}

/* `memwatch help [COMMAND]` and `memwatch --help`. */
static int help(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 3) {
		print_help();
		return cli_close_stdout("", CLI_OK);
	}
	command = find_command(argv[2]);
	if (command == NULL)
		return cli_usage_error("", "unknown command '%s'", argv[2]);
	return cli_print_help(command);
}

int main(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2)
		return cli_usage_error("", "a command is missing");
	if (is_help(argv[1]))
		return help(argc, argv);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("memwatch " MEMWATCH_VERSION);
		return cli_close_stdout("", CLI_OK);
	}
	if (argv[1][0] == '-')
		return cli_usage_error("", "unknown option '%s'", argv[1]);
	command = find_command(argv[1]);
	if (command == NULL)
		return cli_usage_error("", "unknown command '%s'", argv[1]);
	return command->run(argc - 1, argv + 1);
}

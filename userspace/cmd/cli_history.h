/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cli_history.h - what `history` and `diff` have in common on the command line.
 */
#ifndef MW_CLI_HISTORY_H
#define MW_CLI_HISTORY_H

/* Where the daemon keeps its state when nothing else is said. */
#define CLI_STATE_FILE "/var/lib/memwatch/memwatch.db"

/** cli_when() - the value of an option as Unix time; returns 0, or CLI_USAGE after a message */
int cli_when(const char *command, const char *option, const char *text, double now_s,
	     double *ret_s);

#endif /* MW_CLI_HISTORY_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * child.h - the command that `memwatch run` runs: started with standard input,
 * output and error untouched, signals passed on, and reaped.
 */
#ifndef MW_CHILD_H
#define MW_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct child - the command
 * @pid:       its process id
 * @signal_fd: where the signals of this program arrive
 * @old_mask:  the signal mask that the command inherits
 * @old_sigchld: and what it does on SIGCHLD
 * @has_ended: whether it was reaped
 * @status:    as from waitpid(), once it has ended
 */
struct child {
	pid_t pid;
	int signal_fd;
	sigset_t old_mask;
	void (*old_sigchld)(int);
	bool has_ended;
	int status;
};

/**
 * child_start() - run a command
 * @argv: as for execvp()
 * Orphans among its descendants become children of this program, so that they
 * can be followed. Returns 0 once the command's own code runs, or a negative
 * errno; *@ret_is_exec then tells whether it was the command that could not be
 * executed.
 */
int child_start(struct child *child, char **argv, bool *ret_is_exec);

/**
 * child_wait() - pass signals on and reap until something happens
 * @timeout_ns: at most this long
 * Returns when the time is over or the command has ended, 0 or a negative errno.
 *
 * A signal that the terminal sent went to the command as well, and is not sent
 * to it twice.
 */
int child_wait(struct child *child, int64_t timeout_ns);

/** child_exit_code() - the code that a shell would give: its own, or 128 + signal */
int child_exit_code(const struct child *child);

#endif /* MW_CHILD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * follow.h - the rounds of `run` and `check`: a process and all that descend from
 * it, either a command started here or a process that is there already.
 */
#ifndef MW_FOLLOW_H
#define MW_FOLLOW_H

#include "../lib/descendants.h"
#include "child.h"
#include "live.h"

/**
 * struct follow - who is followed
 * @child:     the command; valid with @is_child
 * @is_child:  whether it was started here
 * @pid:       the command's process, or the one that was there
 * @begin_s:   when following began
 * @live:      its rounds
 */
struct follow {
	const char *command;
	struct child child;
	bool is_child;
	int32_t pid;
	double begin_s;
	struct live live;
	struct live_options *options;
	struct mw_proc_dir *proc;
	struct mw_family *family;
	double next_search_s;
	bool has_begun;
};

/* As env, nice and timeout have it. */
#define FOLLOW_NOT_EXECUTABLE 126
#define FOLLOW_NOT_FOUND      127

/**
 * follow_open() - everything that can fail before a command is started
 * @command: name of the subcommand, for messages
 * @options: interval and duration; its list of pids is overwritten round by round
 * Returns 0, or an exit code after a message; follow_close() in both cases.
 */
int follow_open(struct follow *follow, const char *command, struct live_options *options);

/**
 * follow_start() - start a command and follow it; the duration begins now
 * Returns 0, or an exit code after a message: FOLLOW_NOT_FOUND,
 * FOLLOW_NOT_EXECUTABLE or CLI_SYSTEM.
 */
int follow_start(struct follow *follow, char **argv);

/** follow_attach() - follow a process that is there; the duration begins now */
void follow_attach(struct follow *follow, int32_t pid);

/**
 * follow_wait() - sleep until the next round
 * Returns true when it is due, at once the first time; false when the command
 * has ended, the duration is over or (without a command) a signal said to stop.
 */
bool follow_wait(struct follow *follow);

/** follow_round() - read each of them once; returns as live_round() */
int follow_round(struct follow *follow, mw_sample_fn fn, void *arg);

/** follow_now_s() - as ticker_now_s() */
double follow_now_s(const struct follow *follow);

/**
 * follow_end() - let a command that still runs end: SIGTERM, and SIGKILL after @grace_s
 * Returns whether it had to be told to.
 */
bool follow_end(struct follow *follow, double grace_s);

/** follow_close() - release everything but the options; leaves processes alone */
void follow_close(struct follow *follow);

#endif /* MW_FOLLOW_H */

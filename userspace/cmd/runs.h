/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runs.h - the commands of policies: started, timed, and what came of them.
 */
#ifndef MW_RUNS_H
#define MW_RUNS_H

#include <stddef.h>

#include "../lib/message.h"
#include "../lib/policy.h"
#include "../lib/worker.h"

/* Commands at a time; those beyond wait, as many as RUNS_WAITING. */
#define RUNS_AT_ONCE 4
#define RUNS_WAITING 64

struct run_job;

/**
 * struct runs - what runs and what waits
 * @command: for messages
 * @lost:    commands that were not run because too many waited
 */
struct runs {
	const char *command;
	int epoll_fd;
	struct mw_worker workers[RUNS_AT_ONCE];
	struct run_job *running[RUNS_AT_ONCE];
	struct run_job *first;
	struct run_job *last;
	size_t waiting;
	size_t lost;
};

/** runs_init() - nothing runs; returns 0 or a negative errno */
int runs_init(struct runs *runs, const char *command);

/**
 * runs_add() - run the command of a policy for an alert, now or when there is room
 * @message: told to it: @message->json on its standard input, MEMWATCH_* in its environment
 * @json:    the line for its standard input
 * What goes wrong is said on stderr.
 */
void runs_add(struct runs *runs, const struct mw_policy *policy, const struct mw_message *message,
	      const struct mw_verdict *verdict, const char *json, double now_s);

/** runs_pump() - end what is over, start what waits; never waits itself */
void runs_pump(struct runs *runs, double now_s);

/** runs_fd() - readable when runs_pump() has something to do */
int runs_fd(const struct runs *runs);

/** runs_next_s() - when runs_pump() has something to do at the latest; INFINITY if never */
double runs_next_s(const struct runs *runs);

/** runs_close() - end all commands */
void runs_close(struct runs *runs);

#endif /* MW_RUNS_H */

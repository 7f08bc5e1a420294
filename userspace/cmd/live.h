/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * live.h - the rounds of `watch`, `record` and `run`: this host read again and again,
 * by the options that they have.
 */
#ifndef MW_LIVE_H
#define MW_LIVE_H

#include "../lib/filter.h"
#include "../lib/source.h"
#include "ticker.h"

/**
 * struct live_options - what one can ask for
 * @interval_s: between two rounds
 * @duration_s: for how long; 0 for ever
 * @filter:     which processes; live_free_options() releases it
 * @root:       "" for this host; where its / is mounted otherwise
 * @idle_rounds: look at what does not move in one round of as many, without limits
 *              (source_live.h); 0: at everything, with limits
 */
struct live_options {
	double interval_s;
	double duration_s;
	struct mw_filter filter;
	const char *root;
	unsigned int idle_rounds;
};

/* Long options of every live command, for its own table; values above those of letters. */
/* clang-format off */
#define LIVE_OPTIONS                                   \
	{ "interval", required_argument, NULL, 'i' },  \
	{ "duration", required_argument, NULL, 'd' },  \
	{ "pid", required_argument, NULL, 'p' },       \
	{ "comm", required_argument, NULL, 'c' },      \
	{ "root", required_argument, NULL, LIVE_ROOT }
/* clang-format on */
#define LIVE_SHORT "i:d:p:c:"
#define LIVE_ROOT  1000

/**
 * live_option() - take one of LIVE_OPTIONS
 * Returns 0, -1 when @option is none of them, or an exit code after a message.
 */
int live_option(const char *command, struct live_options *options, int option, const char *value);

/** live_free_options() - release what live_option() allocated */
void live_free_options(struct live_options *options);

/**
 * struct live - one run
 * @command: for messages
 * @origin:  where the last round came from, NULL before the first
 */
struct live {
	const char *command;
	struct mw_source *source;
	struct ticker ticker;
	const char *origin;
};

/** live_open() - returns 0, or an exit code after a message */
int live_open(struct live *live, const char *command, const struct live_options *options);

/**
 * live_round() - read every process once
 * Says on stderr where the samples come from, the first time and whenever that
 * changes. Returns 0, what @fn returned, or a negative errno after a message:
 * then there may be more luck in the next round.
 */
int live_round(struct live *live, double now_s, mw_sample_fn fn, void *arg);

/** live_close() - release everything */
void live_close(struct live *live);

#endif /* MW_LIVE_H */

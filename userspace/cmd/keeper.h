/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper.h - what `memwatch watch` has learnt, in the store: a daemon that is restarted, or
 * upgraded, or was killed, judges on from where it was, and does not wait for hours again.
 */
#ifndef MW_KEEPER_H
#define MW_KEEPER_H

#include "../lib/crowd.h"
#include "../lib/store.h"
#include "kin.h"
#include "watched.h"

/**
 * struct keeper - what is kept where
 * @command: for messages
 * @store:   NULL: nothing is kept
 * @boot:    what names this boot of the host
 * @watched, @kin, @crowd: what is kept
 * @every_s: a detector is written this often, s: as much is lost by kill -9
 */
struct keeper {
	const char *command;
	struct mw_store *store;
	const char *boot;
	struct watched *watched;
	struct kin *kin;
	struct mw_crowd *crowd;
	double every_s;
	/* Its own. */
	double due_s;
	uint64_t generation;
};

/**
 * keeper_restore() - take back what an earlier run kept, before the first round
 * What cannot be read is kept aside and said. Returns 0 or -ENOMEM.
 */
int keeper_restore(struct keeper *keeper, double now_s);

/** keeper_round() - after a round: keep what is due */
void keeper_round(struct keeper *keeper, double now_s);

/** keeper_close() - keep everything: the daemon ends */
void keeper_close(struct keeper *keeper, double now_s);

/** keeper_forget() - a life has ended; @arg is the struct keeper */
void keeper_forget(int32_t pid, uint64_t start_ticks, void *arg);

#endif /* MW_KEEPER_H */

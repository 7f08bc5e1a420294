/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watched.h - the process lives that `memwatch watch` judges: which are chosen, what is
 * remembered of each, and what their verdicts mean to the policies.
 */
#ifndef MW_WATCHED_H
#define MW_WATCHED_H

#include "../lib/alerting.h"
#include "../lib/leak.h"
#include "../lib/lives.h"
#include "../lib/match.h"
#include "../lib/proc_dir.h"
#include "../lib/source.h"
#include "../lib/store.h"
#include "kin.h"
#include "snapshot.h"

/**
 * struct watched - what it works with, and what it has counted
 * @thresholds: of the detectors; stays where it is, may change
 * @selection:  which processes
 * @alerting:   told of verdicts
 * @store:      offered each sample; NULL: none
 * @kin:        told of lives that end, and of what they have come back from; tells new ones
 * @snapshots:  offered the samples of processes whose alerts have one
 * @source:     what rounds are read from
 * @proc:       the same host's /proc, for units, groups and users
 * @boot_s:     when the host was started, in the time of the samples
 * @samples:    of chosen processes in this round
 * @forget:     called for each life that ends and was told to
 *              watched_each_detector(), with @forget_arg; may be NULL
 * @detectors:  lives that have grown at some time
 * @has_turned: some verdict has changed since the caller made this false
 * @shmem_kb:   resident shared memory of all lives together
 */
struct watched {
	const struct mw_leak_config *thresholds;
	const struct mw_selection *selection;
	struct mw_alerting *alerting;
	struct mw_store *store;
	struct kin *kin;
	struct snapshots *snapshots;
	struct mw_source *source;
	struct mw_proc_dir *proc;
	double boot_s;
	void (*forget)(int32_t pid, uint64_t start_ticks, void *arg);
	void *forget_arg;
	uint64_t samples;
	size_t detectors;
	bool has_turned;
	int64_t shmem_kb;
	/* Its own. */
	struct mw_lives *lives;
	double now_s;
	uint32_t round;
};

/** watched_init() - no lives; the rest is the caller's to fill. Returns 0 or -ENOMEM. */
int watched_init(struct watched *watched);

/** watched_free() - forget all lives; alerts stay as they are */
void watched_free(struct watched *watched);

/** watched_begin() - a round begins */
void watched_begin(struct watched *watched, double now_s);

/**
 * watched_look() - a sample of the round, of a process or not (entity.h)
 * @arg: the struct watched
 * Returns 0 or -ENOMEM.
 */
int watched_look(const struct mw_sample *sample, void *arg);

/**
 * watched_end() - the round has been read whole: what it did not show, and the source does
 * not have any more, has ended
 */
void watched_end(struct watched *watched);

/** watched_choose_anew() - the selection has changed */
void watched_choose_anew(struct watched *watched);

/**
 * watched_adopt() - a life that an earlier run watched, before the first round
 * @leak: its detector; taken, also on failure
 * Returns 0, -EEXIST or -ENOMEM.
 */
int watched_adopt(struct watched *watched, struct mw_leak *leak, const char *family, double now_s);

/** struct watched_detector - what is to be kept of one life */
struct watched_detector {
	int32_t pid;
	uint64_t start_ticks;
	const char *family;
	const struct mw_leak *leak;
};

typedef void (*watched_detector_fn)(const struct watched_detector *detector, void *arg);

/**
 * watched_each_detector() - call @fn for those that were last told to it before @before_s, or
 * whose verdict has changed since, @most of them, and take them for told at @now_s
 * @before_s: INFINITY: all of them
 */
void watched_each_detector(struct watched *watched, double before_s, size_t most, double now_s,
			   watched_detector_fn fn, void *arg);

/** watched_has() - whether this life is among them */
bool watched_has(const struct watched *watched, int32_t pid, uint64_t start_ticks);

/** watched_count() - how many lives there are, chosen or not */
size_t watched_count(const struct watched *watched);

#endif /* MW_WATCHED_H */

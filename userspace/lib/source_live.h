/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_live.h - this host, now: the module when it is loaded, plain /proc
 * when it is not, decided anew each round; and the limit of each process.
 */
#ifndef MW_SOURCE_LIVE_H
#define MW_SOURCE_LIVE_H

#include "filter.h"
#include "source.h"

/**
 * mw_source_live_new() - watch a host
 * @root:       "" for this host; where its / is mounted otherwise; must outlive the source
 * @filter:     which processes; must outlive the source and may change between rounds
 * @ret_source: the source
 * Returns 0 or a negative errno (-ENOENT: there is no proc under @root).
 *
 * Its read() fails only when plain /proc fails too.
 */
int mw_source_live_new(const char *root, const struct mw_filter *filter,
		       struct mw_source **ret_source);

/**
 * mw_source_live_rest() - be cheap, for a daemon; before the first round
 * @idle_rounds: as source_scout.h
 * Samples come without a limit then: mw_source_live_limit_kb() gives it for those that matter.
 * Returns 0 or a negative errno; then the source is as it was.
 */
int mw_source_live_rest(struct mw_source *source, unsigned int idle_rounds);

/** mw_source_live_limit_kb() - the limit of a process of the round under way, KiB or MW_UNKNOWN */
int64_t mw_source_live_limit_kb(struct mw_source *source, const struct mw_sample *sample);

/** mw_source_live_origin() - name of the source that the last round came from */
const char *mw_source_live_origin(const struct mw_source *source);

/**
 * mw_source_live_module_error() - why the last round did not come from the module
 * 0 when it did, else a negative errno as mw_source_module_new() describes.
 */
int mw_source_live_module_error(const struct mw_source *source);

#endif /* MW_SOURCE_LIVE_H */

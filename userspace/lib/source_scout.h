/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_scout.h - plain /proc as a source for a daemon: cheap, because it looks less often
 * at what does not move. Otherwise as source_proc.h.
 *
 * A process whose resident memory has been the same for six looks is looked at in one round
 * of @idle_rounds only, those processes spread over the rounds, and in every round again
 * from the first change on. On hosts of many processes new ones are looked for in a part of
 * /proc a round, so that one is found after @idle_rounds rounds at the latest. The first
 * round sees everything.
 */
#ifndef MW_SOURCE_SCOUT_H
#define MW_SOURCE_SCOUT_H

#include "filter.h"
#include "source.h"

/**
 * mw_source_scout_new() - watch processes by /proc/PID
 * @root, @filter: as mw_source_proc_new(); without pids in @filter
 * @idle_rounds:   1 and up
 * @ret_source:    the source; its has() tells of what a round did not look at
 * Returns 0 or a negative errno.
 *
 * A file of a process that cannot be read is no end of the process, unless it is gone.
 */
int mw_source_scout_new(const char *root, const struct mw_filter *filter, unsigned int idle_rounds,
			struct mw_source **ret_source);

/** mw_source_scout_restart() - look at everything in the next round, as in the first */
void mw_source_scout_restart(struct mw_source *source);

#endif /* MW_SOURCE_SCOUT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watcher_internal.h - the parts of the daemon, shared by watcher.c, which runs them, and
 * watcher_parts.c, which opens, changes and closes them, and by nobody else.
 */
#ifndef MW_WATCHER_INTERNAL_H
#define MW_WATCHER_INTERNAL_H

#include "../lib/config.h"
#include "../lib/source_host.h"
#include "../lib/source_live.h"
#include "deploy.h"
#include "keeper.h"
#include "kin.h"
#include "runs.h"
#include "snapshot.h"
#include "teller.h"
#include "watch_state.h"
#include "watched.h"
#include "watcher.h"

struct watcher {
	const struct watch_options *options;
	struct mw_config config;
	struct mw_leak_config thresholds; /* what detectors point to: stays where it is */
	struct mw_crowd crowd;
	struct live_options live_options;
	struct live live;
	struct mw_source_host *host; /* NULL: only some processes are asked for */
	struct mw_alerting *alerting;
	struct mw_store *store;
	struct mw_sinks *sinks;
	struct snapshots snapshots;
	struct runs runs;
	struct deploy deploy;
	struct kin kin;
	struct watched watched;
	struct teller teller;
	struct watch_state state;
	struct keeper keeper;
	double sinks_next_s;
	uint64_t seen; /* samples of all rounds */
	bool has_begun;
	bool is_held_said;
};

static inline double watcher_now_s(const struct watcher *watcher)
{
	return ticker_now_s(&watcher->live.ticker);
}

/** watcher_open() - all parts, by @config, which is taken; returns 0 or an exit code */
int watcher_open(struct watcher *watcher, struct mw_config *config);

/** watcher_reload() - the configuration is read again; one that is wrong changes nothing */
void watcher_reload(struct watcher *watcher);

/** watcher_close() - what there is of the parts, in the reverse order */
void watcher_close(struct watcher *watcher);

#endif /* MW_WATCHER_INTERNAL_H */

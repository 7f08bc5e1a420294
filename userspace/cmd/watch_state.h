/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch_state.h - the alerts of `memwatch watch` in the store, so that a restart neither
 * loses one nor tells it again.
 */
#ifndef MW_WATCH_STATE_H
#define MW_WATCH_STATE_H

#include "../lib/alerting.h"
#include "../lib/store.h"
#include "teller.h"

#define WATCH_BOOT_MAX 40

/**
 * struct watch_state - where alerts are kept
 * @store: NULL: nowhere
 * @boot:  what names this boot
 */
struct watch_state {
	struct mw_store *store;
	char boot[WATCH_BOOT_MAX];
	const struct teller *teller;
	uint64_t generation;
};

/** watch_state_boot() - what names this boot of the host below @root, "" when unknown */
void watch_state_boot(const char *root, char ret_boot[WATCH_BOOT_MAX]);

/**
 * watch_state_restore() - the alerts of an earlier run; those of another boot are ended
 * Returns how many, or a negative errno.
 */
int watch_state_restore(struct watch_state *state, struct mw_alerting *alerting, double now_s);

/** watch_state_save() - what has changed since the last call */
void watch_state_save(struct watch_state *state, struct mw_alerting *alerting, double now_s);

/** watch_state_forget() - an alert is over and told */
void watch_state_forget(const struct mw_alert_entry *entry, struct watch_state *state);

#endif /* MW_WATCH_STATE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * teller.h - what `memwatch watch` does when there is something to tell of an alert.
 */
#ifndef MW_TELLER_H
#define MW_TELLER_H

#include <limits.h>

#include "../lib/alerting.h"
#include "../lib/sinks.h"
#include "../lib/store.h"
#include "runs.h"
#include "snapshot.h"

struct watch_state;

/**
 * struct teller - by what it tells
 * @command:     for messages
 * @rules:       the policies, by their index in struct mw_alert_entry
 * @store:       keeps events; NULL: none
 * @sinks:       NULL: none
 * @state:       where alerts are kept
 * @host:        name of this host
 * @is_json:     alerts on standard output as JSON Lines
 * @is_colour:   sentences in colour
 * @now_s:       the time of the round
 * @fired:       alerts that fired, so far
 * @write_error: what went wrong with standard output, a negative errno, or 0
 */
struct teller {
	const char *command;
	const struct mw_alert_rules *rules;
	struct mw_store *store;
	struct mw_sinks *sinks;
	struct snapshots *snapshots;
	struct runs *runs;
	struct watch_state *state;
	char host[HOST_NAME_MAX + 1];
	bool is_json;
	bool is_colour;
	double now_s;
	uint64_t fired;
	int write_error;
};

/** teller_tell() - a mw_alert_fn; @arg is the struct teller */
void teller_tell(const struct mw_alert_entry *entry, enum mw_due due, void *arg);

/** teller_fingerprint() - of an alert on this host */
void teller_fingerprint(const struct teller *teller, const struct mw_alert_entry *entry,
			char ret_text[MW_FINGERPRINT_MAX]);

/**
 * teller_settle() - after sinks were opened: what an earlier run told of and neither fires nor
 * waits to be told as resolved is resolved where it was told
 */
void teller_settle(const struct teller *teller, const struct mw_alerting *alerting, double now_s);

#endif /* MW_TELLER_H */

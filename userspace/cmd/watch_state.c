// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch_state.c - alerts in the store, by boot and fingerprint. A pid and its start name a
 * process for one boot only. The store says itself when it cannot be written; it is written
 * anew when it says that something may be missing.
 */
#include "watch_state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/alert_saved.h"
#include "../lib/textfile.h"
#include "unread.h"

#define KEY_MAX	  (WATCH_BOOT_MAX + MW_FINGERPRINT_MAX + 1)
#define SAVED_MAX 2048
/* How long an alert of an earlier run is believed at least. */
#define TRUST_S 3600.0

void watch_state_boot(const char *root, char ret_boot[WATCH_BOOT_MAX])
{
	char path[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/proc/sys/kernel/random/boot_id", root);
	len = mw_textfile_read(path, ret_boot, WATCH_BOOT_MAX);
	if (len < 0)
		len = 0;
	ret_boot[len] = '\0';
	ret_boot[strcspn(ret_boot, "\n")] = '\0';
}

static void make_key(const struct watch_state *state, const struct mw_alert_entry *entry,
		     char ret_key[KEY_MAX])
{
	char fingerprint[MW_FINGERPRINT_MAX];

	teller_fingerprint(state->teller, entry, fingerprint);
	snprintf(ret_key, KEY_MAX, "%s:%s", state->boot, fingerprint);
}

struct restoring {
	struct watch_state *state;
	struct mw_alerting *alerting;
	double now_s;
	int count;
	struct unread old; /* of another boot */
	struct unread unread;
};

static int restore_one(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	struct restoring *restoring = arg;
	const struct watch_state *state = restoring->state;
	size_t boot = strlen(state->boot);
	struct mw_alert_entry entry;
	int err;

	(void)put_s;
	if (!mw_alert_load(data, size, &entry))
		return unread_add(&restoring->unread, key);
	err = mw_alerting_restore(restoring->alerting, &entry, TRUST_S, restoring->now_s);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	restoring->count += entry.life.phase != MW_PHASE_PENDING;
	if (strncmp(key, state->boot, boot) == 0 && key[boot] == ':')
		return 0;
	mw_alerting_end(restoring->alerting, entry.verdict.pid, entry.verdict.start_ticks,
			"the host was restarted", restoring->now_s);
	return unread_add(&restoring->old, key);
}

struct saving {
	struct watch_state *state;
	double now_s;
};

static void save_one(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct saving *saving = arg;
	unsigned char data[SAVED_MAX];
	char key[KEY_MAX];

	(void)due;
	if (entry->life.phase == MW_PHASE_IDLE)
		return;
	make_key(saving->state, entry, key);
	mw_alert_save(entry, data);
	mw_store_put(saving->state->store, MW_STATE_KIND_ALERT, key, data, mw_alert_saved_size(),
		     saving->now_s);
}

void watch_state_save(struct watch_state *state, struct mw_alerting *alerting, double now_s)
{
	struct saving saving = { state, now_s };
	struct mw_store_status status;

	if (state->store == NULL)
		return;
	mw_alerting_each_dirty(alerting, save_one, &saving);
	mw_store_status(state->store, &status);
	if (status.generation == state->generation)
		return;
	state->generation = status.generation;
	mw_alerting_each(alerting, save_one, &saving);
}

int watch_state_restore(struct watch_state *state, struct mw_alerting *alerting, double now_s)
{
	struct restoring restoring = {
		.state = state,
		.alerting = alerting,
		.now_s = now_s,
		.old.kind = MW_STATE_KIND_ALERT,
		.unread.kind = MW_STATE_KIND_ALERT,
	};
	struct mw_store_status status;
	int err;

	if (state->store == NULL)
		return 0;
	err = mw_store_each(state->store, MW_STATE_KIND_ALERT, restore_one, &restoring);
	mw_store_status(state->store, &status);
	state->generation = status.generation;
	/* Theirs are kept under this boot's key from now on, until they have been told. */
	watch_state_save(state, alerting, now_s);
	unread_delete(&restoring.old, state->store);
	unread_put_aside(&restoring.unread, state->store, state->teller->command, now_s);
	return err < 0 ? err : restoring.count;
}

void watch_state_forget(const struct mw_alert_entry *entry, struct watch_state *state)
{
	char key[KEY_MAX];

	if (state->store == NULL)
		return;
	make_key(state, entry, key);
	mw_store_delete(state->store, MW_STATE_KIND_ALERT, key);
}

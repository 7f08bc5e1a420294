// SPDX-License-Identifier: GPL-2.0-only
/*
 * teller.c - the actions of policies: a line on standard output, sinks, a snapshot, a
 * command. Each by itself: one that fails says so on stderr and keeps none of the others.
 */
#include "teller.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../lib/alert.h"
#include "cli.h"

/* All names of a policy's sinks: as many and as long as the configuration allows. */
#define SINKS_MAX 2304

/* One event in all its forms. */
struct telling {
	struct mw_alert alert;
	char json[MW_ALERT_TEXT_MAX];
	char sentence[MW_ALERT_TEXT_MAX];
	struct mw_label labels[2];
	char sinks[SINKS_MAX];
	struct mw_message message;
};

static const struct mw_policy *policy_of(const struct teller *teller,
					 const struct mw_alert_entry *entry)
{
	return entry->is_orphan ? NULL : &teller->rules->policies[entry->policy];
}

void teller_fingerprint(const struct teller *teller, const struct mw_alert_entry *entry,
			char ret_text[MW_FINGERPRINT_MAX])
{
	struct mw_alert alert = {
		.verdict = &entry->verdict,
		.host = teller->host,
		.rule = entry->rule,
	};

	mw_alert_fingerprint(&alert, ret_text);
}

static void add_label(struct telling *telling, const char *name, const char *value)
{
	if (value[0] != '\0')
		telling->labels[telling->message.label_count++] = (struct mw_label){ name, value };
}

static enum mw_alert_state state_of(enum mw_due due)
{
	if (due == MW_DUE_PENDING)
		return MW_STATE_PENDING;
	return due == MW_DUE_RESOLVED ? MW_STATE_RESOLVED : MW_STATE_FIRING;
}

static void prepare(const struct teller *teller, const struct mw_alert_entry *entry,
		    enum mw_due due, struct telling *telling)
{
	struct mw_message *message = &telling->message;

	telling->alert = (struct mw_alert){
		.verdict = &entry->verdict,
		.state = state_of(due),
		.time_s = teller->now_s,
		.host = teller->host,
		.rule = entry->rule,
	};
	mw_alert_to_json(&telling->alert, telling->json, sizeof(telling->json));
	mw_alert_to_sentence(&telling->alert, telling->sentence, sizeof(telling->sentence));
	*message = (struct mw_message){
		.state = telling->alert.state,
		.severity = entry->severity,
		.time_s = teller->now_s,
		.starts_s = due == MW_DUE_PENDING ? entry->life.began_s : entry->life.fired_s,
		.ends_s = due == MW_DUE_RESOLVED ? entry->life.since_s : NAN,
		.host = teller->host,
		.rule = entry->rule,
		.comm = entry->verdict.comm,
		.pid = entry->verdict.pid,
		.json = telling->json,
		.sentence = telling->sentence,
		.labels = telling->labels,
	};
	mw_alert_fingerprint(&telling->alert, message->fingerprint);
	add_label(telling, "class", entry->class_name);
	add_label(telling, "unit", entry->unit);
}

static void name_sinks(const struct mw_policy *policy, struct telling *telling)
{
	size_t used = 0;

	if (policy == NULL || policy->sink_count == 0)
		return;
	for (size_t i = 0; i < policy->sink_count && used < SINKS_MAX; i++)
		used += (size_t)snprintf(telling->sinks + used, SINKS_MAX - used, "%s%s",
					 i > 0 ? " " : "", policy->sinks[i]);
	telling->message.sinks = telling->sinks;
}

static void print_line(struct teller *teller, const struct telling *telling)
{
	const char *colour = telling->alert.state == MW_STATE_RESOLVED ? "\033[32m" : "\033[31m";
	const char *text = teller->is_json ? telling->json : telling->sentence;
	int printed;

	errno = 0;
	if (teller->is_colour && !teller->is_json)
		printed = printf("%s%s\033[0m\n", colour, text);
	else
		printed = printf("%s\n", text);
	if (printed < 0 || fflush(stdout) != 0)
		teller->write_error = errno > 0 ? -errno : -EIO;
}

static void keep_and_send(struct teller *teller, const struct mw_policy *policy,
			  const struct telling *telling)
{
	bool is_notified = policy == NULL || policy->is_notified;
	int err;

	/* The store says itself, once, when it cannot be written. */
	if (teller->store != NULL && telling->message.state != MW_STATE_PENDING)
		mw_store_event(teller->store, &telling->message);
	if (teller->sinks == NULL || !is_notified)
		return;
	err = mw_sinks_send(teller->sinks, &telling->message, teller->now_s);
	if (err < 0)
		cli_note(teller->command, "cannot queue an alert of '%s' for the sinks: %s",
			 telling->message.rule, strerror(-err));
}

static void take_snapshot(struct teller *teller, const struct mw_alert_entry *entry)
{
	int err = snapshots_begin(teller->snapshots, &entry->verdict, teller->now_s);

	if (err < 0)
		cli_note(teller->command, "cannot record a snapshot in %s: %s",
			 teller->snapshots->directory,
			 err == -EBUSY ? "as many are being written as may be" : strerror(-err));
}

void teller_tell(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct teller *teller = arg;
	const struct mw_policy *policy = policy_of(teller, entry);
	struct telling telling;

	prepare(teller, entry, due, &telling);
	name_sinks(policy, &telling);
	if (due != MW_DUE_PENDING && (policy == NULL || policy->is_logged))
		print_line(teller, &telling);
	keep_and_send(teller, policy, &telling);
	if (due != MW_DUE_FIRING)
		return;
	teller->fired++;
	if (policy == NULL)
		return;
	if (policy->has_snapshot)
		take_snapshot(teller, entry);
	if (policy->run.argv != NULL)
		runs_add(teller->runs, policy, &telling.message, &entry->verdict, telling.json,
			 teller->now_s);
}

struct settling {
	const struct teller *teller;
	const struct mw_alerting *alerting;
	const char *fingerprint;
	bool is_known;
};

static void compare_one(const struct mw_alert_entry *entry, enum mw_due due, void *arg)
{
	struct settling *settling = arg;
	char fingerprint[MW_FINGERPRINT_MAX];

	(void)due;
	if (entry->life.phase != MW_PHASE_FIRING && entry->life.phase != MW_PHASE_RESOLVED)
		return;
	teller_fingerprint(settling->teller, entry, fingerprint);
	if (strcmp(fingerprint, settling->fingerprint) == 0)
		settling->is_known = true;
}

static bool is_known(const char *fingerprint, void *arg)
{
	struct settling *settling = arg;

	settling->fingerprint = fingerprint;
	settling->is_known = false;
	mw_alerting_each(settling->alerting, compare_one, settling);
	return settling->is_known;
}

void teller_settle(const struct teller *teller, const struct mw_alerting *alerting, double now_s)
{
	struct settling settling = { .teller = teller, .alerting = alerting };

	if (teller->sinks != NULL)
		mw_sinks_settle(teller->sinks, is_known, &settling, now_s);
}

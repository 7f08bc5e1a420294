/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alerting.h - all alerts of a host: verdicts are judged by policies, and what has changed
 * is told unless it has to wait. Pure but for its memory: `now` and the local time are
 * arguments, and telling is the caller's.
 */
#ifndef MW_ALERTING_H
#define MW_ALERTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "alert_life.h"
#include "calendar.h"
#include "policy.h"
#include "verdict.h"

/* Longest class and why an alert waits. */
#define MW_CLASS_MAX 32

enum mw_held {
	MW_HELD_NOT,
	MW_HELD_QUIET,	     /* quiet hours */
	MW_HELD_MAINTENANCE, /* a process that is younger than a deploy */
	MW_HELD_RATE,	     /* too many in the last hour */
	MW_HELD_KINDS,
};

/**
 * struct mw_alert_rules - what decides; belongs to the configuration
 * @policies, @policy_count: each is judged by itself
 * @max_per_hour:            alerts told in an hour by all together; 0: no bound
 * @quiet, @quiet_count:     quiet hours
 * @hold_s:                  how long maintenance lasts
 */
struct mw_alert_rules {
	struct mw_policy *policies;
	size_t policy_count;
	unsigned int max_per_hour;
	struct mw_quiet *quiet;
	size_t quiet_count;
	double hold_s;
};

/**
 * struct mw_alert_entry - one alert: a policy and a process life
 * @policy:    index of its policy; of no meaning when @is_orphan
 * @rule:      name of the policy
 * @severity:  as it was when it fired
 * @life:      phase and times
 * @verdict:   the last one that held; of a resolved one with the reason of that
 * @born_s:    when the process started, or NAN
 * @trusted_s: restored from an earlier run: until then nobody knows better
 * @held:      why it waits to be told
 * @unit:      systemd unit of the process, "" without one
 * @is_orphan: its policy is gone
 * @is_dirty:  changed since mw_alerting_each_dirty()
 */
struct mw_alert_entry {
	unsigned int policy;
	char rule[MW_POLICY_NAME_MAX];
	enum mw_severity severity;
	struct mw_alert_life life;
	struct mw_verdict verdict;
	char class_name[MW_CLASS_MAX];
	double born_s;
	double trusted_s;
	enum mw_held held;
	char unit[MW_UNIT_MAX];
	bool is_orphan;
	bool is_dirty;
};

struct mw_alerting;

/** mw_alerting_new() - no alerts; NULL without memory */
struct mw_alerting *mw_alerting_new(void);

/** mw_alerting_free() - NULL is allowed */
void mw_alerting_free(struct mw_alerting *alerting);

/**
 * mw_alerting_set_rules() - judge by these from now on
 * @rules: must stay until others are set
 * Alerts whose policy is not among them are resolved.
 */
void mw_alerting_set_rules(struct mw_alerting *alerting, const struct mw_alert_rules *rules,
			   double now_s);

/** mw_alerting_has() - whether there is an alert of a life, of whatever phase */
bool mw_alerting_has(const struct mw_alerting *alerting, int32_t pid, uint64_t start_ticks);

/** mw_alerting_count() - alerts that are remembered */
size_t mw_alerting_count(const struct mw_alerting *alerting);

/**
 * mw_alerting_judge() - what a verdict means to each policy
 * To be called in each round for each life whose verdict is a leak or which has alerts.
 * @born_s: when the process started, or NAN
 * Returns 0 or -ENOMEM.
 */
int mw_alerting_judge(struct mw_alerting *alerting, const struct mw_verdict *verdict,
		      const struct mw_subject *subject, double born_s, double now_s);

/** mw_alerting_end() - a process is not watched any more, for @reason */
void mw_alerting_end(struct mw_alerting *alerting, int32_t pid, uint64_t start_ticks,
		     const char *reason, double now_s);

/**
 * mw_alerting_restore() - take back an alert of an earlier run
 * @entry: as mw_alert_load() gives it
 * @trust_s: how long it is believed, at least, while the new detector does not see the leak
 *           yet: as long as the growth took before it fired, a day at most; a pending one
 *           goes on from when it began to hold, if the first verdict still does
 * Returns 0, -EEXIST when the alert is there already, or -ENOMEM.
 */
int mw_alerting_restore(struct mw_alerting *alerting, const struct mw_alert_entry *entry,
			double trust_s, double now_s);

/* Called for an alert; @due is what there is to tell. */
typedef void (*mw_alert_fn)(const struct mw_alert_entry *entry, enum mw_due due, void *arg);

/**
 * mw_alerting_tell() - tell what is due and may be told, then forget what is over
 * @local:     local time, for quiet hours
 * @deploy_s:  when the last maintenance began, or NAN
 * @tell:      told of each; it is taken for told
 * @forget:    called for what is forgotten (with MW_DUE_NOTHING), or NULL
 * Returns how many wait.
 */
size_t mw_alerting_tell(struct mw_alerting *alerting, double now_s, const struct tm *local,
			double deploy_s, mw_alert_fn tell, mw_alert_fn forget, void *arg);

/** mw_alerting_each_dirty() - each that has changed since the last call */
void mw_alerting_each_dirty(struct mw_alerting *alerting, mw_alert_fn fn, void *arg);

/** mw_alerting_each() - each */
void mw_alerting_each(const struct mw_alerting *alerting, mw_alert_fn fn, void *arg);

/** mw_alerting_held() - how many waited for this reason at the last mw_alerting_tell() */
size_t mw_alerting_held(const struct mw_alerting *alerting, enum mw_held why);

#endif /* MW_ALERTING_H */

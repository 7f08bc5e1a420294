// SPDX-License-Identifier: GPL-2.0-only
/*
 * alerting.c - the alerts of a host, in the order in which they began, found by process
 * life. Tells nothing that has to wait: quiet hours, maintenance after a deploy, or too
 * many in an hour. What waits is not lost: it is told when it may, if it still is so.
 */
#include "alerting.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lives.h"
#include "rate_limit.h"

/* A process that was started by a deploy may be a little older than the deploy's mark. */
#define DEPLOY_SLACK_S 60.0
/* Longest time that an alert of an earlier run is believed. */
#define TRUST_MAX_S 86400.0

struct node {
	struct mw_alert_entry entry;
	struct node *prev;
	struct node *next;
	struct node *sibling; /* the next alert of the same life */
};

/* The block of a life. */
struct life {
	struct node *first;
};

struct mw_alerting {
	const struct mw_alert_rules *rules;
	struct mw_rate_limit *limits; /* one a policy */
	struct mw_rate_limit limit;
	struct mw_lives *lives;
	struct node *first;
	struct node *last;
	size_t count;
	size_t held[MW_HELD_KINDS];
};

struct mw_alerting *mw_alerting_new(void)
{
	struct mw_alerting *alerting = calloc(1, sizeof(*alerting));

	if (alerting == NULL)
		return NULL;
	alerting->lives = mw_lives_new(sizeof(struct life));
	if (alerting->lives == NULL) {
		free(alerting);
		return NULL;
	}
	return alerting;
}

void mw_alerting_free(struct mw_alerting *alerting)
{
	if (alerting == NULL)
		return;
	while (alerting->first != NULL) {
		struct node *next = alerting->first->next;

		free(alerting->first);
		alerting->first = next;
	}
	mw_lives_free(alerting->lives, NULL, NULL);
	free(alerting->limits);
	free(alerting);
}

static struct life *find_life(const struct mw_alerting *alerting, int32_t pid, uint64_t start_ticks)
{
	return mw_lives_find(alerting->lives, pid, start_ticks);
}

bool mw_alerting_has(const struct mw_alerting *alerting, int32_t pid, uint64_t start_ticks)
{
	return alerting->count > 0 && find_life(alerting, pid, start_ticks) != NULL;
}

size_t mw_alerting_count(const struct mw_alerting *alerting)
{
	return alerting->count;
}

size_t mw_alerting_held(const struct mw_alerting *alerting, enum mw_held why)
{
	return alerting->held[why];
}

static struct node *find_node(const struct mw_alerting *alerting, int32_t pid, uint64_t start_ticks,
			      const char *rule)
{
	struct life *life = find_life(alerting, pid, start_ticks);

	for (struct node *node = life != NULL ? life->first : NULL; node != NULL;
	     node = node->sibling)
		if (strcmp(node->entry.rule, rule) == 0)
			return node;
	return NULL;
}

static struct node *add_node(struct mw_alerting *alerting, const char *rule,
			     const struct mw_verdict *verdict)
{
	struct node *node = calloc(1, sizeof(*node));
	struct life *life;
	bool is_new;

	if (node == NULL)
		return NULL;
	life = mw_lives_get(alerting->lives, verdict->pid, verdict->start_ticks, &is_new);
	if (life == NULL) {
		free(node);
		return NULL;
	}
	snprintf(node->entry.rule, sizeof(node->entry.rule), "%s", rule);
	node->entry.trusted_s = -INFINITY;
	node->sibling = life->first;
	life->first = node;
	node->prev = alerting->last;
	if (alerting->last != NULL)
		alerting->last->next = node;
	else
		alerting->first = node;
	alerting->last = node;
	alerting->count++;
	return node;
}

static void remove_node(struct mw_alerting *alerting, struct node *node)
{
	const struct mw_verdict *verdict = &node->entry.verdict;
	struct life *life = find_life(alerting, verdict->pid, verdict->start_ticks);
	struct node **link = &life->first;

	while (*link != node)
		link = &(*link)->sibling;
	*link = node->sibling;
	if (life->first == NULL)
		mw_lives_remove(alerting->lives, verdict->pid, verdict->start_ticks);
	if (node->prev != NULL)
		node->prev->next = node->next;
	else
		alerting->first = node->next;
	if (node->next != NULL)
		node->next->prev = node->prev;
	else
		alerting->last = node->prev;
	alerting->count--;
	free(node);
}

static void keep_verdict(struct mw_alert_entry *entry, const struct mw_verdict *verdict)
{
	entry->verdict = *verdict;
	snprintf(entry->class_name, sizeof(entry->class_name), "%s", verdict->class_name);
	entry->verdict.class_name = entry->class_name;
}

static void resolve(struct mw_alert_entry *entry, const char *reason)
{
	entry->verdict.leak = false;
	snprintf(entry->verdict.reason, sizeof(entry->verdict.reason), "%s", reason);
	entry->is_dirty = true;
}

/* ---- judging ---- */

static const struct mw_policy *policy_of(const struct mw_alerting *alerting,
					 const struct mw_alert_entry *entry)
{
	return entry->is_orphan ? NULL : &alerting->rules->policies[entry->policy];
}

static void judge_node(struct node *node, const struct mw_policy *policy,
		       const struct mw_verdict *verdict, const struct mw_subject *subject,
		       double now_s)
{
	struct mw_alert_entry *entry = &node->entry;
	bool stands = entry->life.phase == MW_PHASE_FIRING;
	bool holds = mw_policy_holds(policy, verdict, subject, now_s, stands);

	if (holds) {
		keep_verdict(entry, verdict);
		entry->severity = policy->severity;
		snprintf(entry->unit, sizeof(entry->unit), "%s", subject->unit);
		entry->trusted_s = -INFINITY;
	} else if (stands && now_s < entry->trusted_s) {
		holds = true;
	}
	if (!mw_alert_life_step(&entry->life, policy->pending_s, policy->clear_s, holds, now_s))
		return;
	entry->is_dirty = true;
	if (entry->life.phase == MW_PHASE_RESOLVED)
		resolve(entry, verdict->leak ? "the conditions of its policy do not hold any more"
					     : verdict->reason);
}

int mw_alerting_judge(struct mw_alerting *alerting, const struct mw_verdict *verdict,
		      const struct mw_subject *subject, double born_s, double now_s)
{
	for (size_t i = 0; i < alerting->rules->policy_count; i++) {
		const struct mw_policy *policy = &alerting->rules->policies[i];
		struct node *node =
			find_node(alerting, verdict->pid, verdict->start_ticks, policy->name);

		if (node == NULL && !mw_policy_holds(policy, verdict, subject, now_s, false))
			continue;
		if (node == NULL) {
			node = add_node(alerting, policy->name, verdict);
			if (node == NULL)
				return -ENOMEM;
			node->entry.policy = (unsigned int)i;
			node->entry.born_s = born_s;
		}
		judge_node(node, policy, verdict, subject, now_s);
	}
	return 0;
}

void mw_alerting_end(struct mw_alerting *alerting, int32_t pid, uint64_t start_ticks,
		     const char *reason, double now_s)
{
	struct life *life = find_life(alerting, pid, start_ticks);

	for (struct node *node = life != NULL ? life->first : NULL; node != NULL;
	     node = node->sibling)
		if (mw_alert_life_end(&node->entry.life, now_s))
			resolve(&node->entry, reason);
}

/* ---- rules ---- */

static void adopt(struct mw_alert_entry *entry, const struct mw_alert_rules *rules, double now_s)
{
	for (size_t i = 0; i < rules->policy_count; i++) {
		if (strcmp(rules->policies[i].name, entry->rule) != 0)
			continue;
		entry->policy = (unsigned int)i;
		entry->is_orphan = false;
		return;
	}
	entry->is_orphan = true;
	if (mw_alert_life_end(&entry->life, now_s))
		resolve(entry, "its policy is not in the configuration any more");
}

void mw_alerting_set_rules(struct mw_alerting *alerting, const struct mw_alert_rules *rules,
			   double now_s)
{
	alerting->rules = rules;
	free(alerting->limits);
	/* Without memory for them the bound of each policy is not kept; that of all is. */
	alerting->limits = calloc(rules->policy_count, sizeof(*alerting->limits));
	for (struct node *node = alerting->first; node != NULL; node = node->next)
		adopt(&node->entry, rules, now_s);
}

int mw_alerting_restore(struct mw_alerting *alerting, const struct mw_alert_entry *entry,
			double trust_s, double now_s)
{
	struct node *node;

	if (find_node(alerting, entry->verdict.pid, entry->verdict.start_ticks, entry->rule) !=
	    NULL)
		return -EEXIST;
	node = add_node(alerting, entry->rule, &entry->verdict);
	if (node == NULL)
		return -ENOMEM;
	node->entry = *entry;
	node->entry.verdict.class_name = node->entry.class_name;
	node->entry.trusted_s =
		now_s +
		fmin(TRUST_MAX_S, fmax(trust_s, entry->life.fired_s - entry->verdict.since_s));
	/* A clock that was set back meanwhile must not make it wait for longer than anew. */
	if (entry->life.phase == MW_PHASE_PENDING)
		node->entry.life.since_s = fmin(entry->life.since_s, now_s);
	adopt(&node->entry, alerting->rules, now_s);
	return 0;
}

/* ---- telling ---- */

static bool is_limited(const struct mw_alerting *alerting, const struct mw_alert_entry *entry,
		       double now_s)
{
	const struct mw_policy *policy = policy_of(alerting, entry);

	if (!mw_rate_limit_has(&alerting->limit, alerting->rules->max_per_hour, now_s))
		return true;
	return policy != NULL && alerting->limits != NULL &&
	       !mw_rate_limit_has(&alerting->limits[entry->policy], policy->max_per_hour, now_s);
}

static void count_told(struct mw_alerting *alerting, const struct mw_alert_entry *entry,
		       double now_s)
{
	const struct mw_policy *policy = policy_of(alerting, entry);

	mw_rate_limit_take(&alerting->limit, alerting->rules->max_per_hour, now_s);
	if (policy != NULL && alerting->limits != NULL)
		mw_rate_limit_take(&alerting->limits[entry->policy], policy->max_per_hour, now_s);
}

static enum mw_held hold(const struct mw_alerting *alerting, const struct mw_alert_entry *entry,
			 enum mw_due due, double now_s, const struct tm *local, double deploy_s)
{
	const struct mw_alert_rules *rules = alerting->rules;

	if (mw_quiet_holds(rules->quiet, rules->quiet_count, local, entry->severity))
		return MW_HELD_QUIET;
	if (due == MW_DUE_RESOLVED)
		return MW_HELD_NOT;
	if (now_s < deploy_s + rules->hold_s && entry->born_s > deploy_s - DEPLOY_SLACK_S)
		return MW_HELD_MAINTENANCE;
	if (due == MW_DUE_PENDING)
		return MW_HELD_NOT;
	return is_limited(alerting, entry, now_s) ? MW_HELD_RATE : MW_HELD_NOT;
}

static void tell_one(struct mw_alerting *alerting, struct mw_alert_entry *entry, enum mw_due due,
		     double now_s, mw_alert_fn tell, void *arg)
{
	if (due == MW_DUE_FIRING || due == MW_DUE_REPEAT)
		count_told(alerting, entry, now_s);
	mw_alert_life_told(&entry->life, now_s);
	entry->is_dirty = true;
	tell(entry, due, arg);
}

size_t mw_alerting_tell(struct mw_alerting *alerting, double now_s, const struct tm *local,
			double deploy_s, mw_alert_fn tell, mw_alert_fn forget, void *arg)
{
	size_t waiting = 0;

	memset(alerting->held, 0, sizeof(alerting->held));
	for (struct node *node = alerting->first, *next; node != NULL; node = next) {
		struct mw_alert_entry *entry = &node->entry;
		const struct mw_policy *policy = policy_of(alerting, entry);
		enum mw_due due = mw_alert_life_due(&entry->life,
						    policy != NULL ? policy->repeat_s : 0, now_s);

		next = node->next;
		entry->held = MW_HELD_NOT;
		if (due != MW_DUE_NOTHING)
			entry->held = hold(alerting, entry, due, now_s, local, deploy_s);
		if (entry->held != MW_HELD_NOT) {
			alerting->held[entry->held]++;
			waiting++;
		} else if (due != MW_DUE_NOTHING) {
			tell_one(alerting, entry, due, now_s, tell, arg);
		}
		if (!mw_alert_life_is_over(&entry->life))
			continue;
		if (forget != NULL)
			forget(entry, MW_DUE_NOTHING, arg);
		remove_node(alerting, node);
	}
	return waiting;
}

void mw_alerting_each_dirty(struct mw_alerting *alerting, mw_alert_fn fn, void *arg)
{
	for (struct node *node = alerting->first; node != NULL; node = node->next) {
		if (!node->entry.is_dirty)
			continue;
		node->entry.is_dirty = false;
		fn(&node->entry, MW_DUE_NOTHING, arg);
	}
}

void mw_alerting_each(const struct mw_alerting *alerting, mw_alert_fn fn, void *arg)
{
	for (struct node *node = alerting->first; node != NULL; node = node->next)
		fn(&node->entry, MW_DUE_NOTHING, arg);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_policies.c - makes policies of their section. Names of sinks are looked up, so
 * that an alert is never sent to one that does not exist.
 */
#include "config_policies.h"

#include <stdio.h>
#include <string.h>

#define RUN_TIMEOUT_S 30.0

/* As leak.h's verdicts have them. */
static const char *const classes[] = {
	"heap-growth",	 "rising-floor",  "staircase",	"fragmentation", "threads",
	"shared-memory", "kernel-memory", "slab-cache", "orphans",	 "host-memory",
};

const char *const *mw_config_strings(struct mw_config_reader *reader,
				     struct mw_config_memory *memory, const char *key, char **items,
				     unsigned int count)
{
	const char **list;

	if (items == NULL)
		return NULL;
	list = mw_config_memory_get(memory, count + 1, sizeof(*list));
	for (unsigned int i = 0; list != NULL && i < count; i++) {
		char element[64];

		snprintf(element, sizeof(element), "%s[%u]", key, i);
		mw_config_text(reader, element, items[i], &list[i]);
	}
	return list;
}

void mw_config_match(struct mw_config_reader *reader, struct mw_config_memory *memory,
		     const struct raw_match *raw, bool must_ask, struct mw_match *match)
{
	match->comms = mw_config_strings(reader, memory, "comm", raw->comm, raw->comm_count);
	match->comm_count = raw->comm_count;
	match->units = mw_config_strings(reader, memory, "unit", raw->unit, raw->unit_count);
	match->unit_count = raw->unit_count;
	match->cgroups =
		mw_config_strings(reader, memory, "cgroup", raw->cgroup, raw->cgroup_count);
	match->cgroup_count = raw->cgroup_count;
	match->uids = mw_config_memory_get(memory, raw->uid_count, sizeof(*match->uids));
	match->uid_count = match->uids != NULL ? raw->uid_count : 0;
	for (size_t i = 0; i < match->uid_count; i++) {
		char element[32];

		snprintf(element, sizeof(element), "uid[%zu]", i);
		mw_config_uid(reader, element, raw->uid[i], &match->uids[i]);
	}
	if (must_ask && raw->comm_count + raw->unit_count + raw->cgroup_count + raw->uid_count == 0)
		mw_config_wrong(reader, "", NULL,
				"asks for nothing; give comm, unit, cgroup or uid");
}

static void read_condition(struct mw_config_reader *reader, struct mw_config_memory *memory,
			   const struct raw_condition *raw, struct mw_policy_if *condition)
{
	condition->classes =
		mw_config_strings(reader, memory, "class", raw->class, raw->class_count);
	condition->class_count = raw->class_count;
	for (unsigned int i = 0; i < raw->class_count; i++) {
		char element[24];

		snprintf(element, sizeof(element), "class[%u]", i);
		mw_config_word(reader, element, raw->class[i], classes,
			       sizeof(classes) / sizeof(classes[0]));
	}
	mw_config_rate(reader, "rate_at_least", raw->rate, &condition->rate_kib_per_s);
	mw_config_part(reader, "confidence_at_least", raw->confidence, &condition->confidence);
	mw_config_duration(reader, "time_to_limit_at_most", raw->time_to_limit,
			   &condition->time_to_limit_s);
	mw_config_duration(reader, "duration_at_least", raw->duration, &condition->duration_s);
	mw_config_match(reader, memory, &raw->match, false, &condition->match);
}

static void read_run(struct mw_config_reader *reader, struct mw_config_memory *memory,
		     const struct raw_run *raw, struct mw_policy_run *run)
{
	char *shell[] = { raw->shell };

	run->timeout_s = RUN_TIMEOUT_S;
	mw_config_duration(reader, "timeout", raw->timeout, &run->timeout_s);
	if (raw->command_count > 0 && raw->shell != NULL)
		mw_config_wrong(reader, "shell", raw->shell,
				"stands beside 'command'; give one of them");
	if (raw->command_count > 0) {
		run->argv = mw_config_strings(reader, memory, "command", raw->command,
					      raw->command_count);
	} else if (raw->shell != NULL) {
		run->argv = mw_config_strings(reader, memory, "shell", shell, 1);
		run->is_shell = true;
	} else if (raw->timeout != NULL || mw_config_has(reader, "command")) {
		mw_config_wrong(reader, "", NULL,
				"has nothing to run; give command: [PROGRAM, ARGUMENT...]");
	}
}

static bool is_sink(const struct mw_sinks_config *sinks, const char *name)
{
	for (size_t i = 0; i < sinks->count; i++)
		if (sinks->sinks[i].name != NULL && strcmp(sinks->sinks[i].name, name) == 0)
			return true;
	return false;
}

static void read_notify(struct mw_config_reader *reader, struct mw_config_memory *memory,
			const struct raw_action *raw, const struct mw_config *config,
			struct mw_policy *policy)
{
	policy->sinks = mw_config_strings(reader, memory, "notify", raw->notify, raw->notify_count);
	policy->sink_count = raw->notify_count;
	/* `notify: []` is said to tell nobody. */
	policy->is_notified = raw->notify_count > 0 || !mw_config_has(reader, "notify");
	for (unsigned int i = 0; i < raw->notify_count; i++) {
		char element[24];

		snprintf(element, sizeof(element), "notify[%u]", i);
		if (!is_sink(&config->sinks, raw->notify[i]))
			mw_config_wrong(reader, element, raw->notify[i],
					"there is no sink of this name below 'sinks'");
	}
}

static void read_action(struct mw_config_reader *reader, struct mw_config_memory *memory,
			const struct raw_action *raw, const struct mw_config *config,
			struct mw_policy *policy)
{
	char section[MW_CONFIG_PATH_MAX];

	mw_config_bool(reader, "log", raw->log, &policy->is_logged);
	mw_config_bool(reader, "snapshot", raw->snapshot, &policy->has_snapshot);
	if (policy->has_snapshot && config->snapshot_directory == NULL)
		mw_config_wrong(reader, "snapshot", raw->snapshot,
				"needs a directory; give snapshots.directory");
	read_notify(reader, memory, raw, config, policy);
	snprintf(section, sizeof(section), "%s", reader->section);
	mw_config_section(reader, "%.*s.run", MW_CONFIG_PATH_MAX - 8, section);
	read_run(reader, memory, &raw->run, &policy->run);
}

static void read_name(struct mw_config_reader *reader, const char *name,
		      const struct mw_config *config, size_t before)
{
	mw_config_name(reader, "name", name);
	for (size_t i = 0; i < before; i++)
		if (strcmp(config->rules.policies[i].name, name) == 0)
			mw_config_wrong(reader, "name", name,
					"is the name of another policy, too; give each its own");
}

/* What holds for all policies that do not say otherwise. */
static void read_alerts(struct mw_config_reader *reader, const struct raw_alerts *raw,
			struct mw_config *config, struct mw_policy *common)
{
	mw_policy_defaults(common);
	mw_config_section(reader, "alerts");
	mw_config_delay(reader, "resolve_after", raw->resolve_after, &common->clear_s);
	mw_config_delay(reader, "repeat_every", raw->repeat_every, &common->repeat_s);
	mw_config_count(reader, "max_per_hour", raw->max_per_hour, 0, 100000,
			&config->rules.max_per_hour);
}

static void read_policy(struct mw_config_reader *reader, struct mw_config_memory *memory,
			const struct raw_policy *from, const struct mw_policy *common,
			struct mw_config *config, unsigned int index)
{
	struct mw_policy *policy = &config->rules.policies[index];

	*policy = *common;
	snprintf(policy->name, sizeof(policy->name), "%s", from->name);
	mw_config_section(reader, "policies[%u]", index);
	read_name(reader, from->name, config, index);
	mw_config_severity(reader, "severity", from->severity, &policy->severity);
	mw_config_delay(reader, "for", from->pending_for, &policy->pending_s);
	mw_config_delay(reader, "resolve_after", from->resolve_after, &policy->clear_s);
	mw_config_delay(reader, "repeat_every", from->repeat_every, &policy->repeat_s);
	mw_config_count(reader, "max_per_hour", from->max_per_hour, 0, 100000,
			&policy->max_per_hour);
	mw_config_section(reader, "policies[%u].if", index);
	read_condition(reader, memory, &from->condition, &policy->condition);
	mw_config_section(reader, "policies[%u].then", index);
	read_action(reader, memory, &from->action, config, policy);
}

void mw_config_policies(struct mw_config_reader *reader, struct mw_config_memory *memory,
			const struct raw_config *raw, struct mw_config *config)
{
	static char name[] = "leak";
	const struct raw_policy leak = { .name = name };
	const struct raw_policy *from = raw->policies_count > 0 ? raw->policies : &leak;
	unsigned int count = raw->policies_count > 0 ? raw->policies_count : 1;
	struct mw_policy common;

	config->rules.policies =
		mw_config_memory_get(memory, count, sizeof(*config->rules.policies));
	if (config->rules.policies == NULL)
		return;
	config->rules.policy_count = count;
	read_alerts(reader, &raw->alerts, config, &common);
	for (unsigned int i = 0; i < count; i++)
		read_policy(reader, memory, &from[i], &common, config, i);
}

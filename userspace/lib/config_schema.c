// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_schema.c - the table of keys of memwatch.yaml, and nothing else. A key is added
 * here, in config_schema.h, where config.c reads it, and in the documents of
 * userspace/memwatch.yaml and userspace/man/memwatch.yaml.5.
 */
#include "config_schema.h"

#define LISTED_MAX  256
#define STRINGS_MAX 64

#define TEXT(key, structure, member)                                                             \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, \
			       0, CYAML_UNLIMITED)
#define REQUIRED_TEXT(key, structure, member) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 0, CYAML_UNLIMITED)
#define STRINGS(key, structure, member)                                                        \
	CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, \
			     &string, 0, STRINGS_MAX)
#define LIST(key, structure, member, entry)                                                    \
	CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, \
			     entry, 0, LISTED_MAX)
#define SECTION(key, structure, member, fields) \
	CYAML_FIELD_MAPPING(key, CYAML_FLAG_OPTIONAL, structure, member, fields)

static const cyaml_schema_value_t string = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0,
								CYAML_UNLIMITED) };

static const cyaml_schema_field_t sampling_fields[] = {
	TEXT("interval", struct raw_sampling, interval),
	TEXT("root", struct raw_sampling, root),
	TEXT("idle_rounds", struct raw_sampling, idle_rounds),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t match_fields[] = {
	STRINGS("comm", struct raw_match, comm),
	STRINGS("unit", struct raw_match, unit),
	STRINGS("cgroup", struct raw_match, cgroup),
	STRINGS("uid", struct raw_match, uid),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t match = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT,
								struct raw_match, match_fields) };

static const cyaml_schema_field_t selection_fields[] = {
	LIST("include", struct raw_selection, include, &match),
	LIST("exclude", struct raw_selection, exclude, &match),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t thresholds_fields[] = {
	TEXT("min_samples", struct raw_thresholds, min_samples),
	TEXT("min_windows", struct raw_thresholds, min_windows),
	TEXT("chance", struct raw_thresholds, chance),
	TEXT("coverage", struct raw_thresholds, coverage),
	TEXT("min_growth", struct raw_thresholds, min_growth),
	TEXT("min_growth_part", struct raw_thresholds, min_growth_part),
	TEXT("wave_part", struct raw_thresholds, wave_part),
	TEXT("wave_period", struct raw_thresholds, wave_period),
	TEXT("urgent_part", struct raw_thresholds, urgent_part),
	TEXT("watermark_alpha", struct raw_thresholds, watermark_alpha),
	TEXT("rate_short", struct raw_thresholds, rate_short),
	TEXT("rate_long", struct raw_thresholds, rate_long),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t condition_fields[] = {
	STRINGS("class", struct raw_condition, class),
	TEXT("rate_at_least", struct raw_condition, rate),
	TEXT("confidence_at_least", struct raw_condition, confidence),
	TEXT("time_to_limit_at_most", struct raw_condition, time_to_limit),
	TEXT("duration_at_least", struct raw_condition, duration),
	STRINGS("comm", struct raw_condition, match.comm),
	STRINGS("unit", struct raw_condition, match.unit),
	STRINGS("cgroup", struct raw_condition, match.cgroup),
	STRINGS("uid", struct raw_condition, match.uid),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t run_fields[] = {
	STRINGS("command", struct raw_run, command),
	TEXT("shell", struct raw_run, shell),
	TEXT("timeout", struct raw_run, timeout),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t action_fields[] = {
	TEXT("log", struct raw_action, log),
	STRINGS("notify", struct raw_action, notify),
	TEXT("snapshot", struct raw_action, snapshot),
	SECTION("run", struct raw_action, run, run_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t policy_fields[] = {
	REQUIRED_TEXT("name", struct raw_policy, name),
	SECTION("if", struct raw_policy, condition, condition_fields),
	SECTION("then", struct raw_policy, action, action_fields),
	TEXT("severity", struct raw_policy, severity),
	TEXT("for", struct raw_policy, pending_for),
	TEXT("resolve_after", struct raw_policy, resolve_after),
	TEXT("repeat_every", struct raw_policy, repeat_every),
	TEXT("max_per_hour", struct raw_policy, max_per_hour),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t policy = { CYAML_VALUE_MAPPING(
	CYAML_FLAG_DEFAULT, struct raw_policy, policy_fields) };

static const cyaml_schema_field_t alerts_fields[] = {
	TEXT("resolve_after", struct raw_alerts, resolve_after),
	TEXT("repeat_every", struct raw_alerts, repeat_every),
	TEXT("max_per_hour", struct raw_alerts, max_per_hour),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t quiet_fields[] = {
	STRINGS("days", struct raw_quiet, days),
	REQUIRED_TEXT("from", struct raw_quiet, from),
	REQUIRED_TEXT("to", struct raw_quiet, to),
	TEXT("below", struct raw_quiet, below),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t quiet = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT,
								struct raw_quiet, quiet_fields) };

static const cyaml_schema_field_t maintenance_fields[] = {
	STRINGS("files", struct raw_maintenance, files),
	TEXT("hold", struct raw_maintenance, hold),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t snapshots_fields[] = {
	TEXT("directory", struct raw_snapshots, directory),
	TEXT("max_samples", struct raw_snapshots, max_samples),
	TEXT("max_files", struct raw_snapshots, max_files),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t state_fields[] = {
	TEXT("path", struct raw_state, path),
	TEXT("resolution", struct raw_state, resolution),
	TEXT("max_age", struct raw_state, max_age),
	TEXT("max_size", struct raw_state, max_size),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t sink_fields[] = {
	TEXT("name", struct raw_sink, name),
	REQUIRED_TEXT("type", struct raw_sink, type),
	TEXT("min_severity", struct raw_sink, min_severity),
	TEXT("pending", struct raw_sink, pending),
	TEXT("resolved", struct raw_sink, resolved),
	TEXT("format", struct raw_sink, format),
	TEXT("path", struct raw_sink, path),
	TEXT("facility", struct raw_sink, facility),
	STRINGS("command", struct raw_sink, command),
	TEXT("shell", struct raw_sink, shell),
	TEXT("url", struct raw_sink, url),
	STRINGS("headers", struct raw_sink, headers),
	TEXT("ca_file", struct raw_sink, ca_file),
	TEXT("timeout", struct raw_sink, timeout),
	TEXT("resolve_timeout", struct raw_sink, resolve_timeout),
	TEXT("generator_url", struct raw_sink, generator_url),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t sink = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_sink,
							       sink_fields) };

static const cyaml_schema_field_t queue_fields[] = {
	TEXT("max_messages", struct raw_queue, max_messages),
	TEXT("retry_min", struct raw_queue, retry_min),
	TEXT("retry_max", struct raw_queue, retry_max),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t config_fields[] = {
	SECTION("sampling", struct raw_config, sampling, sampling_fields),
	SECTION("selection", struct raw_config, selection, selection_fields),
	SECTION("thresholds", struct raw_config, thresholds, thresholds_fields),
	LIST("policies", struct raw_config, policies, &policy),
	SECTION("alerts", struct raw_config, alerts, alerts_fields),
	LIST("quiet_hours", struct raw_config, quiet_hours, &quiet),
	SECTION("maintenance", struct raw_config, maintenance, maintenance_fields),
	SECTION("snapshots", struct raw_config, snapshots, snapshots_fields),
	SECTION("state", struct raw_config, state, state_fields),
	LIST("sinks", struct raw_config, sinks, &sink),
	SECTION("queue", struct raw_config, queue, queue_fields),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t mw_config_schema = { CYAML_VALUE_MAPPING(
	CYAML_FLAG_POINTER, struct raw_config, config_fields) };

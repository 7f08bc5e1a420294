/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_schema.h - the keys of memwatch.yaml as libcyaml reads them: every value is
 * still the text that stood there, NULL where nothing did. config.c makes sense of them.
 */
#ifndef MW_CONFIG_SCHEMA_H
#define MW_CONFIG_SCHEMA_H

#include <cyaml/cyaml.h>

struct raw_match {
	char **comm;
	unsigned int comm_count;
	char **unit;
	unsigned int unit_count;
	char **cgroup;
	unsigned int cgroup_count;
	char **uid;
	unsigned int uid_count;
};

struct raw_sampling {
	char *interval;
	char *root;
	char *idle_rounds;
};

struct raw_selection {
	struct raw_match *include;
	unsigned int include_count;
	struct raw_match *exclude;
	unsigned int exclude_count;
};

struct raw_thresholds {
	char *min_samples;
	char *min_windows;
	char *chance;
	char *coverage;
	char *min_growth;
	char *min_growth_part;
	char *wave_part;
	char *wave_period;
	char *urgent_part;
	char *watermark_alpha;
	char *rate_short;
	char *rate_long;
};

struct raw_condition {
	char **class;
	unsigned int class_count;
	char *rate;
	char *confidence;
	char *time_to_limit;
	char *duration;
	struct raw_match match;
};

struct raw_run {
	char **command;
	unsigned int command_count;
	char *shell;
	char *timeout;
};

struct raw_action {
	char *log;
	char **notify;
	unsigned int notify_count;
	char *snapshot;
	struct raw_run run;
};

struct raw_policy {
	char *name;
	struct raw_condition condition;
	struct raw_action action;
	char *severity;
	char *pending_for;
	char *resolve_after;
	char *repeat_every;
	char *max_per_hour;
};

struct raw_alerts {
	char *resolve_after;
	char *repeat_every;
	char *max_per_hour;
};

struct raw_quiet {
	char **days;
	unsigned int days_count;
	char *from;
	char *to;
	char *below;
};

struct raw_maintenance {
	char **files;
	unsigned int files_count;
	char *hold;
};

struct raw_snapshots {
	char *directory;
	char *max_samples;
	char *max_files;
};

struct raw_state {
	char *path;
	char *resolution;
	char *max_age;
	char *max_size;
};

struct raw_sink {
	char *name;
	char *type;
	char *min_severity;
	char *pending;
	char *resolved;
	char *format;
	char *path;
	char *facility;
	char **command;
	unsigned int command_count;
	char *shell;
	char *url;
	char **headers;
	unsigned int headers_count;
	char *ca_file;
	char *timeout;
	char *resolve_timeout;
	char *generator_url;
};

struct raw_queue {
	char *max_messages;
	char *retry_min;
	char *retry_max;
};

struct raw_config {
	struct raw_sampling sampling;
	struct raw_selection selection;
	struct raw_thresholds thresholds;
	struct raw_policy *policies;
	unsigned int policies_count;
	struct raw_alerts alerts;
	struct raw_quiet *quiet_hours;
	unsigned int quiet_hours_count;
	struct raw_maintenance maintenance;
	struct raw_snapshots snapshots;
	struct raw_state state;
	struct raw_sink *sinks;
	unsigned int sinks_count;
	struct raw_queue queue;
};

/* The whole; a mapping whose keys are all optional. */
extern const cyaml_schema_value_t mw_config_schema;

#endif /* MW_CONFIG_SCHEMA_H */

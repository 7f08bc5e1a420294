/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - memwatch.yaml, read and checked. userspace/memwatch.yaml documents each key.
 */
#ifndef MW_CONFIG_H
#define MW_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "alerting.h"
#include "config_errors.h"
#include "leak.h"
#include "match.h"
#include "sinks.h"
#include "store.h"

#define MW_CONFIG_PATH "/etc/memwatch/memwatch.yaml"

/**
 * struct mw_config - what memwatch.yaml says; defaults where it says nothing
 * @interval_s:     between two rounds
 * @root:           "" for this host; where its / is mounted otherwise
 * @idle_rounds:    a process whose memory does not move is looked at in one round of as many
 * @selection:      which processes
 * @thresholds:     of the detector
 * @rules:          policies in the order of the file, at least one; what holds alerts back
 * @deploy_files:   a change of one of these begins maintenance
 * @snapshot_directory: where snapshots are written; NULL: nowhere
 * @snapshot_samples:   samples in one file, at most
 * @snapshot_files:     files that are kept
 * @store:          what outlives the program; store.path is NULL without one
 * @sinks:          where alerts are told; sinks.notice is the caller's to fill
 */
struct mw_config {
	double interval_s;
	const char *root;
	unsigned int idle_rounds;
	struct mw_selection selection;
	struct mw_leak_config thresholds;
	struct mw_alert_rules rules;
	const char *const *deploy_files;
	size_t deploy_file_count;
	const char *snapshot_directory;
	unsigned int snapshot_samples;
	unsigned int snapshot_files;
	struct mw_store_config store;
	struct mw_sinks_config sinks;
	struct mw_config_memory *memory;
};

/**
 * mw_config_defaults() - what holds without a file: every leak of every process on standard
 * output, no state, no sinks
 * Returns 0 or -ENOMEM.
 */
int mw_config_defaults(struct mw_config *ret_config);

/**
 * mw_config_parse() - read a text
 * @errors: complaints are added, sorted by line
 * Returns 0, -EINVAL when there were complaints, or -ENOMEM; *@ret_config is untouched but
 * for 0.
 */
int mw_config_parse(const char *text, size_t len, struct mw_config *ret_config,
		    struct mw_config_errors *errors);

/**
 * mw_config_load() - read a file
 * Returns as mw_config_parse(), or another negative errno when the file cannot be read
 * (-ENOENT: there is none; -EFBIG: more than 256 KiB; -EISDIR).
 */
int mw_config_load(const char *path, struct mw_config *ret_config, struct mw_config_errors *errors);

/** mw_config_free() - release it; one that is all zero is allowed */
void mw_config_free(struct mw_config *config);

#endif /* MW_CONFIG_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * config.c - what the sections of memwatch.yaml mean. All complaints are collected; a
 * configuration with one of them is not used at all. Never reads a file or a clock.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config_memory.h"
#include "config_policies.h"
#include "config_shape.h"
#include "config_sinks.h"
#include "config_value.h"

#define INTERVAL_S	 10.0
#define IDLE_ROUNDS	 18
#define HOLD_S		 1800.0
#define SNAPSHOT_SAMPLES 360
#define SNAPSHOT_FILES	 100
#define MAX_PER_HOUR	 60
/* A life that is shorter than so many samples of the history leaves none in it. */
#define SETTLE_SAMPLES 6
/* Of the detector, as leak.h says. */
#define LEAST_WINDOWS 8
#define MOST_WINDOWS  24

static void set_defaults(struct mw_config *config)
{
	memset(config, 0, sizeof(*config));
	config->interval_s = INTERVAL_S;
	config->root = "";
	config->idle_rounds = IDLE_ROUNDS;
	config->rules.max_per_hour = MAX_PER_HOUR;
	config->rules.hold_s = HOLD_S;
	config->snapshot_samples = SNAPSHOT_SAMPLES;
	config->snapshot_files = SNAPSHOT_FILES;
	mw_leak_defaults(&config->thresholds);
	mw_store_defaults(&config->store);
}

static void read_sampling(struct mw_config_reader *reader, const struct raw_sampling *raw,
			  struct mw_config *config)
{
	mw_config_section(reader, "sampling");
	mw_config_duration(reader, "interval", raw->interval, &config->interval_s);
	mw_config_text(reader, "root", raw->root, &config->root);
	mw_config_count(reader, "idle_rounds", raw->idle_rounds, 1, 360, &config->idle_rounds);
}

static void read_selection(struct mw_config_reader *reader, struct mw_config_memory *memory,
			   const struct raw_selection *raw, struct mw_selection *selection)
{
	selection->include =
		mw_config_memory_get(memory, raw->include_count, sizeof(*selection->include));
	selection->exclude =
		mw_config_memory_get(memory, raw->exclude_count, sizeof(*selection->exclude));
	if (mw_config_memory_failed(memory))
		return;
	selection->include_count = raw->include_count;
	selection->exclude_count = raw->exclude_count;
	for (unsigned int i = 0; i < raw->include_count; i++) {
		mw_config_section(reader, "selection.include[%u]", i);
		mw_config_match(reader, memory, &raw->include[i], true, &selection->include[i]);
	}
	for (unsigned int i = 0; i < raw->exclude_count; i++) {
		mw_config_section(reader, "selection.exclude[%u]", i);
		mw_config_match(reader, memory, &raw->exclude[i], true, &selection->exclude[i]);
	}
}

static void read_thresholds(struct mw_config_reader *reader, const struct raw_thresholds *raw,
			    struct mw_leak_config *leak)
{
	int64_t growth_kb = (int64_t)leak->min_growth_kib;

	mw_config_section(reader, "thresholds");
	mw_config_count(reader, "min_samples", raw->min_samples, 20, 100000, &leak->min_samples);
	mw_config_count(reader, "min_windows", raw->min_windows, LEAST_WINDOWS, MOST_WINDOWS,
			&leak->min_windows);
	mw_config_part(reader, "chance", raw->chance, &leak->p_value);
	mw_config_part(reader, "coverage", raw->coverage, &leak->interval);
	mw_config_size(reader, "min_growth", raw->min_growth, &growth_kb);
	leak->min_growth_kib = (double)growth_kb;
	mw_config_part(reader, "min_growth_part", raw->min_growth_part, &leak->min_growth_part);
	mw_config_part(reader, "wave_part", raw->wave_part, &leak->wave_part);
	mw_config_duration(reader, "wave_period", raw->wave_period, &leak->wave_period_s);
	mw_config_part(reader, "urgent_part", raw->urgent_part, &leak->urgent_part);
	mw_config_number(reader, "watermark_alpha", raw->watermark_alpha, 0, 100,
			 &leak->watermark_alpha);
	mw_config_duration(reader, "rate_short", raw->rate_short, &leak->rate_short_s);
	mw_config_duration(reader, "rate_long", raw->rate_long, &leak->rate_long_s);
	if (leak->rate_short_s >= leak->rate_long_s)
		mw_config_wrong(reader, "rate_short", raw->rate_short,
				"has to be less than rate_long, %g s", leak->rate_long_s);
	if (!(leak->p_value > 0 && leak->p_value <= 0.2))
		mw_config_wrong(reader, "chance", raw->chance, "has to be above 0 and at most 0.2");
	if (!(leak->interval >= 0.5 && leak->interval < 1))
		mw_config_wrong(reader, "coverage", raw->coverage,
				"has to be 0.5 or more, and less than 1");
}

static void read_quiet(struct mw_config_reader *reader, const struct raw_quiet *raw,
		       struct mw_quiet *quiet)
{
	static const char *const days[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

	quiet->days = raw->days_count == 0 ? MW_QUIET_EVERY_DAY : 0;
	quiet->below = MW_SEVERITY_CRITICAL;
	for (unsigned int i = 0; i < raw->days_count; i++) {
		char key[24];
		int day;

		snprintf(key, sizeof(key), "days[%u]", i);
		day = mw_config_word(reader, key, raw->days[i], days,
				     sizeof(days) / sizeof(days[0]));
		if (day >= 0)
			quiet->days |= 1u << day;
	}
	mw_config_minute(reader, "from", raw->from, &quiet->from_minute);
	mw_config_minute(reader, "to", raw->to, &quiet->to_minute);
	mw_config_severity(reader, "below", raw->below, &quiet->below);
}

static void read_quiet_hours(struct mw_config_reader *reader, struct mw_config_memory *memory,
			     const struct raw_config *raw, struct mw_config *config)
{
	config->rules.quiet =
		mw_config_memory_get(memory, raw->quiet_hours_count, sizeof(*config->rules.quiet));
	if (config->rules.quiet == NULL)
		return;
	config->rules.quiet_count = raw->quiet_hours_count;
	for (unsigned int i = 0; i < raw->quiet_hours_count; i++) {
		mw_config_section(reader, "quiet_hours[%u]", i);
		read_quiet(reader, &raw->quiet_hours[i], &config->rules.quiet[i]);
	}
}

static void read_maintenance(struct mw_config_reader *reader, struct mw_config_memory *memory,
			     const struct raw_maintenance *raw, struct mw_config *config)
{
	mw_config_section(reader, "maintenance");
	config->deploy_files =
		mw_config_strings(reader, memory, "files", raw->files, raw->files_count);
	config->deploy_file_count = raw->files_count;
	mw_config_duration(reader, "hold", raw->hold, &config->rules.hold_s);
}

static void read_snapshots(struct mw_config_reader *reader, const struct raw_snapshots *raw,
			   struct mw_config *config)
{
	mw_config_section(reader, "snapshots");
	mw_config_text(reader, "directory", raw->directory, &config->snapshot_directory);
	mw_config_count(reader, "max_samples", raw->max_samples, 1, 1000000,
			&config->snapshot_samples);
	mw_config_count(reader, "max_files", raw->max_files, 1, 100000, &config->snapshot_files);
}

static void read_state(struct mw_config_reader *reader, const struct raw_state *raw,
		       struct mw_store_config *store)
{
	mw_config_section(reader, "state");
	mw_config_text(reader, "path", raw->path, &store->path);
	mw_config_duration(reader, "resolution", raw->resolution, &store->resolution_s);
	if (raw->resolution != NULL)
		store->settle_s = SETTLE_SAMPLES * store->resolution_s;
	mw_config_duration(reader, "max_age", raw->max_age, &store->max_age_s);
	mw_config_size(reader, "max_size", raw->max_size, &store->max_kb);
}

static int read_sections(struct mw_config_reader *reader, const struct raw_config *raw,
			 struct mw_config *config)
{
	struct mw_config_memory *memory = config->memory;

	read_sampling(reader, &raw->sampling, config);
	read_selection(reader, memory, &raw->selection, &config->selection);
	read_thresholds(reader, &raw->thresholds, &config->thresholds);
	read_quiet_hours(reader, memory, raw, config);
	read_maintenance(reader, memory, &raw->maintenance, config);
	read_snapshots(reader, &raw->snapshots, config);
	read_state(reader, &raw->state, &config->store);
	mw_config_sinks(reader, memory, raw, &config->sinks);
	mw_config_policies(reader, memory, raw, config);
	return mw_config_memory_failed(memory) ? -ENOMEM : 0;
}

/* @raw is NULL for a text without a document. */
static int build(struct mw_config_reader *reader, struct mw_config_memory *memory,
		 const struct raw_config *raw, struct mw_config *ret_config)
{
	static const struct raw_config nothing;
	struct mw_config config;
	int err;

	set_defaults(&config);
	config.memory = memory;
	err = read_sections(reader, raw != NULL ? raw : &nothing, &config);
	if (err == 0 && reader->errors->count > 0)
		err = -EINVAL;
	if (err == 0)
		*ret_config = config;
	return err;
}

static int load(struct mw_config_reader *reader, struct mw_config_memory *memory, const char *text,
		size_t len, bool is_empty, struct mw_config *ret_config)
{
	const struct raw_config *raw = NULL;
	char reason[160];
	int err = 0;

	if (reader->errors->count > 0)
		return -EINVAL;
	if (!is_empty)
		err = mw_config_memory_load(memory, text, len, &raw, reason, sizeof(reason));
	if (err == -EBADMSG) {
		mw_config_complain(reader->errors, 0, NULL, NULL, "%s", reason);
		return -EINVAL;
	}
	return err < 0 ? err : build(reader, memory, raw, ret_config);
}

int mw_config_parse(const char *text, size_t len, struct mw_config *ret_config,
		    struct mw_config_errors *errors)
{
	struct mw_config_memory *memory = mw_config_memory_new();
	struct mw_config_lines lines = { 0 };
	struct mw_config_reader reader = { .errors = errors, .lines = &lines };
	bool is_empty = false;
	int err = -ENOMEM;

	if (memory != NULL)
		err = mw_config_shape_check(text, len, &mw_config_schema, errors, &lines,
					    &is_empty);
	if (err == 0)
		err = load(&reader, memory, text, len, is_empty, ret_config);
	mw_config_lines_free(&lines);
	mw_config_errors_sort(errors);
	if (err < 0)
		mw_config_memory_free(memory);
	return err;
}

int mw_config_defaults(struct mw_config *ret_config)
{
	struct mw_config_errors errors = { 0 };

	return mw_config_parse("", 0, ret_config, &errors);
}

void mw_config_free(struct mw_config *config)
{
	mw_config_memory_free(config->memory);
	memset(config, 0, sizeof(*config));
}

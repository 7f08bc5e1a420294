// SPDX-License-Identifier: GPL-2.0-only
/*
 * alert_saved.c - the layout of a saved alert. It is read on the machine that wrote it, so
 * that byte order is of no matter; what is read is not trusted.
 */
#include "alert_saved.h"

#include <math.h>
#include <string.h>

#define VERSION 1

/* Changes only with VERSION. */
struct saved {
	uint32_t version;
	int32_t pid;
	uint64_t start_ticks;
	char rule[32];
	char comm[64];
	char class_name[32];
	char reason[384];
	uint32_t severity;
	uint32_t phase;
	uint32_t told;
	uint32_t reserved;
	double since_s;
	double began_s;
	double fired_s;
	double told_s;
	double born_s;
	double confidence;
	double rate_kib_per_s;
	double rate_low;
	double rate_high;
	double leak_since_s;
	double first_alert_s;
	double time_to_limit_s;
	int64_t limit_kb;
	uint64_t samples;
};

/* Cut where it does not fit, and closed by a NUL whatever stood there. */
static void copy_text(char *to, size_t size, const char *from, size_t from_size)
{
	size_t len = strnlen(from, from_size < size ? from_size : size - 1);

	memcpy(to, from, len);
	memset(to + len, 0, size - len);
}

size_t mw_alert_saved_size(void)
{
	return sizeof(struct saved);
}

void mw_alert_save(const struct mw_alert_entry *entry, void *ret_data)
{
	const struct mw_verdict *verdict = &entry->verdict;
	struct saved saved = {
		.version = VERSION,
		.pid = verdict->pid,
		.start_ticks = verdict->start_ticks,
		.severity = entry->severity,
		.phase = entry->life.phase,
		.told = entry->life.told,
		.since_s = entry->life.since_s,
		.began_s = entry->life.began_s,
		.fired_s = entry->life.fired_s,
		.told_s = entry->life.told_s,
		.born_s = entry->born_s,
		.confidence = verdict->confidence,
		.rate_kib_per_s = verdict->rate_kib_per_s,
		.rate_low = verdict->rate_low,
		.rate_high = verdict->rate_high,
		.leak_since_s = verdict->since_s,
		.first_alert_s = verdict->first_alert_s,
		.time_to_limit_s = verdict->time_to_limit_s,
		.limit_kb = verdict->limit_kb,
		.samples = verdict->samples,
	};

	copy_text(saved.rule, sizeof(saved.rule), entry->rule, sizeof(entry->rule));
	copy_text(saved.comm, sizeof(saved.comm), verdict->comm, sizeof(verdict->comm));
	copy_text(saved.class_name, sizeof(saved.class_name), entry->class_name,
		  sizeof(entry->class_name));
	copy_text(saved.reason, sizeof(saved.reason), verdict->reason, sizeof(verdict->reason));
	memcpy(ret_data, &saved, sizeof(saved));
}

static void load_verdict(const struct saved *saved, struct mw_verdict *verdict)
{
	verdict->pid = saved->pid;
	verdict->start_ticks = saved->start_ticks;
	verdict->samples = saved->samples;
	verdict->leak = saved->phase != MW_PHASE_RESOLVED;
	verdict->confidence = saved->confidence;
	verdict->rate_kib_per_s = saved->rate_kib_per_s;
	verdict->rate_low = saved->rate_low;
	verdict->rate_high = saved->rate_high;
	verdict->since_s = saved->leak_since_s;
	verdict->first_alert_s = saved->first_alert_s;
	verdict->limit_kb = saved->limit_kb;
	verdict->time_to_limit_s = saved->time_to_limit_s;
	copy_text(verdict->comm, sizeof(verdict->comm), saved->comm, sizeof(saved->comm));
	copy_text(verdict->reason, sizeof(verdict->reason), saved->reason, sizeof(saved->reason));
}

static bool is_sane(const struct saved *saved)
{
	return saved->version == VERSION && saved->pid >= 0 &&
	       saved->severity <= MW_SEVERITY_CRITICAL && saved->phase >= MW_PHASE_PENDING &&
	       saved->phase <= MW_PHASE_RESOLVED && saved->told <= MW_PHASE_RESOLVED &&
	       isfinite(saved->since_s);
}

bool mw_alert_load(const void *data, size_t size, struct mw_alert_entry *ret_entry)
{
	struct saved saved;

	if (size != sizeof(saved))
		return false;
	memcpy(&saved, data, sizeof(saved));
	if (!is_sane(&saved))
		return false;
	memset(ret_entry, 0, sizeof(*ret_entry));
	ret_entry->severity = (enum mw_severity)saved.severity;
	ret_entry->life = (struct mw_alert_life){
		.phase = (enum mw_phase)saved.phase,
		.told = (enum mw_phase)saved.told,
		.since_s = saved.since_s,
		.began_s = saved.began_s,
		.fired_s = saved.fired_s,
		.clear_s = NAN,
		.told_s = saved.told_s,
	};
	ret_entry->born_s = saved.born_s;
	copy_text(ret_entry->rule, sizeof(ret_entry->rule), saved.rule, sizeof(saved.rule));
	copy_text(ret_entry->class_name, sizeof(ret_entry->class_name), saved.class_name,
		  sizeof(saved.class_name));
	load_verdict(&saved, &ret_entry->verdict);
	return true;
}

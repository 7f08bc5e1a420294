// SPDX-License-Identifier: GPL-2.0-only
/*
 * kin.c - what the lives of a service say together (family.h), as a verdict that policies
 * judge like any other. How sure it is, nobody has counted: a policy that asks for a
 * confidence is not fulfilled.
 */
#include "kin.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../lib/subject.h"

/* 208 bytes each. */
#define FAMILIES 256

int kin_init(struct kin *kin, struct mw_alerting *alerting)
{
	kin->alerting = alerting;
	kin->families = mw_families_new(FAMILIES);
	return kin->families != NULL ? 0 : -ENOMEM;
}

void kin_free(struct kin *kin)
{
	mw_families_free(kin->families);
	kin->families = NULL;
}

void kin_name(const struct mw_subject *subject, char ret_name[MW_FAMILY_NAME_MAX])
{
	char group[MW_GROUP_MAX];

	mw_group_name(subject->unit, subject->cgroup, group);
	if (group[0] != '\0')
		snprintf(ret_name, MW_FAMILY_NAME_MAX, "%s (%s)", subject->comm, group);
	else
		snprintf(ret_name, MW_FAMILY_NAME_MAX, "%s", subject->comm);
}

/* In place of the start of a process: 64-bit FNV-1a of the name. */
static uint64_t key_of(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325u;

	while (*name != '\0')
		hash = (hash ^ (unsigned char)*name++) * 0x100000001b3u;
	return hash;
}

void kin_end(struct kin *kin, const char *name, const struct mw_leak *leak, double now_s)
{
	struct mw_family_verdict family;

	if (!mw_families_end(kin->families, name, leak))
		return;
	if (mw_families_get(kin->families, name, &family) && !family.leak)
		mw_alerting_end(kin->alerting, 0, key_of(name), "its last life did not rise",
				now_s);
}

struct judging {
	struct kin *kin;
	double now_s;
	int err;
};

static void judge(const struct mw_family_verdict *family, void *arg)
{
	struct judging *judging = arg;
	struct mw_subject subject = { .comm = family->name, .unit = "", .cgroup = "" };
	struct mw_verdict verdict = {
		.start_ticks = key_of(family->name),
		.samples = family->lives,
		.leak = true,
		.confidence = NAN,
		.class_name = family->class_name,
		.rate_kib_per_s = family->rate_kib_per_s,
		.rate_low = family->rate_low,
		.rate_high = family->rate_high,
		.since_s = family->since_s,
		.first_alert_s = family->alert_s,
		.limit_kb = MW_UNKNOWN,
		.time_to_limit_s = NAN,
		.time_to_limit_low_s = NAN,
		.time_to_limit_high_s = NAN,
		.watermark_kib = NAN,
		.alloc_per_s = NAN,
		.alloc_change = 1,
		.drift = NAN,
	};

	snprintf(verdict.comm, sizeof(verdict.comm), "%.*s", MW_COMM_MAX - 1, family->name);
	mw_family_sentence(family, verdict.reason, sizeof(verdict.reason));
	if (judging->err == 0)
		judging->err = mw_alerting_judge(judging->kin->alerting, &verdict, &subject, NAN,
						 judging->now_s);
}

int kin_round(struct kin *kin, double now_s)
{
	struct judging judging = { kin, now_s, 0 };

	mw_families_each(kin->families, judge, &judging);
	return judging.err;
}

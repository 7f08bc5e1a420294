// SPDX-License-Identifier: GPL-2.0-only
/*
 * judges.c - the list of judges, and memwatch's detector as one of them: a detector
 * for each process life in the series, fed in the order of time as the daemon would,
 * and a family of the lives that follow each other.
 */
#include "judges.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "family.h"
#include "leak.h"
#include "lives.h"

const struct mw_judge mw_judges[MW_JUDGES] = {
	{ "memwatch", mw_judge_memwatch }, { "LBR", mw_judge_lbr },
	{ "PrecogMF", mw_judge_precogmf }, { "1 h, 10 %/h", mw_judge_one_hour },
	{ "fixed 90 %", mw_judge_fixed },
};

void mw_judgement_init(struct mw_judgement *judgement)
{
	memset(judgement, 0, sizeof(*judgement));
	judgement->first_s = judgement->last_s = NAN;
	judgement->rate = judgement->low = judgement->high = NAN;
}

void mw_judgement_at(struct mw_judgement *judgement, double now_s, bool leak)
{
	if (leak && !judgement->leak) {
		judgement->alerts++;
		judgement->last_s = now_s;
		if (isnan(judgement->first_s))
			judgement->first_s = now_s;
	}
	judgement->leak = leak;
}

struct life {
	struct mw_leak *leak;
	double last_s;
};

/* The lives of one series, in the order of their ends once it is over. */
struct ended {
	struct life *life[512];
	size_t count;
};

__attribute__((noreturn)) static void give_up(const char *wrong)
{
	fprintf(stderr, "eval: %s\n", wrong);
	exit(2);
}

static double cpu_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void alert(struct mw_judgement *judgement, double now_s)
{
	judgement->alerts++;
	judgement->last_s = isnan(judgement->last_s) ? now_s : fmax(judgement->last_s, now_s);
	judgement->first_s = isnan(judgement->first_s) ? now_s : fmin(judgement->first_s, now_s);
}

static void feed(struct mw_lives *lives, struct mw_families *families,
		 const struct mw_leak_config *config, const struct mw_sample *sample,
		 struct mw_judgement *judgement)
{
	bool has_changed;
	struct mw_verdict verdict;
	bool is_new;
	struct life *life = mw_lives_get(lives, sample->pid, sample->start_ticks, &is_new);

	if (life && is_new)
		life->leak = mw_leak_new(config);
	if (!life || !life->leak)
		give_up("no memory for a detector");
	if (is_new)
		mw_families_teach(families, sample->comm, life->leak);
	life->last_s = sample->time_s;
	has_changed = mw_leak_add(life->leak, sample);
	mw_families_learn(families, sample->comm, life->leak);
	if (!has_changed)
		return;
	mw_leak_verdict(life->leak, &verdict);
	if (verdict.leak)
		alert(judgement, sample->time_s);
}

static void collect(void *block, void *arg)
{
	struct ended *ended = arg;

	if (ended->count == sizeof(ended->life) / sizeof(ended->life[0]))
		give_up("more lives in a series than judges.c has room for");
	ended->life[ended->count++] = block;
}

static int by_end(const void *a, const void *b)
{
	const struct life *const *x = a, *const *y = b;

	return ((*x)->last_s > (*y)->last_s) - ((*x)->last_s < (*y)->last_s);
}

/* As `analyze` does it: families by comm, each told of its lives as they end. */
static void judge_families(const struct ended *ended, struct mw_families *families,
			   const char *comm, struct mw_judgement *judgement)
{
	struct mw_family_verdict family;

	for (size_t i = 0; i < ended->count; i++)
		if (mw_families_end(families, comm, ended->life[i]->leak) &&
		    mw_families_get(families, comm, &family) && family.leak)
			alert(judgement, family.alert_s);
}

/* The verdict of a series is that of the process that leaks fastest at its end. */
static void take_verdict(const struct life *life, const struct mw_families *families,
			 struct mw_judgement *judgement)
{
	struct mw_family_verdict family;
	struct mw_verdict verdict;

	mw_leak_verdict(life->leak, &verdict);
	if (mw_families_get(families, verdict.comm, &family))
		mw_family_accuse(&family, life->leak, &verdict);
	if (!judgement->reason[0] || verdict.leak)
		snprintf(judgement->reason, sizeof(judgement->reason), "%s", verdict.reason);
	if (!verdict.leak || judgement->rate > verdict.rate_kib_per_s)
		return;
	judgement->leak = true;
	judgement->rate = verdict.rate_kib_per_s;
	judgement->low = verdict.rate_low;
	judgement->high = verdict.rate_high;
	judgement->class_name = verdict.class_name;
}

static void end_life(void *block, void *arg)
{
	struct life *life = block;

	(void)arg;
	mw_leak_free(life->leak);
}

void mw_judge_memwatch(const struct mw_labelled *series, struct mw_judgement *ret_judgement)
{
	struct mw_lives *lives = mw_lives_new(sizeof(struct life));
	struct ended ended = { .count = 0 };
	struct mw_families *families = mw_families_new(4);
	struct mw_leak_config config;
	double begun_s;

	if (!lives || !families)
		give_up("no memory for lives and families");
	mw_leak_defaults(&config);
	begun_s = cpu_now_s();
	for (size_t i = 0; i < series->count; i++)
		feed(lives, families, &config, &series->samples[i], ret_judgement);
	ret_judgement->cpu_s = cpu_now_s() - begun_s;
	mw_lives_each(lives, collect, &ended);
	qsort(ended.life, ended.count, sizeof(ended.life[0]), by_end);
	judge_families(&ended, families, series->samples[0].comm, ret_judgement);
	for (size_t i = 0; i < ended.count; i++)
		take_verdict(ended.life[i], families, ret_judgement);
	mw_families_free(families);
	mw_lives_free(lives, end_life, NULL);
}

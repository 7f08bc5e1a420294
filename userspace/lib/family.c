// SPDX-License-Identifier: GPL-2.0-only
/*
 * family.c - process lives that follow each other are one story. Owns what is
 * remembered of each family; must never judge a life, which leak.c has done.
 *
 * Model. A service that leaks and is restarted every hour never lives long enough
 * to be told: its rises are seen, and wait (leak_wait.c). What they wait for is
 * that a warm-up ends or a wave turns, and several lives answer that together. A
 * family leaks when its last RUN lives
 *
 *   rose to their end   each by the tests of trend.c, in MIN_SAMPLES samples or more, so none was
 *                       seen to bend, to hold or to give back before it ended; a warm-up
 *                       that ends within the life is seen to
 *   by much             MIN_PART of where they began, each
 *   from below          each began under half of the growth of the one before: what a wave or a
 *                       growing data set has raised does not fall with a restart
 *   at one rate         the fastest no more than SPREAD times the slowest
 *   one after the other each began within PAUSE of the length of the one before after its end,
 *                       and not before that: a service is started again at once, a job when it
 *                       is due; workers that grow side by side are one observation, not many
 *
 * A life that had the samples to be judged and did not rise ends the run and the
 * alert; one that was too short, or that began before the last had ended, is passed
 * over.
 *
 * What a life of the family gave back is remembered, too: how far its floor has fallen at
 * most, or what it has risen by and then held for half of its life, as buffers that fill do. The first rise of a collected heap lasts until its first collection, and looks like
 * a leak in each life anew; so a new life's first rises are news only when they are clearly
 * higher than that (leak.c), or when they have used half of the room that it leaves below
 * the limit. A leak gives nothing back, and leaves no such memory; the run above does not
 * ask for it.
 *
 * What cannot be told apart: jobs that follow each other without a pause and each
 * grow straight to their end.
 *
 * Worked example: an api grows from 80 MiB by 5 MiB/h and is restarted every hour;
 * samples every 10 s. In an hour it rises by 6 % in 360 samples. A single life
 * would wait for 2.4 h or longer, since a wave of the day could do that. The third
 * life in a row that began at 80 MiB again ends after 3 h, and the family is told:
 * 5 MiB/h, in 3 lives.
 *
 * Bounds: 208 bytes a family, at most as many as mw_families_new() was told.
 */
#include "family.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family_internal.h"
#include "leak_internal.h"

#define RUN 3
/* Ten windows of four: the fewest that can be judged. Three such lives are twice what one life needs. */
#define MIN_SAMPLES 40
#define MIN_PART    0.02
#define SPREAD	    2.0
#define PAUSE	    0.25
#define OVERLAP	    0.05
/* Part of the life, before its end, within which the rise was last seen. */
#define END_PART 0.2

struct mw_families *mw_families_new(size_t most)
{
	struct mw_families *families = calloc(1, sizeof(*families) + most * sizeof(struct family));

	if (families != NULL)
		families->most = most;
	return families;
}

void mw_families_free(struct mw_families *families)
{
	free(families);
}

size_t mw_families_bytes(const struct mw_families *families)
{
	return sizeof(*families) + families->most * sizeof(struct family);
}

static const struct family *find(const struct mw_families *families, const char *name)
{
	for (size_t i = 0; i < families->most; i++)
		if (families->family[i].touched != 0 &&
		    strncmp(families->family[i].name, name, MW_FAMILY_NAME_MAX - 1) == 0)
			return &families->family[i];
	return NULL;
}

static bool leaks(const struct family *family)
{
	return family->run >= RUN;
}

/* A free one, or the one that was heard of least recently; those that leak go last. */
static struct family *make(struct mw_families *families, const char *name)
{
	struct family *oldest = NULL;

	for (size_t i = 0; i < families->most; i++) {
		struct family *family = &families->family[i];

		if (oldest == NULL || leaks(family) < leaks(oldest) ||
		    (leaks(family) == leaks(oldest) && family->touched < oldest->touched))
			oldest = family;
	}
	if (oldest == NULL)
		return NULL;
	*oldest = (struct family){ .since_s = NAN, .alert_s = NAN, .end_s = NAN };
	snprintf(oldest->name, sizeof(oldest->name), "%s", name);
	return oldest;
}

static struct family *find_or_make(struct mw_families *families, const char *name)
{
	struct family *family = (struct family *)find(families, name);

	return family != NULL ? family : make(families, name);
}

/* ---- one life ---- */

static double begin_of(const struct mw_leak *leak)
{
	return leak->series.origin_s;
}

/* Did it rise, straight to its end? */
static bool rose(const struct mw_leak *leak)
{
	const struct mw_finding *found = &leak->found;
	double life_s = leak->series.last_s - leak->series.origin_s;

	return found->why == MW_TREND_RISING && found->until_t > (1.0 - END_PART) * life_s &&
	       found->until_t - found->since_t > 0.5 * life_s &&
	       found->growth > MIN_PART * fmax(found->level, 1.0);
}

/* Did it begin while the last one of the run was still there? */
static bool is_beside(const struct family *family, const struct mw_leak *leak)
{
	return family->run > 0 && begin_of(leak) < family->end_s - OVERLAP * family->length_s;
}

static bool continues(const struct family *family, const struct mw_leak *leak)
{
	double slope = (double)leak->found.slope;

	return family->run > 0 && begin_of(leak) < family->end_s + PAUSE * family->length_s &&
	       leak->found.level < family->level + 0.5 * family->growth &&
	       slope < SPREAD * (double)family->slowest && slope * SPREAD > (double)family->fastest;
}

static void add_to_run(struct family *family, const struct mw_leak *leak)
{
	const struct mw_finding *found = &leak->found;

	if (!continues(family, leak)) {
		family->run = 0;
		family->since_s = leak->series.origin_s + found->since_t;
		family->growth_sum = 0.0;
		family->low = family->slowest = INFINITY;
		family->high = family->fastest = 0.0f;
		family->alert_s = NAN;
	}
	if (family->run < MW_FAMILY_RATES)
		family->rates[family->run] = found->slope;
	family->run++;
	family->growth_sum += found->growth;
	family->low = fminf(family->low, found->low);
	family->high = fmaxf(family->high, found->high);
	family->slowest = fminf(family->slowest, found->slope);
	family->fastest = fmaxf(family->fastest, found->slope);
	family->level = found->level;
	family->growth = found->growth;
	family->class_name = mw_leak_kind(leak);
	if (leaks(family) && isnan(family->alert_s))
		family->alert_s = leak->series.last_s;
}

bool mw_families_end(struct mw_families *families, const char *name, const struct mw_leak *leak)
{
	struct family *family = find_or_make(families, name);
	bool was;

	if (family == NULL)
		return false;
	was = leaks(family);
	family->touched = ++families->touches;
	family->lives++;
	if (leak->series.samples < MIN_SAMPLES)
		return false;
	if (rose(leak)) {
		if (is_beside(family, leak))
			return false;
		add_to_run(family, leak);
	} else {
		family->run = 0;
		family->since_s = NAN;
		family->alert_s = NAN;
	}
	family->end_s = leak->series.last_s;
	family->length_s = leak->series.last_s - begin_of(leak);
	return leaks(family) != was;
}

/* ---- what lives came back from ---- */

void mw_families_teach(const struct mw_families *families, const char *name, struct mw_leak *leak)
{
	const struct family *family = find(families, name);

	if (family != NULL)
		leak->known_kib = family->came_back_kib;
}

void mw_families_learn(struct mw_families *families, const char *name, struct mw_leak *leak)
{
	struct family *family;

	if (leak->came_back_kib <= leak->learnt_kib)
		return;
	leak->learnt_kib = leak->came_back_kib;
	family = find_or_make(families, name);
	if (family == NULL)
		return;
	family->touched = ++families->touches;
	family->came_back_kib = fmax(family->came_back_kib, leak->came_back_kib);
}

/* ---- what is said ---- */

static double median_rate(const struct family *family)
{
	double rates[MW_FAMILY_RATES];
	size_t count = family->run < MW_FAMILY_RATES ? family->run : MW_FAMILY_RATES;

	for (size_t i = 0; i < count; i++)
		rates[i] = (double)family->rates[i];
	return count > 0 ? mw_stats_median(rates, count) : NAN;
}

static void take(const struct family *family, struct mw_family_verdict *ret_verdict)
{
	bool has_run = family->run > 0;

	*ret_verdict = (struct mw_family_verdict){
		.leak = leaks(family),
		.lives = family->lives,
		.run = family->run,
		.rate_kib_per_s = median_rate(family),
		.rate_low = has_run ? (double)family->low : NAN,
		.rate_high = has_run ? (double)family->high : NAN,
		.growth_kib = has_run ? family->growth_sum / family->run : NAN,
		.since_s = family->since_s,
		.alert_s = family->alert_s,
		.class_name = leaks(family) ? family->class_name : "none",
	};
	memcpy(ret_verdict->name, family->name, sizeof(ret_verdict->name));
}

bool mw_families_get(const struct mw_families *families, const char *name,
		     struct mw_family_verdict *ret_verdict)
{
	const struct family *family = find(families, name);

	if (family == NULL)
		return false;
	take(family, ret_verdict);
	return true;
}

static const struct family *next_alert(const struct mw_families *families, double after_s,
				       const struct family *last)
{
	const struct family *next = NULL;

	for (size_t i = 0; i < families->most; i++) {
		const struct family *family = &families->family[i];
		bool is_later = family->alert_s > after_s ||
				(family->alert_s == after_s && last != NULL && family > last);

		if (family->touched == 0 || !leaks(family) || !(is_later || last == NULL))
			continue;
		if (next == NULL || family->alert_s < next->alert_s)
			next = family;
	}
	return next;
}

void mw_families_each(const struct mw_families *families,
		      void (*fn)(const struct mw_family_verdict *verdict, void *arg), void *arg)
{
	const struct family *family = NULL;

	while ((family = next_alert(families, family ? family->alert_s : -INFINITY, family))) {
		struct mw_family_verdict verdict;

		take(family, &verdict);
		fn(&verdict, arg);
	}
}

void mw_family_accuse(const struct mw_family_verdict *family, const struct mw_leak *leak,
		      struct mw_verdict *verdict)
{
	size_t used = strlen(verdict->reason);

	if (verdict->leak || !family->leak || !rose(leak) || leak->series.last_s < family->since_s)
		return;
	verdict->leak = true;
	verdict->class_name = mw_leak_kind(leak);
	verdict->confidence = fmax(0.5, 1.0 - pow(0.5, (double)family->run));
	verdict->since_s = leak->series.origin_s + leak->found.since_t;
	verdict->first_alert_s = fmax(family->alert_s, verdict->since_s);
	/* What one life was still waiting for. */
	if (strrchr(verdict->reason, ';'))
		used = (size_t)(strrchr(verdict->reason, ';') - verdict->reason);
	snprintf(verdict->reason + used, sizeof(verdict->reason) - used,
		 "; in each of %zu lives in a row", family->run);
}

size_t mw_family_sentence(const struct mw_family_verdict *verdict, char *ret_text, size_t size)
{
	char rate[MW_FORMAT_MAX], low[MW_FORMAT_MAX], high[MW_FORMAT_MAX], growth[MW_FORMAT_MAX];
	int length;

	mw_format_rate(verdict->rate_kib_per_s, verdict->rate_kib_per_s, rate);
	mw_format_rate(verdict->rate_low, verdict->rate_kib_per_s, low);
	mw_format_rate(verdict->rate_high, verdict->rate_kib_per_s, high);
	mw_format_kib(verdict->growth_kib, growth);
	low[strcspn(low, " ")] = '\0';
	high[strcspn(high, " ")] = '\0';
	length = snprintf(ret_text, size,
			  "leaks %s (%s to %s) from restart to restart, in %zu lives in a row of "
			  "%zu, %s in each on average [%s]",
			  rate, low, high, verdict->run, verdict->lives, growth,
			  verdict->class_name);
	return length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
}

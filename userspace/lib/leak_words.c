// SPDX-License-Identifier: GPL-2.0-only
/*
 * leak_words.c - what is said of one process life: the verdict, its reason in words
 * and how sure it is. Owns no state; must never judge.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "entity.h"
#include "leak_internal.h"

/* Windows in a third of the life, for the drift between first and last. */
#define MIN_THIRD 4

static const char *measure_name(const struct mw_leak *leak)
{
	static const char *const heaps[] = {
		[MW_HEAP_UNSET] = "memory",
		[MW_HEAP_ANON] = "anonymous memory",
		[MW_HEAP_RSS_LESS_FILE] = "RSS less file mappings",
		[MW_HEAP_RSS] = "RSS",
	};

	static const char *const entities[] = {
		[MW_ENTITY_SLAB] = "the slab cache",
		[MW_ENTITY_ORPHANS] = "pages owned by exited processes",
		[MW_ENTITY_HOST] = "memory that no process explains",
	};

	if (leak->entity != MW_ENTITY_PROCESS)
		return entities[leak->entity];
	switch (leak->found.measure) {
	case MW_MEASURE_SHMEM: return "shared memory";
	case MW_MEASURE_KERNEL: return "kernel pages";
	default: return heaps[leak->heap_source];
	}
}

static double confidence_of(const struct mw_leak *leak)
{
	const struct mw_finding *found = &leak->found;
	double sure = (1.0 - (double)found->p_value) * (1.0 - (double)found->departure);

	if (leak->leak)
		return fmin(0.999, fmax(0.5, sure));
	/* Half of it while nothing but the time to tell is missing; else by how far it got. */
	if (found->why == MW_TREND_RISING)
		return fmax(0.0, 0.5 * sure);
	return 0.4 * (double)found->why / MW_TREND_RISING;
}

/* What the other measures did meanwhile: what the class was decided by. */
static void explain_class(const struct mw_leak *leak, char *ret_text, size_t size)
{
	const struct mw_finding *found = &leak->found;
	char amount[MW_FORMAT_MAX];

	ret_text[0] = '\0';
	if (leak->entity != MW_ENTITY_PROCESS)
		return;
	if (mw_leak_is_threads(found)) {
		int length = snprintf(ret_text, size, ", threads with it by %.0f",
				      (double)found->thread_growth);

		mw_format_kib((double)found->kernel_growth / (double)found->thread_growth, amount);
		if (!isnan(found->kernel_growth))
			snprintf(ret_text + length, size - (size_t)length,
				 ", kernel memory by %s each", amount);
	} else if (mw_leak_is_fragmentation(found)) {
		mw_format_kib((double)found->live_growth, amount);
		snprintf(ret_text, size, ", live allocation by %s", amount);
	} else if (found->measure != MW_MEASURE_HEAP && !isnan(found->heap_growth)) {
		mw_format_kib((double)found->heap_growth, amount);
		snprintf(ret_text, size, ", the heap by %s", amount);
	}
}

static void explain_rise(const struct mw_leak *leak, char *ret_text, size_t size)
{
	const struct mw_finding *found = &leak->found;
	char growth[MW_FORMAT_MAX], span[MW_FORMAT_MAX], level[MW_FORMAT_MAX], others[96];
	const char *ending = "";

	mw_format_kib(found->growth, growth);
	mw_format_kib(found->level, level);
	mw_format_duration(found->until_t - found->since_t, span);
	explain_class(leak, others, sizeof(others));
	if (!leak->leak)
		ending = leak->is_expected  ? "; earlier lives gave as much back"
			 : leak->has_waited ? "; may yet be a wave"
					    : "; to be confirmed";
	snprintf(ret_text, size,
		 "floor of %s rose in %u of %u windows, by %s in %s from %s, "
		 "%.0f %% off a line, chance %.1g%s%s",
		 measure_name(leak), found->risen, found->windows - 1u, growth, span, level,
		 100.0 * (double)found->departure, (double)found->p_value, others, ending);
}

static void explain(const struct mw_leak *leak, char *ret_text, size_t size)
{
	static const char *const reasons[] = {
		[MW_TREND_SHORT] = "too few windows seen to judge",
		[MW_TREND_FLAT] = "the floor does not grow",
		[MW_TREND_NOISE] = "the growth of the floor is within its noise",
		[MW_TREND_CAME_BACK] = "the growth was given back",
		[MW_TREND_STOPPED] = "the floor grew and then held",
		[MW_TREND_SATURATING] = "the floor approaches a level, as a cache that fills",
		[MW_TREND_UNEVEN] = "the floor moved in a few jumps or bends, not on a course",
		[MW_TREND_KNOWN] = "the floor is no higher than it has been before",
	};

	if (leak->leak || leak->found.why == MW_TREND_RISING)
		explain_rise(leak, ret_text, size);
	else
		snprintf(ret_text, size, "%s", reasons[leak->found.why]);
}

/* How long at the rate and at both ends of its interval; what may not grow at all takes for ever. */
static void take_time_to_limit(const struct mw_leak *leak, struct mw_verdict *verdict)
{
	double room = fmax(0.0, (double)leak->limit_kb - (double)leak->rss_kb);

	verdict->time_to_limit_s = NAN;
	verdict->time_to_limit_low_s = NAN;
	verdict->time_to_limit_high_s = NAN;
	if (!leak->leak || leak->limit_kb == MW_UNKNOWN || !(verdict->rate_kib_per_s > 0.0))
		return;
	verdict->time_to_limit_s = room / verdict->rate_kib_per_s;
	verdict->time_to_limit_low_s = room / fmax(verdict->rate_high, verdict->rate_kib_per_s);
	if (verdict->rate_low > 0.0)
		verdict->time_to_limit_high_s = room / verdict->rate_low;
}

static void take_usual(const struct mw_leak *leak, struct mw_verdict *verdict)
{
	const struct mw_leak_extra *extra = leak->extra;
	struct mw_points points;
	size_t third;

	verdict->watermark_kib = NAN;
	verdict->above_watermark_s = 0.0;
	verdict->alloc_per_s = NAN;
	verdict->alloc_change = 1.0;
	verdict->drift = NAN;
	if (extra && extra->watermark.has_begun) {
		verdict->watermark_kib =
			mw_watermark_level(&extra->watermark, leak->config->watermark_alpha);
		if (!isnan(extra->watermark.above_s))
			verdict->above_watermark_s =
				fmax(0.0, leak->series.last_s - extra->watermark.above_s);
	}
	if (extra && extra->rate.age_s > 0.0f) {
		verdict->alloc_per_s = (double)extra->rate.fast;
		verdict->alloc_change = mw_rate_change_factor(&extra->rate);
	}
	mw_series_life(&leak->series, MW_MEASURE_HEAP, &points);
	third = points.count / 3;
	if (third >= MIN_THIRD)
		verdict->drift = mw_stats_ks(points.min, third, points.min + points.count - third,
					     third, &(double){ 0.0 });
}

void mw_leak_verdict(const struct mw_leak *leak, struct mw_verdict *ret_verdict)
{
	const struct mw_finding *found = &leak->found;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	memcpy(ret_verdict->comm, leak->comm, sizeof(ret_verdict->comm));
	ret_verdict->pid = leak->pid;
	ret_verdict->start_ticks = leak->start_ticks;
	ret_verdict->samples = leak->series.samples;
	ret_verdict->leak = leak->leak;
	ret_verdict->confidence = confidence_of(leak);
	ret_verdict->class_name = mw_leak_class(leak);
	ret_verdict->rate_kib_per_s = (double)found->slope;
	ret_verdict->rate_low = (double)found->low;
	ret_verdict->rate_high = (double)found->high;
	ret_verdict->since_s = leak->leak ? leak->series.origin_s + found->since_t : NAN;
	ret_verdict->first_alert_s = leak->first_alert_s;
	ret_verdict->limit_kb = leak->limit_kb;
	take_time_to_limit(leak, ret_verdict);
	take_usual(leak, ret_verdict);
	explain(leak, ret_verdict->reason, sizeof(ret_verdict->reason));
}

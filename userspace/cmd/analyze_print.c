// SPDX-License-Identifier: GPL-2.0-only
/*
 * analyze_print.c - the table, the sentences and the JSON of `memwatch analyze`. Prints to
 * standard output alone; never judges.
 */
#include "analyze_print.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/alert.h"
#include "../lib/escape.h"

/* Leaks first, the fastest at the top; the rest by process. */
static int by_urgency(const void *a, const void *b)
{
	const struct mw_verdict *x = &((const struct analysis_judged *)a)->verdict;
	const struct mw_verdict *y = &((const struct analysis_judged *)b)->verdict;

	if (x->leak != y->leak)
		return x->leak ? -1 : 1;
	if (x->leak && x->rate_kib_per_s != y->rate_kib_per_s)
		return x->rate_kib_per_s > y->rate_kib_per_s ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->start_ticks > y->start_ticks) - (x->start_ticks < y->start_ticks);
}

static bool is_too_short(const struct analysis_result *result, const struct mw_verdict *verdict)
{
	return !verdict->leak && verdict->samples < result->min_samples;
}

static void print_row(const struct analysis_result *result, const struct mw_verdict *verdict)
{
	char comm[4 * MW_COMM_MAX + 1];
	char rate[MW_FORMAT_MAX] = "";
	char limit[MW_FORMAT_MAX] = "";
	const char *word = verdict->leak		   ? "LEAK"
			   : is_too_short(result, verdict) ? "too short"
							   : "no leak";
	bool is_red = result->is_colour && verdict->leak;

	mw_escape_display(comm, sizeof(comm), verdict->comm, strlen(verdict->comm));
	if (verdict->leak)
		mw_format_rate(verdict->rate_kib_per_s, verdict->rate_kib_per_s, rate);
	if (verdict->leak && isfinite(verdict->time_to_limit_s))
		mw_format_duration(verdict->time_to_limit_s, limit);
	printf("%s%8d  %-15s %8ju  %-9s  %-14s %12s  %s%s\n", is_red ? "\033[31m" : "",
	       verdict->pid, comm, (uintmax_t)verdict->samples, word,
	       verdict->leak ? verdict->class_name : "-", rate, limit, is_red ? "\033[0m" : "");
}

static void print_sentence(const struct analysis_judged *judged)
{
	char text[MW_ALERT_TEXT_MAX];
	struct mw_alert alert = {
		.verdict = &judged->verdict,
		.state = MW_STATE_FIRING,
		.time_s = judged->last_s,
		.host = "",
		.rule = "leak",
	};

	mw_alert_to_sentence(&alert, text, sizeof(text));
	puts(text);
}

static void print_family(const struct mw_family_verdict *verdict, void *arg)
{
	char name_shown[4 * MW_FAMILY_NAME_MAX + 1];
	char text[512];

	(void)arg;
	mw_escape_display(name_shown, sizeof(name_shown), verdict->name, strlen(verdict->name));
	mw_family_sentence(verdict, text, sizeof(text));
	printf("Family %s %s.\n", name_shown, text);
}

static void print_table(const struct analysis_result *result)
{
	size_t leaks = 0;
	size_t too_short = 0;

	printf("%8s  %-15s %8s  %-9s  %-14s %12s  %s\n", "PID", "COMM", "SAMPLES", "VERDICT",
	       "CLASS", "RATE", "TO LIMIT");
	for (size_t i = 0; i < result->count; i++) {
		const struct mw_verdict *verdict = &result->judged[i].verdict;

		print_row(result, verdict);
		leaks += verdict->leak;
		too_short += is_too_short(result, verdict);
	}
	printf("\n");
	for (size_t i = 0; i < leaks; i++)
		print_sentence(&result->judged[i]);
	mw_families_each(result->families, print_family, NULL);
	printf("Leaks: %zu of %zu processes. Too short to judge (fewer than %u samples): %zu.\n",
	       leaks, result->count, result->min_samples, too_short);
}

static void print_json(const struct analysis_result *result)
{
	char text[MW_ALERT_TEXT_MAX];

	for (size_t i = 0; i < result->count; i++) {
		mw_verdict_to_json(&result->judged[i].verdict, text, sizeof(text));
		puts(text);
	}
}

void analysis_print(const struct analysis_result *result)
{
	qsort(result->judged, result->count, sizeof(*result->judged), by_urgency);
	if (result->is_json)
		print_json(result);
	else
		print_table(result);
}

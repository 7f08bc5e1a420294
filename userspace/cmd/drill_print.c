// SPDX-License-Identifier: GPL-2.0-only
/*
 * drill_print.c - the words and the JSON of a fire drill. Prints to standard output alone.
 */
#include "drill_print.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "../lib/verdict.h"

/* Until the limit at the true rate, from the alert on. */
static double margin_s(const struct drill_outcome *outcome)
{
	return ((double)outcome->limit_kib - (double)outcome->leaked_when_told_kib) /
	       outcome->rate_kib_s;
}

static const char *end_word(const struct drill_outcome *outcome)
{
	if (outcome->was_met)
		return outcome->is_cgroup ? "killed" : "refused";
	return outcome->has_ended ? "ended" : "stopped";
}

static void say_alert(const struct drill_outcome *outcome)
{
	double rate = outcome->rate_kib_s;
	char after[MW_FORMAT_MAX];
	char leaked[MW_FORMAT_MAX];
	char limit[MW_FORMAT_MAX];
	char margin[MW_FORMAT_MAX];
	char said[MW_FORMAT_MAX];
	char truth[MW_FORMAT_MAX];

	mw_format_duration(outcome->told_after_s, after);
	mw_format_kib((double)outcome->leaked_when_told_kib, leaked);
	mw_format_kib((double)outcome->limit_kib, limit);
	mw_format_duration(margin_s(outcome), margin);
	mw_format_rate(outcome->told.rate_kib_per_s, rate, said);
	mw_format_rate(rate, rate, truth);
	printf("ALERTED after %s, when %s of %s had leaked (%.0f %%): %s before the limit.\n"
	       "The alert says %s [%s]; the truth is %s (%+.1f %%).\n",
	       after, leaked, limit,
	       100 * (double)outcome->leaked_when_told_kib / (double)outcome->limit_kib, margin,
	       said, outcome->told.class_name, truth,
	       100 * (outcome->told.rate_kib_per_s / rate - 1));
}

static void say_end(const struct drill_outcome *outcome)
{
	char after[MW_FORMAT_MAX];
	char leaked[MW_FORMAT_MAX];

	mw_format_duration(outcome->ended_after_s, after);
	mw_format_kib((double)outcome->leaked_kib, leaked);
	if (!outcome->is_told)
		printf("NOT ALERTED: nothing in %s names process %d.\n", outcome->alerts,
		       outcome->pid);
	if (outcome->was_met)
		printf("The limit was met after %s, %s leaked: the process was %s.\n", after,
		       leaked, outcome->is_cgroup ? "killed by the kernel" : "refused memory");
	else
		printf("The leak was ended after %s, %s leaked.\n", after, leaked);
}

static bool add_number(cJSON *object, const char *key, double value)
{
	if (!isfinite(value))
		return cJSON_AddNullToObject(object, key) != NULL;
	return cJSON_AddNumberToObject(object, key, round(value * 1000) / 1000) != NULL;
}

static bool fill_json(cJSON *object, const struct drill_outcome *outcome)
{
	bool told = outcome->is_told;

	return cJSON_AddBoolToObject(object, "alerted", told) &&
	       add_number(object, "pid", outcome->pid) &&
	       add_number(object, "begin_s", outcome->begin_s) &&
	       add_number(object, "limit_kib", (double)outcome->limit_kib) &&
	       cJSON_AddStringToObject(object, "limit_by",
				       outcome->is_cgroup ? "cgroup" : "RLIMIT_AS") &&
	       add_number(object, "alert_after_s", told ? outcome->told_after_s : NAN) &&
	       add_number(object, "leaked_at_alert_kib",
			  told ? (double)outcome->leaked_when_told_kib : NAN) &&
	       add_number(object, "part_of_way",
			  told ? (double)outcome->leaked_when_told_kib / (double)outcome->limit_kib
			       : NAN) &&
	       add_number(object, "margin_s", told ? margin_s(outcome) : NAN) &&
	       add_number(object, "rate_kib_per_s", outcome->rate_kib_s) &&
	       add_number(object, "alert_rate_kib_per_s",
			  told ? outcome->told.rate_kib_per_s : NAN) &&
	       cJSON_AddStringToObject(object, "alert_class",
				       told ? outcome->told.class_name : "none") &&
	       cJSON_AddStringToObject(object, "end", end_word(outcome)) &&
	       add_number(object, "ended_after_s", outcome->ended_after_s) &&
	       add_number(object, "leaked_kib", (double)outcome->leaked_kib);
}

int drill_print_json(const struct drill_outcome *outcome)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;

	if (object != NULL && fill_json(object, outcome))
		text = cJSON_PrintUnformatted(object);
	if (text != NULL)
		puts(text);
	cJSON_free(text);
	cJSON_Delete(object);
	return text != NULL ? 0 : -ENOMEM;
}

void drill_print(const struct drill_outcome *outcome)
{
	if (outcome->is_told)
		say_alert(outcome);
	say_end(outcome);
}

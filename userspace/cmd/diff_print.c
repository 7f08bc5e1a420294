// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff_print.c - how comparisons are shown. Never decides what they mean.
 */
#include "diff_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../lib/escape.h"
#include "../lib/verdict.h"
#include "cli.h"

/* What matters most comes first. */
static int rank(enum mw_outcome outcome)
{
	static const int ranks[] = {
		[MW_OUTCOME_WORSE] = 0,	    [MW_OUTCOME_FIXED] = 1,  [MW_OUTCOME_BETTER] = 2,
		[MW_OUTCOME_SAME] = 3,	    [MW_OUTCOME_ONLY_A] = 4, [MW_OUTCOME_ONLY_B] = 5,
		[MW_OUTCOME_TOO_SHORT] = 6,
	};

	return ranks[outcome];
}

static double rate_change(const struct diff_group *group)
{
	double change = fabs(group->comparison.rate.b - group->comparison.rate.a);

	return isfinite(change) ? change : 0.0;
}

static int by_weight(const void *a, const void *b)
{
	const struct diff_group *x = a, *y = b;
	int order = rank(x->comparison.outcome) - rank(y->comparison.outcome);

	if (order != 0)
		return order;
	if (rate_change(x) != rate_change(y))
		return rate_change(x) > rate_change(y) ? -1 : 1;
	order = strcmp(x->comm, y->comm);
	return order != 0 ? order : (x->pid > y->pid) - (x->pid < y->pid);
}

static bool is_compared(const struct diff_group *group)
{
	return rank(group->comparison.outcome) <= rank(MW_OUTCOME_SAME);
}

/* --- the table ------------------------------------------------------------------------------------ */

static void format_rate(double rate, double scale, char ret_text[MW_FORMAT_MAX])
{
	if (isfinite(rate))
		mw_format_rate(rate, fabs(scale) > 0 ? scale : 1.0, ret_text);
	else
		snprintf(ret_text, MW_FORMAT_MAX, "-");
}

static void format_size(double kib, char ret_text[MW_FORMAT_MAX])
{
	if (isfinite(kib))
		mw_format_kib(kib, ret_text);
	else
		snprintf(ret_text, MW_FORMAT_MAX, "-");
}

static void format_count(double count, char ret_text[MW_FORMAT_MAX])
{
	if (isfinite(count))
		snprintf(ret_text, MW_FORMAT_MAX, "%.3g/s", count);
	else
		snprintf(ret_text, MW_FORMAT_MAX, "-");
}

static void format_change(const struct mw_difference *difference, char ret_text[MW_FORMAT_MAX])
{
	if (!isfinite(difference->percent))
		snprintf(ret_text, MW_FORMAT_MAX, "-%s", difference->is_significant ? "*" : "");
	else if (fabs(difference->percent) > 9999)
		snprintf(ret_text, MW_FORMAT_MAX, "%s%s",
			 difference->percent > 0 ? ">+9999%" : "<-9999%",
			 difference->is_significant ? "*" : "");
	else
		snprintf(ret_text, MW_FORMAT_MAX, "%+.0f%%%s", difference->percent,
			 difference->is_significant ? "*" : "");
}

static void format_name(const struct diff_group *group, char *ret_text, size_t size)
{
	char comm[4 * MW_COMM_MAX + 1];

	mw_escape_display(comm, sizeof(comm), group->comm, strlen(group->comm));
	if (group->pid > 0)
		snprintf(ret_text, size, "%s[%d]", comm, group->pid);
	else
		snprintf(ret_text, size, "%s", comm);
}

static void print_row(const struct diff_group *group, bool is_colour)
{
	const struct mw_comparison *found = &group->comparison;
	const struct mw_difference *const differences[] = { &found->rate, &found->floor,
							    &found->alloc };
	const char *colour = !is_colour				  ? ""
			     : found->outcome == MW_OUTCOME_WORSE ? "\033[31m"
			     : found->outcome == MW_OUTCOME_FIXED ? "\033[32m"
								  : "";
	char text[3][3][MW_FORMAT_MAX];
	char name[4 * MW_COMM_MAX + 16];
	double scale = fmax(fabs(found->rate.a), fabs(found->rate.b));

	format_name(group, name, sizeof(name));
	format_rate(found->rate.a, scale, text[0][0]);
	format_rate(found->rate.b, scale, text[0][1]);
	format_size(found->floor.a, text[1][0]);
	format_size(found->floor.b, text[1][1]);
	format_count(found->alloc.a, text[2][0]);
	format_count(found->alloc.b, text[2][1]);
	printf("%s%-15s %-9s", colour, name, mw_outcome_name(found->outcome));
	for (int i = 0; i < 3; i++) {
		format_change(differences[i], text[i][2]);
		printf("  %11s %11s %8s", text[i][0], text[i][1], text[i][2]);
	}
	printf("%s\n", colour[0] != '\0' ? "\033[0m" : "");
}

static void print_sentence(const struct diff_group *group)
{
	const struct mw_difference *rate = &group->comparison.rate;
	char a[MW_FORMAT_MAX], b[MW_FORMAT_MAX], name[4 * MW_COMM_MAX + 16];
	double scale = fmax(fabs(rate->a), fabs(rate->b));

	if (group->comparison.outcome == MW_OUTCOME_SAME)
		return;
	format_name(group, name, sizeof(name));
	format_rate(rate->a, scale, a);
	format_rate(rate->b, scale, b);
	printf("%s is %s: it grew by %s in A and by %s in B; the chance that this is chance: %.1g.\n",
	       name, mw_outcome_name(group->comparison.outcome), a, b, rate->p);
}

static void print_table(const struct diff_groups *groups, bool is_all)
{
	bool is_colour = cli_is_colour(stdout);
	size_t hidden = 0;

	printf("%-15s %-9s  %11s %11s %8s  %11s %11s %8s  %11s %11s %8s\n", "COMM", "OUTCOME",
	       "GROWTH A", "B", "CHANGE", "FLOOR A", "B", "CHANGE", "PAGES A", "B", "CHANGE");
	for (size_t i = 0; i < groups->count; i++) {
		if (is_all || is_compared(&groups->group[i]))
			print_row(&groups->group[i], is_colour);
		else
			hidden++;
	}
	printf("\n");
	for (size_t i = 0; i < groups->count; i++)
		if (is_compared(&groups->group[i]))
			print_sentence(&groups->group[i]);
	printf("Compared: %zu. In one recording alone, or too short to compare: %zu.\n",
	       groups->count - hidden, hidden);
}

/* --- JSON ---------------------------------------------------------------------------------------------- */

static void add_side(cJSON *object, const char *key, const struct mw_side *side)
{
	cJSON *item = cJSON_AddObjectToObject(object, key);

	cJSON_AddNumberToObject(item, "lives", (double)side->lives);
	cJSON_AddNumberToObject(item, "too_short", (double)side->too_short);
	cJSON_AddNumberToObject(item, "samples", (double)side->samples);
	cJSON_AddNumberToObject(item, "span_s", side->span_s);
}

static void add_difference(cJSON *object, const char *key, const struct mw_difference *difference)
{
	cJSON *item = cJSON_AddObjectToObject(object, key);

	/* cJSON writes what is not finite as null. */
	cJSON_AddNumberToObject(item, "a", difference->a);
	cJSON_AddNumberToObject(item, "a_low", difference->low_a);
	cJSON_AddNumberToObject(item, "a_high", difference->high_a);
	cJSON_AddNumberToObject(item, "b", difference->b);
	cJSON_AddNumberToObject(item, "b_low", difference->low_b);
	cJSON_AddNumberToObject(item, "b_high", difference->high_b);
	cJSON_AddNumberToObject(item, "percent", difference->percent);
	cJSON_AddNumberToObject(item, "p", difference->p);
	cJSON_AddBoolToObject(item, "significant", difference->is_significant);
}

static void print_json(const struct diff_group *group)
{
	cJSON *object = cJSON_CreateObject();
	char comm[3 * MW_COMM_MAX + 1];
	char *text;

	mw_utf8_clean(comm, sizeof(comm), group->comm, strlen(group->comm));
	cJSON_AddStringToObject(object, "comm", comm);
	if (group->pid > 0)
		cJSON_AddNumberToObject(object, "pid", group->pid);
	cJSON_AddStringToObject(object, "outcome", mw_outcome_name(group->comparison.outcome));
	add_difference(object, "rate_kib_per_s", &group->comparison.rate);
	add_difference(object, "floor_kb", &group->comparison.floor);
	add_difference(object, "alloc_pages_per_s", &group->comparison.alloc);
	add_side(object, "a", &group->side[0]);
	add_side(object, "b", &group->side[1]);
	text = cJSON_PrintUnformatted(object);
	if (text != NULL)
		puts(text);
	free(text);
	cJSON_Delete(object);
}

void diff_print(struct diff_groups *groups, bool is_json, bool is_all)
{
	if (groups->count > 1)
		qsort(groups->group, groups->count, sizeof(*groups->group), by_weight);
	if (!is_json) {
		print_table(groups, is_all);
		return;
	}
	for (size_t i = 0; i < groups->count; i++)
		if (is_all || is_compared(&groups->group[i]))
			print_json(&groups->group[i]);
}

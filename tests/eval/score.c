// SPDX-License-Identifier: GPL-2.0-only
/*
 * score.c - the figures. At the end of its data a series is right or wrong; "ever"
 * counts one that was alerted on at any time (of a leak: after it began). An
 * innocent that rose in a straight line until then looks like a leak until then:
 * an alert that began on the line and was resolved by the end is counted by itself
 * ("on the line"), not as a false alarm. The delay is the time from the beginning of
 * the leak to the first alert after it, as a part of the time that the leak would
 * have taken to the limit at its true rate.
 */
#include "score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define ROWS_MAX    96
#define EVER_WANTED 97.0

struct tally {
	int series, leaks, found, ever, early;
	int wrong_end, wrong_ever, on_line, false_alarms;
	int rates, rates_inside, classes, classes_right;
	double innocent_days, samples, cpu_s;
	double *delay, *error; /* of each leak that has one */
	int delays, errors, room;
};

struct row {
	const char *set;
	const char *pattern;
	struct tally tally[2][MW_JUDGES];
};

static struct row rows[ROWS_MAX];
static int row_count;

static struct row *row_of(const struct mw_labelled *series)
{
	for (int i = 0; i < row_count; i++)
		if (!strcmp(rows[i].set, series->set) && !strcmp(rows[i].pattern, series->pattern))
			return &rows[i];
	if (row_count == ROWS_MAX) {
		fprintf(stderr, "eval: more than %d patterns\n", ROWS_MAX);
		exit(2);
	}
	rows[row_count].set = series->set;
	rows[row_count].pattern = series->pattern;
	return &rows[row_count++];
}

static void make_room(struct tally *tally, int more)
{
	int need = (tally->delays > tally->errors ? tally->delays : tally->errors) + more;

	if (need <= tally->room)
		return;
	tally->room = need * 2;
	tally->delay = reallocarray(tally->delay, (size_t)tally->room, sizeof(double));
	tally->error = reallocarray(tally->error, (size_t)tally->room, sizeof(double));
	if (!tally->delay || !tally->error) {
		fprintf(stderr, "eval: out of memory\n");
		exit(2);
	}
}

/* The first alert that can be of the leak; NAN if there was none. */
static double alert_of(const struct mw_labelled *series, const struct mw_judgement *judgement)
{
	if (judgement->first_s >= series->begins_s)
		return judgement->first_s;
	return judgement->last_s >= series->begins_s ? judgement->last_s : NAN;
}

static void count_leak(struct tally *tally, const struct mw_labelled *series,
		       const struct mw_judgement *judgement)
{
	double alert_s = alert_of(series, judgement);

	tally->leaks++;
	tally->found += judgement->leak;
	tally->ever += !isnan(alert_s);
	make_room(tally, 1);
	if (!isnan(alert_s) && series->to_limit_s > 0.0) {
		double delay = (alert_s - series->begins_s) / series->to_limit_s;

		tally->delay[tally->delays++] = delay;
		tally->early += delay < 0.5;
	}
	if (judgement->leak && series->rate > 0.0 && !isnan(judgement->rate)) {
		tally->error[tally->errors++] = fabs(judgement->rate / series->rate - 1.0);
		tally->rates++;
		tally->rates_inside +=
			judgement->low <= series->rate && series->rate <= judgement->high;
	}
	if (judgement->leak && series->class_name && judgement->class_name) {
		tally->classes++;
		tally->classes_right += !strcmp(series->class_name, judgement->class_name);
	}
}

static void count_innocent(struct tally *tally, const struct mw_labelled *series,
			   const struct mw_judgement *judgement)
{
	bool on_line = !judgement->leak && judgement->last_s < series->excused_s;

	tally->innocent_days += series->days;
	tally->wrong_end += judgement->leak;
	if (on_line) {
		tally->on_line++;
		return;
	}
	tally->wrong_ever += !isnan(judgement->first_s);
	tally->false_alarms += (int)judgement->alerts;
}

void mw_score_count(const struct mw_labelled *series, int judge,
		    const struct mw_judgement *judgement)
{
	struct tally *tally = &row_of(series)->tally[series->held_out][judge];

	tally->series++;
	tally->samples += (double)series->count;
	tally->cpu_s += judgement->cpu_s;
	if (series->is_leak)
		count_leak(tally, series, judgement);
	else
		count_innocent(tally, series, judgement);
}

static void add(struct tally *all, const struct tally *one)
{
	all->series += one->series;
	all->leaks += one->leaks;
	all->found += one->found;
	all->ever += one->ever;
	all->early += one->early;
	all->wrong_end += one->wrong_end;
	all->wrong_ever += one->wrong_ever;
	all->on_line += one->on_line;
	all->false_alarms += one->false_alarms;
	all->rates += one->rates;
	all->rates_inside += one->rates_inside;
	all->classes += one->classes;
	all->classes_right += one->classes_right;
	all->innocent_days += one->innocent_days;
	all->samples += one->samples;
	all->cpu_s += one->cpu_s;
	make_room(all, one->delays + one->errors);
	for (int i = 0; i < one->delays; i++)
		all->delay[all->delays++] = one->delay[i];
	for (int i = 0; i < one->errors; i++)
		all->error[all->errors++] = one->error[i];
}

/* Of the sets named in @sets; the arrays are the caller's to free. */
static void sum(const char *sets, bool held_out, int judge, struct tally *ret_all)
{
	memset(ret_all, 0, sizeof(*ret_all));
	for (int i = 0; i < row_count; i++)
		if (strstr(sets, rows[i].set))
			add(ret_all, &rows[i].tally[held_out][judge]);
}

static void forget(struct tally *tally)
{
	free(tally->delay);
	free(tally->error);
}

static double part(double a, double b)
{
	return b > 0.0 ? 100.0 * a / b : NAN;
}

static double middle(const double *values, int n)
{
	double *copy, median;

	if (n == 0)
		return NAN;
	copy = malloc((size_t)n * sizeof(*copy));
	if (!copy)
		return NAN;
	memcpy(copy, values, (size_t)n * sizeof(*copy));
	median = 100.0 * mw_stats_median(copy, (size_t)n);
	free(copy);
	return median;
}

static double right(const struct tally *tally)
{
	int innocents = tally->series - tally->leaks;

	return part(tally->found + innocents - tally->wrong_end, tally->series);
}

static double precision(const struct tally *tally)
{
	return part(tally->found, tally->found + tally->wrong_end);
}

static double recall(const struct tally *tally)
{
	return part(tally->found, tally->leaks);
}

static double f1(const struct tally *tally)
{
	return part(2.0 * tally->found, tally->leaks + tally->found + tally->wrong_end);
}

/* NAN where series are minutes long: false alarms do not grow with time as that figure has it. */
static double alarms_in_100_days(const struct tally *tally)
{
	if (tally->innocent_days < tally->series - tally->leaks)
		return NAN;
	return part(tally->false_alarms, tally->innocent_days);
}

/* A figure in %, or a blank where there is none. */
static void cell(const char *format, double value)
{
	char text[32];
	int width = snprintf(text, sizeof(text), format, 0.0);

	if (isnan(value))
		printf("%*s", width, "-");
	else
		printf(format, value);
}

static void print_row(const struct row *row, bool held_out)
{
	const struct tally *tally = &row->tally[held_out][0];

	printf("%-9s %-25s %5d", row->set, row->pattern, tally->series);
	cell("%6.0f", right(tally));
	cell("%6.0f", part(tally->ever, tally->leaks));
	cell("%6.0f", part(tally->wrong_ever, tally->series - tally->leaks));
	cell("%6.0f", middle(tally->delay, tally->delays));
	cell("%6.1f", middle(tally->error, tally->errors));
	cell("%7.0f", part(tally->rates_inside, tally->rates));
	cell("%8.1f", alarms_in_100_days(tally));
	for (int judge = 1; judge < MW_JUDGES; judge++)
		cell(" %11.0f", right(&row->tally[held_out][judge]));
	printf("\n");
}

static void print_sum(const char *title, const char *sets, bool held_out, int judge)
{
	struct tally all;

	sum(sets, held_out, judge, &all);
	if (all.series > 0) {
		printf("%-22s %-13s %5d", judge == 0 ? title : "", mw_judges[judge].name,
		       all.series);
		cell("%8.1f", precision(&all));
		cell("%8.1f", recall(&all));
		cell("%8.1f", f1(&all));
		cell("%9.1f", part(all.ever, all.ever + all.wrong_ever));
		cell("%8.1f", part(all.ever, all.leaks));
		cell("%7.0f", middle(all.delay, all.delays));
		cell("%7.0f", part(all.early, all.delays));
		cell("%7.1f", middle(all.error, all.errors));
		printf("%5d", all.false_alarms);
		cell("%8.1f", all.innocent_days);
		cell("%8.2f", alarms_in_100_days(&all));
		printf("%5d\n", all.on_line);
	}
	forget(&all);
}

static void print_half(bool held_out)
{
	static const char *const parts[][2] = {
		{ "recorded", "recorded" },
		{ "generated", "generated" },
		{ "generated by a stranger", "stranger" },
		{ "generated by chance", "other" },
		{ "clean, for weeks", "clean" },
		{ "all", "recorded generated stranger other clean" },
	};
	struct tally all;

	printf("%s half: memwatch by pattern (%%), and how often each baseline is right (%%)\n",
	       held_out ? "held-out" : "tuning");
	printf("%-9s %-25s %5s %5s %5s %5s %5s %5s %6s %7s", "set", "pattern", "n", "right", "ever",
	       "false", "delay", "rate", "inside", "/100 d");
	for (int judge = 1; judge < MW_JUDGES; judge++)
		printf(" %11s", mw_judges[judge].name);
	printf("\n");
	for (int i = 0; i < row_count; i++)
		if (rows[i].tally[held_out][0].series > 0)
			print_row(&rows[i], held_out);
	printf("\n%-22s %-13s %5s %7s %7s %7s %8s %7s %6s %6s %6s %4s %7s %7s %4s\n",
	       held_out ? "held-out half" : "tuning half", "judge", "n", "precis.", "recall", "F1",
	       "ever: p", "r", "delay", "<half", "rate", "FA", "days", "/100 d", "line");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (int judge = 0; judge < MW_JUDGES; judge++)
			print_sum(parts[i][0], parts[i][1], held_out, judge);
	sum("recorded generated stranger other clean", held_out, 0, &all);
	printf("memwatch: %.0f samples, %.2f us each; class as labelled in %d of %d recorded leaks\n\n",
	       all.samples, 1e6 * all.cpu_s / all.samples, all.classes_right, all.classes);
	forget(&all);
}

static bool has_half(bool held_out)
{
	for (int i = 0; i < row_count; i++)
		if (rows[i].tally[held_out][0].series > 0)
			return true;
	return false;
}

void mw_score_print(void)
{
	for (int held_out = 0; held_out < 2; held_out++)
		if (has_half(held_out))
			print_half(held_out);
}

void mw_score_write(FILE *file)
{
	fprintf(file,
		"half,set,pattern,judge,series,leaks,found,false_at_end,ever_found,ever_false,"
		"on_line,false_alarms,innocent_days,precision,recall,f1,delay,rate_error,"
		"rate_inside\n");
	for (int held_out = 0; held_out < 2; held_out++)
		for (int i = 0; i < row_count; i++)
			for (int judge = 0; judge < MW_JUDGES; judge++) {
				const struct tally *t = &rows[i].tally[held_out][judge];

				if (t->series == 0)
					continue;
				fprintf(file,
					"%s,%s,\"%s\",\"%s\",%d,%d,%d,%d,%d,%d,%d,%d,%.3f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f\n",
					held_out ? "held-out" : "tuning", rows[i].set,
					rows[i].pattern, mw_judges[judge].name, t->series, t->leaks,
					t->found, t->wrong_end, t->ever, t->wrong_ever, t->on_line,
					t->false_alarms, t->innocent_days, precision(t), recall(t),
					f1(t), middle(t->delay, t->delays),
					middle(t->error, t->errors),
					part(t->rates_inside, t->rates));
			}
}

void mw_score_write_series(FILE *file, const struct mw_labelled *series, int judge,
			   const struct mw_judgement *judgement)
{
	if (!series) {
		fprintf(file,
			"half,set,pattern,series,judge,is_leak,said,first_alert_s,last_alert_s,"
			"alerts,begins_s,to_limit_s,true_rate,rate,low,high,class,said_class,"
			"samples,reason\n");
		return;
	}
	fprintf(file,
		"%s,%s,\"%s\",%s,\"%s\",%d,%d,%.1f,%.1f,%u,%.1f,%.1f,%.4g,%.4g,%.4g,%.4g,%s,%s,%zu,\"%s\"\n",
		series->held_out ? "held-out" : "tuning", series->set, series->pattern,
		series->name, mw_judges[judge].name, series->is_leak, judgement->leak,
		judgement->first_s, judgement->last_s, judgement->alerts, series->begins_s,
		series->to_limit_s, series->rate, judgement->rate, judgement->low, judgement->high,
		series->class_name ? series->class_name : "",
		judgement->class_name ? judgement->class_name : "", series->count,
		judgement->reason);
}

static bool ask(const char *part_name, const char *what, double value, bool is_good, double bound)
{
	if (isnan(value) || is_good)
		return true;
	printf("below what is asked for: %s: %s %.1f, asked for %.0f\n", part_name, what, value,
	       bound);
	return false;
}

static bool ask_part(const char *name, const char *sets, bool held_out)
{
	struct tally all;
	bool is_good;

	sum(sets, held_out, 0, &all);
	is_good = ask(name, "precision", precision(&all), precision(&all) >= 97.0, 97.0);
	is_good &= ask(name, "recall", recall(&all), recall(&all) >= 95.0, 95.0);
	is_good &= ask(name, "delay", middle(all.delay, all.delays),
		       middle(all.delay, all.delays) < 50.0, 50.0);
	forget(&all);
	return is_good;
}

/* Of what was alerted on at any time: what is wanted is said, what must hold is less. */
static bool ask_ever(bool held_out, double least)
{
	struct tally all;
	double ever;

	sum("recorded generated stranger other clean", held_out, 0, &all);
	ever = part(all.ever, all.ever + all.wrong_ever);
	forget(&all);
	if (ever < EVER_WANTED)
		printf("not reached: all: precision at any time %.1f, wanted are %.0f\n", ever,
		       EVER_WANTED);
	return ask("all", "precision at any time", ever, ever >= least, least);
}

bool mw_score_is_good(bool held_out, double least_ever)
{
	struct tally clean;
	bool is_good = ask_part("recorded", "recorded", held_out);
	double alarms;

	is_good &= ask_part("generated", "generated stranger other", held_out);
	sum("clean", held_out, 0, &clean);
	alarms = alarms_in_100_days(&clean);
	is_good &= ask("clean", "false alarms in 100 process-days", alarms, alarms < 1.0, 1.0);
	forget(&clean);
	is_good &= ask_ever(held_out, least_ever);
	return is_good;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * eval.c - the score of the detector on generated series with labels. Prints,
 * for each pattern and in all: how many were called leaks at their end and ever,
 * the delay to the alert as a part of the way to the limit, the error of the
 * rate and how often its interval holds the truth, false alarms per 100
 * process-days, and the cost of a sample. Even seeds are for tuning, odd seeds
 * are held out.
 *
 *	eval [--series N] [--half tuning|held-out] [--pattern TEXT] [--list]
 *
 * Exit status 0 when both halves reach 97 % precision and 95 % recall, 1 when
 * they do not, 2 for a wrong command line.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "generators.h"
#include "leak.h"
#include "stats.h"

#define SERIES_MAX 4000

struct options {
	int series; /* for each pattern and half */
	int half;   /* 0 tuning, 1 held out, -1 both */
	const char *pattern;
	bool list;
};

struct outcome {
	struct mw_verdict verdict;
	double alert_s;	     /* first alert, NAN if none */
	unsigned int alerts; /* how often it began to fire */
	double samples;
	double cpu_s;
};

struct score {
	int series, leaks, found, ever, innocents, false_end, false_ever, false_alarms;
	int rates, rates_inside, early, classes;
	double innocent_days, samples, cpu_s;
	double delay[SERIES_MAX], error[SERIES_MAX];
	int delays;
};

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run(struct mw_generator *g, const struct mw_leak_config *config,
		struct outcome *ret_outcome)
{
	static struct mw_sample samples[4096];
	struct mw_leak *leak = mw_leak_new(config);
	struct mw_verdict verdict;
	bool more = true;

	if (!leak) {
		fprintf(stderr, "eval: no memory for a detector\n");
		exit(2);
	}
	memset(ret_outcome, 0, sizeof(*ret_outcome));
	while (more) {
		int count = 0;
		double begun;

		while (count < 4096 && (more = mw_generator_next(g, &samples[count])))
			count++;
		begun = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
		for (int i = 0; i < count; i++) {
			if (!mw_leak_add(leak, &samples[i]))
				continue;
			mw_leak_verdict(leak, &verdict);
			ret_outcome->alerts += verdict.leak;
		}
		ret_outcome->cpu_s += seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begun;
		ret_outcome->samples += count;
	}
	mw_leak_verdict(leak, &ret_outcome->verdict);
	ret_outcome->alert_s = ret_outcome->verdict.first_alert_s;
	mw_leak_free(leak);
}

static void count_leak(struct score *score, const struct mw_generator *g,
		       const struct outcome *outcome)
{
	double rate = mw_generator_rate(g), to_limit;

	score->leaks++;
	score->found += outcome->verdict.leak;
	score->ever += !isnan(outcome->alert_s);
	if (!isnan(outcome->alert_s)) {
		to_limit = (g->duration_s - g->begins_s) * (g->limit - g->base) / g->grows;
		score->delay[score->delays++] = (outcome->alert_s - g->begins_s) / to_limit;
		score->early += (outcome->alert_s - g->begins_s) < 0.5 * to_limit;
	}
	if (outcome->verdict.leak && !isnan(rate)) {
		score->error[score->rates++] = fabs(outcome->verdict.rate_kib_per_s / rate - 1.0);
		score->rates_inside +=
			outcome->verdict.rate_low <= rate && rate <= outcome->verdict.rate_high;
	}
}

static void count(struct score *score, const struct mw_generator *g, const struct outcome *outcome)
{
	score->series++;
	score->samples += outcome->samples;
	score->cpu_s += outcome->cpu_s;
	if (g->pattern->is_leak) {
		count_leak(score, g, outcome);
		return;
	}
	score->innocents++;
	score->innocent_days += g->duration_s / 86400.0;
	score->false_end += outcome->verdict.leak;
	score->false_ever += !isnan(outcome->alert_s);
	score->false_alarms += (int)outcome->alerts;
}

static double part(double a, double b)
{
	return b > 0.0 ? 100.0 * a / b : NAN;
}

static void print_pattern(const char *name, struct score *score)
{
	printf("%-26s %5d ", name, score->series);
	if (score->leaks)
		printf("%6.1f%% %6.1f%% %6.1f%% %6.1f%% %7.1f%% %6.0f%%        -",
		       part(score->found, score->leaks), part(score->ever, score->leaks),
		       part(score->early, score->leaks),
		       score->delays ? 100.0 * mw_stats_median(score->delay, score->delays) : NAN,
		       score->rates ? 100.0 * mw_stats_median(score->error, score->rates) : NAN,
		       part(score->rates_inside, score->rates));
	else
		printf("%6.1f%% %6.1f%%       -       -        -       - %8.2f",
		       part(score->false_end, score->innocents),
		       part(score->false_ever, score->innocents),
		       part(score->false_alarms, score->innocent_days));
	printf(" %6.2f\n", 1e6 * score->cpu_s / score->samples);
}

static void add(struct score *all, const struct score *one)
{
	all->series += one->series;
	all->leaks += one->leaks;
	all->found += one->found;
	all->ever += one->ever;
	all->early += one->early;
	all->innocents += one->innocents;
	all->false_end += one->false_end;
	all->false_ever += one->false_ever;
	all->false_alarms += one->false_alarms;
	all->innocent_days += one->innocent_days;
	all->samples += one->samples;
	all->cpu_s += one->cpu_s;
}

static bool print_all(const struct score *all)
{
	double precision = part(all->found, all->found + all->false_end);
	double recall = part(all->found, all->leaks);
	double ever = part(all->ever, all->ever + all->false_ever);

	printf("verdict at the end: precision %.1f %%, recall %.1f %%, F1 %.1f %%\n", precision,
	       recall, 2.0 * precision * recall / (precision + recall));
	printf("ever alerted: precision %.1f %%, recall %.1f %%; before half of the way to the limit %.1f %%\n",
	       ever, part(all->ever, all->leaks), part(all->early, all->leaks));
	printf("%d false alarms in %.0f innocent process-days; %d series, %.0f samples, %.2f us a sample, %zu bytes a process\n\n",
	       all->false_alarms, all->innocent_days, all->series, all->samples,
	       1e6 * all->cpu_s / all->samples, mw_leak_size());
	return (isnan(precision) || precision >= 97.0) && (isnan(recall) || recall >= 95.0);
}

static void list_one(const struct mw_generator *g, unsigned long seed,
		     const struct outcome *outcome)
{
	if (g->pattern->is_leak == outcome->verdict.leak &&
	    g->pattern->is_leak == !isnan(outcome->alert_s))
		return;
	printf("  seed %lu: %.1f s for %.0f s, base %.0f, grows %.0f, noise %.0f, drift %.0f over %.0f s, limit %s, alert at %.0f: %s\n",
	       seed, g->interval_s, g->duration_s, g->base, g->grows, g->noise, g->drift,
	       g->memory_s, g->has_limit ? "told" : "not told", outcome->alert_s,
	       outcome->verdict.reason);
}

static bool run_half(const struct options *options, int half)
{
	static struct score all, score;
	struct mw_leak_config config;

	mw_leak_defaults(&config);
	memset(&all, 0, sizeof(all));
	printf("%s half\n%-26s %5s %7s %7s %7s %7s %8s %7s %8s %6s\n", half ? "held-out" : "tuning",
	       "pattern", "n", "at end", "ever", "<half", "delay", "rate err", "inside", "/100 d",
	       "us");
	for (int i = 0; i < mw_pattern_count; i++) {
		if (options->pattern && !strstr(mw_patterns[i].name, options->pattern))
			continue;
		memset(&score, 0, sizeof(score));
		for (int j = 0; j < options->series; j++) {
			unsigned long seed =
				2ul * (unsigned long)(j + 1000 * i + 1) + (unsigned long)half;
			struct mw_generator g;
			struct outcome outcome;

			mw_generator_init(&g, &mw_patterns[i], seed);
			run(&g, &config, &outcome);
			count(&score, &g, &outcome);
			if (options->list)
				list_one(&g, seed, &outcome);
		}
		add(&all, &score);
		print_pattern(mw_patterns[i].name, &score);
		fflush(stdout);
	}
	return print_all(&all);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: eval [--series N] [--half tuning|held-out] [--pattern TEXT] [--list]\n"
		"  --series N   series for each pattern and half, 1 to %d (default 50)\n",
		SERIES_MAX);
	return 2;
}

static int parse(int argc, char **argv, struct options *options)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (!strcmp(argv[i], "--list")) {
			options->list = true;
			continue;
		}
		if (!strcmp(argv[i], "--series")) {
			char *end;
			long series = strtol(value, &end, 10);

			if (end == value || *end || series < 1 || series > SERIES_MAX)
				return -EINVAL;
			options->series = (int)series;
		} else if (!strcmp(argv[i], "--half") && !strcmp(value, "tuning")) {
			options->half = 0;
		} else if (!strcmp(argv[i], "--half") && !strcmp(value, "held-out")) {
			options->half = 1;
		} else if (!strcmp(argv[i], "--pattern") && *value) {
			options->pattern = value;
		} else {
			return -EINVAL;
		}
		i++;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .series = 50, .half = -1 };
	bool is_good = true;

	if (parse(argc, argv, &options) < 0)
		return usage();
	for (int half = 0; half < 2; half++)
		if (options.half < 0 || options.half == half)
			is_good = run_half(&options, half) && is_good;
	return is_good ? 0 : 1;
}

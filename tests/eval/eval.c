// SPDX-License-Identifier: GPL-2.0-only
/*
 * eval.c - the score of the detector and of baselines on recordings of real
 * runtimes and on generated series with labels; see README.md. Even seeds are for
 * tuning, odd seeds are held out; so are recordings, by a hash of their name.
 *
 *	eval [--recordings DIR] [--series N] [--clean N] [--half tuning|held-out]
 *	     [--pattern TEXT] [--seed N] [--ever N] [--csv DIR] [--list] [--alone]
 *
 * --seed moves all seeds on, to series that nobody has looked at; --alone leaves the
 * baselines out.
 *
 * Exit status 0 when the held-out half (or the one that was asked for) is as good
 * as mw_score_is_good() wants it, 1 when it is not, 2 for a wrong command line.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generators.h"
#include "recordings.h"
#include "score.h"

struct options {
	const char *recordings; /* directory, NULL for none */
	int series;		/* for each pattern and half */
	int clean;		/* the same of the long clean ones */
	int half;		/* 0 tuning, 1 held out, -1 both */
	const char *pattern;
	const char *csv;
	int seed; /* added to all seeds, an even number */
	int ever; /* least precision at any time, % */
	bool list;
	bool is_alone;
};

static FILE *series_csv;

static FILE *open_csv(const char *dir, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (!file) {
		fprintf(stderr, "eval: cannot create %s\n", path);
		exit(2);
	}
	return file;
}

static void list(const struct mw_labelled *series, const struct mw_judgement *judgement)
{
	bool is_wrong = judgement->leak != series->is_leak ||
			(series->is_leak ? isnan(judgement->first_s)
					 : judgement->last_s >= series->excused_s);

	if (is_wrong)
		printf("  %s %s, %s: %zu samples for %.0f s, begins %.0f, limit %s; said %d, first alert %.0f, last %.0f: %s\n",
		       series->pattern, series->name, series->is_leak ? "leak" : "innocent",
		       series->count, series->samples[series->count - 1].time_s, series->begins_s,
		       series->samples[0].limit_kb == MW_UNKNOWN ? "not told" : "told",
		       judgement->leak, judgement->first_s, judgement->last_s, judgement->reason);
}

static void judge(const struct options *options, const struct mw_labelled *series)
{
	for (int i = 0; i < (options->is_alone ? 1 : MW_JUDGES); i++) {
		struct mw_judgement judgement;

		mw_judgement_init(&judgement);
		mw_judges[i].judge(series, &judgement);
		mw_score_count(series, i, &judgement);
		if (series_csv)
			mw_score_write_series(series_csv, series, i, &judgement);
		if (options->list && i == 0)
			list(series, &judgement);
	}
}

static bool is_wanted(const struct options *options, const char *pattern, bool held_out)
{
	if (options->half >= 0 && options->half != held_out)
		return false;
	return !options->pattern || strstr(pattern, options->pattern);
}

static void judge_recordings(const struct options *options)
{
	FILE *manifest = mw_recordings_open(options->recordings);
	struct mw_labelled series;

	while (mw_recordings_next(manifest, options->recordings, &series)) {
		if (is_wanted(options, series.pattern, series.held_out))
			judge(options, &series);
		free(series.samples);
	}
	fclose(manifest);
}

/* All samples of a generator; @ret_series->samples is used again for the next. */
static void generate(struct mw_generator *g, struct mw_labelled *series, size_t *room)
{
	double span = 0.0;

	series->count = 0;
	for (;;) {
		if (series->count == *room) {
			*room = *room * 2 + 4096;
			series->samples =
				reallocarray(series->samples, *room, sizeof(*series->samples));
			if (!series->samples) {
				fprintf(stderr, "eval: out of memory\n");
				exit(2);
			}
		}
		if (!mw_generator_next(g, &series->samples[series->count]))
			break;
		span = series->samples[series->count++].time_s;
	}
	series->days = span / 86400.0;
}

static void judge_pattern(const struct options *options, const struct mw_pattern_set *set, int i,
			  int count)
{
	static struct mw_labelled series;
	static size_t room;

	for (int j = 0; j < 2 * count; j++) {
		unsigned long seed = 2ul * (unsigned long)(j / 2 + 1000 * i + 1) + (j & 1) +
				     (unsigned long)options->seed;
		struct mw_generator g;

		if (!is_wanted(options, set->patterns[i].name, j & 1))
			continue;
		mw_generator_init(&g, &set->patterns[i], seed);
		series.set = set->name;
		series.pattern = set->patterns[i].name;
		snprintf(series.name, sizeof(series.name), "seed-%lu", seed);
		series.held_out = j & 1;
		series.is_leak = set->patterns[i].is_leak;
		series.begins_s = g.begins_s;
		series.rate = g.grows > 0.0 ? g.rate : NAN;
		series.to_limit_s = g.grows > 0.0 ? mw_generator_to_limit_s(&g) : NAN;
		series.limit_kb = g.limit;
		series.excused_s = g.excused_s;
		generate(&g, &series, &room);
		if (series.count >= 2)
			judge(options, &series);
	}
}

static void judge_set(const struct options *options, const struct mw_pattern_set *set, int count)
{
	for (int i = 0; i < set->count; i++)
		judge_pattern(options, set, i, count);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: eval [--recordings DIR] [--series N] [--clean N] [--half tuning|held-out]\n"
		"            [--pattern TEXT] [--seed N] [--ever N] [--csv DIR] [--list] [--alone]\n"
		"  --series N  generated series for each pattern and half, 0 to 1000 (default 50)\n"
		"  --seed N    move all seeds on by N, an even number up to 1000000\n"
		"  --alone     without the baselines\n"
		"  --ever N    fail when less than N %% of what was alerted on at any time leaked\n"
		"  --clean N   long clean ones for each kind and half, 0 to 1000 (default 12)\n");
	return 2;
}

static bool parse_count(const char *text, long most, int *ret_count)
{
	char *end;
	long count = strtol(text, &end, 10);

	if (end == text || *end || count < 0 || count > most)
		return false;
	*ret_count = (int)count;
	return true;
}

static bool parse_half(const char *text, int *ret_half)
{
	*ret_half = !strcmp(text, "held-out");
	return *ret_half || !strcmp(text, "tuning");
}

static bool parse(int argc, char **argv, struct options *options)
{
	for (int i = 1; i < argc; i++) {
		const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
		bool is_good = *value;

		if (!strcmp(option, "--list") || !strcmp(option, "--alone")) {
			*(option[2] == 'l' ? &options->list : &options->is_alone) = true;
			continue;
		}
		i++;
		if (!strcmp(option, "--recordings"))
			options->recordings = value;
		else if (!strcmp(option, "--csv"))
			options->csv = value;
		else if (!strcmp(option, "--pattern"))
			options->pattern = value;
		else if (!strcmp(option, "--series"))
			is_good = parse_count(value, 1000, &options->series);
		else if (!strcmp(option, "--clean"))
			is_good = parse_count(value, 1000, &options->clean);
		else if (!strcmp(option, "--ever"))
			is_good = parse_count(value, 100, &options->ever);
		else if (!strcmp(option, "--seed"))
			is_good = parse_count(value, 1000000, &options->seed) &&
				  options->seed % 2 == 0;
		else if (!strcmp(option, "--half"))
			is_good = parse_half(value, &options->half);
		else
			is_good = false;
		if (!is_good)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options options = { .series = 50, .clean = 12, .half = -1 };
	FILE *scores;

	if (!parse(argc, argv, &options))
		return usage();
	if (options.csv) {
		series_csv = open_csv(options.csv, "series.csv");
		mw_score_write_series(series_csv, NULL, 0, NULL);
	}
	if (options.recordings)
		judge_recordings(&options);
	judge_set(&options, &mw_first_patterns, options.series);
	judge_set(&options, &mw_stranger_patterns, options.series);
	judge_set(&options, &mw_other_patterns, options.series);
	judge_set(&options, &mw_clean_patterns, options.clean);
	mw_score_print();
	if (options.csv) {
		scores = open_csv(options.csv, "scores.csv");
		mw_score_write(scores);
		fclose(scores);
		fclose(series_csv);
	}
	return mw_score_is_good(options.half != 0, options.ever) ? 0 : 1;
}

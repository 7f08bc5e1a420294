// SPDX-License-Identifier: GPL-2.0-only
/*
 * recordings.c - reads the manifest and the recordings that it names, unpacked,
 * through the library's own source of recordings.
 */
#include "recordings.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source_csv.h"

/* In the order of the manifest's header. */
enum field {
	FIELD_FILE,
	FIELD_RUNTIME,
	FIELD_VERSION,
	FIELD_PATTERN,
	FIELD_CLASS,
	FIELD_RATE,
	FIELD_BEGIN,
	FIELD_PID,
	FIELD_LIMIT,
	FIELD_LINE,
	FIELDS,
};

static const char header[] = "file,runtime,version,pattern,class,rate_kib_per_s,begin_s,pid,"
			     "limit_kb,line_s,made_by\n";

__attribute__((noreturn)) static void fail(const char *file, const char *wrong)
{
	fprintf(stderr, "eval: %s: %s\n", file, wrong);
	exit(2);
}

FILE *mw_recordings_open(const char *dir)
{
	char path[512], line[512];
	FILE *manifest;

	snprintf(path, sizeof(path), "%s/manifest.csv", dir);
	manifest = fopen(path, "r");
	if (!manifest)
		fail(path, "cannot be opened: run `make eval`, which unpacks the recordings");
	if (!fgets(line, sizeof(line), manifest) || strcmp(line, header) != 0)
		fail(path, "the first line is not the header that recordings.c knows");
	return manifest;
}

/* What must be in a name of a table's row. Never freed: a few for the whole run. */
static const char *keep(const char *text)
{
	static char *kept[64];
	size_t i;

	for (i = 0; i < 64 && kept[i]; i++)
		if (!strcmp(kept[i], text))
			return kept[i];
	if (i == 64)
		fail(text, "more runtimes and classes than recordings.c has room for");
	kept[i] = strdup(text);
	return kept[i];
}

struct reading {
	struct mw_labelled *series;
	size_t room;
};

static int take_sample(const struct mw_sample *sample, void *arg)
{
	struct reading *reading = arg;
	struct mw_labelled *series = reading->series;

	if (series->count == reading->room) {
		reading->room = reading->room * 2 + 1024;
		series->samples = reallocarray(series->samples, reading->room, sizeof(*sample));
		if (!series->samples)
			fail(series->name, "out of memory");
	}
	series->samples[series->count++] = *sample;
	return 0;
}

static void complain(const struct mw_csv_problem *problem, void *arg)
{
	char text[512];

	mw_csv_problem_format(text, sizeof(text), problem);
	fail(arg, text);
}

static void read_samples(const char *dir, struct mw_labelled *series)
{
	struct reading reading = { .series = series };
	struct mw_source *source;
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, series->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(path, "cannot be opened");
	source = mw_source_csv_new(fd, complain, path);
	if (!source)
		fail(path, "out of memory");
	while (source->ops->read(source, 0.0, take_sample, &reading) == 0)
		;
	source->ops->free(source);
	close(fd);
	if (series->count < 2)
		fail(path, "holds no samples");
}

static double number(const char *text)
{
	return *text ? atof(text) : NAN;
}

/* Process-days: for each sample, what has passed since the one before it of the same process. */
static double days_of(const struct mw_labelled *series)
{
	double span = series->samples[series->count - 1].time_s - series->samples[0].time_s;
	size_t instants = 1;

	for (size_t i = 1; i < series->count; i++)
		instants += series->samples[i].time_s != series->samples[i - 1].time_s;
	return span / 86400.0 * (double)series->count / (double)instants;
}

/* From what it has when the leak begins to the limit, at the true rate. */
static double to_limit_s(const struct mw_labelled *series, const char *pid)
{
	for (size_t i = 0; *pid && i < series->count; i++)
		if (series->samples[i].time_s >= series->begins_s)
			return (series->limit_kb - (double)series->samples[i].rss_kb) /
			       series->rate;
	return NAN;
}

/* FNV-1a of the name: nobody chooses which half a recording falls into. */
static bool is_held_out(const char *name)
{
	unsigned int hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash >> 16 & 1;
}

bool mw_recordings_next(FILE *manifest, const char *dir, struct mw_labelled *ret_series)
{
	char line[1024], *rest = line, *fields[FIELDS], *dot;

	if (!fgets(line, sizeof(line), manifest))
		return false;
	for (int i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&rest, ",");
		if (!rest)
			fail(fields[0], "its line in manifest.csv has too few fields");
	}
	memset(ret_series, 0, sizeof(*ret_series));
	ret_series->set = "recorded";
	ret_series->pattern = keep(fields[FIELD_RUNTIME]);
	snprintf(ret_series->name, sizeof(ret_series->name), "%s", fields[FIELD_FILE]);
	dot = strstr(ret_series->name, ".gz");
	if (dot)
		*dot = '\0';
	ret_series->held_out = is_held_out(ret_series->name);
	ret_series->is_leak = strcmp(fields[FIELD_CLASS], "-") != 0;
	ret_series->class_name = ret_series->is_leak ? keep(fields[FIELD_CLASS]) : NULL;
	ret_series->rate = number(fields[FIELD_RATE]);
	ret_series->begins_s = fmax(0.0, number(fields[FIELD_BEGIN]));
	ret_series->excused_s = *fields[FIELD_LINE] ? atof(fields[FIELD_LINE]) : 0.0;
	read_samples(dir, ret_series);
	ret_series->limit_kb = number(fields[FIELD_LIMIT]);
	ret_series->to_limit_s = to_limit_s(ret_series, fields[FIELD_PID]);
	if (isnan(ret_series->limit_kb))
		ret_series->limit_kb = (double)ret_series->samples[0].limit_kb;
	ret_series->days = days_of(ret_series);
	return true;
}

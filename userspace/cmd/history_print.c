// SPDX-License-Identifier: GPL-2.0-only
/*
 * history_print.c - processes, families, samples and alerts as they are shown. Knows neither the
 * command line nor how they are stored.
 */
#include "history_print.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/escape.h"
#include "../lib/message.h"
#include "../lib/sample_csv.h"
#include "../lib/verdict.h"

/* --- times and numbers ------------------------------------------------------------------------- */

static void format_time(double time_s, char ret_text[32])
{
	time_t whole = (time_t)floor(time_s);
	struct tm tm;

	localtime_r(&whole, &tm);
	strftime(ret_text, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

static void add_number(cJSON *object, const char *key, int64_t value)
{
	if (value == MW_UNKNOWN)
		cJSON_AddNullToObject(object, key);
	else
		cJSON_AddNumberToObject(object, key, (double)value);
}

static void add_text(cJSON *object, const char *key, const char *text)
{
	char clean[3 * 128 + 1];

	mw_utf8_clean(clean, sizeof(clean), text, strlen(text));
	cJSON_AddStringToObject(object, key, clean);
}

static int print_object(cJSON *object)
{
	char *text = cJSON_PrintUnformatted(object);

	cJSON_Delete(object);
	if (text == NULL)
		return -ENOMEM;
	puts(text);
	free(text);
	return 0;
}

/* --- processes ------------------------------------------------------------------------------------ */

static int print_entry_json(const struct mw_history_entry *entry)
{
	cJSON *object = cJSON_CreateObject();

	add_text(object, "comm", entry->comm);
	cJSON_AddNumberToObject(object, "pid", entry->pid);
	cJSON_AddNumberToObject(object, "start_ticks", (double)entry->start_ticks);
	add_text(object, "family", entry->family);
	cJSON_AddNumberToObject(object, "samples", (double)entry->samples);
	cJSON_AddNumberToObject(object, "first_s", entry->first_s);
	cJSON_AddNumberToObject(object, "last_s", entry->last_s);
	cJSON_AddNumberToObject(object, "end_s", entry->end_s);
	add_number(object, "first_rss_kb", entry->first_kb);
	add_number(object, "last_rss_kb", entry->last_kb);
	add_number(object, "peak_rss_kb", entry->peak_kb);
	return print_object(object);
}

static int print_entry(const struct mw_history_entry *entry, void *arg)
{
	const struct history_asked *asked = arg;
	char comm[4 * MW_COMM_MAX + 1], from[32], to[32];
	char first[MW_FORMAT_MAX], last[MW_FORMAT_MAX], peak[MW_FORMAT_MAX];

	if (asked->is_json)
		return print_entry_json(entry);
	mw_escape_display(comm, sizeof(comm), entry->comm, strlen(entry->comm));
	format_time(entry->first_s, from);
	format_time(entry->last_s, to);
	mw_format_kib((double)entry->first_kb, first);
	mw_format_kib((double)entry->last_kb, last);
	mw_format_kib((double)entry->peak_kb, peak);
	printf("%8d  %-15s %7ju  %s  %s  %9s  %9s  %9s%s\n", entry->pid, comm,
	       (uintmax_t)entry->samples, from, to, first, last, peak,
	       isfinite(entry->end_s) ? "  ended" : "");
	return 0;
}

/* --- families --------------------------------------------------------------------------------------- */

struct family {
	char name[128];
	size_t lives;
	size_t alive;
	double first_s;
	double last_s;
	int64_t peak_kb;
};

struct families {
	struct family *family;
	size_t count;
	size_t size;
};

static struct family *family_named(struct families *families, const char *wanted)
{
	for (size_t i = 0; i < families->count; i++)
		if (strcmp(families->family[i].name, wanted) == 0)
			return &families->family[i];
	if (families->count == families->size) {
		size_t size = families->size > 0 ? 2 * families->size : 64;
		struct family *larger = realloc(families->family, size * sizeof(*larger));

		if (larger == NULL)
			return NULL;
		families->family = larger;
		families->size = size;
	}
	families->family[families->count] = (struct family){ .first_s = INFINITY };
	snprintf(families->family[families->count].name, sizeof(families->family[0].name), "%s",
		 wanted);
	return &families->family[families->count++];
}

static int add_to_family(const struct mw_history_entry *entry, void *arg)
{
	struct family *family =
		family_named(arg, entry->family[0] != '\0' ? entry->family : entry->comm);

	if (family == NULL)
		return -ENOMEM;
	family->lives++;
	family->alive += !isfinite(entry->end_s);
	family->first_s = fmin(family->first_s, entry->first_s);
	family->last_s = fmax(family->last_s, entry->last_s);
	if (entry->peak_kb > family->peak_kb)
		family->peak_kb = entry->peak_kb;
	return 0;
}

static int print_family(const struct family *family, bool is_json)
{
	char shown[4 * sizeof(family->name) + 1], from[32], to[32], peak[MW_FORMAT_MAX];
	cJSON *object;

	if (!is_json) {
		mw_escape_display(shown, sizeof(shown), family->name, strlen(family->name));
		format_time(family->first_s, from);
		format_time(family->last_s, to);
		mw_format_kib((double)family->peak_kb, peak);
		printf("%-30s %7zu  %7zu  %s  %s  %9s\n", shown, family->lives, family->alive, from,
		       to, peak);
		return 0;
	}
	object = cJSON_CreateObject();
	add_text(object, "family", family->name);
	cJSON_AddNumberToObject(object, "lives", (double)family->lives);
	cJSON_AddNumberToObject(object, "not_ended", (double)family->alive);
	cJSON_AddNumberToObject(object, "first_s", family->first_s);
	cJSON_AddNumberToObject(object, "last_s", family->last_s);
	add_number(object, "peak_rss_kb", family->peak_kb);
	return print_object(object);
}

static int show_families(struct mw_history *history, const struct history_asked *asked)
{
	struct families families = { .count = 0 };
	int result = mw_history_entries(history, &asked->range, add_to_family, &families);

	if (!asked->is_json)
		printf("%-30s %7s  %7s  %-19s  %-19s  %9s\n", "FAMILY", "LIVES", "RUNNING", "FROM",
		       "TO", "PEAK");
	for (size_t i = 0; result == 0 && i < families.count; i++)
		result = print_family(&families.family[i], asked->is_json);
	free(families.family);
	return result;
}

/* --- samples ------------------------------------------------------------------------------------------ */

static int print_csv(const struct mw_sample *sample, void *arg)
{
	char line[MW_SAMPLE_LINE_MAX];

	(void)arg;
	mw_sample_format(line, sizeof(line), sample);
	fputs(line, stdout);
	return ferror(stdout) ? -EIO : 0;
}

static void format_known(int64_t kb, char ret_text[MW_FORMAT_MAX])
{
	if (kb == MW_UNKNOWN)
		snprintf(ret_text, MW_FORMAT_MAX, "-");
	else
		mw_format_kib((double)kb, ret_text);
}

static int print_sample_json(const struct mw_sample *sample)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddNumberToObject(object, "time_s", sample->time_s);
	cJSON_AddNumberToObject(object, "pid", sample->pid);
	cJSON_AddNumberToObject(object, "start_ticks", (double)sample->start_ticks);
	add_text(object, "comm", sample->comm);
	add_number(object, "rss_kb", sample->rss_kb);
	add_number(object, "anon_kb", sample->anon_kb);
	add_number(object, "shmem_kb", sample->shmem_kb);
	add_number(object, "swap_kb", sample->swap_kb);
	add_number(object, "threads", sample->threads);
	add_number(object, "owned_kernel_pages", sample->owned_kernel_pages);
	add_number(object, "limit_kb", sample->limit_kb);
	return print_object(object);
}

static int print_sample(const struct mw_sample *sample, void *arg)
{
	const struct history_asked *asked = arg;
	char comm[4 * MW_COMM_MAX + 1], time[32];
	char rss[MW_FORMAT_MAX], anon[MW_FORMAT_MAX], shmem[MW_FORMAT_MAX], swap[MW_FORMAT_MAX];

	if (ferror(stdout))
		return -EIO;
	if (asked->is_json)
		return print_sample_json(sample);
	mw_escape_display(comm, sizeof(comm), sample->comm, strlen(sample->comm));
	format_time(sample->time_s, time);
	format_known(sample->rss_kb, rss);
	format_known(sample->anon_kb, anon);
	format_known(sample->shmem_kb, shmem);
	format_known(sample->swap_kb, swap);
	printf("%s  %8d  %-15s %9s  %9s  %9s  %9s\n", time, sample->pid, comm, rss, anon, shmem,
	       swap);
	return 0;
}

static int show_series(struct mw_history *history, struct history_asked *asked)
{
	char line[MW_SAMPLE_LINE_MAX];

	if (asked->what == HISTORY_CSV) {
		mw_sample_header_format(line, sizeof(line));
		fputs(line, stdout);
		return mw_history_samples(history, &asked->range, asked->now_s, print_csv, asked);
	}
	if (!asked->is_json)
		printf("%-19s  %8s  %-15s %9s  %9s  %9s  %9s\n", "TIME", "PID", "COMM", "RSS",
		       "ANON", "SHARED", "SWAP");
	return mw_history_samples(history, &asked->range, asked->now_s, print_sample, asked);
}

/* --- alerts --------------------------------------------------------------------------------------------- */

static int print_event(const char *line, void *arg)
{
	const struct history_asked *asked = arg;
	const struct mw_message *message;
	struct mw_letter *letter;
	char time[32];

	if (asked->is_json) {
		puts(line);
		return ferror(stdout) ? -EIO : 0;
	}
	letter = mw_letter_new(line);
	if (letter == NULL)
		return 0;
	message = mw_letter_message(letter);
	format_time(message->time_s, time);
	printf("%s  %-8s  %-8s  %s\n", time, mw_state_name(message->state),
	       mw_severity_name(message->severity), message->sentence);
	mw_letter_free(letter);
	return 0;
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

int history_print(struct mw_history *history, struct history_asked *asked)
{
	switch (asked->what) {
	case HISTORY_FAMILIES: return show_families(history, asked);
	case HISTORY_SERIES:
	case HISTORY_CSV: return show_series(history, asked);
	case HISTORY_ALERTS: return mw_history_events(history, &asked->range, print_event, asked);
	case HISTORY_LIVES: break;
	}
	if (!asked->is_json)
		printf("%8s  %-15s %7s  %-19s  %-19s  %9s  %9s  %9s\n", "PID", "COMM", "SAMPLES",
		       "FROM", "TO", "FIRST", "LAST", "PEAK");
	return mw_history_entries(history, &asked->range, print_entry, asked);
}

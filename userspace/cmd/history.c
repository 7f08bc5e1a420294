// SPDX-License-Identifier: GPL-2.0-only
/*
 * history.c - `memwatch history`: shows what the daemon has stored, while it goes
 * on storing. Reads alone; what is printed as CSV is what `record` would have
 * written, so that `analyze` can judge it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "../lib/escape.h"
#include "../lib/history.h"
#include "../lib/message.h"
#include "../lib/sample_csv.h"
#include "../lib/verdict.h"
#include "cli.h"
#include "cli_history.h"

static const char name[] = "history";

enum {
	OPTION_JSON = 1000,
	OPTION_CSV,
	OPTION_SERIES,
	OPTION_ALERTS,
	OPTION_FAMILIES,
	OPTION_FAMILY,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_STATE,
};

static const char help[] =
	"Usage: memwatch history [OPTIONS]\n"
	"\n"
	"Shows what `memwatch watch` has stored: the processes that it saw, their memory over\n"
	"time, and the alerts that there were. The daemon may run meanwhile.\n"
	"\n"
	"What:\n"
	"  (nothing)          one line a process: samples, from when to when, RSS at the first,\n"
	"                     at the last, and at most\n"
	"      --families     the same for each family: the service, pod or container that a\n"
	"                     process belongs to across restarts, or else its name\n"
	"      --series       its samples, one line each\n"
	"      --csv          its samples as CSV, for `memwatch analyze` and `diff`\n"
	"      --alerts       the events of alerts\n"
	"Options:\n"
	"      --since TIME   from then (default: as far back as there is)\n"
	"      --until TIME   to then (default: now)\n"
	"  -p, --pid PID      this process only; may be given more than once\n"
	"  -c, --comm NAME    processes of this name only; may be given more than once\n"
	"      --family NAME  processes of this family only, as --families names it\n"
	"      --json         JSON Lines instead of a table\n"
	"      --state FILE   the daemon's file (default: " CLI_STATE_FILE ")\n"
	"  -h, --help         this text\n"
	"TIME is 2h (ago), now, 2026-11-21, \"2026-11-21 04:05\" or Unix time.\n"
	"\n"
	"Samples are 10 s apart for an hour, then 1 min, after a day 10 min, after a week\n"
	"1 h; the lowest and the last of each such span are kept.\n"
	"\n"
	"Examples:\n"
	"  memwatch history --since 1d --comm api\n"
	"  memwatch history --alerts --json | jq -r .message\n"
	"  memwatch history --csv --since 12h --comm api | memwatch analyze -\n"
	"\n"
	"Exit codes:\n"
	"  0  shown   2  wrong command line   4  the file could not be read\n";

enum what { WHAT_LIVES, WHAT_FAMILIES, WHAT_SERIES, WHAT_CSV, WHAT_ALERTS };

struct asked {
	enum what what;
	bool is_json;
	const char *path;
	struct mw_filter filter;
	struct mw_history_range range;
	double now_s;
};

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
	const struct asked *asked = arg;
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

static int show_families(struct mw_history *history, const struct asked *asked)
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
	const struct asked *asked = arg;
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

static int show_series(struct mw_history *history, struct asked *asked)
{
	char line[MW_SAMPLE_LINE_MAX];

	if (asked->what == WHAT_CSV) {
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
	const struct asked *asked = arg;
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

static int show_what(struct mw_history *history, struct asked *asked)
{
	switch (asked->what) {
	case WHAT_FAMILIES: return show_families(history, asked);
	case WHAT_SERIES:
	case WHAT_CSV: return show_series(history, asked);
	case WHAT_ALERTS: return mw_history_events(history, &asked->range, print_event, asked);
	case WHAT_LIVES: break;
	}
	if (!asked->is_json)
		printf("%8s  %-15s %7s  %-19s  %-19s  %9s  %9s  %9s\n", "PID", "COMM", "SAMPLES",
		       "FROM", "TO", "FIRST", "LAST", "PEAK");
	return mw_history_entries(history, &asked->range, print_entry, asked);
}

static int show(struct asked *asked)
{
	char error[MW_NOTICE_MAX];
	struct mw_history *history;
	int result;

	if (mw_history_open(asked->path, &history, error) < 0)
		return cli_error(name, "%s", error);
	result = show_what(history, asked);
	if (result == -ENOMEM)
		result = cli_error(name, "out of memory");
	else if (result < 0 && !ferror(stdout))
		result = cli_error(name, "cannot read %s: %s", asked->path,
				   mw_history_error(history));
	mw_history_close(history);
	return cli_close_stdout(name, result < 0 ? CLI_SYSTEM : result);
}

static int take_option(struct asked *asked, int option, const char *value)
{
	int32_t pid;
	int err;

	switch (option) {
	case OPTION_JSON: asked->is_json = true; return 0;
	case OPTION_CSV: asked->what = WHAT_CSV; return 0;
	case OPTION_SERIES: asked->what = WHAT_SERIES; return 0;
	case OPTION_ALERTS: asked->what = WHAT_ALERTS; return 0;
	case OPTION_FAMILIES: asked->what = WHAT_FAMILIES; return 0;
	case OPTION_FAMILY: asked->range.family = value; return 0;
	case OPTION_STATE: asked->path = value; return 0;
	case OPTION_SINCE:
		return cli_when(name, "--since", value, asked->now_s, &asked->range.since_s);
	case OPTION_UNTIL:
		return cli_when(name, "--until", value, asked->now_s, &asked->range.until_s);
	case 'p':
		err = cli_pid(name, "--pid", value, &pid);
		return err == 0 && mw_filter_add_pid(&asked->filter, pid) < 0
			       ? cli_error(name, "out of memory")
			       : err;
	default:
		return mw_filter_add_comm(&asked->filter, value) < 0
			       ? cli_error(name, "out of memory")
			       : 0;
	}
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "csv", no_argument, NULL, OPTION_CSV },
		{ "series", no_argument, NULL, OPTION_SERIES },
		{ "alerts", no_argument, NULL, OPTION_ALERTS },
		{ "families", no_argument, NULL, OPTION_FAMILIES },
		{ "family", required_argument, NULL, OPTION_FAMILY },
		{ "since", required_argument, NULL, OPTION_SINCE },
		{ "until", required_argument, NULL, OPTION_UNTIL },
		{ "state", required_argument, NULL, OPTION_STATE },
		{ "pid", required_argument, NULL, 'p' },
		{ "comm", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct asked asked = { .path = CLI_STATE_FILE,
			       .now_s = (double)time(NULL),
			       .range = { .since_s = -INFINITY, .until_s = INFINITY } };
	int status = 0;
	int option;

	asked.range.filter = &asked.filter;
	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:hp:c:", long_options, NULL)) != -1) {
		if (option == 'h')
			return cli_print_help(&cli_history);
		if (option == '?' || option == ':')
			status = cli_bad_option(name, option, argv);
		else
			status = take_option(&asked, option, optarg);
	}
	if (status == 0 && optind < argc)
		status = cli_usage_error(name, "unexpected argument '%s'", argv[optind]);
	if (status == 0 && asked.range.family != NULL && asked.what == WHAT_ALERTS)
		status = cli_usage_error(name,
					 "--family is for processes; alerts have --comm and --pid");
	if (status == 0)
		status = show(&asked);
	mw_filter_free(&asked.filter);
	return status;
}

const struct cli_command cli_history = {
	.name = name,
	.summary = "what the daemon has stored: processes, samples, alerts",
	.help = help,
	.run = run,
};

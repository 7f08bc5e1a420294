// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_report.c - the three forms of what `memwatch check` found. Judges
 * nothing and opens nothing.
 */
#include "check_report.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/escape.h"

/* --- a table ------------------------------------------------------------------ */

static void print_row(const struct mw_gate_row *row, FILE *file, bool is_colour)
{
	const struct mw_verdict *verdict = &row->verdict;
	bool is_red = is_colour && mw_gate_has_fault(row);
	char comm[4 * MW_COMM_MAX + 1];
	char level[MW_FORMAT_MAX] = "-";
	char growth[MW_FORMAT_MAX] = "-";
	char swing[MW_FORMAT_MAX] = "-";

	mw_escape_display(comm, sizeof(comm), verdict->comm, strlen(verdict->comm));
	if (row->is_steady_known) {
		mw_format_kib(row->steady.level_kib, level);
		snprintf(growth, sizeof(growth), "%+.2f %%/min", row->steady.growth);
		snprintf(swing, sizeof(swing), "%.1f %%", row->steady.fluctuation);
	}
	fprintf(file, "%s%8d  %-15s %8ju  %9s  %13s  %11s  %-4s  %s%s\n", is_red ? "\033[31m" : "",
		verdict->pid, comm, (uintmax_t)verdict->samples, level, growth, swing,
		verdict->leak ? "yes" : "no",
		mw_gate_has_fault(row) ? "FAIL"
		: row->is_steady_known ? "ok"
				       : "too short to judge",
		is_red ? "\033[0m" : "");
}

static void explain_rows(const struct check_report *report, FILE *file)
{
	char comm[4 * MW_COMM_MAX + 1];
	char text[MW_GATE_TEXT_MAX];

	for (size_t i = 0; i < report->count; i++) {
		const struct mw_gate_row *row = &report->rows[i];

		for (enum mw_gate_fault fault = 0; fault < MW_GATE_FAULTS; fault++) {
			if (!row->has[fault])
				continue;
			mw_escape_display(comm, sizeof(comm), row->verdict.comm,
					  strlen(row->verdict.comm));
			mw_gate_explain(report->limits, row, fault, text);
			fprintf(file, "%s (pid %d) %s\n", comm, row->verdict.pid, text);
		}
	}
	if (report->failure[0] != '\0')
		fprintf(file, "%s\n", report->failure);
}

static const char *result_word(enum mw_gate_result result)
{
	switch (result) {
	case MW_GATE_PASS: return "PASS";
	case MW_GATE_FAIL: return "FAIL";
	default: return "UNKNOWN: no process was seen for long enough";
	}
}

bool check_report_table(const struct check_report *report, FILE *file, bool is_colour)
{
	const char *colour = report->result == MW_GATE_PASS ? "\033[32m" : "\033[31m";
	char watched[MW_FORMAT_MAX];

	fprintf(file, "%8s  %-15s %8s  %9s  %13s  %11s  %-4s  %s\n", "PID", "COMM", "SAMPLES",
		"LEVEL", "GROWTH", "FLUCTUATION", "LEAK", "RESULT");
	for (size_t i = 0; i < report->count; i++)
		print_row(&report->rows[i], file, is_colour);
	explain_rows(report, file);
	mw_format_duration(report->watched_s, watched);
	fprintf(file,
		"%s%s%s after %s: growth at most %.2f %%/min, fluctuation under %.1f %%, no leak",
		is_colour ? colour : "", result_word(report->result), is_colour ? "\033[0m" : "",
		watched, report->limits->max_growth, report->limits->max_fluctuation);
	if (report->brief > 0)
		fprintf(file, "; %ju short-lived processes judged for leaks alone",
			(uintmax_t)report->brief);
	fprintf(file, "\n");
	return fflush(file) == 0 && !ferror(file);
}

/* --- JSON --------------------------------------------------------------------- */

/* Numbers to as many digits as mean something; null for what is not known. */
static bool add_number(cJSON *object, const char *key, bool is_known, double value, int digits)
{
	char text[40];

	if (!is_known || !isfinite(value))
		return cJSON_AddNullToObject(object, key) != NULL;
	snprintf(text, sizeof(text), "%.*f", digits, value);
	return cJSON_AddRawToObject(object, key, text) != NULL;
}

static bool add_faults(cJSON *object, const struct check_report *report,
		       const struct mw_gate_row *row)
{
	cJSON *list = cJSON_AddArrayToObject(object, "faults");
	char text[MW_GATE_TEXT_MAX];

	for (enum mw_gate_fault fault = 0; fault < MW_GATE_FAULTS && list != NULL; fault++) {
		cJSON *entry;

		if (!row->has[fault])
			continue;
		entry = cJSON_CreateObject();
		mw_gate_explain(report->limits, row, fault, text);
		if (!cJSON_AddItemToArray(list, entry) ||
		    !cJSON_AddStringToObject(entry, "fault", mw_gate_fault_name(fault)) ||
		    !cJSON_AddStringToObject(entry, "reason", text))
			return false;
	}
	return list != NULL;
}

static bool add_row(cJSON *list, const struct check_report *report, const struct mw_gate_row *row)
{
	const struct mw_verdict *verdict = &row->verdict;
	const struct mw_steady *steady = &row->steady;
	bool known = row->is_steady_known;
	cJSON *object = cJSON_CreateObject();
	char comm[3 * MW_COMM_MAX + 1];

	mw_utf8_clean(comm, sizeof(comm), verdict->comm, strlen(verdict->comm));
	return cJSON_AddItemToArray(list, object) &&
	       cJSON_AddStringToObject(object, "comm", comm) &&
	       add_number(object, "pid", true, verdict->pid, 0) &&
	       add_number(object, "start_ticks", true, (double)verdict->start_ticks, 0) &&
	       add_number(object, "samples", true, (double)verdict->samples, 0) &&
	       add_number(object, "level_kib", known, steady->level_kib, 0) &&
	       add_number(object, "growth_percent_per_min", known, steady->growth, 4) &&
	       add_number(object, "growth_low", known, steady->growth_low, 4) &&
	       add_number(object, "growth_high", known, steady->growth_high, 4) &&
	       add_number(object, "fluctuation_percent", known, steady->fluctuation, 2) &&
	       cJSON_AddBoolToObject(object, "leak", verdict->leak) &&
	       cJSON_AddStringToObject(object, "class", verdict->class_name) &&
	       add_faults(object, report, row);
}

static bool fill_json(cJSON *object, const struct check_report *report)
{
	cJSON *list;

	if (!cJSON_AddStringToObject(object, "result", mw_gate_result_name(report->result)) ||
	    !add_number(object, "begin_s", true, report->begin_s, 3) ||
	    !add_number(object, "watched_s", true, report->watched_s, 3) ||
	    !add_number(object, "max_growth_percent_per_min", true, report->limits->max_growth,
			4) ||
	    !add_number(object, "max_fluctuation_percent", true, report->limits->max_fluctuation,
			4) ||
	    !add_number(object, "short_lived", true, (double)report->brief, 0))
		return false;
	if (!(report->failure[0] != '\0'
		      ? cJSON_AddStringToObject(object, "failure", report->failure)
		      : cJSON_AddNullToObject(object, "failure")))
		return false;
	list = cJSON_AddArrayToObject(object, "processes");
	for (size_t i = 0; i < report->count && list != NULL; i++)
		if (!add_row(list, report, &report->rows[i]))
			return false;
	return list != NULL;
}

bool check_report_json(const struct check_report *report, FILE *file)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;
	bool done;

	if (object != NULL && fill_json(object, report))
		text = cJSON_PrintUnformatted(object);
	done = text != NULL && fprintf(file, "%s\n", text) > 0 && fflush(file) == 0;
	cJSON_free(text);
	cJSON_Delete(object);
	return done;
}

/* --- JUnit XML ------------------------------------------------------------------ */

/* What a terminal could not show is escaped before; the five characters of XML are left. */
static void put_xml(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': fputs("&amp;", file); break;
		case '<': fputs("&lt;", file); break;
		case '>': fputs("&gt;", file); break;
		case '"': fputs("&quot;", file); break;
		case '\'': fputs("&apos;", file); break;
		default: fputc(*text, file);
		}
	}
}

/* One test; @failure and @skipped are NULL where they do not apply. */
static void put_case(FILE *file, const char *class_name, const char *test, const char *failure,
		     const char *skipped)
{
	fprintf(file, "    <testcase classname=\"memwatch.");
	put_xml(file, class_name);
	fprintf(file, "\" name=\"%s\"", test);
	if (failure == NULL && skipped == NULL) {
		fprintf(file, "/>\n");
		return;
	}
	fprintf(file, ">\n      <%s message=\"", failure != NULL ? "failure" : "skipped");
	put_xml(file, failure != NULL ? failure : skipped);
	fprintf(file, "\"/>\n    </testcase>\n");
}

static void put_row(FILE *file, const struct check_report *report, const struct mw_gate_row *row)
{
	char comm[4 * MW_COMM_MAX + 1];
	char text[MW_GATE_TEXT_MAX];
	char test[64];

	mw_escape_display(comm, sizeof(comm), row->verdict.comm, strlen(row->verdict.comm));
	for (enum mw_gate_fault fault = 0; fault < MW_GATE_FAULTS; fault++) {
		bool is_known = fault == MW_GATE_LEAK || row->is_steady_known;

		snprintf(test, sizeof(test), "%s (pid %d)", mw_gate_fault_name(fault),
			 row->verdict.pid);
		mw_gate_explain(report->limits, row, fault, text);
		put_case(file, comm, test, row->has[fault] ? text : NULL,
			 is_known ? NULL : "too few samples after the warm-up");
	}
}

struct tally {
	size_t tests, failures, skipped;
};

static struct tally count_cases(const struct check_report *report)
{
	/* The command, or the watch as a whole, is the first test. */
	struct tally tally = { .tests = 1 };

	if (report->failure[0] != '\0')
		tally.failures++;
	else if (report->result == MW_GATE_UNKNOWN)
		tally.skipped++;
	for (size_t i = 0; i < report->count; i++) {
		for (size_t fault = 0; fault < MW_GATE_FAULTS; fault++)
			tally.failures += report->rows[i].has[fault];
		tally.tests += MW_GATE_FAULTS;
		if (!report->rows[i].is_steady_known)
			tally.skipped += MW_GATE_FAULTS - 1;
	}
	return tally;
}

bool check_report_junit(const struct check_report *report, FILE *file)
{
	struct tally tally = count_cases(report);
	time_t begin = (time_t)report->begin_s;
	char timestamp[32];
	struct tm tm;

	gmtime_r(&begin, &tm);
	strftime(timestamp, sizeof(timestamp), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"memwatch check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"%zu\" time=\"%.3f\" timestamp=\"%s\">\n",
		tally.tests, tally.failures, tally.skipped, report->watched_s, timestamp);
	put_case(file, "check", "watched to the end",
		 report->failure[0] != '\0' ? report->failure : NULL,
		 report->result == MW_GATE_UNKNOWN ? "no process was seen for long enough" : NULL);
	for (size_t i = 0; i < report->count; i++)
		put_row(file, report, &report->rows[i]);
	fprintf(file, "  </testsuite>\n</testsuites>\n");
	return fflush(file) == 0 && !ferror(file);
}

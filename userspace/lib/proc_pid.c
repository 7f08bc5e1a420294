// SPDX-License-Identifier: GPL-2.0-only
/*
 * proc_pid.c - parses /proc/PID/stat and the memory lines of /proc/PID/status.
 * Whoever owns the process chooses its name, so that nothing in the text is
 * trusted; never reads a file itself.
 */
#define _GNU_SOURCE /* memrchr */
#include "proc_pid.h"

#include <string.h>

#include "number.h"

/* Fields of stat that are used, by the numbers of proc(5). */
enum {
	FIELD_PPID = 4,
	FIELD_MINFLT = 10,
	FIELD_MAJFLT = 12,
	FIELD_THREADS = 20,
	FIELD_START = 22,
	FIELD_VSIZE = 23,
	FIELD_RSS = 24,
};

static bool read_field(int field, const char *text, size_t len, struct mw_proc_stat *stat)
{
	int64_t value;

	switch (field) {
	case FIELD_START: return mw_number_uint64(text, len, &stat->start_ticks) == NULL;
	case FIELD_PPID:
		if (mw_number_count(text, len, &value) != NULL || value > INT32_MAX)
			return false;
		stat->ppid = (int32_t)value;
		return true;
	case FIELD_MINFLT: return mw_number_count(text, len, &stat->minflt) == NULL;
	case FIELD_MAJFLT: return mw_number_count(text, len, &stat->majflt) == NULL;
	case FIELD_THREADS: return mw_number_count(text, len, &stat->threads) == NULL;
	case FIELD_VSIZE: return mw_number_count(text, len, &stat->vsize_bytes) == NULL;
	case FIELD_RSS: return mw_number_count(text, len, &stat->rss_pages) == NULL;
	default: return true;
	}
}

/* The fields behind the name, from number 4 on, up to the last one wanted. */
static bool read_fields(const char *c, const char *end, struct mw_proc_stat *stat)
{
	for (int field = FIELD_PPID; field <= FIELD_RSS; field++) {
		const char *begin;

		if (c >= end || *c != ' ')
			return false;
		begin = ++c;
		while (c < end && *c != ' ' && *c != '\n')
			c++;
		if (!read_field(field, begin, (size_t)(c - begin), stat))
			return false;
	}
	/* A last field that nothing follows may have been cut. */
	return c < end;
}

bool mw_proc_stat_parse(const char *text, size_t len, struct mw_proc_stat *ret_stat)
{
	const char *end = text + len;
	const char *open = memchr(text, '(', len);
	const char *close = memrchr(text, ')', len);
	struct mw_proc_stat stat = { 0 };
	uint64_t pid;
	size_t comm_len;

	if (open == NULL || close == NULL || close < open || open == text)
		return false;
	if (mw_number_uint64(text, (size_t)(open - 1 - text), &pid) != NULL || pid > INT32_MAX)
		return false;
	stat.pid = (int32_t)pid;
	comm_len = (size_t)(close - open - 1);
	if (comm_len >= MW_COMM_MAX)
		comm_len = MW_COMM_MAX - 1;
	memcpy(stat.comm, open + 1, comm_len);
	if (end - close < 4 || close[1] != ' ')
		return false;
	stat.state = close[2];
	if (!read_fields(close + 3, end, &stat))
		return false;
	*ret_stat = stat;
	return true;
}

bool mw_proc_statm_parse(const char *text, size_t len, struct mw_proc_statm *ret_statm)
{
	int64_t values[3];
	const char *end = text + len;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));

		if (blank == NULL ||
		    mw_number_count(text, (size_t)(blank - text), &values[i]) != NULL)
			return false;
		text = blank + 1;
	}
	ret_statm->size = values[0];
	ret_statm->resident = values[1];
	ret_statm->shared = values[2];
	return true;
}

/* The number in "RssAnon:\t    112 kB". */
static int64_t kib_value(const char *text, size_t len)
{
	int64_t value;
	size_t digits = 0;

	while (len > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	while (digits < len && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (mw_number_count(text, digits, &value) != NULL)
		return MW_UNKNOWN;
	return value;
}

void mw_proc_status_parse(const char *text, size_t len, struct mw_proc_status *ret_status)
{
	const struct {
		const char *key;
		size_t len;
		int64_t *value;
	} lines[] = {
		{ "VmRSS:", 6, &ret_status->rss_kb },	 { "RssAnon:", 8, &ret_status->anon_kb },
		{ "RssFile:", 8, &ret_status->file_kb }, { "RssShmem:", 9, &ret_status->shmem_kb },
		{ "VmSwap:", 7, &ret_status->swap_kb },
	};
	const char *end = text + len;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		*lines[i].value = MW_UNKNOWN;
	/* The kernel escapes newlines in Name:, so that no name can pass for a line. */
	for (const char *line = text; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline != NULL ? newline : end;
		size_t left = (size_t)(stop - line);

		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			if (left > lines[i].len && memcmp(line, lines[i].key, lines[i].len) == 0)
				*lines[i].value =
					kib_value(line + lines[i].len, left - lines[i].len);
		line = stop + 1;
	}
}

void mw_proc_sample(const struct mw_proc_stat *stat, const struct mw_proc_status *status,
		    int64_t page_kb, double time_s, struct mw_sample *ret_sample)
{
	*ret_sample = mw_sample_unknown();
	ret_sample->time_s = time_s;
	ret_sample->pid = stat->pid;
	ret_sample->start_ticks = stat->start_ticks;
	memcpy(ret_sample->comm, stat->comm, sizeof(ret_sample->comm));
	ret_sample->rss_kb =
		status->rss_kb != MW_UNKNOWN ? status->rss_kb : stat->rss_pages * page_kb;
	ret_sample->anon_kb = status->anon_kb;
	ret_sample->file_kb = status->file_kb;
	ret_sample->shmem_kb = status->shmem_kb;
	ret_sample->swap_kb = status->swap_kb;
	ret_sample->threads = stat->threads;
	ret_sample->minflt = stat->minflt;
}

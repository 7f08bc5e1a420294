// SPDX-License-Identifier: GPL-2.0-only
/*
 * alert.c - how a verdict is told. Owns the JSON of userspace/README.md and the sentence
 * for people; must never judge, allocate or read a clock.
 *
 * The JSON is written here and not through cJSON: start_ticks needs 64 bits
 * where cJSON keeps every number as a double, cJSON passes bytes that are not
 * UTF-8 through as they are, and a daemon should be able to tell of a leak
 * without asking for memory. What is needed of JSON is one flat object.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alert.h"

struct text {
	char *at;
	size_t size;
	size_t length; /* what would have been written, had there been room */
};

static void __attribute__((format(printf, 2, 3))) put(struct text *text, const char *format, ...)
{
	size_t used = text->length < text->size ? text->length : text->size;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->at + used, text->size - used, format, args);
	va_end(args);
	if (length > 0)
		text->length += (size_t)length;
}

static int finish(struct text *text)
{
	if (text->length < text->size)
		return (int)text->length;
	if (text->size > 0)
		text->at[0] = '\0';
	return -1;
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Length of the UTF-8 sequence at @s (RFC 3629: no overlong ones, no surrogates), 0 if it is none. */
static size_t utf8_length(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		return is_continuation(s[1]) ? 2 : 0;
	if (s[0] >= 0xe0 && s[0] <= 0xef) {
		if (!is_continuation(s[1]) || !is_continuation(s[2]) ||
		    (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
			return 0;
		return 3;
	}
	if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		if (!is_continuation(s[1]) || !is_continuation(s[2]) || !is_continuation(s[3]) ||
		    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

/* A byte that is not UTF-8 becomes U+FFFD, as decoders show it. */
static void put_string(struct text *text, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	put(text, "\"");
	while (*s) {
		size_t length = utf8_length(s);

		if (length == 0) {
			put(text, "\\ufffd");
			s++;
			continue;
		}
		if (*s == '"' || *s == '\\')
			put(text, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			put(text, "\\u%04x", *s);
		else
			put(text, "%.*s", (int)length, (const char *)s);
		s += length;
	}
	put(text, "\"");
}

static void put_number(struct text *text, const char *key, double value, int digits)
{
	if (isfinite(value))
		put(text, ",\"%s\":%.*g", key, digits, value);
	else
		put(text, ",\"%s\":null", key);
}

/* Microseconds of a wall clock need 16 digits; milliseconds are enough, and print as written. */
static void put_time(struct text *text, const char *key, double value)
{
	put_number(text, key, value, 13);
}

static void put_verdict_fields(struct text *text, const struct mw_verdict *verdict)
{
	put(text, "\"comm\":");
	put_string(text, verdict->comm);
	put(text, ",\"pid\":%" PRId32 ",\"start_ticks\":%" PRIu64 ",\"samples\":%" PRIu64,
	    verdict->pid, verdict->start_ticks, verdict->samples);
	put(text, ",\"leak\":%s", verdict->leak ? "true" : "false");
	put_number(text, "confidence", verdict->confidence, 6);
	put(text, ",\"class\":");
	put_string(text, verdict->class_name);
	put_number(text, "rate_kib_per_s", verdict->rate_kib_per_s, 6);
	put_number(text, "rate_low", verdict->rate_low, 6);
	put_number(text, "rate_high", verdict->rate_high, 6);
	put_time(text, "since_s", verdict->since_s);
	put_time(text, "first_alert_s", verdict->first_alert_s);
	if (verdict->limit_kb == MW_UNKNOWN)
		put(text, ",\"limit_kb\":null");
	else
		put(text, ",\"limit_kb\":%" PRId64, verdict->limit_kb);
	put_number(text, "time_to_limit_s", verdict->time_to_limit_s, 6);
	put(text, ",\"reason\":");
	put_string(text, verdict->reason);
	put_number(text, "time_to_limit_low_s", verdict->time_to_limit_low_s, 6);
	put_number(text, "time_to_limit_high_s", verdict->time_to_limit_high_s, 6);
	put_number(text, "watermark_kb", verdict->watermark_kib, 9);
	put_number(text, "above_watermark_s", verdict->above_watermark_s, 6);
	put_number(text, "alloc_per_s", verdict->alloc_per_s, 6);
	put_number(text, "alloc_change", verdict->alloc_change, 4);
	put_number(text, "drift", verdict->drift, 4);
}

int mw_verdict_to_json(const struct mw_verdict *verdict, char *ret_text, size_t size)
{
	struct text text = { .at = ret_text, .size = size };

	put(&text, "{");
	put_verdict_fields(&text, verdict);
	put(&text, "}");
	return finish(&text);
}

const char *const mw_state_names[MW_STATES] = {
	[MW_STATE_PENDING] = "pending",
	[MW_STATE_FIRING] = "firing",
	[MW_STATE_RESOLVED] = "resolved",
};

const char *mw_state_name(enum mw_alert_state state)
{
	return mw_state_names[state];
}

int mw_alert_to_json(const struct mw_alert *alert, char *ret_text, size_t size)
{
	struct text text = { .at = ret_text, .size = size };
	char fingerprint[MW_FINGERPRINT_MAX];

	mw_alert_fingerprint(alert, fingerprint);
	put(&text, "{\"state\":\"%s\"", mw_state_name(alert->state));
	put_time(&text, "time_s", alert->time_s);
	put(&text, ",\"host\":");
	put_string(&text, alert->host);
	put(&text, ",\"rule\":");
	put_string(&text, alert->rule);
	put(&text, ",\"fingerprint\":\"%s\",", fingerprint);
	put_verdict_fields(&text, alert->verdict);
	put(&text, "}");
	return finish(&text);
}

/* UTF-8 as it is; what would move a terminal's cursor, and stray bytes, in octal. */
static void put_name(struct text *text, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	while (*s) {
		size_t length = utf8_length(s);
		/* U+0080 to U+009F are control characters too. */
		bool is_control = *s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0);

		if (length == 0 || is_control) {
			put(text, "\\%03o", *s++);
			continue;
		}
		put(text, "%.*s", (int)length, (const char *)s);
		s += length;
	}
}

static void put_rate(struct text *text, const struct mw_verdict *verdict)
{
	char rate[MW_FORMAT_MAX], low[MW_FORMAT_MAX], high[MW_FORMAT_MAX];

	mw_format_rate(verdict->rate_kib_per_s, verdict->rate_kib_per_s, rate);
	mw_format_rate(verdict->rate_low, verdict->rate_kib_per_s, low);
	mw_format_rate(verdict->rate_high, verdict->rate_kib_per_s, high);
	/* One unit for the three: the interval repeats only the numbers. */
	*strchr(low, ' ') = '\0';
	*strchr(high, ' ') = '\0';
	put(text, "%s (%s to %s)", rate, low, high);
}

static void put_limit(struct text *text, const struct mw_verdict *verdict)
{
	char span[MW_FORMAT_MAX], limit[MW_FORMAT_MAX];

	if (verdict->limit_kb == MW_UNKNOWN || !isfinite(verdict->time_to_limit_s)) {
		put(text, "; no limit is known");
		return;
	}
	mw_format_kib((double)verdict->limit_kb, limit);
	mw_format_duration(verdict->time_to_limit_s, span);
	put(text, "; %s", span);
	if (verdict->time_to_limit_low_s > 0.0 && isfinite(verdict->time_to_limit_high_s)) {
		mw_format_duration(verdict->time_to_limit_low_s, span);
		put(text, " (%s to ", span);
		mw_format_duration(verdict->time_to_limit_high_s, span);
		put(text, "%s)", span);
	}
	put(text, " to the limit of %s", limit);
}

int mw_alert_to_sentence(const struct mw_alert *alert, char *ret_text, size_t size)
{
	struct text text = { .at = ret_text, .size = size };
	const struct mw_verdict *verdict = alert->verdict;
	char span[MW_FORMAT_MAX];

	put_name(&text, verdict->comm);
	put(&text, " (pid %" PRId32 ") ", verdict->pid);
	if (alert->state != MW_STATE_RESOLVED) {
		put(&text, "leaks ");
		put_rate(&text, verdict);
		if (isfinite(verdict->since_s)) {
			mw_format_duration(fmax(0.0, alert->time_s - verdict->since_s), span);
			put(&text, " for %s", span);
		}
		put_limit(&text, verdict);
		put(&text, " [%s]: ", verdict->class_name);
	} else {
		put(&text, "no longer leaks: ");
	}
	put_name(&text, verdict->reason);
	put(&text, ".");
	return finish(&text);
}

static uint64_t fnv1a(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

void mw_alert_fingerprint(const struct mw_alert *alert, char ret_text[MW_FINGERPRINT_MAX])
{
	const struct mw_verdict *verdict = alert->verdict;
	uint64_t hash = 0xcbf29ce484222325u;
	char life[64];

	/* As text, so that it does not depend on the byte order; the NULs keep the parts apart. */
	snprintf(life, sizeof(life), "%" PRId32 " %" PRIu64, verdict->pid, verdict->start_ticks);
	hash = fnv1a(hash, alert->host, strlen(alert->host) + 1);
	hash = fnv1a(hash, alert->rule, strlen(alert->rule) + 1);
	hash = fnv1a(hash, life, strlen(life) + 1);
	snprintf(ret_text, MW_FINGERPRINT_MAX, "%016" PRIx64, hash);
}

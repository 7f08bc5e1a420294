// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_alert.c - what is told of a verdict: JSON that parses to what was meant,
 * whatever the process is called, and a sentence.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

#include "alert.h"

static struct mw_verdict leaking(void)
{
	return (struct mw_verdict){
		.comm = "api",
		.pid = 812,
		.start_ticks = 99312,
		.samples = 5400,
		.leak = true,
		.confidence = 0.99,
		.class_name = "rising-floor",
		.rate_kib_per_s = 41.8,
		.rate_low = 40.2,
		.rate_high = 43.5,
		.since_s = 1210,
		.first_alert_s = 1893.5,
		.limit_kb = 8388608,
		.time_to_limit_s = 171000,
		.reason = "floor of RSS rose in 31 of 33 windows",
		.time_to_limit_low_s = 164000,
		.time_to_limit_high_s = NAN,
		.watermark_kib = 6291456,
		.above_watermark_s = 30,
		.alloc_per_s = NAN,
		.alloc_change = 1,
		.drift = 0.75,
	};
}

static cJSON *parsed(const struct mw_verdict *verdict)
{
	char text[MW_ALERT_TEXT_MAX];
	int length = mw_verdict_to_json(verdict, text, sizeof(text));
	cJSON *json;

	assert_int_equal(length, (int)strlen(text));
	assert_null(strchr(text, '\n'));
	json = cJSON_Parse(text);
	assert_non_null(json);
	return json;
}

static double number(const cJSON *json, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

static const char *string(const cJSON *json, const char *key)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));

	assert_non_null(value);
	return value;
}

static void assert_null_value(const cJSON *json, const char *key)
{
	assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(json, key)));
}

/* The object of userspace/README.md, its keys in its order. */
static void verdict_as_documented(void **state)
{
	struct mw_verdict verdict = leaking();
	char text[MW_ALERT_TEXT_MAX];

	(void)state;
	assert_true(mw_verdict_to_json(&verdict, text, sizeof(text)) > 0);
	assert_string_equal(
		text, "{\"comm\":\"api\",\"pid\":812,\"start_ticks\":99312,\"samples\":5400,"
		      "\"leak\":true,\"confidence\":0.99,\"class\":\"rising-floor\","
		      "\"rate_kib_per_s\":41.8,\"rate_low\":40.2,\"rate_high\":43.5,"
		      "\"since_s\":1210,\"first_alert_s\":1893.5,\"limit_kb\":8388608,"
		      "\"time_to_limit_s\":171000,"
		      "\"reason\":\"floor of RSS rose in 31 of 33 windows\","
		      "\"time_to_limit_low_s\":164000,\"time_to_limit_high_s\":null,"
		      "\"watermark_kb\":6291456,\"above_watermark_s\":30,\"alloc_per_s\":null,"
		      "\"alloc_change\":1,\"drift\":0.75}");
}

static void unknown_is_null(void **state)
{
	struct mw_verdict verdict = leaking();
	cJSON *json;

	(void)state;
	verdict.leak = false;
	verdict.since_s = verdict.first_alert_s = verdict.time_to_limit_s = NAN;
	verdict.rate_high = INFINITY;
	verdict.limit_kb = MW_UNKNOWN;
	json = parsed(&verdict);
	assert_null_value(json, "since_s");
	assert_null_value(json, "first_alert_s");
	assert_null_value(json, "time_to_limit_s");
	assert_null_value(json, "rate_high");
	assert_null_value(json, "limit_kb");
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(json, "leak")));
	cJSON_Delete(json);
}

static void exact_numbers(void **state)
{
	struct mw_verdict verdict = leaking();
	char text[MW_ALERT_TEXT_MAX];

	(void)state;
	verdict.start_ticks = 18446744073709551615u;
	verdict.pid = -1;
	verdict.limit_kb = INT64_MAX;
	verdict.since_s = 1795226420.123;
	mw_verdict_to_json(&verdict, text, sizeof(text));
	assert_non_null(strstr(text, "\"start_ticks\":18446744073709551615,"));
	assert_non_null(strstr(text, "\"pid\":-1,"));
	assert_non_null(strstr(text, "\"limit_kb\":9223372036854775807,"));
	assert_non_null(strstr(text, "\"since_s\":1795226420.123,"));
}

static void hostile_names(void **state)
{
	static const struct {
		const char *comm;
		const char *json; /* after parsing */
		const char *sentence;
	} cases[] = {
		{ "a) b\nc", "a) b\nc", "a) b\\012c" },
		{ "say \"hi\"\\", "say \"hi\"\\", "say \"hi\"\\" },
		{ "\033[31m\177", "\033[31m\177", "\\033[31m\\177" },
		{ "na\xc3\xafve", "na\xc3\xafve", "na\xc3\xafve" },
		{ "\xe2\x82\xac\xf0\x9f\x90\xa7", "\xe2\x82\xac\xf0\x9f\x90\xa7",
		  "\xe2\x82\xac\xf0\x9f\x90\xa7" },
		/* stray, cut short, overlong, surrogate, beyond U+10FFFF: each byte is one U+FFFD */
		{ "x\xff", "x\xef\xbf\xbd", "x\\377" },
		{ "x\xe2\x82", "x\xef\xbf\xbd\xef\xbf\xbd", "x\\342\\202" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "\\300\\257" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\355\\240\\200" },
		{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		  "\\364\\220\\200\\200" },
		{ "\xc2\x9b"
		  "31m",
		  "\xc2\x9b"
		  "31m",
		  "\\302\\23331m" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_verdict verdict = leaking();
		struct mw_alert alert = { &verdict, MW_STATE_FIRING, 2000, "host", "leak" };
		char text[MW_ALERT_TEXT_MAX];
		cJSON *json;

		strcpy(verdict.comm, cases[i].comm);
		json = parsed(&verdict);
		assert_string_equal(string(json, "comm"), cases[i].json);
		cJSON_Delete(json);
		assert_true(mw_alert_to_sentence(&alert, text, sizeof(text)) > 0);
		assert_memory_equal(text, cases[i].sentence, strlen(cases[i].sentence));
		assert_memory_equal(text + strlen(cases[i].sentence), " (pid 812)", 10);
	}
}

static void alert_line(void **state)
{
	struct mw_verdict verdict = leaking();
	struct mw_alert alert = { &verdict, MW_STATE_FIRING, 1893.5, "web\"1", "leak" };
	char text[MW_ALERT_TEXT_MAX], fingerprint[MW_FINGERPRINT_MAX];
	cJSON *json;

	(void)state;
	assert_true(mw_alert_to_json(&alert, text, sizeof(text)) > 0);
	json = cJSON_Parse(text);
	assert_non_null(json);
	assert_string_equal(string(json, "state"), "firing");
	assert_string_equal(string(json, "host"), "web\"1");
	assert_string_equal(string(json, "rule"), "leak");
	assert_string_equal(string(json, "class"), "rising-floor");
	assert_true(number(json, "time_s") == 1893.5);
	assert_true(number(json, "rate_kib_per_s") == 41.8);
	mw_alert_fingerprint(&alert, fingerprint);
	assert_string_equal(string(json, "fingerprint"), fingerprint);
	cJSON_Delete(json);
	alert.state = MW_STATE_PENDING;
	mw_alert_to_json(&alert, text, sizeof(text));
	assert_non_null(strstr(text, "\"state\":\"pending\""));
	alert.state = MW_STATE_RESOLVED;
	mw_alert_to_json(&alert, text, sizeof(text));
	assert_non_null(strstr(text, "\"state\":\"resolved\""));
}

/* The same for a life and a rule, another for each of them. */
static void fingerprints(void **state)
{
	struct mw_verdict verdict = leaking(), renamed = leaking(), next = leaking();
	struct mw_alert alerts[] = {
		{ &verdict, MW_STATE_FIRING, 1, "a", "leak" },
		{ &verdict, MW_STATE_RESOLVED, 2, "a", "leak" },
		{ &renamed, MW_STATE_FIRING, 1, "a", "leak" },
		{ &verdict, MW_STATE_FIRING, 1, "b", "leak" },
		{ &verdict, MW_STATE_FIRING, 1, "a", "other" },
		{ &next, MW_STATE_FIRING, 1, "a", "leak" },
		{ &verdict, MW_STATE_FIRING, 1, "al", "eak" },
	};
	char first[MW_FINGERPRINT_MAX], text[MW_FINGERPRINT_MAX];

	(void)state;
	strcpy(renamed.comm, "worker");
	renamed.rate_kib_per_s = 1;
	next.start_ticks++;
	mw_alert_fingerprint(&alerts[0], first);
	assert_int_equal(strlen(first), 16);
	for (size_t i = 1; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		mw_alert_fingerprint(&alerts[i], text);
		assert_int_equal(strcmp(text, first) == 0, i <= 2);
	}
}

static void sentences(void **state)
{
	struct mw_verdict verdict = leaking();
	struct mw_alert alert = { &verdict, MW_STATE_FIRING, 1893.5, "web1", "leak" };
	char text[MW_ALERT_TEXT_MAX];

	(void)state;
	mw_alert_to_sentence(&alert, text, sizeof(text));
	assert_string_equal(
		text,
		"api (pid 812) leaks 41.8 KiB/s (40.2 to 43.5) for 11.4 min; 47.5 h to the limit of "
		"8.00 GiB [rising-floor]: floor of RSS rose in 31 of 33 windows.");
	verdict.limit_kb = MW_UNKNOWN;
	verdict.time_to_limit_s = NAN;
	verdict.since_s = NAN;
	mw_alert_to_sentence(&alert, text, sizeof(text));
	assert_string_equal(
		text,
		"api (pid 812) leaks 41.8 KiB/s (40.2 to 43.5); no limit is known [rising-floor]: "
		"floor of RSS rose in 31 of 33 windows.");
	alert.state = MW_STATE_RESOLVED;
	strcpy(verdict.reason, "the floor grew and then held");
	mw_alert_to_sentence(&alert, text, sizeof(text));
	assert_string_equal(text, "api (pid 812) no longer leaks: the floor grew and then held.");
}

/* Any size: all of it, or nothing and -1; never a byte beyond. */
static void small_buffers(void **state)
{
	struct mw_verdict verdict = leaking();
	struct mw_alert alert = { &verdict, MW_STATE_FIRING, 1, "h", "leak" };
	char whole[MW_ALERT_TEXT_MAX], text[MW_ALERT_TEXT_MAX];
	int length = mw_alert_to_json(&alert, whole, sizeof(whole));

	(void)state;
	assert_true(length > 0);
	for (int size = 0; size <= length + 1; size++) {
		memset(text, '#', sizeof(text));
		if (size == length + 1) {
			assert_int_equal(mw_alert_to_json(&alert, text, size), length);
			assert_string_equal(text, whole);
		} else {
			assert_int_equal(mw_alert_to_json(&alert, text, size), -1);
			assert_true(size == 0 || text[0] == '\0');
		}
		assert_int_equal(text[size], '#');
	}
}

/* The longest of everything still fits what alert.h promises. */
static void the_longest(void **state)
{
	struct mw_verdict verdict = leaking();
	char host[256], text[MW_ALERT_TEXT_MAX];
	struct mw_alert alert = { &verdict, MW_STATE_FIRING, -1.23456789e300, host,
				  "a-rule-of-some-length" };

	(void)state;
	memset(host, '\001', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	memset(verdict.comm, '\001', sizeof(verdict.comm) - 1);
	memset(verdict.reason, '\001', sizeof(verdict.reason) - 1);
	verdict.reason[sizeof(verdict.reason) - 1] = '\0';
	verdict.rate_kib_per_s = verdict.rate_low = verdict.rate_high = -1.23456789e300;
	assert_true(mw_alert_to_json(&alert, text, sizeof(text)) > 0);
	assert_true(mw_alert_to_sentence(&alert, text, sizeof(text)) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdict_as_documented),
		cmocka_unit_test(unknown_is_null),
		cmocka_unit_test(exact_numbers),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(alert_line),
		cmocka_unit_test(fingerprints),
		cmocka_unit_test(sentences),
		cmocka_unit_test(small_buffers),
		cmocka_unit_test(the_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

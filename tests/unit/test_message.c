// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_message.c - what is written is read back, whatever bytes a process has
 * in its name; the alert's own fields pass unchanged.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message.h"

#define ALERT                                                                                  \
	"{\"state\":\"firing\",\"time_s\":1795228073.388,\"host\":\"web1\",\"rule\":\"leak\"," \
	"\"fingerprint\":\"00ff00ff00ff00ff\",\"comm\":\"api\",\"pid\":812,"                   \
	"\"start_ticks\":18446744073709551615}"

static const struct mw_label labels[] = { { "unit", "api.service" }, { "class", "heap\"x\xff" } };

static struct mw_message firing(void)
{
	struct mw_message message = {
		.state = MW_STATE_FIRING,
		.severity = MW_SEVERITY_CRITICAL,
		.fingerprint = "00ff00ff00ff00ff",
		.time_s = 1795228073.388,
		.starts_s = 1795228000,
		.ends_s = NAN,
		.host = "web1",
		.rule = "leak",
		.comm = "api",
		.pid = 812,
		.json = ALERT,
		.sentence = "api leaks.",
		.labels = labels,
		.label_count = 2,
	};

	return message;
}

static void written_as_documented(void **state)
{
	struct mw_message message = firing();
	char text[MW_MESSAGE_TEXT_MAX];
	int length = mw_message_to_json(&message, text, sizeof(text));

	(void)state;
	assert_int_equal(length, strlen(text));
	assert_memory_equal(text, ALERT, strlen(ALERT) - 1);
	assert_string_equal(
		text + strlen(ALERT) - 1,
		",\"id\":\"00ff00ff00ff00ff-firing-1795228073388\","
		"\"severity\":\"critical\",\"starts_s\":1795228000,\"ends_s\":null,"
		"\"labels\":{\"unit\":\"api.service\",\"class\":\"heap\\\"x\xef\xbf\xbd\"},"
		"\"message\":\"api leaks.\"}");
}

static void read_back(void **state)
{
	struct mw_message message = firing();
	char text[MW_MESSAGE_TEXT_MAX];
	const struct mw_message *got;
	struct mw_letter *letter;

	(void)state;
	message.ends_s = 1795229000.5;
	assert_true(mw_message_to_json(&message, text, sizeof(text)) > 0);
	letter = mw_letter_new(text);
	assert_non_null(letter);
	got = mw_letter_message(letter);
	assert_int_equal(got->state, MW_STATE_FIRING);
	assert_int_equal(got->severity, MW_SEVERITY_CRITICAL);
	assert_string_equal(got->fingerprint, message.fingerprint);
	assert_true(got->time_s == message.time_s && got->starts_s == message.starts_s);
	assert_true(got->ends_s == message.ends_s);
	assert_string_equal(got->host, "web1");
	assert_string_equal(got->rule, "leak");
	assert_string_equal(got->comm, "api");
	assert_int_equal(got->pid, 812);
	assert_string_equal(got->sentence, "api leaks.");
	assert_string_equal(got->json, text);
	assert_int_equal(got->label_count, 2);
	assert_string_equal(got->labels[1].name, "class");
	assert_string_equal(got->labels[1].value, "heap\"x\xef\xbf\xbd");
	mw_letter_free(letter);
}

static void not_messages(void **state)
{
	static const char *const lines[] = {
		"",
		"{",
		"[]",
		"{}",
		ALERT,
		"{\"state\":\"firing\",\"severity\":\"grave\"}",
		"{\"state\":\"burning\",\"severity\":\"info\",\"id\":\"x\",\"time_s\":1,"
		"\"fingerprint\":\"f\"}",
		"{\"state\":\"firing\",\"severity\":\"info\",\"id\":\"x\",\"time_s\":\"1\","
		"\"fingerprint\":\"f\"}",
	};
	struct mw_message message = firing();
	char text[MW_MESSAGE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_null(mw_letter_new(lines[i]));
	message.json = "[1]";
	assert_int_equal(mw_message_to_json(&message, text, sizeof(text)), -1);
	assert_string_equal(text, "");
	message.json = "{}";
	assert_int_equal(mw_message_to_json(&message, text, sizeof(text)), -1);
}

/* All of it or nothing; more labels than there is room for are left out. */
static void bounds(void **state)
{
	struct mw_label many[MW_MESSAGE_LABELS_MAX + 4];
	struct mw_message message = firing();
	char text[MW_MESSAGE_TEXT_MAX];
	struct mw_letter *letter;
	int length;

	(void)state;
	for (size_t i = 0; i < MW_MESSAGE_LABELS_MAX + 4; i++)
		many[i] = (struct mw_label){ "name", "value" };
	message.labels = many;
	message.label_count = MW_MESSAGE_LABELS_MAX + 4;
	length = mw_message_to_json(&message, text, sizeof(text));
	assert_true(length > 0);
	letter = mw_letter_new(text);
	assert_int_equal(mw_letter_message(letter)->label_count, MW_MESSAGE_LABELS_MAX);
	mw_letter_free(letter);
	memset(text, '#', sizeof(text));
	assert_int_equal(mw_message_to_json(&message, text, (size_t)length), -1);
	assert_int_equal(text[0], '\0');
	assert_int_equal(text[length], '#');
	assert_int_equal(mw_message_to_json(&message, text, (size_t)length + 1), length);
}

static void names(void **state)
{
	enum mw_severity severity = MW_SEVERITY_WARNING;

	(void)state;
	assert_true(mw_severity_parse("critical", &severity));
	assert_int_equal(severity, MW_SEVERITY_CRITICAL);
	assert_false(mw_severity_parse("Critical", &severity));
	assert_int_equal(severity, MW_SEVERITY_CRITICAL);
	assert_string_equal(mw_state_name(MW_STATE_RESOLVED), "resolved");
	assert_string_equal(mw_severity_name(MW_SEVERITY_INFO), "info");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_as_documented),
		cmocka_unit_test(read_back),
		cmocka_unit_test(not_messages),
		cmocka_unit_test(bounds),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_config.c - memwatch.yaml: what it means, every complaint with its line, and texts
 * that are made to hurt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <syslog.h>

#include "config.h"
#include "config_shape.h"
#include "tree.h"

static struct mw_config_errors errors;

static int parse(const char *text, struct mw_config *ret_config)
{
	memset(&errors, 0, sizeof(errors));
	memset(ret_config, 0, sizeof(*ret_config));
	return mw_config_parse(text, strlen(text), ret_config, &errors);
}

static void must_parse(const char *text, struct mw_config *ret_config)
{
	int err = parse(text, ret_config);

	for (size_t i = 0; i < errors.count; i++)
		print_message("%u: %s\n", errors.lines[i], errors.texts[i]);
	assert_int_equal(err, 0);
	assert_int_equal(errors.count, 0);
}

static bool has_error(unsigned int line, const char *text)
{
	for (size_t i = 0; i < errors.count; i++)
		if (errors.lines[i] == line && strcmp(errors.texts[i], text) == 0)
			return true;
	for (size_t i = 0; i < errors.count; i++)
		print_message("got %u: %s\n", errors.lines[i], errors.texts[i]);
	return false;
}

/* A text with one error, which is @wanted. */
static void must_complain(const char *text, unsigned int line, const char *wanted)
{
	struct mw_config config;

	assert_int_equal(parse(text, &config), -EINVAL);
	assert_true(has_error(line, wanted));
	assert_int_equal(errors.count, 1);
	assert_null(config.memory);
}

static void nothing_is_the_defaults(void **state)
{
	static const char *const texts[] = { "", "# nothing\n", "\n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mw_config config;
		struct mw_leak_config leak;

		must_parse(texts[i], &config);
		mw_leak_defaults(&leak);
		assert_memory_equal(&config.thresholds, &leak, sizeof(leak));
		assert_true(config.interval_s == 10);
		assert_string_equal(config.root, "");
		assert_int_equal(config.rules.policy_count, 1);
		assert_string_equal(config.rules.policies[0].name, "leak");
		assert_true(config.rules.policies[0].is_logged);
		assert_true(config.rules.policies[0].is_notified);
		assert_int_equal(config.sinks.count, 0);
		assert_null(config.store.path);
		mw_config_free(&config);
	}
}

static const char whole[] =
	"sampling: { interval: 500ms, root: /host, idle_rounds: 3 }\n"
	"selection:\n"
	"  include:\n"
	"    - comm: ['api*', java]\n"
	"      uid: [33, 1000-1999]\n"
	"  exclude:\n"
	"    - cgroup: [/user.slice/*]\n"
	"thresholds:\n"
	"  min_samples: 100\n"
	"  chance: 0.5%\n"
	"  min_growth: 1M\n"
	"  wave_period: 12h\n"
	"alerts: { resolve_after: 0, repeat_every: never, max_per_hour: 7 }\n"
	"policies:\n"
	"  - name: first\n"
	"  - name: near-limit\n"
	"    severity: critical\n"
	"    for: 90s\n"
	"    repeat_every: 1h\n"
	"    max_per_hour: 5\n"
	"    if:\n"
	"      class: [staircase]\n"
	"      rate_at_least: 2M/h\n"
	"      confidence_at_least: 90%\n"
	"      time_to_limit_at_most: 2h\n"
	"      duration_at_least: 10m\n"
	"      unit: ['*.service']\n"
	"    then:\n"
	"      log: no\n"
	"      notify: [pager]\n"
	"      snapshot: true\n"
	"      run: { command: [/bin/echo, a b], timeout: 5s }\n"
	"quiet_hours:\n"
	"  - { days: [fri, sat], from: '22:30', to: 07:00, below: warning }\n"
	"maintenance: { files: [/srv/app], hold: 5m }\n"
	"snapshots: { directory: /tmp/s, max_samples: 10, max_files: 2 }\n"
	"state: { path: /tmp/db, max_age: 7d, max_size: 8M }\n"
	"sinks:\n"
	"  - { name: pager, type: webhook, url: 'http://127.0.0.1/x', headers: ['A: b'],\n"
	"      min_severity: critical, resolved: false, timeout: 3s }\n"
	"  - { type: syslog, facility: local3 }\n"
	"queue: { max_messages: 50, retry_max: 1m }\n";

static void check_policy(const struct mw_policy *policy)
{
	const struct mw_policy_if *condition = &policy->condition;

	assert_string_equal(policy->name, "near-limit");
	assert_int_equal(policy->severity, MW_SEVERITY_CRITICAL);
	assert_true(policy->pending_s == 90 && policy->clear_s == 0 && policy->repeat_s == 3600);
	assert_int_equal(policy->max_per_hour, 5);
	assert_int_equal(condition->class_count, 1);
	assert_string_equal(condition->classes[0], "staircase");
	assert_true(fabs(condition->rate_kib_per_s - 2048.0 / 3600) < 1e-9);
	assert_true(condition->confidence == 0.9);
	assert_true(condition->time_to_limit_s == 7200 && condition->duration_s == 600);
	assert_string_equal(condition->match.units[0], "*.service");
	assert_false(policy->is_logged);
	assert_true(policy->is_notified);
	assert_int_equal(policy->sink_count, 1);
	assert_string_equal(policy->sinks[0], "pager");
	assert_true(policy->has_snapshot);
	assert_string_equal(policy->run.argv[1], "a b");
	assert_null(policy->run.argv[2]);
	assert_false(policy->run.is_shell);
	assert_true(policy->run.timeout_s == 5);
}

static void every_key_is_read(void **state)
{
	struct mw_config config;
	const struct mw_match *match;

	(void)state;
	must_parse(whole, &config);
	assert_true(config.interval_s == 0.5);
	assert_string_equal(config.root, "/host");
	assert_int_equal(config.idle_rounds, 3);
	assert_int_equal(config.selection.include_count, 1);
	match = &config.selection.include[0];
	assert_int_equal(match->comm_count, 2);
	assert_string_equal(match->comms[0], "api*");
	assert_int_equal(match->uids[0].last, 33);
	assert_int_equal(match->uids[1].last, 1999);
	assert_string_equal(config.selection.exclude[0].cgroups[0], "/user.slice/*");
	assert_int_equal(config.thresholds.min_samples, 100);
	assert_true(config.thresholds.p_value == 0.005);
	assert_true(config.thresholds.min_growth_kib == 1024);
	assert_true(config.thresholds.wave_period_s == 43200);
	assert_int_equal(config.rules.max_per_hour, 7);
	assert_int_equal(config.rules.policy_count, 2);
	assert_true(config.rules.policies[0].repeat_s == 0);
	check_policy(&config.rules.policies[1]);
	assert_int_equal(config.rules.quiet[0].days, 1 << 5 | 1 << 6);
	assert_int_equal(config.rules.quiet[0].from_minute, 22 * 60 + 30);
	assert_int_equal(config.rules.quiet[0].to_minute, 7 * 60);
	assert_int_equal(config.rules.quiet[0].below, MW_SEVERITY_WARNING);
	assert_string_equal(config.deploy_files[0], "/srv/app");
	assert_true(config.rules.hold_s == 300);
	assert_int_equal(config.snapshot_samples, 10);
	assert_int_equal(config.snapshot_files, 2);
	assert_string_equal(config.store.path, "/tmp/db");
	assert_true(config.store.max_age_s == 7 * 86400);
	assert_int_equal(config.store.max_kb, 8192);
	assert_int_equal(config.sinks.count, 2);
	assert_string_equal(config.sinks.sinks[0].name, "pager");
	assert_int_equal(config.sinks.sinks[0].type, MW_SINK_WEBHOOK);
	assert_true(config.sinks.sinks[0].no_resolved);
	assert_string_equal(config.sinks.sinks[0].headers[0], "A: b");
	assert_null(config.sinks.sinks[0].headers[1]);
	assert_string_equal(config.sinks.sinks[1].name, "syslog");
	assert_int_equal(config.sinks.sinks[1].facility, LOG_LOCAL3);
	assert_int_equal(config.sinks.queue_max, 50);
	assert_true(config.sinks.retry_max_s == 60);
	mw_config_free(&config);
}

static void an_empty_list_of_sinks_is_nobody(void **state)
{
	struct mw_config config;

	(void)state;
	must_parse("policies:\n- name: a\n  then: { notify: [] }\n- name: b\n", &config);
	assert_false(config.rules.policies[0].is_notified);
	assert_true(config.rules.policies[1].is_notified);
	mw_config_free(&config);
	must_complain("policies:\n- name: a\n  then:\n    run: { command: [] }\n", 4,
		      "policies[0].then.run: has nothing to run; give command: [PROGRAM, "
		      "ARGUMENT...]");
}

static void a_complaint_names_line_and_key(void **state)
{
	(void)state;
	must_complain("sampling:\n  intervall: 5s\n", 2,
		      "sampling.intervall: no such key; did you mean 'interval'?");
	must_complain("colour: red\n", 1,
		      "colour: no such key; there are sampling, selection, thresholds, policies, "
		      "alerts, quiet_hours, maintenance, snapshots, state, sinks, queue");
	must_complain(
		"\n\nsampling:\n  interval: 5 parsecs\n", 4,
		"sampling.interval: \"5 parsecs\": this duration has an unknown unit; use ms, "
		"s, m, h or d");
	must_complain("sampling:\n  interval: 5s\n  interval: 6s\n", 3,
		      "sampling.interval: this key stands here twice; remove one");
	must_complain("policies:\n  - name: a\n  - severity: info\n", 3,
		      "policies[1]: the key 'name' is missing");
	must_complain(
		"policies:\n  - name: a\n  - name: a\n", 3,
		"policies[1].name: \"a\": is the name of another policy, too; give each its own");
	must_complain(
		"policies:\n  - name: A b\n", 2,
		"policies[0].name: \"A b\": has to be 1 to 31 small letters, digits, '-', '_' "
		"or '.'");
	must_complain("policies:\n  - name: a\n    if:\n      class:\n        - heap-grwth\n", 5,
		      "policies[0].if.class[0]: \"heap-grwth\": is not known; did you mean "
		      "'heap-growth'?");
	must_complain("policies:\n  - name: a\n    then:\n      notify: [pgr]\n", 4,
		      "policies[0].then.notify[0]: \"pgr\": there is no sink of this name below "
		      "'sinks'");
	must_complain("policies:\n  - name: a\n    then:\n      snapshot: on\n", 4,
		      "policies[0].then.snapshot: \"on\": needs a directory; give "
		      "snapshots.directory");
	must_complain("policies:\n  - name: a\n    then:\n      run: { timeout: 5s }\n", 4,
		      "policies[0].then.run: has nothing to run; give command: [PROGRAM, "
		      "ARGUMENT...]");
	must_complain("selection:\n  include:\n    - {}\n", 3,
		      "selection.include[0]: asks for nothing; give comm, unit, cgroup or uid");
	must_complain("sampling:\n", 1,
		      "sampling: has nothing, but needs keys with values below it");
	must_complain("policies: all\n", 1,
		      "policies: has a single value, but needs a list: [a, b], or lines with '- '");
	must_complain("sinks:\n  - type: webhook\n", 2,
		      "sinks[0].url: is missing: give http://HOST\u2026 or https://HOST\u2026");
	must_complain("maintenance: { files: [b\n", 2,
		      "this is not YAML: did not find expected ',' or ']' while parsing a flow "
		      "sequence (column 1); indent with blanks, and quote values that begin with "
		      "one of * & ! % @ `");
	must_complain("sampling: {}\n---\nsampling: {}\n", 2,
		      "a second document begins here (---); only one is read");
	must_complain("? [a]\n: b\n", 1, "a key has to be a word, not a list or a mapping");
}

static void bad_values(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
	} texts[] = {
		{ "sampling: { interval: 0s }", 1 },
		{ "sampling: { interval: -5s }", 1 },
		{ "sampling: { interval: }", 1 },
		{ "sampling: { root: '' }", 1 },
		{ "sampling: { idle_rounds: 0 }", 1 },
		{ "sampling: { idle_rounds: 1e3 }", 1 },
		{ "thresholds:\n  min_samples: 99999999999999999999", 2 },
		{ "thresholds:\n  min_windows: 7", 2 },
		{ "thresholds:\n  chance: 0", 2 },
		{ "thresholds:\n  chance: 50%", 2 },
		{ "thresholds:\n  coverage: 1", 2 },
		{ "thresholds:\n  wave_part: nan", 2 },
		{ "thresholds:\n  urgent_part: 101%", 2 },
		{ "thresholds:\n  min_growth: 0", 2 },
		{ "thresholds:\n  watermark_alpha: -1", 2 },
		{ "thresholds:\n  rate_short: 30s", 2 },
		{ "alerts:\n  max_per_hour: -1", 2 },
		{ "alerts:\n  resolve_after: soon", 2 },
		{ "policies:\n- name: a\n  severity: fatal", 3 },
		{ "policies:\n- name: a\n  if: { rate_at_least: 5M }", 3 },
		{ "policies:\n- name: a\n  if: { rate_at_least: 5M/ }", 3 },
		{ "policies:\n- name: a\n  if: { rate_at_least: 5M/fortnight }", 3 },
		{ "policies:\n- name: a\n  if: { rate_at_least: /h }", 3 },
		{ "policies:\n- name: a\n  if: { confidence_at_least: 2 }", 3 },
		{ "policies:\n- name: a\n  if: { uid: [root] }", 3 },
		{ "policies:\n- name: a\n  if: { uid: [5-4] }", 3 },
		{ "policies:\n- name: a\n  if: { uid: [4294967296] }", 3 },
		{ "policies:\n- name: a\n  if: { comm: [''] }", 3 },
		{ "policies:\n- name: a\n  then: { log: 2 }", 3 },
		{ "policies:\n- name: a\n  then: { run: { command: [a], shell: b } }", 3 },
		{ "policies:\n- name: a\n  then: { run: { command: [a], timeout: 0 } }", 3 },
		{ "quiet_hours:\n- { from: 7, to: '8:00' }", 2 },
		{ "quiet_hours:\n- { from: '24:01', to: '8:00' }", 2 },
		{ "quiet_hours:\n- { from: '7:60', to: '8:00' }", 2 },
		{ "quiet_hours:\n- { days: [monday], from: '7:00', to: '8:00' }", 2 },
		{ "state: { max_size: lots }", 1 },
		{ "sinks:\n- type: pigeon", 2 },
		{ "sinks:\n- { type: syslog, facility: kern }", 2 },
		{ "sinks:\n- { type: file, path: /x, format: xml }", 2 },
		{ "sinks:\n- { type: stdout, name: a b }", 2 },
		{ "queue: { max_messages: 0 }", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mw_config config;

		assert_int_equal(parse(texts[i].text, &config), -EINVAL);
		if (errors.count != 1 || errors.lines[0] != texts[i].line)
			fail_msg("%s: %zu errors, the first: line %u: %s", texts[i].text,
				 errors.count, errors.lines[0], errors.texts[0]);
	}
}

static void all_errors_are_said_at_once(void **state)
{
	struct mw_config config;

	(void)state;
	assert_int_equal(parse("sinks:\n"
			       "  - type: stdout\n"
			       "  - type: stdout\n"
			       "thresholds:\n"
			       "  min_windows: 3\n"
			       "  chance: x\n"
			       "sampling: { interval: x }\n",
			       &config),
			 -EINVAL);
	assert_int_equal(errors.count, 4);
	assert_int_equal(errors.lines[0], 3);
	assert_int_equal(errors.lines[1], 5);
	assert_int_equal(errors.lines[2], 6);
	assert_int_equal(errors.lines[3], 7);
}

static void more_errors_than_are_kept(void **state)
{
	struct mw_config config;
	char text[8192] = "", *end = text;

	(void)state;
	for (int i = 0; i < 200; i++)
		end += sprintf(end, "k%d: v\n", i);
	assert_int_equal(parse(text, &config), -EINVAL);
	assert_int_equal(errors.count, MW_CONFIG_ERRORS_MAX);
	assert_int_equal(errors.beyond, 200 - MW_CONFIG_ERRORS_MAX);
}

/* Nine levels of nine: 400 bytes that stand for 3.5 GB. */
static void a_bomb_is_an_error(void **state)
{
	char text[1024], *end = text;
	struct mw_config config;

	(void)state;
	end += sprintf(end, "a: &a [lol]\n");
	for (char c = 'b'; c < 'k'; c++) {
		end += sprintf(end, "%c: &%c [", c, c);
		for (int i = 0; i < 9; i++)
			end += sprintf(end, "%s*%c", i > 0 ? "," : "", c - 1);
		end += sprintf(end, "]\n");
	}
	assert_int_equal(parse(text, &config), -EINVAL);
	assert_true(has_error(1,
			      "\"a\": anchors (&) and aliases (*) are not allowed here; write the "
			      "value out, or quote it if it begins with one of them"));
}

static void what_is_too_large_is_an_error(void **state)
{
	char *text = malloc(MW_CONFIG_BYTES_MAX + 2);
	struct mw_config config;
	struct tree tree;

	(void)state;
	/* Depth. */
	memset(text, '[', MW_CONFIG_BYTES_MAX);
	memcpy(text, "a: ", 3);
	text[MW_CONFIG_BYTES_MAX] = '\0';
	assert_int_equal(parse(text, &config), -EINVAL);
	assert_non_null(strstr(errors.texts[errors.count - 1], "nested more than 12 deep"));
	/* Keys and values. */
	for (int i = 0; i < MW_CONFIG_BYTES_MAX; i += 2)
		memcpy(text + i, "\n-", 2);
	assert_int_equal(parse(text, &config), -EINVAL);
	assert_non_null(strstr(errors.texts[errors.count - 1], "more than 8192 keys"));
	/* Bytes. */
	tree_new(&tree);
	memset(text, '#', MW_CONFIG_BYTES_MAX + 1);
	tree_write_bytes(&tree, "large", text, MW_CONFIG_BYTES_MAX + 1);
	assert_int_equal(mw_config_load(tree_path(&tree, "large"), &config, &errors), -EFBIG);
	assert_int_equal(mw_config_load(tree.root, &config, &errors), -EISDIR);
	assert_int_equal(mw_config_load(tree_path(&tree, "none"), &config, &errors), -ENOENT);
	tree_write(&tree, "good", whole);
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(mw_config_load(tree_path(&tree, "good"), &config, &errors), 0);
	mw_config_free(&config);
	tree_free(&tree);
	free(text);
}

/* Whatever is cut off or changed: an answer, no crash, nothing leaked (the sanitizers look). */
static void damaged_texts(void **state)
{
	char text[sizeof(whole)];
	struct mw_config config;

	(void)state;
	srand(5);
	for (int i = 0; i < 1500; i++) {
		int err;

		memcpy(text, whole, sizeof(whole));
		for (int hits = rand() % 4; hits >= 0; hits--)
			text[rand() % (sizeof(whole) - 1)] =
				"\0\n\t :-[]{}&*!|>'\"%@`#,?xA9\xff\xc3"[rand() % 29];
		if (rand() % 2)
			text[rand() % (sizeof(whole) - 1)] = '\0';
		err = parse(text, &config);
		assert_true(err == 0 || (err == -EINVAL && errors.count > 0));
		mw_config_free(&config);
	}
}

/* The documented example says what the defaults are; with its examples made real it is good, too. */
static void the_example_is_the_defaults(void **state)
{
	struct mw_config example, defaults;

	(void)state;
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(mw_config_load("userspace/memwatch.yaml", &example, &errors), 0);
	assert_int_equal(mw_config_defaults(&defaults), 0);
	assert_memory_equal(&example.thresholds, &defaults.thresholds, sizeof(defaults.thresholds));
	assert_true(example.interval_s == defaults.interval_s);
	assert_int_equal(example.idle_rounds, defaults.idle_rounds);
	assert_int_equal(example.rules.policy_count, 1);
	assert_int_equal(example.rules.max_per_hour, defaults.rules.max_per_hour);
	assert_true(example.rules.hold_s == defaults.rules.hold_s);
	assert_string_equal(example.rules.policies[0].name, defaults.rules.policies[0].name);
	assert_true(example.rules.policies[0].clear_s == defaults.rules.policies[0].clear_s);
	assert_true(example.rules.policies[0].repeat_s == defaults.rules.policies[0].repeat_s);
	assert_int_equal(example.snapshot_samples, defaults.snapshot_samples);
	assert_int_equal(example.snapshot_files, defaults.snapshot_files);
	assert_true(example.store.max_age_s == defaults.store.max_age_s);
	assert_true(example.store.resolution_s == defaults.store.resolution_s);
	assert_int_equal(example.store.max_kb, defaults.store.max_kb);
	mw_config_free(&example);
	mw_config_free(&defaults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(an_empty_list_of_sinks_is_nobody),
		cmocka_unit_test(a_complaint_names_line_and_key),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(all_errors_are_said_at_once),
		cmocka_unit_test(more_errors_than_are_kept),
		cmocka_unit_test(a_bomb_is_an_error),
		cmocka_unit_test(what_is_too_large_is_an_error),
		cmocka_unit_test(damaged_texts),
		cmocka_unit_test(the_example_is_the_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

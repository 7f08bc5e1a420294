// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sinks.c - sinks that take messages, that are down, slow, full or rotated
 * away, against real files, sockets, programs and a receiver on the loopback.
 * Whatever they do, the pump does not wait and nothing is lost.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

#include "http_server.h"
#include "sinks_run.h"

#define FIRING MW_STATE_FIRING, MW_SEVERITY_WARNING

/* --- settings ------------------------------------------------------------------------------ */

static void settings(void **state)
{
	static const char *const argv[] = { "true", NULL };
	static const char *const bad[] = { "Name: x\r\nOther: y", NULL };
	static const struct {
		struct mw_sink_config config;
		const char *setting;
	} cases[] = {
		{ { .type = MW_SINK_STDOUT }, NULL },
		{ { .type = MW_SINK_FILE }, "path" },
		{ { .type = MW_SINK_FILE, .path = "/x" }, NULL },
		{ { .type = MW_SINK_COMMAND }, "argv" },
		{ { .type = MW_SINK_COMMAND, .argv = argv }, NULL },
		{ { .type = MW_SINK_COMMAND, .argv = argv, .timeout_s = -1 }, "timeout_s" },
		{ { .type = MW_SINK_COMMAND, .argv = argv, .timeout_s = NAN }, "timeout_s" },
		{ { .type = MW_SINK_WEBHOOK }, "url" },
		{ { .type = MW_SINK_WEBHOOK, .url = "file:///etc/passwd" }, "url" },
		{ { .type = MW_SINK_WEBHOOK, .url = "https://" }, "url" },
		{ { .type = MW_SINK_WEBHOOK, .url = "https://h/x" }, NULL },
		{ { .type = MW_SINK_WEBHOOK, .url = "http://h", .headers = bad }, "headers" },
		{ { .type = MW_SINK_ALERTMANAGER, .url = "http://h", .resolve_timeout_s = 1 },
		  "resolve_timeout_s" },
	};
	enum mw_sink_type type = MW_SINK_FILE;
	char text[MW_NOTICE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *setting = mw_sink_check(&cases[i].config, text);

		if (cases[i].setting == NULL)
			assert_null(setting);
		else
			assert_string_equal(setting, cases[i].setting);
	}
	assert_true(mw_sink_type_parse("alertmanager", &type));
	assert_int_equal(type, MW_SINK_ALERTMANAGER);
	assert_false(mw_sink_type_parse("pager", &type));
}

static void two_of_a_name(void **state)
{
	struct mw_sink_config configs[] = { { .type = MW_SINK_STDOUT },
					    { .type = MW_SINK_STDOUT } };
	struct mw_sinks_config all = { .sinks = configs, .count = 2 };
	char error[MW_NOTICE_MAX];

	(void)state;
	assert_int_equal(mw_sinks_open(&all, NULL, 1, &sinks, error), -EINVAL);
	assert_string_equal(error, "two sinks are called stdout: give each a name of its own");
	configs[0].type = MW_SINK_FILE;
	assert_int_equal(mw_sinks_open(&all, NULL, 1, &sinks, error), -EINVAL);
	assert_string_equal(error, "sink file: path is missing: give the file to append to");
}

/* --- files --------------------------------------------------------------------------------------- */

static void file_is_rotated(void **state)
{
	struct mw_sink_config config = { .type = MW_SINK_FILE, .path = scratch_path("log") };
	int fd = open(config.path, O_WRONLY | O_CREAT, 0600);

	(void)state;
	/* As kill -9 leaves it. */
	assert_int_equal(write(fd, "{\"torn", 6), 6);
	close(fd);
	open_sinks(&config, 1, NULL);
	tell(FIRING, 1);
	assert_true(pump_until(has_delivered, 1, 10));
	assert_memory_equal(contents(scratch_path("log")), "{\"torn\n{\"state\":", 16);
	rename(scratch_path("log"), scratch_path("log.1"));
	tell(FIRING, 2);
	assert_true(pump_until(has_delivered, 2, 10));
	assert_int_equal(count_of(contents(scratch_path("log")), "\"pid\":2}"), 0);
	assert_int_equal(count_of(contents(scratch_path("log")), "\"pid\":2,"), 1);
	assert_int_equal(count_of(contents(scratch_path("log.1")), "\n"), 2);
	mw_sinks_reopen(sinks);
	tell(FIRING, 3);
	assert_int_equal(mw_sinks_close(sinks, wall_s(), 5), 0);
	assert_int_equal(count_of(contents(scratch_path("log")), "\n"), 2);
	assert_string_equal(notices, "");
}

static void file_comes_back(void **state)
{
	struct mw_sink_config config = { .type = MW_SINK_FILE,
					 .format = MW_SINK_TEXT,
					 .path = scratch_path("none/log") };

	(void)state;
	open_sinks(&config, 1, NULL);
	tell(FIRING, 1);
	tell(FIRING, 2);
	assert_true(pump_until(has_failed, 3, 10));
	assert_true(status_of(0).is_down);
	assert_int_equal(status_of(0).queued, 2);
	assert_int_equal(count_of(notices, "sink file is down: cannot open "), 1);
	assert_int_equal(count_of(notices, "\n"), 1);
	mkdir(scratch_path("none"), 0700);
	assert_true(pump_until(has_delivered, 2, 10));
	assert_string_equal(contents(scratch_path("none/log")), "api leaks.\napi leaks.\n");
	assert_int_equal(count_of(notices, "sink file works again"), 1);
	mw_sinks_close(sinks, wall_s(), 0);
	unlink(scratch_path("none/log"));
	rmdir(scratch_path("none"));
}

/* Nobody reads the pipe: not a byte too many is written, and the rest comes in order. */
static void pipe_is_full(void **state)
{
	struct mw_sink_config config = { .type = MW_SINK_FILE, .path = scratch_path("pipe") };
	static char text[1 << 20];
	size_t used = 0;
	double begin_s;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(config.path, 0600), 0);
	open_sinks(&config, 1, NULL);
	tell(FIRING, 1);
	mw_sinks_pump(sinks, wall_s());
	assert_string_equal(status_of(0).last_error + strlen("cannot open ") + strlen(config.path),
			    ": nobody reads the pipe");
	fd = open(config.path, O_RDONLY | O_NONBLOCK);
	for (int i = 2; i <= 600; i++)
		tell(FIRING, i);
	begin_s = wall_s();
	pump_until(has_delivered, 600, 1);
	assert_false(has_delivered(600));
	assert_true(has_delivered(100));
	assert_true(wall_s() - begin_s < 10);
	while (!has_delivered(600) || used == 0 || count_of(text, "\n") < 600) {
		ssize_t got = read(fd, text + used, sizeof(text) - 1 - used);

		used += got > 0 ? (size_t)got : 0;
		text[used] = '\0';
		pump_until(has_delivered, 600, 0.05);
		assert_true(wall_s() - begin_s < 60);
	}
	for (int i = 1; i <= 600; i++) {
		char pid[32];

		snprintf(pid, sizeof(pid), "\"pid\":%d,", i);
		assert_int_equal(count_of(text, pid), 1);
	}
	close(fd);
	mw_sinks_close(sinks, wall_s(), 0);
}

static void standard_output(void **state)
{
	struct mw_sink_config config = { .type = MW_SINK_STDOUT, .format = MW_SINK_TEXT };
	int saved = dup(STDOUT_FILENO);
	int fd = open(scratch_path("out"), O_WRONLY | O_CREAT, 0600);

	(void)state;
	open_sinks(&config, 1, NULL);
	dup2(fd, STDOUT_FILENO);
	tell(FIRING, 1);
	pump_until(has_delivered, 1, 10);
	mw_sinks_close(sinks, wall_s(), 0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	assert_string_equal(contents(scratch_path("out")), "api leaks.\n");
}

/* --- journald and syslog ------------------------------------------------------------------------------ */

static int datagram_server(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static size_t receive(int fd, char *text, size_t size)
{
	ssize_t got = recv(fd, text, size - 1, 0);

	assert_true(got > 0);
	text[got] = '\0';
	return (size_t)got;
}

static bool has_field(const char *data, size_t size, const char *field, size_t length)
{
	return memmem(data, size, field, length) != NULL;
}

#define HAS(field) assert_true(has_field(data, size, field "\n", sizeof(field)))

static void journal(void **state)
{
	struct mw_sink_config config = { .type = MW_SINK_JOURNAL, .path = scratch_path("journal") };
	char data[65536];
	size_t size;
	int fd;

	(void)state;
	open_sinks(&config, 1, NULL);
	tell(MW_STATE_FIRING, MW_SEVERITY_CRITICAL, 7);
	tell(MW_STATE_RESOLVED, MW_SEVERITY_CRITICAL, 7);
	/* Not there yet: sd_journal_send() would have called that a success. */
	assert_true(pump_until(has_failed, 2, 10));
	fd = datagram_server(config.path);
	assert_true(pump_until(has_delivered, 2, 10));
	size = receive(fd, data, sizeof(data));
	HAS("MESSAGE=api leaks.");
	HAS("MESSAGE_ID=790f77dbbf164bc4bc761c36feff337b");
	HAS("PRIORITY=2");
	HAS("SYSLOG_IDENTIFIER=memwatch");
	HAS("MEMWATCH_STATE=firing");
	HAS("MEMWATCH_SEVERITY=critical");
	HAS("MEMWATCH_FINGERPRINT=0000000000000007");
	HAS("MEMWATCH_PID=7");
	HAS("MEMWATCH_LABEL_UNIT=api.service");
	/* A line end in a name: the length in 64 bits, little end first, then the bytes. */
	HAS("MEMWATCH_COMM\n\4\0\0\0\0\0\0\0a\npi");
	assert_true(has_field(data, size, "\nMEMWATCH_JSON={\"state\"", 23));
	size = receive(fd, data, sizeof(data));
	HAS("MEMWATCH_STATE=resolved");
	HAS("PRIORITY=5");
	/* Started anew, as journald is on an upgrade. */
	close(fd);
	unlink(config.path);
	tell(MW_STATE_FIRING, MW_SEVERITY_INFO, 8);
	assert_true(pump_until(has_failed, 3, 10));
	fd = datagram_server(config.path);
	assert_true(pump_until(has_delivered, 3, 10));
	close(fd);
	mw_sinks_close(sinks, wall_s(), 0);
}

static void system_log(void **state)
{
	struct mw_sink_config config = { .type = MW_SINK_SYSLOG,
					 .facility = LOG_LOCAL3,
					 .path = scratch_path("log") };
	int fd = datagram_server(config.path);
	char text[8192], expected[64];

	(void)state;
	open_sinks(&config, 1, NULL);
	tell(MW_STATE_FIRING, MW_SEVERITY_WARNING, 7);
	assert_true(pump_until(has_delivered, 1, 10));
	receive(fd, text, sizeof(text));
	snprintf(expected, sizeof(expected), "<%d>", LOG_LOCAL3 | LOG_WARNING);
	assert_memory_equal(text, expected, strlen(expected));
	snprintf(expected, sizeof(expected), " memwatch[%d]: ", (int)getpid());
	assert_non_null(strstr(text, expected));
	assert_non_null(strstr(text, "]: warning firing: api leaks. id=0000000000000007-firing-"));
	close(fd);
	mw_sinks_close(sinks, wall_s(), 0);
}

/* --- commands ------------------------------------------------------------------------------------------ */

static void command(void **state)
{
	const char *argv[] = { "cat >> \"$1\"; echo told", scratch_path("told"), NULL };
	struct mw_sink_config config = { .type = MW_SINK_COMMAND, .argv = argv, .is_shell = true };
	const char *text;

	(void)state;
	open_sinks(&config, 1, NULL);
	tell(FIRING, 1);
	tell(FIRING, 2);
	assert_true(pump_until(has_delivered, 2, 20));
	text = contents(scratch_path("told"));
	assert_int_equal(count_of(text, "\n"), 2);
	assert_memory_equal(text, "{\"state\":\"firing\"", 17);
	assert_non_null(strstr(text, "\"message\":\"api leaks.\"}\n"));
	mw_sinks_close(sinks, wall_s(), 0);
}

static void command_fails(void **state)
{
	static const char *const missing[] = { "/nonexistent/notify", NULL };
	static const char *const failing[] = { "sh", "-c", "echo no paper >&2; exit 3", NULL };
	static const char *const slow[] = { "sleep", "60", NULL };
	static const struct {
		const char *const *argv;
		const char *error;
	} cases[] = {
		{ missing, "cannot execute /nonexistent/notify: No such file or directory" },
		{ failing, "sh exited with 3: no paper" },
		{ slow, "sleep took longer than 0.5 s and was killed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_sink_config config = { .type = MW_SINK_COMMAND,
						 .argv = cases[i].argv,
						 .timeout_s = cases[i].argv == slow ? 0.5 : 20 };

		open_sinks(&config, 1, NULL);
		tell(FIRING, 1);
		assert_true(pump_until(has_failed, 2, 30));
		assert_string_equal(status_of(0).last_error, cases[i].error);
		assert_int_equal(status_of(0).queued, 1);
		mw_sinks_close(sinks, wall_s(), 0);
	}
	/* Nothing that was started is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* --- webhooks --------------------------------------------------------------------------------------------- */

static void webhook_config(struct mw_sink_config *config, const struct http_server *server)
{
	static const char *const headers[] = { "X-Token: secret", NULL };

	*config = (struct mw_sink_config){
		.type = MW_SINK_WEBHOOK, .url = server->url, .headers = headers, .timeout_s = 10
	};
}

static void webhook(void **state)
{
	struct mw_sink_config config;
	struct http_server server;
	cJSON *json;

	(void)state;
	http_start(&server, 0, "o", scratch_path("got"));
	webhook_config(&config, &server);
	open_sinks(&config, 1, NULL);
	for (int i = 1; i <= 3; i++)
		tell(FIRING, i);
	assert_true(pump_until(has_delivered, 3, 30));
	assert_int_equal(count_of(contents(scratch_path("got")), "\n"), 3);
	json = cJSON_Parse(contents(scratch_path("got")));
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "fingerprint")),
			    "0000000000000001");
	cJSON_Delete(json);
	assert_string_equal(notices, "");
	mw_sinks_close(sinks, wall_s(), 0);
	http_stop(&server);
}

/* Each failure is told once and tried again; what was sent arrives in the end. */
static void webhook_fails(void **state)
{
	static const struct {
		const char *plan;
		const char *error;
	} cases[] = {
		{ "eeo", "HTTP 500: well" },
		{ "cco", "" },
		{ "hho", "" },
		{ "sso", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mw_sink_config config;
		struct http_server server;

		http_start(&server, 0, cases[i].plan, scratch_path("got"));
		webhook_config(&config, &server);
		config.timeout_s = cases[i].plan[0] == 's' ? 0.5 : 10;
		open_sinks(&config, 1, NULL);
		tell(FIRING, 1);
		assert_true(pump_until(has_failed, 1, 30));
		assert_true(status_of(0).last_error[0] != '\0');
		if (cases[i].error[0] != '\0')
			assert_string_equal(status_of(0).last_error, cases[i].error);
		if (cases[i].plan[0] == 's') {
			http_stop(&server);
			http_start(&server, server.port, "o", scratch_path("got"));
		}
		assert_true(pump_until(has_delivered, 1, 30));
		assert_int_equal(status_of(0).queued, 0);
		assert_int_equal(count_of(notices, "sink webhook is down: "), 1);
		assert_int_equal(count_of(notices, "sink webhook works again"), 1);
		mw_sinks_close(sinks, wall_s(), 0);
		http_stop(&server);
	}
}

/* Down from the beginning; and the pump returns at once, however slow the receiver is. */
static void webhook_is_not_there(void **state)
{
	struct mw_sink_config config;
	struct http_server server;
	double begin_s;

	(void)state;
	http_start(&server, 0, "o", scratch_path("got"));
	http_stop(&server);
	webhook_config(&config, &server);
	open_sinks(&config, 1, NULL);
	tell(FIRING, 1);
	assert_true(pump_until(has_failed, 2, 30));
	assert_non_null(strstr(status_of(0).last_error, "onnect"));
	http_start(&server, server.port, "so", scratch_path("got"));
	tell(FIRING, 2);
	pump_until(has_delivered, 1, 0.5);
	begin_s = wall_s();
	for (int i = 0; i < 100; i++)
		mw_sinks_pump(sinks, wall_s());
	assert_true(wall_s() - begin_s < 5);
	assert_int_equal(status_of(0).queued, 2);
	/* Closing waits no longer than it is told to, and says what is left. */
	begin_s = wall_s();
	assert_int_equal(mw_sinks_close(sinks, wall_s(), 0.5), 2);
	assert_in_range((int)((wall_s() - begin_s) * 10), 4, 50);
	http_stop(&server);
}

/* A message that the receiver calls wrong is given up after five times; the next one passes. */
static void webhook_refuses(void **state)
{
	struct mw_sink_config config;
	struct http_server server;

	(void)state;
	http_start(&server, 0, "bbbbbo", scratch_path("got"));
	webhook_config(&config, &server);
	open_sinks(&config, 1, NULL);
	tell(FIRING, 1);
	tell(FIRING, 2);
	assert_true(pump_until(has_delivered, 1, 30));
	assert_int_equal(status_of(0).refused, 1);
	assert_int_equal(count_of(contents(scratch_path("got")), "\"pid\":1,"), 5);
	assert_int_equal(count_of(contents(scratch_path("got")), "\"pid\":2,"), 1);
	assert_int_equal(count_of(notices, "refuses a message, which is given up: HTTP 400"), 1);
	mw_sinks_close(sinks, wall_s(), 0);
	http_stop(&server);
}

/* --- which messages ------------------------------------------------------------------------------------------ */

static bool nothing_waits(int arg)
{
	(void)arg;
	for (size_t i = 0; i < mw_sinks_count(sinks); i++)
		if (status_of(i).queued > 0)
			return false;
	return true;
}

static void filters(void **state)
{
	struct mw_sink_config configs[] = {
		{ .name = "all",
		  .type = MW_SINK_FILE,
		  .path = scratch_path("all"),
		  .pending = true },
		{ .name = "grave",
		  .type = MW_SINK_FILE,
		  .path = scratch_path("grave"),
		  .min_severity = MW_SEVERITY_CRITICAL,
		  .no_resolved = true },
		{ .name = "usual", .type = MW_SINK_FILE, .path = scratch_path("usual") },
	};

	(void)state;
	open_sinks(configs, 3, NULL);
	tell(MW_STATE_PENDING, MW_SEVERITY_CRITICAL, 1);
	tell(MW_STATE_FIRING, MW_SEVERITY_CRITICAL, 1);
	tell(MW_STATE_FIRING, MW_SEVERITY_WARNING, 2);
	tell(MW_STATE_RESOLVED, MW_SEVERITY_CRITICAL, 1);
	assert_true(pump_until(nothing_waits, 0, 10));
	assert_int_equal(count_of(contents(scratch_path("all")), "\n"), 4);
	assert_int_equal(count_of(contents(scratch_path("grave")), "\n"), 1);
	assert_int_equal(count_of(contents(scratch_path("usual")), "\n"), 3);
	assert_int_equal(status_of(1).delivered, 1);
	mw_sinks_close(sinks, wall_s(), 0);
}

/* --- kill -9 ---------------------------------------------------------------------------------------------------- */

/* Whenever the daemon is killed: each message arrives, with the same id if it does twice. */
static void killed(void **state)
{
	const char *argv[] = { "cat >> \"$1\"", scratch_path("told"), NULL };
	struct mw_sink_config configs[] = {
		{ .type = MW_SINK_FILE, .path = scratch_path("log") },
		{ .type = MW_SINK_COMMAND, .argv = argv, .is_shell = true },
	};
	struct mw_store *store;

	(void)state;
	for (int run = 0; run < 6; run++) {
		pid_t pid = fork();

		if (pid == 0) {
			store = open_store();
			open_sinks(configs, 2, store);
			for (int i = 1; i <= 4; i++)
				tell(FIRING, run * 10 + i);
			for (int i = 0; i < run * 2; i++) {
				mw_sinks_pump(sinks, wall_s());
				usleep(20000);
			}
			raise(SIGKILL);
		}
		waitpid(pid, NULL, 0);
	}
	store = open_store();
	open_sinks(configs, 2, store);
	assert_true(pump_until(nothing_waits, 0, 60));
	for (int run = 0; run < 6; run++)
		for (int i = 1; i <= 4; i++) {
			char id[64];

			snprintf(id, sizeof(id), "\"id\":\"%016x-firing-", run * 10 + i);
			assert_in_range(count_of(contents(scratch_path("log")), id), 1, 6);
			assert_in_range(count_of(contents(scratch_path("told")), id), 1, 6);
		}
	mw_sinks_close(sinks, wall_s(), 0);
	mw_store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(settings),
		TEST(two_of_a_name),
		TEST(file_is_rotated),
		TEST(file_comes_back),
		TEST(pipe_is_full),
		TEST(standard_output),
		TEST(journal),
		TEST(system_log),
		TEST(command),
		TEST(command_fails),
		TEST(webhook),
		TEST(webhook_fails),
		TEST(webhook_is_not_there),
		TEST(webhook_refuses),
		TEST(filters),
		TEST(killed),
	};

	signal(SIGPIPE, SIG_IGN);
	/* The loopback is not behind a proxy. */
	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

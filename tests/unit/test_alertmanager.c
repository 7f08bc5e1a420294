// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_alertmanager.c - what Alertmanager is told, by a receiver that writes it
 * down; and what Debian's real one makes of it: an alert appears, stays while it
 * fires, is known as the same after a restart, and is resolved. The real one is
 * fetched by tests/alertmanager and listens on the loopback alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

#include "http_server.h"
#include "sinks_run.h"

#define WARNING	 MW_SEVERITY_WARNING
#define CRITICAL MW_SEVERITY_CRITICAL

static struct mw_sink_config configured(const char *url, double resolve_timeout_s)
{
	return (struct mw_sink_config){ .type = MW_SINK_ALERTMANAGER,
					.url = url,
					.timeout_s = 10,
					.resolve_timeout_s = resolve_timeout_s,
					.generator_url = "http://web1/memwatch" };
}

/* --- what it is told -------------------------------------------------------------------------- */

/* The @index-th request as JSON; the log has one a line. */
static cJSON *request(int index)
{
	const char *line = contents(scratch_path("got"));

	while (index-- > 0 && line != NULL)
		line = strchr(line, '\n') + 1;
	return cJSON_Parse(line);
}

static const char *text(const cJSON *alert, const char *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(alert, object);

	if (name != NULL)
		item = cJSON_GetObjectItemCaseSensitive(item, name);
	return cJSON_GetStringValue(item);
}

/* Seconds between two RFC 3339 times of an alert. */
static double span(const cJSON *alert, const char *from, const char *to)
{
	const char *names[] = { from, to };
	double times[2];

	for (int i = 0; i < 2; i++) {
		struct tm tm = { 0 };
		const char *rest = strptime(text(alert, names[i], NULL), "%Y-%m-%dT%H:%M:%S", &tm);

		assert_non_null(rest);
		times[i] = (double)timegm(&tm) + atof(rest);
		assert_string_equal(strchr(rest, 'Z'), "Z");
	}
	return times[1] - times[0];
}

static void one_alert(void **state)
{
	struct http_server server;
	struct mw_sink_config config;
	cJSON *got, *alert;

	(void)state;
	http_start(&server, 0, "o", scratch_path("got"));
	*strstr(server.url, "alerts") = '\0';
	config = configured(server.url, 300);
	open_sinks(&config, 1, NULL);
	tell(MW_STATE_FIRING, WARNING, 7);
	assert_true(pump_until(has_delivered, 1, 30));
	assert_int_equal(status_of(0).firing, 1);
	tell(MW_STATE_RESOLVED, WARNING, 7);
	assert_true(pump_until(has_delivered, 2, 30));
	assert_int_equal(status_of(0).firing, 0);
	got = request(0);
	assert_int_equal(cJSON_GetArraySize(got), 1);
	alert = cJSON_GetArrayItem(got, 0);
	assert_string_equal(text(alert, "labels", "alertname"), "leak");
	assert_string_equal(text(alert, "labels", "instance"), "web1");
	assert_string_equal(text(alert, "labels", "severity"), "warning");
	assert_string_equal(text(alert, "labels", "comm"), "a\npi");
	assert_string_equal(text(alert, "labels", "pid"), "7");
	assert_string_equal(text(alert, "labels", "fingerprint"), "0000000000000007");
	assert_string_equal(text(alert, "labels", "unit"), "api.service");
	assert_string_equal(text(alert, "annotations", "summary"), "api leaks.");
	assert_memory_equal(text(alert, "annotations", "id"), "0000000000000007-firing-", 24);
	assert_string_equal(text(alert, "generatorURL", NULL), "http://web1/memwatch");
	assert_in_range((int)span(alert, "startsAt", "endsAt"), 304, 320);
	cJSON_Delete(got);
	got = request(1);
	alert = cJSON_GetArrayItem(got, 0);
	assert_string_equal(text(alert, "labels", "fingerprint"), "0000000000000007");
	assert_in_range((int)span(alert, "startsAt", "endsAt"), 4, 30);
	cJSON_Delete(got);
	mw_sinks_close(sinks, wall_s(), 0);
	http_stop(&server);
}

/* Graver now: under its new labels it fires, under the old ones it ends. */
static void changed_labels(void **state)
{
	struct http_server server;
	struct mw_sink_config config;
	cJSON *got, *old, *new;

	(void)state;
	http_start(&server, 0, "o", scratch_path("got"));
	config = configured(server.url, 300);
	open_sinks(&config, 1, NULL);
	tell(MW_STATE_FIRING, WARNING, 7);
	tell(MW_STATE_FIRING, CRITICAL, 7);
	tell(MW_STATE_RESOLVED, WARNING, 7);
	assert_true(pump_until(has_delivered, 3, 30));
	got = request(1);
	assert_int_equal(cJSON_GetArraySize(got), 2);
	old = cJSON_GetArrayItem(got, 0);
	new = cJSON_GetArrayItem(got, 1);
	assert_string_equal(text(old, "labels", "severity"), "warning");
	assert_true(span(old, "startsAt", "endsAt") < 60);
	assert_string_equal(text(new, "labels", "severity"), "critical");
	assert_true(span(new, "startsAt", "endsAt") > 300);
	cJSON_Delete(got);
	/* What is resolved is what fires there, whatever the message calls it. */
	got = request(2);
	assert_int_equal(cJSON_GetArraySize(got), 1);
	assert_string_equal(text(cJSON_GetArrayItem(got, 0), "labels", "severity"), "critical");
	cJSON_Delete(got);
	mw_sinks_close(sinks, wall_s(), 0);
	http_stop(&server);
}

static bool was_asked(int count)
{
	return count_of(contents(scratch_path("got")), "\n") >= count;
}

static bool is_seven(const char *fingerprint, void *arg)
{
	(void)arg;
	return strcmp(fingerprint, "0000000000000007") == 0;
}

/* Across a restart: sent again at once and then each third of the time; what ended is ended. */
static void sent_again(void **state)
{
	struct http_server server;
	struct mw_sink_config config;
	struct mw_store *store = open_store();
	cJSON *got;

	(void)state;
	http_start(&server, 0, "o", scratch_path("got"));
	config = configured(server.url, 3);
	open_sinks(&config, 1, store);
	tell(MW_STATE_FIRING, WARNING, 7);
	tell(MW_STATE_FIRING, WARNING, 8);
	assert_true(pump_until(has_delivered, 2, 30));
	mw_sinks_close(sinks, wall_s(), 0);
	mw_store_close(store);
	store = open_store();
	open_sinks(&config, 1, store);
	assert_int_equal(status_of(0).firing, 2);
	mw_sinks_settle(sinks, is_seven, NULL, wall_s());
	assert_true(pump_until(was_asked, 3, 30));
	got = request(2);
	assert_int_equal(cJSON_GetArraySize(got), 2);
	for (int i = 0; i < 2; i++) {
		const cJSON *alert = cJSON_GetArrayItem(got, i);
		bool is_over = strcmp(text(alert, "labels", "pid"), "8") == 0;
		struct tm tm = { 0 };

		strptime(text(alert, "endsAt", NULL), "%Y-%m-%dT%H:%M:%S", &tm);
		if (is_over)
			assert_true((double)timegm(&tm) <= wall_s());
		else
			assert_true((double)timegm(&tm) > wall_s() - 27);
	}
	cJSON_Delete(got);
	assert_true(pump_until(was_asked, 5, 30));
	assert_int_equal(status_of(0).firing, 1);
	got = request(4);
	assert_int_equal(cJSON_GetArraySize(got), 1);
	assert_string_equal(text(cJSON_GetArrayItem(got, 0), "labels", "pid"), "7");
	cJSON_Delete(got);
	mw_sinks_close(sinks, wall_s(), 0);
	mw_store_close(store);
	http_stop(&server);
}

/* Nothing is kept on disk: what fires there is known after a reload all the same. */
static void reloaded_without_a_store(void **state)
{
	struct http_server server;
	struct mw_sink_config config[2];
	char error[MW_NOTICE_MAX] = "";
	cJSON *got;

	(void)state;
	http_start(&server, 0, "o", scratch_path("got"));
	config[0] = configured(server.url, 300);
	config[1] = (struct mw_sink_config){ .type = MW_SINK_FILE, .path = scratch_path("log") };
	open_sinks(config, 1, NULL);
	tell(MW_STATE_FIRING, CRITICAL, 7);
	tell(MW_STATE_FIRING, WARNING, 8);
	assert_true(pump_until(has_delivered, 2, 30));
	assert_int_equal(reload_sinks(config, 2, error), 0);
	assert_int_equal(status_of(0).firing, 2);
	mw_sinks_settle(sinks, is_seven, NULL, wall_s());
	assert_true(pump_until(was_asked, 3, 30));
	got = request(2);
	assert_int_equal(cJSON_GetArraySize(got), 2);
	cJSON_Delete(got);
	/* Resolved under the labels that it was told with, which only the list knows. */
	tell(MW_STATE_RESOLVED, WARNING, 7);
	assert_true(pump_until(was_asked, 4, 30));
	got = request(3);
	assert_string_equal(text(cJSON_GetArrayItem(got, 0), "labels", "severity"), "critical");
	cJSON_Delete(got);
	/* Settings that are wrong change nothing. */
	config[1].path = NULL;
	assert_int_equal(reload_sinks(config, 2, error), -EINVAL);
	assert_int_equal(mw_sinks_count(sinks), 2);
	mw_sinks_close(sinks, wall_s(), 0);
	http_stop(&server);
}

/* --- the real one ---------------------------------------------------------------------------------- */

/* The body of a GET from the loopback, or "" while nobody answers. HTTP/1.0: in one piece. */
static const char *get(int port, const char *path)
{
	static char answer[65536];
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t used = 0;
	ssize_t got;
	char *body;

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		dprintf(fd, "GET %s HTTP/1.0\r\n\r\n", path);
		while ((got = read(fd, answer + used, sizeof(answer) - 1 - used)) > 0)
			used += (size_t)got;
	}
	close(fd);
	answer[used] = '\0';
	body = strstr(answer, "\r\n\r\n");
	return body != NULL ? body + 4 : "";
}

static pid_t manager;

static int stop_alertmanager(void **state)
{
	if (manager > 0) {
		kill(manager, SIGKILL);
		waitpid(manager, NULL, 0);
	}
	manager = 0;
	return scratch_remove(state);
}

/* Returns its port, or 0 with the reason on stderr where it cannot be had. */
static int start_alertmanager(void)
{
	static const char program[] = "tests/alertmanager";
	char listen[64], config[160], storage[160];
	FILE *file = fopen(scratch_path("am.yml"), "we");
	int port = 0;

	fprintf(file, "route: {receiver: none}\nreceivers: [{name: none}]\n");
	fclose(file);
	if (system("tests/alertmanager --fetch") != 0)
		return 0;
	close(http_listen(&port));
	snprintf(listen, sizeof(listen), "--web.listen-address=127.0.0.1:%d", port);
	snprintf(config, sizeof(config), "--config.file=%s", scratch_path("am.yml"));
	snprintf(storage, sizeof(storage), "--storage.path=%s", scratch);
	manager = fork();
	if (manager == 0) {
		int log = open(scratch_path("am.log"), O_WRONLY | O_CREAT, 0600);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(log, STDERR_FILENO);
		dup2(log, STDOUT_FILENO);
		execl(program, program, listen, config, storage, "--cluster.listen-address=", NULL);
		_exit(127);
	}
	return port;
}

static int manager_port;

static bool is_ready(int arg)
{
	(void)arg;
	return get(manager_port, "/-/ready")[0] != '\0';
}

static bool fires(int count)
{
	return count_of(get(manager_port, "/api/v2/alerts?active=true"), "\"state\":\"active\"") ==
	       count;
}

static void real_one(void **state)
{
	struct mw_sink_config config;
	struct mw_store *store;
	const char *alerts;
	char url[64];

	(void)state;
	manager_port = start_alertmanager();
	if (manager_port == 0)
		skip();
	store = open_store();
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", manager_port);
	config = configured(url, 6);
	open_sinks(&config, 1, store);
	/* Told before it is up: it waits. */
	tell(MW_STATE_FIRING, WARNING, 7);
	assert_true(pump_until(is_ready, 0, 60));
	assert_true(pump_until(fires, 1, 30));
	alerts = get(manager_port, "/api/v2/alerts");
	assert_non_null(strstr(alerts, "\"alertname\":\"leak\""));
	assert_non_null(strstr(alerts, "\"comm\":\"a\\npi\""));
	assert_non_null(strstr(alerts, "\"summary\":\"api leaks.\""));
	/* Graver: one alert still, of another severity. */
	tell(MW_STATE_FIRING, CRITICAL, 7);
	assert_true(pump_until(has_delivered, 2, 30));
	assert_true(pump_until(fires, 1, 30));
	assert_non_null(strstr(get(manager_port, "/api/v2/alerts"), "\"severity\":\"critical\""));
	/* Twice the time after which it would be forgotten, with a restart in between. */
	pump_until(has_delivered, 1000, 6);
	mw_sinks_close(sinks, wall_s(), 0);
	open_sinks(&config, 1, store);
	pump_until(has_delivered, 1000, 7);
	assert_true(fires(1));
	assert_false(status_of(0).is_down);
	tell(MW_STATE_RESOLVED, CRITICAL, 7);
	assert_true(pump_until(has_delivered, 1, 30));
	assert_true(pump_until(fires, 0, 30));
	/* Killed and gone, nobody sends again: it is forgotten by itself. */
	tell(MW_STATE_FIRING, WARNING, 9);
	assert_true(pump_until(fires, 1, 30));
	mw_sinks_close(sinks, wall_s(), 0);
	mw_store_close(store);
	for (int i = 0; i < 200 && !fires(0); i++)
		usleep(100000);
	assert_true(fires(0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_alert),
		TEST(changed_labels),
		TEST(sent_again),
		TEST(reloaded_without_a_store),
		cmocka_unit_test_setup_teardown(real_one, scratch_make, stop_alertmanager),
	};

	signal(SIGPIPE, SIG_IGN);
	/* The loopback is not behind a proxy. */
	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

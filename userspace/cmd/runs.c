// SPDX-License-Identifier: GPL-2.0-only
/*
 * runs.c - the commands of policies. Each runs in a child with a time limit (worker.h); its
 * arguments are the configuration's and never pass a shell unless that asks for one: what the
 * process chose, its name above all, comes in the environment and on standard input alone.
 */
#define _GNU_SOURCE /* environ, pipe2 */
#include "runs.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

/* One command, with all that it needs copied: the configuration may change meanwhile. */
struct run_job {
	struct run_job *next;
	char rule[MW_POLICY_NAME_MAX];
	char **argv;
	char **environment;
	char *json;
	double timeout_s;
	bool is_shell;
};

#define VARIABLES 16

static void free_strings(char **strings)
{
	for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
		free(strings[i]);
	free(strings);
}

static void free_job(struct run_job *job)
{
	if (job == NULL)
		return;
	free_strings(job->argv);
	free_strings(job->environment);
	free(job->json);
	free(job);
}

static char **copy_strings(const char *const *strings)
{
	size_t count = 0;
	char **copy;

	while (strings[count] != NULL)
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < count; i++) {
		copy[i] = strdup(strings[i]);
		if (copy[i] == NULL) {
			free_strings(copy);
			return NULL;
		}
	}
	return copy;
}

static bool add_variable(char **variables, size_t *count, const char *name, const char *value)
{
	if (asprintf(&variables[*count], "MEMWATCH_%s=%s", name, value) < 0) {
		variables[*count] = NULL;
		return false;
	}
	(*count)++;
	return true;
}

static bool add_number(char **variables, size_t *count, const char *name, double value)
{
	char text[32] = "";

	if (isfinite(value))
		snprintf(text, sizeof(text), "%.10g", value);
	return add_variable(variables, count, name, text);
}

static const char *label_of(const struct mw_message *message, const char *name)
{
	for (size_t i = 0; i < message->label_count; i++)
		if (strcmp(message->labels[i].name, name) == 0)
			return message->labels[i].value;
	return "";
}

static char **make_environment(const struct mw_message *message, const struct mw_verdict *verdict)
{
	char **v = calloc(VARIABLES, sizeof(*v));
	double limit_kb = verdict->limit_kb == MW_UNKNOWN ? NAN : (double)verdict->limit_kb;
	size_t n = 0;

	if (v != NULL && add_variable(v, &n, "STATE", mw_state_name(message->state)) &&
	    add_variable(v, &n, "RULE", message->rule) &&
	    add_variable(v, &n, "SEVERITY", mw_severity_name(message->severity)) &&
	    add_variable(v, &n, "HOST", message->host) &&
	    add_variable(v, &n, "FINGERPRINT", message->fingerprint) &&
	    add_variable(v, &n, "COMM", message->comm) && add_number(v, &n, "PID", message->pid) &&
	    add_variable(v, &n, "UNIT", label_of(message, "unit")) &&
	    add_variable(v, &n, "CLASS", verdict->class_name) &&
	    add_number(v, &n, "RATE_KIB_PER_S", verdict->rate_kib_per_s) &&
	    add_number(v, &n, "CONFIDENCE", verdict->confidence) &&
	    add_number(v, &n, "LIMIT_KB", limit_kb) &&
	    add_number(v, &n, "TIME_TO_LIMIT_S", verdict->time_to_limit_s) &&
	    add_variable(v, &n, "MESSAGE", message->sentence))
		return v;
	free_strings(v);
	return NULL;
}

static struct run_job *make_job(const struct mw_policy *policy, const struct mw_message *message,
				const struct mw_verdict *verdict, const char *json)
{
	struct run_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	snprintf(job->rule, sizeof(job->rule), "%s", policy->name);
	job->timeout_s = policy->run.timeout_s;
	job->is_shell = policy->run.is_shell;
	job->argv = copy_strings(policy->run.argv);
	job->environment = make_environment(message, verdict);
	job->json = strdup(json);
	if (job->argv != NULL && job->environment != NULL && job->json != NULL)
		return job;
	free_job(job);
	return NULL;
}

/* ---- the child ---- */

/* A line of 16 KiB at most: less than a pipe holds, so that nobody has to wait. */
static int feed(const char *json)
{
	size_t len = strlen(json);
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	if (write(ends[1], json, len) != (ssize_t)len || write(ends[1], "\n", 1) != 1)
		return -1;
	close(ends[1]);
	return dup2(ends[0], STDIN_FILENO);
}

static int run_child(int fd, void *arg)
{
	struct run_job *job = arg;
	char *shell[] = { (char[]){ "sh" }, (char[]){ "-c" }, job->argv[0], NULL };
	char **argv = job->is_shell ? shell : job->argv;

	signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; job->environment[i] != NULL; i++)
		putenv(job->environment[i]);
	if (feed(job->json) < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		return 126;
	if (job->is_shell)
		execv("/bin/sh", argv);
	else
		execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "cannot run '%s': %s\n", argv[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

/* ---- the daemon ---- */

int runs_init(struct runs *runs, const char *command)
{
	memset(runs, 0, sizeof(*runs));
	runs->command = command;
	for (size_t i = 0; i < RUNS_AT_ONCE; i++)
		mw_worker_init(&runs->workers[i]);
	runs->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return runs->epoll_fd < 0 ? -errno : 0;
}

int runs_fd(const struct runs *runs)
{
	return runs->epoll_fd;
}

/* The first line of what it said, as far as a terminal prints it. */
static void shown(const char *text, char ret_line[160])
{
	size_t i;

	for (i = 0; i < 159 && text[i] != '\0' && text[i] != '\n'; i++)
		ret_line[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
	ret_line[i] = '\0';
}

static void say_end(const struct runs *runs, const struct run_job *job,
		    const struct mw_worker *worker)
{
	char line[160];

	shown(worker->text, line);
	if (worker->is_late)
		cli_note(runs->command, "policy '%s': '%s' was ended after %g s: %s", job->rule,
			 job->argv[0], job->timeout_s, line);
	else if (WIFSIGNALED(worker->status))
		cli_note(runs->command, "policy '%s': '%s' was ended by signal %d: %s", job->rule,
			 job->argv[0], WTERMSIG(worker->status), line);
	else if (WEXITSTATUS(worker->status) != 0)
		cli_note(runs->command, "policy '%s': '%s' ended with code %d: %s", job->rule,
			 job->argv[0], WEXITSTATUS(worker->status), line);
}

static void start(struct runs *runs, size_t slot, double now_s)
{
	struct run_job *job = runs->first;
	int err;

	runs->first = job->next;
	if (runs->first == NULL)
		runs->last = NULL;
	runs->waiting--;
	err = mw_worker_start(&runs->workers[slot], runs->epoll_fd, now_s + job->timeout_s,
			      run_child, job);
	if (err == 0) {
		runs->running[slot] = job;
		return;
	}
	cli_note(runs->command, "policy '%s': cannot start '%s': %s", job->rule, job->argv[0],
		 strerror(-err));
	free_job(job);
}

void runs_pump(struct runs *runs, double now_s)
{
	for (size_t i = 0; i < RUNS_AT_ONCE; i++) {
		if (runs->running[i] != NULL && mw_worker_poll(&runs->workers[i], now_s)) {
			say_end(runs, runs->running[i], &runs->workers[i]);
			free_job(runs->running[i]);
			runs->running[i] = NULL;
		}
		while (runs->running[i] == NULL && runs->first != NULL)
			start(runs, i, now_s);
	}
}

double runs_next_s(const struct runs *runs)
{
	double next_s = INFINITY;

	for (size_t i = 0; i < RUNS_AT_ONCE; i++)
		if (runs->running[i] != NULL)
			next_s = fmin(next_s, runs->workers[i].deadline_s);
	return next_s;
}

void runs_add(struct runs *runs, const struct mw_policy *policy, const struct mw_message *message,
	      const struct mw_verdict *verdict, const char *json, double now_s)
{
	struct run_job *job = NULL;

	if (runs->waiting < RUNS_WAITING)
		job = make_job(policy, message, verdict, json);
	if (job == NULL) {
		runs->lost++;
		cli_note(runs->command,
			 "policy '%s': its command is left out (%zu so far): %zu wait",
			 policy->name, runs->lost, runs->waiting);
		return;
	}
	if (runs->last != NULL)
		runs->last->next = job;
	else
		runs->first = job;
	runs->last = job;
	runs->waiting++;
	runs_pump(runs, now_s);
}

void runs_close(struct runs *runs)
{
	for (size_t i = 0; i < RUNS_AT_ONCE; i++) {
		mw_worker_kill(&runs->workers[i]);
		free_job(runs->running[i]);
	}
	while (runs->first != NULL) {
		struct run_job *next = runs->first->next;

		free_job(runs->first);
		runs->first = next;
	}
	close(runs->epoll_fd);
}

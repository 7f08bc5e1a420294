// SPDX-License-Identifier: GPL-2.0-only
/*
 * status.c - `memwatch status`: whether the module is there and what it says of
 * itself; otherwise what is missing and the next step. Changes nothing.
 */
#define _GNU_SOURCE /* PATH_MAX */
#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../module/memwatch_abi.h"
#include "../lib/escape.h"
#include "../lib/module_status.h"
#include "../lib/number.h"
#include "../lib/textfile.h"
#include "cli.h"

static const char name[] = "status";

enum {
	OPTION_JSON = 1000,
	OPTION_ROOT,
};

static const char help[] =
	"Usage: memwatch status [OPTIONS]\n"
	"\n"
	"Says whether the memwatch module is loaded and, if so, what /proc/memwatch/status\n"
	"tells: version, tracepoints attached or absent, slots in use, events dropped and\n"
	"memory used. If not, it says what is missing and what to do next.\n"
	"\n"
	"Options:\n"
	"      --json      one JSON object: {\"loaded\":…, \"reader\":…, \"kernel\":…,\n"
	"                  \"error\":…, \"module\":{every key of the status file}}\n"
	"      --root DIR  the host whose / is mounted at DIR (default: this one)\n"
	"  -h, --help      this text\n"
	"\n"
	"Example:\n"
	"  memwatch status || sudo insmod memwatch.ko\n"
	"\n"
	"Exit codes:\n"
	"  0  the module is loaded    2  wrong command line\n"
	"  1  it is not               4  its status could not be read, or stdout not written\n";

struct report {
	struct mw_textbuf text;
	int err; /* 0, or why the status could not be read */
	struct utsname kernel;
};

/* A value that is an integer becomes a number, everything else a string. */
static cJSON *json_value(const struct mw_status_line *line)
{
	char text[512];
	int64_t number;

	if (mw_number_count(line->value, line->value_len, &number) == NULL &&
	    memchr(line->value, '.', line->value_len) == NULL && number < 1LL << 53)
		return cJSON_CreateNumber((double)number);
	mw_utf8_clean(text, sizeof(text), line->value, line->value_len);
	return cJSON_CreateString(text);
}

static bool add_lines(cJSON *object, const struct mw_textbuf *text)
{
	const char *cursor = text->data;
	struct mw_status_line line;
	char key[128];

	while (mw_status_next(&cursor, text->data + text->len, &line)) {
		mw_utf8_clean(key, sizeof(key), line.key, line.key_len);
		if (!cJSON_AddItemToObject(object, key, json_value(&line)))
			return false;
	}
	return true;
}

static bool fill_json(cJSON *object, const struct report *report)
{
	cJSON *module;

	if (!cJSON_AddBoolToObject(object, "loaded", report->err != -ENOENT) ||
	    !cJSON_AddStringToObject(object, "reader", MEMWATCH_VERSION) ||
	    !cJSON_AddStringToObject(object, "kernel", report->kernel.release))
		return false;
	if (report->err < 0)
		return cJSON_AddStringToObject(object, "error", strerror(-report->err)) &&
		       cJSON_AddNullToObject(object, "module");
	if (!cJSON_AddNullToObject(object, "error"))
		return false;
	module = cJSON_AddObjectToObject(object, "module");
	return module != NULL && add_lines(module, &report->text);
}

static int print_json(const struct report *report)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;

	if (object != NULL && fill_json(object, report))
		text = cJSON_PrintUnformatted(object);
	cJSON_Delete(object);
	if (text == NULL)
		return cli_error(name, "out of memory");
	puts(text);
	free(text);
	return 0;
}

static void print_escaped(const char *text, size_t len, int width)
{
	char shown[4 * 256 + 1];

	mw_escape_display(shown, sizeof(shown), text, len < 256 ? len : 256);
	printf("%-*s", width, shown);
}

/*
 * Keys of the form WHAT.NAME come in groups of one NAME: a line each, as in
 * "mm_page_alloc  tracepoint attached, events 97, dropped 0".
 */
static void print_lines(const struct mw_textbuf *text)
{
	const char *cursor = text->data;
	const char *group = "";
	size_t group_len = 0;
	struct mw_status_line line;

	while (mw_status_next(&cursor, text->data + text->len, &line)) {
		const char *dot = memchr(line.key, '.', line.key_len);
		const char *name = dot != NULL ? dot + 1 : line.key;
		size_t name_len = (size_t)(line.key + line.key_len - name);

		if (dot != NULL && name_len == group_len && memcmp(name, group, name_len) == 0) {
			printf(", ");
		} else {
			printf("\n  ");
			print_escaped(name, name_len, 32);
			printf(" ");
		}
		if (dot != NULL) {
			print_escaped(line.key, (size_t)(dot - line.key), 0);
			printf(" ");
		}
		print_escaped(line.value, line.value_len, 0);
		group = dot != NULL ? name : "";
		group_len = dot != NULL ? name_len : 0;
	}
	printf("\n");
}

static void warn_about_abi(const struct mw_textbuf *text)
{
	struct mw_status_line line;
	uint64_t abi;

	if (!mw_status_find(text->data, text->len, "abi", &line) ||
	    mw_number_uint64(line.value, line.value_len, &abi) != NULL)
		cli_note(name, "the module does not name its ABI; is it memwatch's?");
	else if (abi > MEMWATCH_ABI_VERSION)
		cli_note(
			name,
			"the module speaks ABI %ju, this reader %d: install module and reader of the "
			"same version",
			(uintmax_t)abi, MEMWATCH_ABI_VERSION);
}

static void print_text(const struct report *report)
{
	printf("reader: memwatch " MEMWATCH_VERSION ", kernel %s\n", report->kernel.release);
	if (report->err == 0) {
		printf("module: loaded");
		print_lines(&report->text);
		return;
	}
	if (report->err != -ENOENT) {
		printf("module: loaded, but its status cannot be read: %s\n",
		       strerror(-report->err));
		if (report->err == -EACCES || report->err == -EPERM)
			printf("next step: run as root, or load it with proc_gid= of a group of yours\n");
		return;
	}
	printf("module: not loaded\n"
	       "without it: watch, run and record read plain /proc; who owns which page, memory of\n"
	       "            the kernel and short-lived processes stay unknown\n");
}

/* Is there FORMAT with the kernel's release in it? */
static bool exists(const char *format, const char *release)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), format, release);
	return access(path, F_OK) == 0;
}

/* As modules_install, dkms and distributions that compress modules leave it. */
static bool is_installed(const char *release)
{
	static const char *const places[] = {
		"/lib/modules/%s/updates/memwatch.ko",
		"/lib/modules/%s/updates/dkms/memwatch.ko",
		"/lib/modules/%s/extra/memwatch.ko",
	};
	static const char *const suffixes[] = { "", ".xz", ".zst", ".gz" };
	char format[PATH_MAX];

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (size_t j = 0; j < sizeof(suffixes) / sizeof(*suffixes); j++) {
			snprintf(format, sizeof(format), "%s%s", places[i], suffixes[j]);
			if (exists(format, release))
				return true;
		}
	return false;
}

/* Debian's kernels end in their architecture, perhaps after a flavour; as tests/kdir has it. */
static bool is_debian(const char *release)
{
	static const char suffix[] = "-amd64";
	size_t len = strlen(release);

	return len >= sizeof(suffix) && strcmp(release + len - (sizeof(suffix) - 1), suffix) == 0;
}

static void print_next_step(const struct report *report)
{
	const char *release = report->kernel.release;

	if (is_installed(release))
		printf("next step: modprobe memwatch\n");
	else if (exists("/lib/modules/%s/build/Makefile", release))
		printf("next step: make module && insmod memwatch.ko\n");
	else if (is_debian(release))
		printf("next step: apt-get install linux-headers-%s, then make module && insmod "
		       "memwatch.ko\n",
		       release);
	else
		printf("next step: install the headers that came with kernel %s, which is not one "
		       "of Debian's, then make module && insmod memwatch.ko\n",
		       release);
}

static int exit_code(int err)
{
	if (err == 0)
		return CLI_OK;
	return err == -ENOENT ? CLI_FOUND : CLI_SYSTEM;
}

static int report_status(const char *root, bool is_json)
{
	struct report report = { .err = 0 };
	char path[PATH_MAX];
	int status = 0;

	snprintf(path, sizeof(path), "%s/proc/memwatch/status", root);
	uname(&report.kernel);
	report.err = mw_textbuf_read(&report.text, path);
	if (is_json) {
		status = print_json(&report);
	} else {
		print_text(&report);
		if (report.err == -ENOENT)
			print_next_step(&report);
	}
	if (report.err == 0)
		warn_about_abi(&report.text);
	mw_textbuf_free(&report.text);
	return cli_close_stdout(name, status != 0 ? status : exit_code(report.err));
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "root", required_argument, NULL, OPTION_ROOT },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *root = "";
	bool is_json = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		if (option == OPTION_JSON)
			is_json = true;
		else if (option == OPTION_ROOT)
			root = optarg;
		else if (option == 'h')
			return cli_print_help(&cli_status);
		else
			return cli_bad_option(name, option, argv);
	}
	if (optind < argc)
		return cli_usage_error(name, "unexpected argument '%s'", argv[optind]);
	return report_status(root, is_json);
}

const struct cli_command cli_status = {
	.name = name,
	.summary = "is the module loaded, what does it do, what is missing",
	.help = help,
	.run = run,
};

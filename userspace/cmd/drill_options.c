// SPDX-License-Identifier: GPL-2.0-only
/*
 * drill_options.c - the command line of `memwatch drill`. What it lets pass cannot fill the
 * host; it starts nothing.
 */
#include "drill_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../lib/meminfo.h"
#include "../lib/sample.h"
#include "../lib/verdict.h"
#include "cli.h"
#include "ticker.h"

static const char name[] = "drill";

/* The default leak meets its limit after this, s. */
#define WAY_S 3600

/* Of what the host has available, a drill takes at most this part. */
#define HOST_PART 0.5

enum {
	OPTION_JSON = 1000,
	OPTION_SHAPE,
	OPTION_CLASS,
	OPTION_END,
};

/* Index of @text in @words, or -1 after a message that lists them. */
static int one_of(const char *option, const char *text, const char *const *words, int count,
		  const char *list)
{
	for (int i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	cli_usage_error(name, "%s: '%s' is none of %s", option, text, list);
	return -1;
}

static int take_shape(const char *text, struct drill_plan *plan)
{
	static const char *const words[] = { "line", "stairs", "saw" };
	int found = one_of("--shape", text, words, 3, "line, stairs, saw");

	plan->shape = (enum drill_shape)found;
	return found < 0 ? CLI_USAGE : 0;
}

static int take_class(const char *text, struct drill_plan *plan)
{
	static const char *const words[] = { "heap", "shared", "threads" };
	int found = one_of("--class", text, words, 3, "heap, shared, threads");

	plan->class = (enum drill_class)found;
	return found < 0 ? CLI_USAGE : 0;
}

static int take_rate(const char *text, struct drill_plan *plan)
{
	int64_t kib;
	int status = cli_size_kb(name, "--rate", text, &kib);

	if (status == 0)
		plan->rate_kib_s = (double)kib;
	return status;
}

static int take_option(struct drill_options *options, int option)
{
	switch (option) {
	case 'h': options->is_help = true; return 0;
	case 'a': options->alerts = optarg; return 0;
	case 'l': return cli_size_kb(name, "--limit", optarg, &options->limit_kib);
	case 'r': return take_rate(optarg, &options->plan);
	case 't': return cli_duration(name, "--timeout", optarg, &options->timeout_s);
	case OPTION_SHAPE: return take_shape(optarg, &options->plan);
	case OPTION_CLASS: return take_class(optarg, &options->plan);
	case OPTION_END: options->is_to_the_end = true; return 0;
	case OPTION_JSON: options->is_json = true; return 0;
	default: return -1;
	}
}

/* A drill must not be what fills the host. Returns 0, or the exit code after a message. */
static int check_host(int64_t limit_kib)
{
	char text[4096];
	int64_t available = MW_UNKNOWN;
	FILE *file = fopen("/proc/meminfo", "re");
	char wants[MW_FORMAT_MAX];
	char has[MW_FORMAT_MAX];

	if (file != NULL) {
		available =
			mw_meminfo_kb(text, fread(text, 1, sizeof(text), file), "MemAvailable:");
		fclose(file);
	}
	if (available == MW_UNKNOWN || (double)limit_kib <= HOST_PART * (double)available)
		return 0;
	mw_format_kib((double)limit_kib, wants);
	mw_format_kib((double)available, has);
	return cli_error(name,
			 "the limit of %s is more than half of the %s that this host has "
			 "available: give a smaller --limit",
			 wants, has);
}

/* Returns 0, or the exit code after a message. */
static int check_options(struct drill_options *options, char *const *rest)
{
	if (*rest != NULL)
		return cli_usage_error(name, "unexpected argument '%s'", *rest);
	if (options->alerts == NULL)
		return cli_usage_error(name,
				       "--alerts is missing: where do the daemon's alerts go?");
	options->plan.limit_kib = (double)options->limit_kib;
	if (options->plan.rate_kib_s == 0)
		options->plan.rate_kib_s = options->plan.limit_kib / WAY_S;
	if (ticker_catch_signals() < 0)
		return cli_error(name, "cannot catch signals: %s", strerror(errno));
	return check_host(options->limit_kib);
}

int drill_options_parse(int argc, char **argv, struct drill_options *ret_options)
{
	static const struct option long_options[] = {
		{ "alerts", required_argument, NULL, 'a' },
		{ "limit", required_argument, NULL, 'l' },
		{ "rate", required_argument, NULL, 'r' },
		{ "shape", required_argument, NULL, OPTION_SHAPE },
		{ "class", required_argument, NULL, OPTION_CLASS },
		{ "timeout", required_argument, NULL, 't' },
		{ "to-the-end", no_argument, NULL, OPTION_END },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int status = 0;
	int option;

	*ret_options = (struct drill_options){ .limit_kib = 256 * 1024 };
	opterr = 0;
	while (status == 0 && !ret_options->is_help &&
	       (option = getopt_long(argc, argv, "+:ha:l:r:t:", long_options, NULL)) != -1) {
		status = take_option(ret_options, option);
		if (status < 0)
			status = cli_bad_option(name, option, argv);
	}
	return status == 0 && !ret_options->is_help ? check_options(ret_options, argv + optind)
						    : status;
}

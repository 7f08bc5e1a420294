/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drill_options.h - what `memwatch drill` was asked for.
 */
#ifndef MW_DRILL_OPTIONS_H
#define MW_DRILL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "drill_leak.h"

/** struct drill_options - @is_help: nothing else was looked at */
struct drill_options {
	const char *alerts;
	struct drill_plan plan;
	int64_t limit_kib;
	double timeout_s;
	bool is_to_the_end;
	bool is_json;
	bool is_help;
};

/**
 * drill_options_parse() - from the command line
 * Returns 0, or the exit code after a message: a word that is not understood, or a limit that
 * this host has no room for. @ret_options is filled in any case.
 */
int drill_options_parse(int argc, char **argv, struct drill_options *ret_options);

#endif /* MW_DRILL_OPTIONS_H */

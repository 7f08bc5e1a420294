/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * analyze_print.h - the verdicts on a recording, for people and as JSON Lines.
 */
#ifndef MW_ANALYZE_PRINT_H
#define MW_ANALYZE_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/family.h"
#include "../lib/leak.h"
#include "../lib/verdict.h"

/** struct analysis_judged - what is said of one process life; @last_s: its last sample */
struct analysis_judged {
	struct mw_verdict verdict;
	const struct mw_leak *leak;
	double last_s;
};

/**
 * struct analysis_result - of one file
 * @min_samples: a life of fewer is too short to judge
 */
struct analysis_result {
	struct analysis_judged *judged;
	size_t count;
	const struct mw_families *families;
	unsigned int min_samples;
	bool is_json;
	bool is_colour;
};

/** analysis_print() - on standard output; sorts @result->judged: leaks first, the fastest on top */
void analysis_print(const struct analysis_result *result);

#endif /* MW_ANALYZE_PRINT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * series.h - one labelled series: the samples of a generator or a recording, and
 * what is known of them. Plain data.
 */
#ifndef MW_EVAL_SERIES_H
#define MW_EVAL_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "sample.h"

/**
 * struct mw_labelled - a series with its truth
 * @set, @pattern, @name: which corpus, which pattern, which one of it
 * @held_out:   of the half that nobody tunes on
 * @is_leak:    the label at the end of the data
 * @class_name: which leak; NULL where the label does not say
 * @begins_s:   when the leak begins
 * @rate:       its true rate at the end, KiB/s; NAN where unknown or not constant
 * @to_limit_s: from @begins_s to the limit at the true rate; NAN without a limit
 * @limit_kb:   the limit, whether it is told in the samples or not; for the baselines
 * @excused_s:  an innocent that rises in a straight line until then; 0 for others
 * @days:       process-days in it
 * @samples, @count: in the order of time; several process lives may be mixed
 */
struct mw_labelled {
	const char *set;
	const char *pattern;
	char name[64];
	bool held_out;
	bool is_leak;
	const char *class_name;
	double begins_s;
	double rate;
	double to_limit_s;
	double limit_kb;
	double excused_s;
	double days;
	struct mw_sample *samples;
	size_t count;
};

#endif /* MW_EVAL_SERIES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * history_print.h - what the daemon has stored, on standard output: tables, JSON Lines, CSV.
 */
#ifndef MW_HISTORY_PRINT_H
#define MW_HISTORY_PRINT_H

#include <stdbool.h>

#include "../lib/filter.h"
#include "../lib/history.h"

enum history_what { HISTORY_LIVES, HISTORY_FAMILIES, HISTORY_SERIES, HISTORY_CSV, HISTORY_ALERTS };

/** struct history_asked - what is to be shown; @filter: what @range.filter points to */
struct history_asked {
	enum history_what what;
	bool is_json;
	const char *path;
	struct mw_filter filter;
	struct mw_history_range range;
	double now_s;
};

/** history_print() - show it; returns 0 or a negative errno (mw_history_error()) */
int history_print(struct mw_history *history, struct history_asked *asked);

#endif /* MW_HISTORY_PRINT_H */

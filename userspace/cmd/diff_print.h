/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff_print.h - comparisons as a table with sentences, or as JSON Lines.
 */
#ifndef MW_DIFF_PRINT_H
#define MW_DIFF_PRINT_H

#include <stdbool.h>

#include "diff_load.h"

/**
 * diff_print() - all groups on stdout, those first that matter most; sorts them
 * @is_all: also those that could not be compared
 */
void diff_print(struct diff_groups *groups, bool is_json, bool is_all);

#endif /* MW_DIFF_PRINT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare.h - a program before and after a change: how fast its floor rises, how
 * high it lies, how much it allocates, and whether the difference between two
 * recordings is more than chance. Pure but for the memory of its lists.
 */
#ifndef MW_COMPARE_H
#define MW_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "windows.h"

/* Windows of a life that give one value of its floor. */
#define MW_COMPARE_SEGMENT 4
/* Windows without which a life is too short to be compared: four rates between five floors. */
#define MW_COMPARE_LEAST (5 * MW_COMPARE_SEGMENT)

/**
 * struct mw_side - one recording's processes of one name; all zero to begin with
 * @lives:      how many there were
 * @too_short:  how many of them had fewer than MW_COMPARE_LEAST windows, and do not count
 * @samples:    of all of them
 * @span_s:     of the longest
 */
struct mw_side {
	size_t lives;
	size_t too_short;
	uint64_t samples;
	double span_s;
	struct mw_values *rates;  /* KiB/s, between two segments in a row */
	struct mw_values *floors; /* KiB, one a segment */
	struct mw_values *allocs; /* pages/s, one a segment */
};

/**
 * struct mw_difference - one measure, side by side; NAN where there is none
 * @a, @b:   medians of the values of all lives
 * @low_a … @high_b: their quartiles
 * @percent: from @a to @b, of |@a|; NAN when @a is 0
 * @p:       two-sided chance of such a difference where there is none (Mann-Whitney)
 * @is_significant: p is below the level asked for, and the difference is not a trifle
 */
struct mw_difference {
	double a, low_a, high_a;
	double b, low_b, high_b;
	double percent;
	double p;
	bool is_significant;
};

enum mw_outcome {
	MW_OUTCOME_SAME,      /* no significant difference of the rates */
	MW_OUTCOME_FIXED,     /* it grew before, significantly less now, and no more to speak of */
	MW_OUTCOME_BETTER,    /* significantly slower, but it still grows */
	MW_OUTCOME_WORSE,     /* significantly faster */
	MW_OUTCOME_TOO_SHORT, /* of one side or both there is not enough */
	MW_OUTCOME_ONLY_A,
	MW_OUTCOME_ONLY_B,
};

/** struct mw_comparison - what mw_compare() finds */
struct mw_comparison {
	struct mw_difference rate;  /* KiB/s */
	struct mw_difference floor; /* KiB */
	struct mw_difference alloc; /* pages/s */
	enum mw_outcome outcome;
};

/** mw_side_add() - one more life; returns 0 or -ENOMEM */
int mw_side_add(struct mw_side *side, const struct mw_windows *windows);

/** mw_side_free() - release its lists */
void mw_side_free(struct mw_side *side);

/**
 * mw_compare() - @a before, @b after
 * @level: below which a chance counts as none, e.g. 0.01
 */
void mw_compare(const struct mw_side *a, const struct mw_side *b, double level,
		struct mw_comparison *ret_comparison);

/** mw_outcome_name() - "fixed", "better", "same", "worse", "too short", "only in A", "only in B" */
const char *mw_outcome_name(enum mw_outcome outcome);

#endif /* MW_COMPARE_H */

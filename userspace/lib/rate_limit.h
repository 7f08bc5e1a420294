/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rate_limit.h - so many an hour. Pure.
 */
#ifndef MW_RATE_LIMIT_H
#define MW_RATE_LIMIT_H

#include <stdbool.h>

/* All zero: nothing was taken yet. */
struct mw_rate_limit {
	double used;
	double at_s;
};

/** mw_rate_limit_has() - whether one more may be taken; @per_hour 0: always */
bool mw_rate_limit_has(const struct mw_rate_limit *limit, unsigned int per_hour, double now_s);

/** mw_rate_limit_take() - take one */
void mw_rate_limit_take(struct mw_rate_limit *limit, unsigned int per_hour, double now_s);

#endif /* MW_RATE_LIMIT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backoff.h - how long to wait before the next try. Pure: chance is an argument.
 */
#ifndef MW_BACKOFF_H
#define MW_BACKOFF_H

#include <stdint.h>

/**
 * mw_backoff_s() - @min_s after the first failure, twice as long after each further one, at
 * most @max_s; then half to one and a half of that, so that many hosts do not come at once
 * @failures: in a row, at least 1
 * @random:   any 32 bits
 */
double mw_backoff_s(unsigned int failures, double min_s, double max_s, uint32_t random);

/** mw_random_next() - the next of a sequence of 32 bits each (xorshift64*); *@state is not 0 */
uint32_t mw_random_next(uint64_t *state);

#endif /* MW_BACKOFF_H */

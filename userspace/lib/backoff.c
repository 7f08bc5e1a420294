// SPDX-License-Identifier: GPL-2.0-only
/*
 * backoff.c - arithmetic of waiting; knows nothing of what is tried.
 */
#include "backoff.h"

#include <math.h>

double mw_backoff_s(unsigned int failures, double min_s, double max_s, uint32_t random)
{
	/* 2^60 times anything is beyond every maximum, and still a number. */
	double wait_s = fmin(max_s, ldexp(min_s, (int)(failures > 60 ? 60 : failures) - 1));

	return wait_s * (0.5 + (double)random / 4294967296.0);
}

uint32_t mw_random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(*state * 0x2545f4914f6cdd1dULL >> 32);
}

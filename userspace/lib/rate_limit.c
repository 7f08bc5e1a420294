// SPDX-License-Identifier: GPL-2.0-only
/*
 * rate_limit.c - a bucket that leaks: N may be taken at once, and each comes back after
 * 1/N of an hour. Two numbers, whatever N is.
 */
#include "rate_limit.h"

#include <math.h>

#define HOUR_S 3600.0

static double used_now(const struct mw_rate_limit *limit, unsigned int per_hour, double now_s)
{
	double passed_s = fmax(0.0, now_s - limit->at_s);

	return fmax(0.0, limit->used - passed_s * per_hour / HOUR_S);
}

bool mw_rate_limit_has(const struct mw_rate_limit *limit, unsigned int per_hour, double now_s)
{
	return per_hour == 0 || used_now(limit, per_hour, now_s) + 1.0 <= per_hour;
}

void mw_rate_limit_take(struct mw_rate_limit *limit, unsigned int per_hour, double now_s)
{
	limit->used = used_now(limit, per_hour, now_s) + 1.0;
	limit->at_s = now_s;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rate_change.c - did the rate of a counter change abruptly? Owns two windows of
 * one counter; must never judge memory.
 *
 * Model. Two exponentially weighted means of the counter's rate: over a short
 * window (5 s) and a long one (30 s), as load averages are. In a steady process
 * both are the same but for chance, whose size the long window knows: the mean
 * distance of single rates from it. A change is a short rate of more than FACTOR
 * times the long one, or less than the inverse, and further off than SPREADS
 * such distances. It is over when the long window has caught up, or the rate has
 * come back.
 *
 * Told from a trend: a rate that grows by a steady r a second keeps the short
 * mean ahead of the long one by r * (30 - 5) s at most. To differ by a factor of
 * 2 it would have to double within 25 s: whatever does, has changed abruptly.
 *
 * Worked example: 100 pages a second, then 500. After 5 s the short mean is 100 +
 * 400 (1 - 1/e) = 353, the long one 161: a factor of 2.2, a change, that began
 * one short window ago. After 45 s the long one is 411 and the factor 1.2: over.
 */
#include <math.h>

#include "rate_change.h"

#define FACTOR	2.0
#define RETURN	1.25
#define SPREADS 3.0

static void begin(struct mw_rate_change *rate, double now_s, int64_t count)
{
	*rate = (struct mw_rate_change){
		.count = count, .last_s = now_s, .since_s = NAN, .has_begun = 1
	};
}

static void average(struct mw_rate_change *rate, double now_rate, double dt, double short_s,
		    double long_s)
{
	/* The mean of what there is, until the window is full. */
	double age_s = (double)rate->age_s + dt;
	double fast = fmax(1.0 - exp(-dt / short_s), dt / age_s);
	double slow = fmax(1.0 - exp(-dt / long_s), dt / age_s);
	double off = fabs(now_rate - (double)rate->slow);

	rate->spread += (float)(slow * (off - (double)rate->spread) * (rate->age_s > 0.0f));
	rate->fast += (float)(fast * (now_rate - (double)rate->fast));
	rate->slow += (float)(slow * (now_rate - (double)rate->slow));
	rate->age_s = (float)fmin(age_s, 1e6);
}

static bool differs(const struct mw_rate_change *rate, double spread, double factor)
{
	double high = fmax((double)rate->fast, (double)rate->slow);
	double low = fmin((double)rate->fast, (double)rate->slow);

	return high > factor * low && high - low > SPREADS * spread;
}

bool mw_rate_change_add(struct mw_rate_change *rate, double now_s, int64_t count, double short_s,
			double long_s)
{
	double dt = now_s - rate->last_s, spread = (double)rate->spread, before;
	bool was;

	if (!rate->has_begun || count < rate->count || dt < 0.0) {
		begin(rate, now_s, count);
		return false;
	}
	if (!(dt > 0.0))
		return false;
	was = !isnan(rate->since_s);
	before = (double)rate->slow;
	short_s = fmax(short_s, 2.0 * dt);
	long_s = fmax(long_s, 12.0 * dt);
	average(rate, ((double)count - (double)rate->count) / dt, dt, short_s, long_s);
	rate->count = count;
	rate->last_s = now_s;
	if ((double)rate->age_s < long_s)
		return false;
	if (!was && differs(rate, spread, FACTOR)) {
		rate->since_s = now_s - short_s;
		rate->before = (float)before;
		return true;
	}
	if (was && !differs(rate, 0.0, RETURN))
		rate->since_s = NAN;
	return was && isnan(rate->since_s);
}

double mw_rate_change_factor(const struct mw_rate_change *rate)
{
	if (!rate->has_begun || isnan(rate->since_s) || !(rate->before > 0.0f))
		return 1.0;
	return (double)rate->fast / (double)rate->before;
}

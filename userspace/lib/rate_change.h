/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rate_change.h - did the rate of a counter change abruptly? Two windows, told
 * from a trend. Pure: no allocation, no clock.
 */
#ifndef MW_RATE_CHANGE_H
#define MW_RATE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct mw_rate_change - rates of one counter; all zero to begin with
 * @count:    the counter, last
 * @last_s:   when
 * @since_s:  when the rate changed, NAN without a change
 * @fast:     rate over the short window, 1/s
 * @slow:     over the long one
 * @spread:   mean distance of single rates from @slow over the long one
 * @before:   @slow when the change came
 * @age_s:    time counted, up to the long window
 */
struct mw_rate_change {
	int64_t count;
	double last_s;
	double since_s;
	float fast;
	float slow;
	float spread;
	float before;
	float age_s;
	uint8_t has_begun;
};

/**
 * mw_rate_change_add() - the counter stood at @count at @now_s
 * @short_s, @long_s: the windows; at least 2 and 12 intervals are taken
 * A counter that goes back begins anew. Returns true when a change begins or ends.
 */
bool mw_rate_change_add(struct mw_rate_change *rate, double now_s, int64_t count, double short_s,
			double long_s);

/** mw_rate_change_factor() - rate now over the rate before the change; 1 without one */
double mw_rate_change_factor(const struct mw_rate_change *rate);

#endif /* MW_RATE_CHANGE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * growth.h - how fast something grows, over three windows: pure arithmetic.
 *
 * The model. A window of N seconds is an exponentially weighted average of the
 * rate of change, as PSI's averages are of stall time. Its time constant is
 *
 *	tau = N * 3 / ln 50
 *
 * so that after three windows what came before weighs 2 %. When a rate r held
 * for dt seconds, the average moves towards it by the weight of those seconds:
 *
 *	avg' = avg * e^(-dt/tau) + r * (1 - e^(-dt/tau))
 *
 * which is exact for any dt, so that ticks may be late or left out. An average
 * begins at 0, and what it lacks is known: the weight of the time since its
 * beginning, 1 - e^(-age/tau). What is shown is divided by that, so that a
 * constant rate is shown right from the first tick. (By the weight of one tick
 * at least: the first page of a process that is a millisecond old is no rate.)
 *
 * Worked example, N = 10, tau = 7.67 s, a process that grows by 100 KiB/s:
 *
 *	age   e^(-2/tau)    avg     weight   shown
 *	 2 s     0.770      23.0     0.230    100
 *	 4 s     0.770      40.7     0.407    100
 *	then it stops:
 *	 6 s     0.770      31.3     0.543     57.7
 *
 * Error bounds: e^-x is computed to 2e-5; rates are kept to 2^-32 KiB/s, and are
 * cut off at 2^30 KiB/s (1 TiB/s).
 */
#ifndef _MW_GROWTH_H
#define _MW_GROWTH_H

#include "pure.h"

enum mw_window {
	MW_WINDOW_10,
	MW_WINDOW_60,
	MW_WINDOW_300,
	MW_WINDOWS,
};

/* How often values are taken while there is anything to take. */
#define MW_TICK_NS 2000000000ULL

/**
 * struct mw_growth - the growth of one thing
 * @since_ns: when measuring began; 0 before the first value
 * @last_ns:  when it was last told a value
 * @last_kb:  that value
 * @avg:      KiB/s, 32 bits of fraction
 */
struct mw_growth {
	u64 since_ns;
	u64 last_ns;
	u64 last_kb;
	s64 avg[MW_WINDOWS];
};

/**
 * struct mw_decays - e^(-dt/tau) of each window for one dt: whoever updates
 * many things that were last updated together computes it once. Begins as 0.
 */
struct mw_decays {
	u64 dt_ns;
	u64 decay[MW_WINDOWS];
};

/* Begins at @kb; @now_ns is not 0. */
void mw_growth_begin(struct mw_growth *growth, u64 now_ns, u64 kb);

/**
 * mw_growth_update() - take the value of now
 * The change since the last value is spread over the time since then. A clock
 * that goes back or stands is ignored.
 */
void mw_growth_update(struct mw_growth *growth, u64 now_ns, u64 kb);

/**
 * mw_growth_update_since() - take the value of now, knowing that the last one
 * held until @changed_ns: the change is spread over the time from there only
 * @decays: kept between the calls of a loop, or NULL
 */
void mw_growth_update_since(struct mw_growth *growth, u64 changed_ns, u64 now_ns, u64 kb,
			    struct mw_decays *decays);

/* The rate over a window, in thousandths of KiB/s, as of the last update. */
s64 mw_growth_milli(const struct mw_growth *growth, enum mw_window window);

/* e^(-dt/tau) of a window, 32 bits of fraction; for tests. */
u64 mw_growth_decay(u64 dt_ns, enum mw_window window);

#endif /* _MW_GROWTH_H */

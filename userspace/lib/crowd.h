/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crowd.h - what the kernel memory of all processes together does, to tell whose
 * growth is whose. Pure: no clock, no files; one fixed block.
 *
 * A slab page belongs to the process whose allocation found none free, and is then
 * filled with the objects of others. So while one process leaks kernel objects, the
 * kernel pages of innocent ones that only come and go through the same caches rise
 * with it (seen: a shell that forks, beside a leak of threads). Taken together there
 * is one rise, and nearly all of it is the leaker's.
 */
#ifndef MW_CROWD_H
#define MW_CROWD_H

#include <stdbool.h>
#include <stddef.h>

/* An even number. */
#define MW_CROWD_POINTS 64

/**
 * struct mw_crowd - all zero is a crowd that nobody has joined
 * @total_kib: growth of all, each since it was first seen
 * @spacing_s: least time between two points; doubles when they are full
 * @count:     points in @points, oldest first: @total_kib just before that time
 */
struct mw_crowd {
	double total_kib;
	double spacing_s;
	size_t count;
	struct {
		double time_s;
		double total_kib;
	} points[MW_CROWD_POINTS];
};

/** mw_crowd_move() - one of them has changed by @kib */
void mw_crowd_move(struct mw_crowd *crowd, double now_s, double kib);

/**
 * mw_crowd_is_own() - is a growth of @kib since @since_s one's own?
 * Not when it is less than 30 % of what all grew by in that time.
 */
bool mw_crowd_is_own(const struct mw_crowd *crowd, double since_s, double kib);

/** mw_crowd_shift() - the clock was set by @by_s: the past moves with it */
void mw_crowd_shift(struct mw_crowd *crowd, double by_s);

/**
 * mw_crowd_rebase() - its members' growth is @total_kib in sum: after some were lost
 * The differences between moments of the past stay as they are.
 */
void mw_crowd_rebase(struct mw_crowd *crowd, double total_kib, double now_s);

#endif /* MW_CROWD_H */

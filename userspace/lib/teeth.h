/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * teeth.h - the troughs between the teeth of a saw, and how high the teeth are,
 * where they are longer than the windows of a floor. Pure.
 */
#ifndef MW_TEETH_H
#define MW_TEETH_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

/**
 * struct mw_teeth - what a floor rose by and gave back again
 * @t, @y:     its troughs; the first is the beginning of a floor that first rose
 * @count:     of them; the last has been left upwards, by a turn after a fall of less than half
 *             of the highest
 * @has_begun: the first trough is the beginning
 * @fall:      the highest fall, whether or not it has ended; 0 without one
 * @falls:     how many were at least half as high
 * @fell_t:    where the last of these ended, or how far it has come
 * @climbs:    how many climbs before these they gave back, but for a quarter at most
 * @slowest, @fastest: the rates of these climbs
 */
struct mw_teeth {
	double t[MW_STATS_MAX];
	double y[MW_STATS_MAX];
	size_t count;
	bool has_begun;
	double fall;
	size_t falls;
	double fell_t;
	size_t climbs;
	double slowest;
	double fastest;
};

/** mw_teeth_find() - the teeth of @n <= MW_STATS_MAX points, of a third of the highest fall or more */
void mw_teeth_find(const double *t, const double *y, size_t n, struct mw_teeth *ret_teeth);

#endif /* MW_TEETH_H */

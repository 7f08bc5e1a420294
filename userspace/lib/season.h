/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * season.h - find the wave that a floor rides on, and take it off. Pure least
 * squares on short series.
 */
#ifndef MW_SEASON_H
#define MW_SEASON_H

#include <stdbool.h>
#include <stddef.h>

/**
 * mw_season_remove() - take a periodic wave off @n <= MW_STATS_MAX points
 * @t, @y:     rising times, values
 * @ret_rest:  @y less the wave, which has mean zero; untouched without one
 * @ret_height: peak-to-trough height of the wave
 * Returns true when at least three periods are seen and the wave explains most
 * of what a line leaves.
 */
bool mw_season_remove(const double *t, const double *y, size_t n, double *ret_rest,
		      double *ret_height);

#endif /* MW_SEASON_H */

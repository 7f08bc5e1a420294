// SPDX-License-Identifier: GPL-2.0-only
/*
 * teeth.c - the turning points of a saw. Owns nothing; must never judge.
 *
 * Model. A course turns where it has gone the other way by a third of the highest
 * fall that is in it: what is less is scatter on a tooth, what is more its end. So
 * nothing needs to be known of the height or the length of a tooth, nor do they
 * need to be regular.
 *
 * Worked example: 0 4 8 2 6 10 4 8. The highest fall is 6, from 8 to 2 and from 10
 * to 4; turns of 2 count. The troughs are 0, where it begins, 2 and 4: the floor
 * below this saw rises by 2 a tooth, though its tops hide that from every window.
 */
#include "teeth.h"

#include <math.h>
#include <string.h>

#define TURN_PART 0.333
#define HALF	  0.5
/* What may be left of a climb that was given back. */
#define REST 0.25

static double highest_fall(const double *y, size_t n)
{
	double top = -INFINITY, fall = 0.0;

	for (size_t i = 0; i < n; i++) {
		top = fmax(top, y[i]);
		fall = fmax(fall, top - y[i]);
	}
	return fall;
}

/* The climb from the last trough to the top of a fall, if that gave it back. */
static void note_climb(struct mw_teeth *teeth, double t, double top, double fall)
{
	double climb, rate;

	if (teeth->count == 0 || !(t > teeth->t[teeth->count - 1]))
		return;
	climb = top - teeth->y[teeth->count - 1];
	if (fall < (1.0 - REST) * climb)
		return;
	rate = climb / (t - teeth->t[teeth->count - 1]);
	teeth->slowest = teeth->climbs ? fmin(teeth->slowest, rate) : rate;
	teeth->fastest = fmax(teeth->fastest, rate);
	teeth->climbs++;
}

/* From the point @high to the point @low. */
static void note_fall(struct mw_teeth *teeth, const double *t, const double *y, size_t high,
		      size_t low)
{
	double height = y[high] - y[low];

	if (height < HALF * teeth->fall)
		return;
	teeth->falls++;
	teeth->fell_t = t[low];
	note_climb(teeth, t[high], y[high], height);
}

static void note_trough(struct mw_teeth *teeth, double t, double y)
{
	teeth->t[teeth->count] = t;
	teeth->y[teeth->count++] = y;
}

void mw_teeth_find(const double *t, const double *y, size_t n, struct mw_teeth *ret_teeth)
{
	enum { UNKNOWN, UP, DOWN } way = UNKNOWN;
	struct mw_teeth *teeth = ret_teeth;
	size_t low = 0, high = 0;
	double turn;

	memset(teeth, 0, sizeof(*teeth));
	teeth->fall = highest_fall(y, n);
	turn = TURN_PART * teeth->fall;
	if (!(turn > 0.0))
		return;
	for (size_t i = 1; i < n; i++) {
		if (y[i] < y[low])
			low = i;
		if (y[i] > y[high])
			high = i;
		if (way != UP && y[i] >= y[low] + turn) {
			teeth->has_begun |= way == UNKNOWN;
			if (way == DOWN)
				note_fall(teeth, t, y, high, low);
			note_trough(teeth, t[low], y[low]);
			way = UP;
			high = i;
		} else if (way != DOWN && y[i] <= y[high] - turn) {
			way = DOWN;
			low = i;
		}
	}
	if (way != DOWN)
		return;
	note_fall(teeth, t, y, high, low);
	if (low + 1 < n && y[high] - y[low] >= HALF * teeth->fall)
		note_trough(teeth, t[low], y[low]);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trigger_window.h - by how much a value grew within the last W seconds, in
 * bounded memory: pure arithmetic.
 *
 * The model. Growth is the value of now less the value of W ago. The value is
 * told at ticks, which may be late or left out; a ring keeps of what was told
 * enough to look W back. kernel/sched/psi.c keeps two windows and takes the
 * growth of the earlier one to be linear; that is off by as much as that window
 * grew. Here a window is cut into 16 steps, and only the one that the window's
 * start falls into is taken to be linear:
 *
 *	          W ago                                      now
 *	|....|....|/...|....|....|  ...  |....|....|....|....|
 *	           ^ between two kept points, linear
 *
 * Error bound: two kept points are less than W/16 apart, or nothing was told
 * between them. So the result is between the growth of the last 15/16 W and that
 * of the last 17/16 W for a value that only rises, and off by no more than what
 * the value moved within W/16 for any other; if ticks are farther apart than
 * that, by what it moved between two of them.
 *
 * A window begins with the value that it is given first: growth from before it
 * does not count.
 */
#ifndef _MW_TRIGGER_WINDOW_H
#define _MW_TRIGGER_WINDOW_H

#include "pure.h"

#define MW_TRIGGER_STEPS 16

/*
 * Any two points with one between them are a step or more apart: two a step, and
 * the last one before the window's start; one more for a size that 16 does not
 * divide.
 */
#define MW_TRIGGER_POINTS (2 * MW_TRIGGER_STEPS + 3)

struct mw_trigger_point {
	u64 ns;
	u64 kb;
};

/**
 * struct mw_trigger_window - a value over a window
 * @size_ns: W
 * @last:    what was told last
 * @first:   index of the oldest of @points
 * @count:   how many there are; at least one
 */
struct mw_trigger_window {
	u64 size_ns;
	struct mw_trigger_point last;
	unsigned int first;
	unsigned int count;
	struct mw_trigger_point points[MW_TRIGGER_POINTS];
};

void mw_trigger_window_begin(struct mw_trigger_window *window, u64 size_ns, u64 now_ns, u64 kb);

/**
 * mw_trigger_window_update() - tell the value of now
 * Returns by how much it grew within the window that ends now, KiB. A clock that
 * stands or goes back replaces the last value.
 */
s64 mw_trigger_window_update(struct mw_trigger_window *window, u64 now_ns, u64 kb);

#endif /* _MW_TRIGGER_WINDOW_H */

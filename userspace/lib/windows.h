/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * windows.h - one process life cut into equal windows of time, however long it
 * turns out to be: the least memory in each, and how much was allocated by its
 * end. For looking back at a whole recording; the detector has series.h. Pure.
 */
#ifndef MW_WINDOWS_H
#define MW_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/* An even number; half of them to all of them are in use, once there are as many samples. */
#define MW_WINDOWS_MAX 60

/**
 * struct mw_window_of_life - one window; @count of 0: nothing was seen in it
 * @min_kb:   least heap (anonymous with swap, or else RSS), KiB
 * @time_s:   of the last sample in it
 * @allocs:   pages allocated since the start as of then, or minor faults; NAN when unknown
 * @count:    samples
 */
struct mw_window_of_life {
	double min_kb;
	double time_s;
	double allocs;
	uint32_t count;
};

/**
 * struct mw_windows - one life; all zero to begin with
 * @origin_s: time of the first sample
 * @last_s:   of the last
 * @width_s:  of a window; 0 before the second sample
 * @samples:  how many were taken
 */
struct mw_windows {
	double origin_s;
	double last_s;
	double width_s;
	uint64_t samples;
	struct mw_window_of_life window[MW_WINDOWS_MAX];
};

/** mw_windows_add() - take a sample; one that goes back in time is left out */
void mw_windows_add(struct mw_windows *windows, const struct mw_sample *sample);

/**
 * mw_windows_points() - middles and minima of the windows that hold something, oldest first
 * @t:   seconds since the origin
 * Returns how many, at most MW_WINDOWS_MAX. The last window, which may not be full, is left out
 * when there are others.
 */
size_t mw_windows_points(const struct mw_windows *windows, double *t, double *min_kb);

#endif /* MW_WINDOWS_H */

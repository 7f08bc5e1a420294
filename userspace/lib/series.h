/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * series.h - the bounded memory of one process life: the minima of windows
 * that grow longer as the process grows older. Takes memory for what changes
 * only, and never more than mw_series_bytes() can say. No clock.
 */
#ifndef MW_SERIES_H
#define MW_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Windows over the whole life, and shorter ones over its last part. Even numbers. */
#define MW_SERIES_LIFE	 40
#define MW_SERIES_RECENT 24
/* A recent window is this much shorter than one of the life, once that is long enough. */
#define MW_SERIES_RATIO 8
/* Samples that the first windows hold. */
#define MW_SERIES_FIRST 4
/* A gap this many times the life before it would leave one window of that life. */
#define MW_SERIES_GAP 16

enum mw_measure {
	MW_MEASURE_HEAP,    /* anonymous memory with swap, or the best substitute, KiB */
	MW_MEASURE_SHMEM,   /* resident shared memory, KiB */
	MW_MEASURE_KERNEL,  /* unmovable pages owned, KiB */
	MW_MEASURE_THREADS, /* threads */
	MW_MEASURE_LIVE,    /* what the program holds of what it allocated, KiB */
	MW_MEASURES,
};

/* Lowest value of each window less the series' base, NAN where nothing was seen; the open one last. */
struct mw_floors {
	float min[MW_SERIES_LIFE + 1];
};

struct mw_recent {
	float min;
	float max;
};

/* What is kept of the heap besides; the open windows last. */
struct mw_heap_windows {
	float max[MW_SERIES_LIFE + 1];
	struct mw_recent recent[MW_SERIES_RECENT + 1];
};

/**
 * struct mw_series - windows of one process life
 * @origin_s:     where the first window begins
 * @width_s:      length of a life window, 0 until two samples gave the interval
 * @first_s:      length of the first windows: what recent ones are never shorter than
 * @last_s:       time of the last sample
 * @base:         first known value of each measure; windows hold differences to it
 * @samples:      samples taken
 * @recent_first: index of the first recent window, counted from the origin in recent windows
 * @seen:         bit for each closed life window that has samples; bit MW_SERIES_LIFE the open one
 * @floors:       windows of each measure, NULL while it was never anything but its base
 * @heap:         the same of the heap
 * @recent_seen:  as @seen, of the recent windows
 * @life_count:   closed life windows
 * @recent_count: closed recent windows
 */
struct mw_series {
	double origin_s;
	double width_s;
	double first_s;
	double last_s;
	double base[MW_MEASURES];
	uint64_t samples;
	uint64_t recent_first;
	uint64_t seen;
	struct mw_floors *floors[MW_MEASURES];
	struct mw_heap_windows *heap;
	uint32_t recent_seen;
	uint16_t life_count;
	uint16_t recent_count;
};

/* What mw_series_add() closed. */
#define MW_CLOSED_LIFE	 1u
#define MW_CLOSED_RECENT 2u

/**
 * struct mw_points - closed windows of one measure, oldest first, empty ones left out
 * @t:     middle of the window, s since the series' origin
 * @min:   lowest value in it
 * @max:   highest (of the heap, else the same as @min)
 * @count: how many, at most MW_SERIES_LIFE
 */
struct mw_points {
	double t[MW_SERIES_LIFE];
	double min[MW_SERIES_LIFE];
	double max[MW_SERIES_LIFE];
	size_t count;
};

/** mw_series_init() - an empty series; it owns nothing yet */
void mw_series_init(struct mw_series *series);

/** mw_series_end() - release what it owns */
void mw_series_end(struct mw_series *series);

/** mw_series_bytes() - memory that it owns besides itself, now */
size_t mw_series_bytes(const struct mw_series *series);

/**
 * mw_series_add() - take one sample
 * @now_s:  finite, not before the last
 * @values: by enum mw_measure; NAN where unknown
 * Returns which windows it closed, MW_CLOSED_* or 0. Without memory a measure
 * that begins to change counts as unchanged until there is some.
 *
 * A gap longer than MW_SERIES_GAP times all that was seen before (a clock that was set, a host
 * that slept) is cut to one interval: @origin_s moves on by it.
 */
unsigned int mw_series_add(struct mw_series *series, double now_s,
			   const double values[MW_MEASURES]);

/** mw_series_life() - windows over the whole life */
void mw_series_life(const struct mw_series *series, enum mw_measure measure,
		    struct mw_points *ret_points);

/** mw_series_recent() - the heap's shorter windows over the last part of the life */
void mw_series_recent(const struct mw_series *series, struct mw_points *ret_points);

/** mw_series_recent_width_s() - length of a recent window, s; 0 before the second sample */
double mw_series_recent_width_s(const struct mw_series *series);

/** mw_series_shift() - the clock was set by @by_s: the past moves with it */
void mw_series_shift(struct mw_series *series, double by_s);

/** mw_series_interval_s() - mean time between two samples, 0 before the second */
double mw_series_interval_s(const struct mw_series *series);

#endif /* MW_SERIES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * series.h - the bounded memory of one process life: the minima of windows
 * that grow longer as the process grows older. Pure: no allocation, no clock.
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

enum mw_measure {
	MW_MEASURE_HEAP,    /* anonymous memory with swap, or the best substitute, KiB */
	MW_MEASURE_SHMEM,   /* resident shared memory, KiB */
	MW_MEASURE_KERNEL,  /* unmovable pages owned, KiB */
	MW_MEASURE_THREADS, /* threads */
	MW_MEASURES,
};

/* Values less the series' base, NAN where nothing was seen. */
struct mw_window {
	float min[MW_MEASURES];
	float max; /* of the heap */
};

struct mw_recent {
	float min;
	float max;
};

/**
 * struct mw_series - windows of one process life
 * @origin_s:     where the first window begins
 * @width_s:      length of a life window, 0 until two samples gave the interval
 * @first_s:      length of the first windows: what recent ones are never shorter than
 * @last_s:       time of the last sample
 * @base:         first known value of each measure; windows hold differences to it
 * @samples:      samples taken
 * @recent_first: index of @recent[0], counted from the origin in recent windows
 * @life_count:   closed windows in @life; the open one follows them
 * @recent_count: closed windows in @recent
 */
struct mw_series {
	double origin_s;
	double width_s;
	double first_s;
	double last_s;
	double base[MW_MEASURES];
	uint64_t samples;
	uint64_t recent_first;
	uint32_t life_count;
	uint32_t recent_count;
	struct mw_window life_open;
	struct mw_window life[MW_SERIES_LIFE];
	struct mw_recent recent_open;
	struct mw_recent recent[MW_SERIES_RECENT];
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

/** mw_series_init() - an empty series */
void mw_series_init(struct mw_series *series);

/**
 * mw_series_add() - take one sample
 * @now_s:  finite, not before the last
 * @values: by enum mw_measure; NAN where unknown
 * Returns which windows it closed, MW_CLOSED_* or 0.
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

#endif /* MW_SERIES_H */

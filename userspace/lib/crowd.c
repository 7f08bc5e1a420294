// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd.c - the sum of kernel memory over all processes, at up to 64 moments of the
 * past. Must never allocate, and never know a process.
 *
 * Worked example: a process leaks threads, and its kernel pages rise by 1,000 KiB/s;
 * a shell that forks ten times a second fetches every seventh slab page for it, 155
 * KiB/s. Together they rise by 1,155 KiB/s: the shell's part is 13 %, and none of its
 * own doing.
 */
#include "crowd.h"

/* Three leaks of the same size at the same time are still told. */
#define OWN_PART 0.3

static void thin(struct mw_crowd *crowd)
{
	double span_s = crowd->points[MW_CROWD_POINTS - 1].time_s - crowd->points[0].time_s;

	for (size_t i = 0; i < MW_CROWD_POINTS / 2; i++)
		crowd->points[i] = crowd->points[2 * i];
	crowd->count = MW_CROWD_POINTS / 2;
	crowd->spacing_s = 2 * span_s / MW_CROWD_POINTS;
}

static void note(struct mw_crowd *crowd, double now_s)
{
	/* A clock that was set back: the past is of another time. */
	if (crowd->count > 0 && now_s < crowd->points[0].time_s)
		crowd->count = 0;
	if (crowd->count > 0) {
		double last_s = crowd->points[crowd->count - 1].time_s;

		if (now_s <= last_s || now_s < last_s + crowd->spacing_s)
			return;
	}
	if (crowd->count == MW_CROWD_POINTS)
		thin(crowd);
	crowd->points[crowd->count].time_s = now_s;
	crowd->points[crowd->count].total_kib = crowd->total_kib;
	crowd->count++;
}

void mw_crowd_move(struct mw_crowd *crowd, double now_s, double kib)
{
	note(crowd, now_s);
	crowd->total_kib += kib;
}

bool mw_crowd_is_own(const struct mw_crowd *crowd, double since_s, double kib)
{
	size_t i = crowd->count;

	while (i > 1 && crowd->points[i - 1].time_s > since_s)
		i--;
	if (i == 0)
		return true;
	return kib >= OWN_PART * (crowd->total_kib - crowd->points[i - 1].total_kib);
}

void mw_crowd_shift(struct mw_crowd *crowd, double by_s)
{
	for (size_t i = 0; i < crowd->count; i++)
		crowd->points[i].time_s += by_s;
}

void mw_crowd_rebase(struct mw_crowd *crowd, double total_kib, double now_s)
{
	double by_kib = total_kib - crowd->total_kib;

	/* Nobody knows when it came: at once. */
	if (crowd->count == 0) {
		if (total_kib != 0.0)
			mw_crowd_move(crowd, now_s, total_kib);
		return;
	}
	crowd->total_kib = total_kib;
	for (size_t i = 0; i < crowd->count; i++)
		crowd->points[i].total_kib += by_kib;
}

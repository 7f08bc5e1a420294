// SPDX-License-Identifier: GPL-2.0-only
/*
 * address_space.c - RLIMIT_AS in terms of RSS. Owns two marks of the past; must never say that
 * something leaks.
 *
 * Model. Since the older mark, one to two hours ago, RSS has grown by r and the address space by
 * m; that goes on. There is room for limit - mapped, so RSS will have grown by (limit - mapped)
 * * r / m when it is full. Both are alike where memory is touched as it is mapped (malloc). They
 * are not where a thread maps 8 MiB for its stack and touches 12 KiB, or where a collected heap
 * was reserved in one piece: there m is 0, and RLIMIT_AS will not be met.
 *
 * Worked example: RLIMIT_AS of 4 GiB, 1 GiB mapped, 200 MiB resident. In the last hour RSS grew
 * by 30 MiB and the address space by 60 MiB: the 3 GiB of room are 1.5 GiB of RSS, and the limit
 * is met at 1.7 GiB of it.
 */
#include "address_space.h"

#include "sample.h"

#define MARK_S 3600.0
/* Growth below this says nothing about how both go together, KiB. */
#define LEAST_KB 1024
/* An address space that grows by less than this part of RSS does not grow with it. */
#define FLAT_PART 16

static void note(struct mw_space *space, const struct mw_space_mark *now)
{
	if (!space->has_begun) {
		space->marks[0] = space->marks[1] = *now;
		space->has_begun = true;
	}
	if (now->time_s >= space->marks[1].time_s + MARK_S) {
		space->marks[0] = space->marks[1];
		space->marks[1] = *now;
	}
}

int64_t mw_space_limit_kb(struct mw_space *space, int64_t limit_kb, int64_t mapped_kb,
			  int64_t rss_kb, double now_s)
{
	const struct mw_space_mark now = { now_s, mapped_kb, rss_kb };
	int64_t room_kb = limit_kb > mapped_kb ? limit_kb - mapped_kb : 0;
	int64_t grown_kb, mapped_since_kb;
	double of_it;

	note(space, &now);
	grown_kb = rss_kb - space->marks[0].rss_kb;
	mapped_since_kb = mapped_kb - space->marks[0].mapped_kb;
	if (grown_kb < LEAST_KB)
		return rss_kb + room_kb;
	if (mapped_since_kb < grown_kb / FLAT_PART)
		return MW_UNKNOWN;
	of_it = (double)room_kb * (double)grown_kb / (double)mapped_since_kb;
	return of_it < (double)(INT64_MAX / 4) ? rss_kb + (int64_t)of_it : MW_UNKNOWN;
}

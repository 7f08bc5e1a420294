// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_window.c - a sliding window of a value. Pure: time comes as an
 * argument. See trigger_window.h for the model and its error bound.
 */
#include "trigger_window.h"

static struct mw_trigger_point *point(struct mw_trigger_window *window, unsigned int nr)
{
	return &window->points[(window->first + nr) % MW_TRIGGER_POINTS];
}

void mw_trigger_window_begin(struct mw_trigger_window *window, u64 size_ns, u64 now_ns, u64 kb)
{
	window->size_ns = size_ns;
	window->last = (struct mw_trigger_point){ now_ns, kb };
	window->first = 0;
	window->count = 1;
	window->points[0] = window->last;
}

/* Keeps the last value if the newest that is kept is a step old. */
static void keep_last(struct mw_trigger_window *window, u64 now_ns)
{
	const struct mw_trigger_point *newest = point(window, window->count - 1);

	if (window->last.ns <= newest->ns ||
	    now_ns - newest->ns < window->size_ns / MW_TRIGGER_STEPS)
		return;
	*point(window, window->count) = window->last;
	window->count++;
}

/* Drops points but the last one at or before @start_ns. */
static void drop_old(struct mw_trigger_window *window, u64 start_ns)
{
	while (window->count > 1 && point(window, 1)->ns <= start_ns) {
		window->first = (window->first + 1) % MW_TRIGGER_POINTS;
		window->count--;
	}
}

/*
 * The value at @at_ns, between @a and @b: shifted so that 16 bits of fraction
 * and years of nanoseconds fit. Changes are cut off at 2^44 KiB.
 */
static u64 between(const struct mw_trigger_point *a, const struct mw_trigger_point *b, u64 at_ns)
{
	const s64 limit = 1LL << 44;
	u64 span = (b->ns - a->ns) >> 10;
	s64 change = (s64)(b->kb - a->kb);
	u64 part;

	if (!span)
		return b->kb;
	part = div64_u64(((at_ns - a->ns) >> 10) << 16, span);
	change = change > limit ? limit : change < -limit ? -limit : change;
	return a->kb + (u64)(change * (s64)part / (1 << 16));
}

/* The value when the window began; the oldest is at or before that, or is all we know. */
static u64 value_at(struct mw_trigger_window *window, u64 start_ns)
{
	const struct mw_trigger_point *oldest = point(window, 0);
	const struct mw_trigger_point *next = window->count > 1 ? point(window, 1) : &window->last;

	if (start_ns <= oldest->ns)
		return oldest->kb;
	return start_ns < next->ns ? between(oldest, next, start_ns) : next->kb;
}

s64 mw_trigger_window_update(struct mw_trigger_window *window, u64 now_ns, u64 kb)
{
	u64 start_ns;

	if (now_ns < window->last.ns)
		now_ns = window->last.ns;
	start_ns = now_ns > window->size_ns ? now_ns - window->size_ns : 0;
	/* First, so that there is room; and again, for what was kept after a pause. */
	drop_old(window, start_ns);
	if (now_ns > window->last.ns)
		keep_last(window, now_ns);
	drop_old(window, start_ns);
	window->last = (struct mw_trigger_point){ now_ns, kb };
	return (s64)(kb - value_at(window, start_ns));
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trend.h - does a floor rise and not come back? Judges a short series of
 * window minima; knows nothing of processes, limits or time-scales. Pure.
 */
#ifndef MW_TREND_H
#define MW_TREND_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

/* Why a floor is or is not called rising; of several candidates the one that goes furthest speaks. */
enum mw_trend_why {
	MW_TREND_SHORT,	     /* too few windows */
	MW_TREND_FLAT,	     /* does not grow, or by too little */
	MW_TREND_NOISE,	     /* the growth may be chance */
	MW_TREND_CAME_BACK,  /* it has been given back */
	MW_TREND_STOPPED,    /* it grew, and its last part does not */
	MW_TREND_SATURATING, /* it approaches a level, as a cache that fills does */
	MW_TREND_UNEVEN,     /* a few jumps or bends, not a course */
	MW_TREND_KNOWN,	     /* the process has been as high before */
	MW_TREND_RISING,
};

/**
 * struct mw_trend_config - thresholds
 * @min_windows: windows that the growth must span, at least 8
 * @p_value:     one-sided chance allowed to Mann-Kendall's S
 * @coverage:    of the interval of the slope
 * @min_growth:  growth that counts at all, in units of y
 * @max_departure: see mw_trend.departure
 * @min_tail:    part of the rate that the last third must keep
 */
struct mw_trend_config {
	size_t min_windows;
	double p_value;
	double coverage;
	double min_growth;
	double max_departure;
	double min_tail;
};

/**
 * struct mw_trend - what was found
 * @why:       MW_TREND_RISING, or the test that the best candidate failed
 * @line:      Theil-Sen line of the floor since @since_t
 * @test:      Mann-Kendall test of the same
 * @since_t:   where the growth began
 * @level:     height of the line at @since_t
 * @growth:    rise of the line from @since_t to the last window
 * @noise:     robust standard deviation of the windows about the line
 * @departure: largest distance of the course from a straight line, as a part
 *             of the growth: 0 a line, 0.1 half a sine wave, 0.5 one step
 *             after what the scatter of the windows explains
 * @bend:      the same with that scatter: how straight it is shown to be
 * @tail:      slope of the last third over @line.slope
 * @curve:     twice the log-likelihood by which a curve towards a level fits better than a line
 * @tau:       the time constant of that curve, as a part of the growth's span
 * @along:     the growth's span in time constants of a curve towards a level; 0 a line
 * @along_error: its standard error
 * @windows:   windows since @since_t
 * @risen:     how many of them were above the one before
 * @quickened: it rose before @since_t, too, and more slowly
 * @is_stairs: a few jumps make most of the growth, and between them it holds
 * @is_troughs: seen in the troughs of a saw alone: @windows are these
 * @width:     windows merged into one to find the floor (1, 2 or 4)
 */
struct mw_trend {
	enum mw_trend_why why;
	struct mw_slope line;
	struct mw_mann_kendall test;
	double since_t;
	double level;
	double growth;
	double noise;
	double departure;
	double bend;
	double tail;
	double curve;
	double tau;
	double along;
	double along_error;
	size_t windows;
	size_t risen;
	size_t width;
	bool quickened;
	bool is_stairs;
	bool is_troughs;
};

/**
 * mw_trend_judge() - judge @n <= MW_STATS_MAX window minima
 * @t, @y: rising times and the minima
 * @known: height that the process is known to have reached before these
 *         windows, -INFINITY if none
 * Returns true when the floor rises (@ret_trend->why is MW_TREND_RISING).
 */
bool mw_trend_judge(const struct mw_trend_config *config, const double *t, const double *y,
		    size_t n, double known, struct mw_trend *ret_trend);

/**
 * mw_trend_judge_teeth() - the same of the troughs between teeth that are longer than windows
 * Returns true when these rise; @ret_trend is left alone otherwise.
 */
bool mw_trend_judge_teeth(const struct mw_trend_config *config, const double *t, const double *y,
			  size_t n, double known, struct mw_trend *ret_trend);

/**
 * mw_trend_reached() - the watermark of the windows before a growth
 * @tops, @floors: highest and lowest value of each of @n <= MW_STATS_MAX windows
 * Returns the ninth decile of the tops, so that one spike does not count, and
 * the deepest fall of the floor above that: what has been given back once may
 * come again on top of the next wave; -INFINITY for none.
 */
double mw_trend_reached(const double *tops, const double *floors, size_t n);

/**
 * mw_trend_has_stopped() - has a growth that was found ended?
 * @since_t: where it began; @rate its slope, @growth its size when last confirmed
 * True when the last third of the windows since then no longer rises (the
 * upper end of its slope's interval is under a third of @rate), or when half of
 * the growth has been given back.
 */
bool mw_trend_has_stopped(const double *t, const double *y, size_t n, double since_t, double level,
			  double growth, double rate);

#endif /* MW_TREND_H */

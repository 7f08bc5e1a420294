// SPDX-License-Identifier: GPL-2.0-only
/*
 * leak_wait.c - has a rise been seen for long enough to be told? Owns nothing; must
 * never judge whether there is one.
 *
 * A rise is not yet an alert: the first rising half of a wave, the first filling
 * of a heap before its collection, and a ramp to a plateau are rises, too. No
 * test tells them apart from the past alone, so what is asked is how much has
 * been seen, against what waiting costs:
 *
 *   - the rise spans min_samples samples, more when they are coarse and the
 *     limit is far (samples_wanted()), and is the straighter the fewer they are; a
 *     rise by a fifth of the floor or more along a ruler needs the fewest;
 *   - one that is hinted to bend towards a level waits until it is known whether.
 *     How far along such a curve it is (changepoint.c) is known with an error: what
 *     is seen to slow down waits for ten times the samples, for twenty where that is
 *     certain. Within 0.7 days it must be known, nine times in ten, that it has not come a
 *     time constant along: of the rate at its beginning a third is left then. With samples
 *     5 s apart or more it must be known that it does not slow down, the less so the more
 *     has been seen;
 *   - the first rise of a life that slows down by more than chance has it (one line in twenty
 *     does so) and by more than 0.04 of a time constant waits for twice the samples: a
 *     fill is twice as far along then, and seen to be one; of a line the slope of chance
 *     is gone. Not asked of later rises: the end of a warm-up bends the first windows of these;
 *     nor of one that would level off at more than ten times where it began, by growth / along;
 *   - what has used less than a twentieth of the way to a limit that is known waits
 *     for half as many samples more: many ramps end there;
 *   - with samples 5 s apart or more, and a limit that is known and far, it lasts for
 *     0.7 days: there waiting costs nothing, and services have their first mornings,
 *     first fills and nightly jobs; not what has doubled along a ruler and has used a fifth of
 *     the way;
 *   - a rise that a daily wave of up to wave_part of the floor could be (such a
 *     sine rises by pi * wave_part of the floor a day at most) waits until it is
 *     straighter than the straightest flank of a sine: after a part s of the day that
 *     departs from a line by 0.15 s^2 of its rise, so that a bend of b waits for
 *     sqrt(b / 0.15) days, a tenth at least and 0.8 at most; one under 5 % of the floor
 *     for 0.7 days; one that grew out of a slower rise for 0.55; a higher one for
 *     0.8 days while it is not known to be straight;
 *   - a climb since the life gave something back is three times as high as that,
 *     twice when it did so twice, and half as high again after that: teeth differ. One
 *     at the rate of a climb that was given back as a whole is the same work, as far as is
 *     known: were such work ended at random, one that has lasted x times as long as the one
 *     tooth known would go on by chance 1/(1 + x), after two of them (2/(2 + x))^2. At one in
 *     eight that is 7 times as high after one, and 4 times after two;
 *   - unless it has used urgent_part of the way to a limit that is known.
 *
 * Worked example: a floor of 400 MiB rises by 0.5 MiB/h under noise, 12 MiB a
 * day. A daily wave of 12/pi = 4 MiB, 1 % of the floor, rises as fast, and is
 * common: the growth is under 5 %, so the alert waits 16.8 h. A floor of 400 MiB
 * that rises by 1 MiB/s would need a wave of 68 times the floor: at samples
 * every second, with no limit known, it is told after some 90 of them if it is
 * straight, for it has risen by a quarter.
 */
#include <math.h>

#include "leak_internal.h"
#include "teeth.h"

/* Waves higher than this many times wave_part are not held possible. */
#define HIGH_WAVE 4.0
/* min_samples holds for samples at least this close. */
#define FINE_INTERVAL_S 0.2
/* Who samples no closer than this looks at services over days. */
#define COARSE_INTERVAL_S 5.0
/* Part of a wave's period after which one would have turned. */
#define LONG_ENOUGH 0.7
/* What is plain: growth as a part of the floor, and how straight it is shown to be. */
#define PLAIN_PART  0.2
#define PLAIN_BEND  0.05
#define PLAIN_POWER 0.15
/* What is known to be a line, and may be told sooner. */
#define RULER_BEND  0.04
#define RULER_ALONG 0.4
#define RULER_POWER 0.08
/* A curve towards a level that is hinted at, and the bend that it must not have reached. */
#define CURVE_GAIN 1.0
#define CURVE_TAU  5.0
#define CURVE_BEND 0.03
/* Times the samples wanted after which what is left of the curve is told as it is. */
#define CURVE_WAITS 3.0
/* A curve that is seen, in time constants, and the samples after which it is told as it is. */
#define SEEN_ALONG 0.1
#define SEEN_WAITS 10.0
/* Twice as many where the curve is more than this many standard errors from a line. */
#define CERTAIN 5.0
/* A first rise that slows down by more time constants and by more standard errors is no line. */
#define SLOWS_ALONG 0.04
#define SLOWS_SURE  1.64
#define SLOWS_WAITS 2.0
/* A first rise began before this part of the life, and heads for this many times its beginning. */
#define FIRST_PART 0.1
#define MOST_FILL  10.0
/* Time constants that no rise may have come, as far as is known, and more by times the samples. */
#define MOST_ALONG 1.0
#define MOST_MORE  0.1
/* Standard errors of an upper bound that holds in nine cases of ten. */
#define SURE 1.3
/* Of s of a period the straightest flank of a sine bends by this times s squared (by computation). */
#define FLANK_BEND 0.15
/* Growth below this part of the way to a limit has time for more samples. */
#define HARDLY_BEGUN 0.05
#define PATIENCE     1.5
/* What is plain and has doubled is told when it has used this part of the way to a far limit. */
#define WELL_ON 0.2
/* Waves below this part of the floor are so common that they are waited out. */
#define SMALL_PART 0.05
/* A first rise is news when it is higher than a known one by this part of it, or of the room above. */
#define NEWS_PART 0.25
#define ROOM_PART 0.5
/* Climbs at rates that differ by less are taken for the same work. */
#define SAME_RATE 2.0
/* A life that has given back a good part of the known rise so many times knows by itself. */
#define SEEN_TIMES 2

static double samples_in(const struct mw_leak *leak, double span_s)
{
	double life_s = leak->series.last_s - leak->series.origin_s;

	return life_s > 0.0 ? (double)leak->series.samples * fmin(1.0, span_s / life_s) : 0.0;
}

/* Part of the way from where the rise began to the limit; to twice the level where none is known. */
static double part_of_way(const struct mw_leak *leak, const struct mw_trend *trend,
			  double level_kib)
{
	double room = leak->limit_kb == MW_UNKNOWN ? level_kib : (double)leak->limit_kb - level_kib;

	return room > 0.0 ? trend->growth / room : 1.0;
}

/* How far along a curve towards a level it may be, at most: an upper bound of nine in ten. */
static double furthest_along(const struct mw_trend *trend)
{
	return trend->along + SURE * trend->along_error;
}

/* The same of one that is getting steeper or less steep: 0 for what is shown to be a line. */
static double furthest_bent(const struct mw_trend *trend)
{
	return fabs(trend->along) + SURE * trend->along_error;
}

/*
 * Could this be a daily wave that has not turned yet? Up to wave_part of the
 * floor it must be shown to be straighter than the straightest flank of a sine,
 * the straighter the less of the day has been seen; up to a multiple of that it is
 * enough that it is not seen to bend, and that it is known that it does not.
 */
static bool may_be_wave(const struct mw_leak_config *config, const struct mw_trend *trend,
			double level_kib, double span_s)
{
	double periods = span_s / config->wave_period_s;
	double height_kib = fmax(trend->growth, trend->line.slope * config->wave_period_s / M_PI);
	double part = height_kib / level_kib, least;

	if (periods > 1.25 || part > HIGH_WAVE * config->wave_part)
		return false;
	if (part > config->wave_part)
		return periods < 0.8 && (trend->departure > 0.08 || furthest_bent(trend) > 0.5);
	if (trend->departure > 0.07)
		return true;
	least = trend->growth < SMALL_PART * level_kib ? 0.7 : trend->quickened ? 0.55 : 0.1;
	return periods < fmax(least, fmin(0.8, sqrt(trend->bend / FLANK_BEND)));
}

/* Does a curve towards a level fit better than the line, and is the difference seen? */
static bool is_bending_down(const struct mw_trend *trend)
{
	return trend->curve > CURVE_GAIN && trend->tau < CURVE_TAU;
}

/* A person would see it in the graph: a good part of the floor, along a ruler. */
static bool is_plain(const struct mw_trend *trend, double level_kib)
{
	return trend->growth > PLAIN_PART * level_kib && trend->bend < PLAIN_BEND &&
	       !is_bending_down(trend);
}

/*
 * Samples that a rise must span. Who samples every 10 s can wait longer than who
 * samples every 0.2 s, in samples too: min_samples grow with a power of the
 * interval, the lowest one for what is plain and known not to bend, a low one for what is
 * plain or when the limit is near, a high one when it is far; but never to more than those
 * of most of a wave's period.
 */
static double samples_wanted(const struct mw_leak *leak, const struct mw_trend *trend,
			     double level_kib, double interval_s, bool is_far)
{
	double coarse = fmax(1.0, interval_s / FINE_INTERVAL_S);
	bool is_ruler = trend->bend < RULER_BEND && furthest_bent(trend) < RULER_ALONG;
	double least =
		leak->config->min_samples * pow(coarse, is_ruler ? RULER_POWER : PLAIN_POWER);
	double power = is_far ? 0.45 : leak->limit_kb == MW_UNKNOWN ? 0.3 : 0.2;
	double most = fmax(least, LONG_ENOUGH * leak->config->wave_period_s / interval_s);

	return is_plain(trend, level_kib)
		       ? least
		       : fmin(most, leak->config->min_samples * pow(coarse, power));
}

/* Is it straight enough for @ratio times the samples wanted? What may slow down, straighter. */
static bool is_straight(const struct mw_trend *trend, double ratio, double day)
{
	double allowed = 0.06 + 0.05 * log2(ratio) + 0.1 * day;

	if (trend->along + trend->along_error < 0.2)
		allowed += 0.04;
	return trend->bend <= allowed;
}

/*
 * May it be a curve towards a level of which too little has been seen? One that is seen to
 * slow down waits, longer the more it does. Who samples services by the second or minute
 * has seen many fill up in hours: there it must be known that it does not slow down, the
 * less so the more has been seen.
 */
static bool may_be_filling(const struct mw_trend *trend, double ratio, double day,
			   double interval_s, bool is_urgent, bool is_first)
{
	double along = furthest_along(trend);

	if (is_first && trend->along > fmax(SLOWS_ALONG, SLOWS_SURE * trend->along_error) &&
	    ratio < SLOWS_WAITS)
		return true;
	if (is_bending_down(trend) && trend->bend > CURVE_BEND && ratio < CURVE_WAITS)
		return true;
	if (trend->along > trend->along_error + SEEN_ALONG &&
	    ratio < (trend->along > CERTAIN * trend->along_error ? 2.0 : 1.0) * SEEN_WAITS)
		return true;
	if (day < LONG_ENOUGH && along > MOST_ALONG + MOST_MORE * (ratio - 1.0))
		return true;
	return interval_s >= COARSE_INTERVAL_S && day < LONG_ENOUGH &&
	       along > 0.4 + 0.25 * (ratio - 1.0) && (!is_urgent || along > 0.7);
}

bool mw_leak_has_waited(const struct mw_leak *leak, const struct mw_trend *trend, double level_kib)
{
	const struct mw_leak_config *config = leak->config;
	double span_s = leak->series.last_s - leak->series.origin_s - trend->since_t;
	double samples = samples_in(leak, span_s), interval_s = span_s / fmax(samples, 1.0);
	double way = part_of_way(leak, trend, level_kib);
	bool is_told = leak->limit_kb != MW_UNKNOWN, is_far = way < config->urgent_part;
	double ratio = samples / samples_wanted(leak, trend, level_kib, interval_s, is_far);
	double day = fmin(1.0, span_s / config->wave_period_s);
	bool is_first = trend->since_t < FIRST_PART * (trend->since_t + span_s) &&
			trend->growth < MOST_FILL * level_kib * trend->along;

	if (ratio < (is_told && way < HARDLY_BEGUN ? PATIENCE : 1.0))
		return false;
	if (!trend->is_troughs &&
	    (may_be_filling(trend, ratio, day, interval_s, is_told && !is_far, is_first) ||
	     !is_straight(trend, ratio, day)))
		return false;
	if (!trend->is_troughs && is_told && is_far && interval_s >= COARSE_INTERVAL_S &&
	    day < LONG_ENOUGH &&
	    !(is_plain(trend, level_kib) && trend->growth > level_kib && way > WELL_ON))
		return false;
	return (is_told && !is_far) || !may_be_wave(config, trend, level_kib, span_s);
}

/* At the rate of one that was given back as a whole: the same work, as far as is known. */
static bool is_same_climb(const struct mw_teeth *teeth, double rate)
{
	return teeth->climbs > 0 && rate > teeth->slowest / SAME_RATE &&
	       rate < teeth->fastest * SAME_RATE;
}

/* A single climb since this life gave something back: is it higher than such a tooth may be? */
static bool is_tooth(const struct mw_leak *leak, const struct mw_trend *trend)
{
	static const double more[] = { 3.0, 2.0, 1.5 }, of_the_same[] = { 7.0, 4.0, 1.5 };
	struct mw_points points;
	struct mw_teeth teeth;
	bool is_near;
	size_t seen;

	mw_series_life(&leak->series, MW_MEASURE_HEAP, &points);
	mw_teeth_find(points.t, points.min, points.count, &teeth);
	if (teeth.falls == 0 || trend->is_troughs ||
	    trend->since_t < teeth.fell_t - 1.5 * leak->series.width_s)
		return false;
	seen = teeth.falls < 3 ? teeth.falls - 1 : 2;
	if (trend->growth < more[seen] * teeth.fall)
		return true;
	is_near =
		leak->limit_kb != MW_UNKNOWN && part_of_way(leak, trend, trend->level) > ROOM_PART;
	return !is_near && is_same_climb(&teeth, trend->line.slope) &&
	       trend->growth < of_the_same[seen] * teeth.fall;
}

/*
 * May it be what the life itself or earlier lives of the family came back from? The latter is
 * asked of a life's first rises only: once it has given back such a one SEEN_TIMES itself,
 * its own windows say what is known.
 */
bool mw_leak_is_expected(const struct mw_leak *leak, const struct mw_trend *trend)
{
	double known = leak->known_kib, news = NEWS_PART * known;

	if (trend->why == MW_TREND_RISING && is_tooth(leak, trend))
		return true;
	if (leak->falls >= SEEN_TIMES)
		return false;
	if (leak->limit_kb != MW_UNKNOWN)
		news = fmin(news,
			    ROOM_PART * fmax(0.0, (double)leak->limit_kb - trend->level - known));
	return trend->growth <= known + news;
}

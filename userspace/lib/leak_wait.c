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
 *   - one that is hinted to bend towards a level waits until it is known whether;
 *   - with samples 5 s apart or more, and a limit that is known and far, it lasts for
 *     0.7 days: there waiting costs nothing, and services have their first mornings,
 *     first fills and nightly jobs; not what has doubled along a ruler;
 *   - a rise that a daily wave of up to wave_part of the floor could be (such a
 *     sine rises by pi * wave_part of the floor a day at most) waits for 12 times
 *     its bend in days, for a tenth of a day at least and 0.8 at most; one under
 *     5 % of the floor for 0.7 days; one that grew out of a slower rise for 0.55;
 *   - unless it has used urgent_part of the way to a limit that is known.
 *
 * Worked example: a floor of 400 MiB rises by 0.5 MiB/h under noise, 12 MiB a
 * day. A daily wave of 12/pi = 4 MiB, 1 % of the floor, rises as fast, and is
 * common: the growth is under 5 %, so the alert waits 16.8 h. A floor of 400 MiB
 * that rises by 1 MiB/s would need a wave of 68 times the floor: at samples
 * every second, with no limit known, it is told after some 97 of them if it is
 * straight, for it has risen by a quarter.
 */
#include <math.h>

#include "leak_internal.h"

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
/* A curve towards a level that is hinted at, and the bend that it must not have reached. */
#define CURVE_GAIN 1.0
#define CURVE_TAU  5.0
#define CURVE_BEND 0.03
/* Times the samples wanted after which what is left of the curve is told as it is. */
#define CURVE_WAITS 3.0
/* Waves below this part of the floor are so common that they are waited out. */
#define SMALL_PART 0.05
/* A first rise is news when it is higher than a known one by this part of it, or of the room above. */
#define NEWS_PART 0.25
#define ROOM_PART 0.5
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

/*
 * Could this be a daily wave that has not turned yet? Up to wave_part of the
 * floor it must be shown to be straight, the straighter the less of the day has
 * been seen; up to a multiple of that it is enough that it is not seen to bend.
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
		return periods < 0.6 && trend->departure > 0.03;
	if (trend->departure > 0.07)
		return true;
	least = trend->growth < SMALL_PART * level_kib ? 0.7 : trend->quickened ? 0.55 : 0.1;
	return periods < fmax(least, fmin(0.8, 12.0 * trend->bend));
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
 * interval, the lowest one for what is plain, a low one when the limit is near, a
 * high one when it is far; but never to more than those of most of a wave's period.
 */
static double samples_wanted(const struct mw_leak *leak, const struct mw_trend *trend,
			     double level_kib, double interval_s, bool is_far)
{
	double coarse = fmax(1.0, interval_s / FINE_INTERVAL_S);
	double least = leak->config->min_samples * pow(coarse, PLAIN_POWER);
	double power = is_far ? 0.45 : leak->limit_kb == MW_UNKNOWN ? 0.3 : 0.2;
	double most = fmax(least, LONG_ENOUGH * leak->config->wave_period_s / interval_s);

	return is_plain(trend, level_kib)
		       ? least
		       : fmin(most, leak->config->min_samples * pow(coarse, power));
}

bool mw_leak_has_waited(const struct mw_leak *leak, const struct mw_trend *trend, double level_kib)
{
	const struct mw_leak_config *config = leak->config;
	double span_s = leak->series.last_s - leak->series.origin_s - trend->since_t;
	double samples = samples_in(leak, span_s), interval_s = span_s / fmax(samples, 1.0);
	bool is_far = part_of_way(leak, trend, level_kib) < config->urgent_part;
	bool is_told = leak->limit_kb != MW_UNKNOWN;
	double ratio = samples / samples_wanted(leak, trend, level_kib, interval_s, is_far);
	double day = fmin(1.0, span_s / config->wave_period_s);

	if (is_bending_down(trend) && trend->bend > CURVE_BEND && ratio < CURVE_WAITS)
		return false;
	if (ratio < 1.0 || trend->bend > 0.06 + 0.04 * log2(ratio) + 0.1 * day)
		return false;
	if (is_told && is_far && interval_s >= COARSE_INTERVAL_S && day < LONG_ENOUGH &&
	    !(is_plain(trend, level_kib) && trend->growth > level_kib))
		return false;
	return (is_told && !is_far) || !may_be_wave(config, trend, level_kib, span_s);
}

/*
 * May it be what earlier lives of the family came back from? Asked of a life's first rises only:
 * once it has given back such a one SEEN_TIMES itself, its own windows say what is known.
 */
bool mw_leak_is_expected(const struct mw_leak *leak, const struct mw_trend *trend)
{
	double known = leak->known_kib, news = NEWS_PART * known;

	if (leak->falls >= SEEN_TIMES)
		return false;
	if (leak->limit_kb != MW_UNKNOWN)
		news = fmin(news,
			    ROOM_PART * fmax(0.0, (double)leak->limit_kb - trend->level - known));
	return trend->growth <= known + news;
}

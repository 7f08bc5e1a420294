// SPDX-License-Identifier: GPL-2.0-only
/*
 * changepoint.c - least-squares comparison of models of a floor. Owns nothing;
 * must never allocate or know what the values mean.
 *
 * Two lines. For normal errors twice the gain in log-likelihood of model B
 * over A is n ln(SSE_A / SSE_B). A second line brings two coefficients and the
 * place of the change: by the Bayesian criterion (Schwarz 1978) it must gain
 * more than 3 ln n; 4 ln n are asked, since the best of all places is taken
 * (5 of 200 straight noisy series are divided, 26 with 3 ln n). Every division is tried; running sums make each O(1).
 *
 * Saturation. A cache that fills follows y = a + b (1 - exp(-(t - t_1)/tau)).
 * For a fixed tau this is linear in a and b, so tau is searched on a grid of
 * parts of the span. Beyond some two spans the curve can hardly be told from a
 * line: over a span of tau/2 it departs from its chord by 6 % of the rise.
 *
 * Curvature. Before a curve towards a level can be told from a line it can be said
 * how far along it the points could be at most. Over a span of s the slope of such a
 * curve falls by the factor exp(-s/tau). In x = -1 .. 1 its logarithm falls by s/2tau
 * a unit, and of the parabola b x + c x^2 that is -2c/b: s/tau is -4c/b, to 2 % up
 * to a span of tau. Its error is that of c.
 *
 * Worked example: y = 0 0 0 0 0 2 4 6 8 10 at t = 0..9. One line leaves
 * SSE = 17.5; two lines, divided at t = 4 (or 5), leave 0: the gain is bounded
 * by the resolution that SSE_FLOOR gives, and the growth began there.
 */
#include <math.h>

#include "changepoint.h"
#include "stats.h"

/* SSE below this part of the total sum of squares is rounding. */
#define SSE_FLOOR 1e-9
/* A course goes on where the slope before was more than this part of the slope after. */
#define GOES_ON 0.8

struct sums {
	double n, t, y, tt, ty, yy;
};

static void add_point(struct sums *sums, double t, double y)
{
	sums->n += 1.0;
	sums->t += t;
	sums->y += y;
	sums->tt += t * t;
	sums->ty += t * y;
	sums->yy += y * y;
}

static struct sums subtract(const struct sums *a, const struct sums *b)
{
	return (struct sums){ a->n - b->n,   a->t - b->t,   a->y - b->y,
			      a->tt - b->tt, a->ty - b->ty, a->yy - b->yy };
}

static double slope_of(const struct sums *sums)
{
	double spread = sums->tt - sums->t * sums->t / sums->n;

	return spread > 0.0 ? (sums->ty - sums->t * sums->y / sums->n) / spread : 0.0;
}

static double total_of(const struct sums *sums)
{
	return fmax(0.0, sums->yy - sums->y * sums->y / sums->n);
}

static double sse_of(const struct sums *sums)
{
	double joint = sums->ty - sums->t * sums->y / sums->n;

	return fmax(0.0, total_of(sums) - slope_of(sums) * joint);
}

bool mw_changepoint_goes_on(double before, double after)
{
	return before > GOES_ON * after;
}

double mw_changepoint_slope(const double *t, const double *y, size_t n)
{
	struct sums sums = { 0 };

	for (size_t i = 0; i < n; i++)
		add_point(&sums, t[i] - t[0], y[i] - y[0]);
	return slope_of(&sums);
}

void mw_changepoint_find(const double *t, const double *y, size_t n, size_t min_part,
			 struct mw_change *ret_change)
{
	struct sums all = { 0 }, left = { 0 };
	double best, floor_sse;

	*ret_change = (struct mw_change){ 0 };
	if (n < 2 * min_part)
		return;
	for (size_t i = 0; i < n; i++)
		add_point(&all, t[i] - t[0], y[i] - y[0]);
	floor_sse = SSE_FLOOR * total_of(&all);
	if (floor_sse <= 0.0)
		return;
	best = fmax(sse_of(&all), floor_sse);
	for (size_t i = 0; i + min_part < n; i++) {
		struct sums right;
		double sse;

		add_point(&left, t[i] - t[0], y[i] - y[0]);
		if (i + 1 < min_part)
			continue;
		right = subtract(&all, &left);
		sse = fmax(sse_of(&left) + sse_of(&right), floor_sse);
		if (sse >= best)
			continue;
		best = sse;
		ret_change->at = i + 1;
		ret_change->before = slope_of(&left);
		ret_change->after = slope_of(&right);
	}
	ret_change->gain = (double)n * log(fmax(sse_of(&all), floor_sse) / best);
	if (ret_change->gain <= 4.0 * log((double)n))
		ret_change->at = 0;
}

double mw_saturation_gain(const double *t, const double *y, size_t n, double *ret_tau)
{
	static const double taus[] = { 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 0.9, 1.35, 2.0, 3.0, 4.5 };
	struct sums line = { 0 };
	double span = t[n - 1] - t[0], best, floor_sse, line_sse;

	for (size_t i = 0; i < n; i++)
		add_point(&line, t[i] - t[0], y[i] - y[0]);
	floor_sse = SSE_FLOOR * total_of(&line);
	if (floor_sse <= 0.0 || span <= 0.0)
		return 0.0;
	line_sse = fmax(sse_of(&line), floor_sse);
	best = line_sse;
	for (size_t k = 0; k < sizeof(taus) / sizeof(taus[0]); k++) {
		struct sums curve = { 0 };

		for (size_t i = 0; i < n; i++)
			add_point(&curve, 1.0 - exp(-(t[i] - t[0]) / (taus[k] * span)),
				  y[i] - y[0]);
		if (slope_of(&curve) <= 0.0 || sse_of(&curve) >= best)
			continue;
		best = fmax(sse_of(&curve), floor_sse);
		*ret_tau = taus[k];
	}
	return (double)n * log(line_sse / best);
}

/* Lag-1 autocorrelation of residuals, corrected for what the fit takes from a short series. */
static double correlation_of(const double *rest, size_t n)
{
	double r = mw_stats_autocorrelation(rest, n, 1), count = (double)n;

	return fmin(0.9, fmax(0.0, (count * r + 2.0) / (count - 4.0)));
}

double mw_curvature(const double *t, const double *y, size_t n, double *ret_error)
{
	double middle = 0.0, mean = 0.0, xx = 0.0, xxx = 0.0, xy = 0.0, pp = 0.0, py = 0.0;
	double x[MW_STATS_MAX], p[MW_STATS_MAX], rest[MW_STATS_MAX], sum = 0.0, b, c, r;
	double half = (t[n - 1] - t[0]) / 2.0, count = (double)n;

	for (size_t i = 0; i < n; i++) {
		middle += t[i] / count;
		mean += y[i] / count;
	}
	for (size_t i = 0; i < n; i++) {
		x[i] = (t[i] - middle) / half;
		xx += x[i] * x[i];
		xxx += x[i] * x[i] * x[i];
		xy += x[i] * (y[i] - mean);
	}
	b = xy / xx;
	for (size_t i = 0; i < n; i++) {
		p[i] = x[i] * x[i] - xxx / xx * x[i] - xx / count;
		pp += p[i] * p[i];
		py += p[i] * (y[i] - mean);
	}
	*ret_error = INFINITY;
	if (!(b > 0.0) || !(pp > 0.0) || n < 5)
		return NAN;
	c = py / pp;
	for (size_t i = 0; i < n; i++) {
		rest[i] = y[i] - mean - b * x[i] - c * p[i];
		sum += rest[i] * rest[i];
	}
	r = correlation_of(rest, n);
	*ret_error = 4.0 / b * sqrt(sum / (count - 3.0) / pp * (1.0 + r) / (1.0 - r));
	return -4.0 * c / b;
}

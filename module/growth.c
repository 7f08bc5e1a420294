// SPDX-License-Identifier: GPL-2.0-only
/*
 * growth.c - exponentially weighted rates of change. Pure: time comes as an
 * argument. See growth.h for the model.
 */
#include "growth.h"

#define ONE (1ULL << 32)

/* log2(e) / tau of each window, per second, 32 bits of fraction. */
static const u64 log2e_per_tau[MW_WINDOWS] = {
	[MW_WINDOW_10] = 808005925ULL,	/* log2(50) / 30 */
	[MW_WINDOW_60] = 134667654ULL,	/* log2(50) / 180 */
	[MW_WINDOW_300] = 26933531ULL,	/* log2(50) / 900 */
};

#define MW_NSEC_PER_SEC 1000000000U

/* What does not fit is more than any window remembers. */
#define MW_DT_MAX_NS (86400ULL * MW_NSEC_PER_SEC)

#define MW_RATE_MAX (1LL << 30)

static s64 mul_shift(s64 a, u64 b)
{
	return (s64)(((__int128)a * (__int128)b) >> 32);
}

/*
 * 2^-f for 0 <= f < 1, 32 bits of fraction: the series of e^(-f ln 2) to its
 * sixth power, each coefficient (ln 2)^n / n!. What is left out is under 2e-5.
 */
static u64 exp2_neg(u64 f)
{
	static const u64 coefficients[] = {
		661577, 5726720, 41309550, 238388332, 1031764991, 2977044472ULL, ONE,
	};
	u64 sum = 0;

	/* Each sum is under 2^32 but for the last, which is not multiplied. */
	for (unsigned int i = 0; i < ARRAY_SIZE(coefficients); i++)
		sum = coefficients[i] - ((sum * f) >> 32);
	return sum;
}

u64 mw_growth_decay(u64 dt_ns, enum mw_window window)
{
	u64 seconds, exponent;

	if (dt_ns >= MW_DT_MAX_NS)
		return 0;
	/* 17 bits of seconds and 14 of fraction, times 30 bits, fit. */
	seconds = div_u64(dt_ns << 14, MW_NSEC_PER_SEC);
	exponent = (seconds * log2e_per_tau[window]) >> 14;
	if (exponent >> 32 >= 32)
		return 0;
	return exp2_neg(exponent & (ONE - 1)) >> (exponent >> 32);
}

void mw_growth_begin(struct mw_growth *growth, u64 now_ns, u64 kb)
{
	*growth = (struct mw_growth){ .since_ns = now_ns, .last_ns = now_ns, .last_kb = kb };
}

static s64 clamp_s64(s64 value, s64 limit)
{
	return value > limit ? limit : value < -limit ? -limit : value;
}

/*
 * KiB/s, 32 bits of fraction, cut off at the limit. 10^6 < 2^20 and a change
 * under 2^42 KiB (4 EiB) keep each product in 64 bits.
 */
static s64 rate_of(s64 change_kb, u64 dt_ns)
{
	s64 dt_us = (s64)div_u64(dt_ns, 1000) + 1;
	s64 whole, rest;

	if (dt_us < 1LL << 31)
		change_kb = clamp_s64(change_kb, dt_us * (MW_RATE_MAX / 1000000));
	change_kb = clamp_s64(change_kb, 1LL << 42);
	whole = div64_s64(change_kb * 1000000, dt_us);
	rest = change_kb * 1000000 - whole * dt_us;
	return whole * (s64)ONE + div64_s64(rest * (1LL << 20), dt_us) * (1LL << 12);
}

/* Most processes of a host do not change for hours: for them nothing decays. */
static bool is_still(const struct mw_growth *growth)
{
	for (int window = 0; window < MW_WINDOWS; window++)
		if (growth->avg[window])
			return false;
	return true;
}

static void compute_decays(struct mw_decays *decays, u64 dt_ns)
{
	if (decays->dt_ns == dt_ns)
		return;
	decays->dt_ns = dt_ns;
	for (int window = 0; window < MW_WINDOWS; window++)
		decays->decay[window] = mw_growth_decay(dt_ns, window);
}

static void update(struct mw_growth *growth, u64 now_ns, u64 kb, struct mw_decays *decays)
{
	u64 dt_ns;
	s64 rate;

	if (now_ns <= growth->last_ns)
		return;
	dt_ns = now_ns - growth->last_ns;
	if (dt_ns > MW_DT_MAX_NS)
		dt_ns = MW_DT_MAX_NS;
	growth->last_ns = now_ns;
	if (kb == growth->last_kb && is_still(growth))
		return;
	rate = kb == growth->last_kb ? 0 : rate_of((s64)(kb - growth->last_kb), dt_ns);
	growth->last_kb = kb;
	compute_decays(decays, dt_ns);
	for (int window = 0; window < MW_WINDOWS; window++)
		growth->avg[window] = mul_shift(growth->avg[window], decays->decay[window]) +
				      mul_shift(rate, ONE - decays->decay[window]);
}

void mw_growth_update(struct mw_growth *growth, u64 now_ns, u64 kb)
{
	struct mw_decays decays = {};

	update(growth, now_ns, kb, &decays);
}

void mw_growth_update_since(struct mw_growth *growth, u64 changed_ns, u64 now_ns, u64 kb,
			    struct mw_decays *decays)
{
	struct mw_decays once = {};

	if (!decays)
		decays = &once;
	if (changed_ns < now_ns && kb != growth->last_kb)
		update(growth, changed_ns, growth->last_kb, decays);
	update(growth, now_ns, kb, decays);
}

s64 mw_growth_milli(const struct mw_growth *growth, enum mw_window window)
{
	u64 age_ns = growth->last_ns - growth->since_ns;
	s64 avg = growth->avg[window] / (1 << 10);
	u64 weight;
	s64 divisor;

	if (!avg)
		return 0;
	weight = ONE - mw_growth_decay(age_ns > MW_TICK_NS ? age_ns : MW_TICK_NS, window);
	divisor = (s64)(weight >> 10);
	/* Rounded: half a divisor away from zero. */
	return div64_s64(avg * 1000 + (avg < 0 ? -divisor / 2 : divisor / 2), divisor);
}

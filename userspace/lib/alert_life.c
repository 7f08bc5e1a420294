// SPDX-License-Identifier: GPL-2.0-only
/*
 * alert_life.c - the steps of one alert's life. Knows nothing of what the condition is,
 * nor of why something may not be told yet.
 */
#include "alert_life.h"

#include <math.h>

static void enter(struct mw_alert_life *life, enum mw_phase phase, double now_s)
{
	life->phase = phase;
	life->since_s = now_s;
	life->clear_s = NAN;
}

static void fire(struct mw_alert_life *life, double now_s)
{
	enter(life, MW_PHASE_FIRING, now_s);
	life->fired_s = now_s;
}

static void step_holding(struct mw_alert_life *life, double pending_s, double now_s)
{
	switch (life->phase) {
	case MW_PHASE_IDLE:
		life->began_s = now_s;
		if (pending_s > 0)
			enter(life, MW_PHASE_PENDING, now_s);
		else
			fire(life, now_s);
		break;
	case MW_PHASE_PENDING:
		if (now_s - life->since_s >= pending_s)
			fire(life, now_s);
		break;
	case MW_PHASE_FIRING: life->clear_s = NAN; break;
	case MW_PHASE_RESOLVED: enter(life, MW_PHASE_FIRING, now_s); break;
	}
}

static void step_gone(struct mw_alert_life *life, double clear_s, double now_s)
{
	switch (life->phase) {
	case MW_PHASE_PENDING: enter(life, MW_PHASE_IDLE, now_s); break;
	case MW_PHASE_FIRING:
		if (isnan(life->clear_s))
			life->clear_s = now_s;
		if (now_s - life->clear_s >= clear_s)
			enter(life, MW_PHASE_RESOLVED, now_s);
		break;
	default: break;
	}
}

bool mw_alert_life_step(struct mw_alert_life *life, double pending_s, double clear_s, bool holds,
			double now_s)
{
	enum mw_phase was = life->phase;

	if (holds)
		step_holding(life, pending_s, now_s);
	else
		step_gone(life, clear_s, now_s);
	return life->phase != was;
}

bool mw_alert_life_end(struct mw_alert_life *life, double now_s)
{
	return mw_alert_life_step(life, 0, 0, false, now_s);
}

enum mw_due mw_alert_life_due(const struct mw_alert_life *life, double repeat_s, double now_s)
{
	switch (life->phase) {
	case MW_PHASE_PENDING: return life->told == MW_PHASE_IDLE ? MW_DUE_PENDING : MW_DUE_NOTHING;
	case MW_PHASE_FIRING:
		if (life->told != MW_PHASE_FIRING)
			return MW_DUE_FIRING;
		return repeat_s > 0 && now_s - life->told_s >= repeat_s ? MW_DUE_REPEAT
									: MW_DUE_NOTHING;
	case MW_PHASE_RESOLVED:
		return life->told == MW_PHASE_FIRING ? MW_DUE_RESOLVED : MW_DUE_NOTHING;
	default: return MW_DUE_NOTHING;
	}
}

void mw_alert_life_told(struct mw_alert_life *life, double now_s)
{
	life->told = life->phase;
	life->told_s = now_s;
}

bool mw_alert_life_is_over(const struct mw_alert_life *life)
{
	return life->phase == MW_PHASE_IDLE ||
	       (life->phase == MW_PHASE_RESOLVED && life->told != MW_PHASE_FIRING);
}

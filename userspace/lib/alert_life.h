/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alert_life.h - the life of one alert: pending, firing, resolved, and what of it has been
 * told. Pure; `now` is an argument.
 *
 *     idle -> pending: the condition holds
 *     pending -> firing: it has held for pending_s without a break; -> idle: it broke
 *     firing -> resolved: it has been gone for clear_s, or the process has ended
 *     resolved -> firing: it is back before the resolution was told: nothing is told then
 *
 * What is told follows what is, as soon as that is allowed: an alert that fires while it
 * must not be told is told later, if it still fires then.
 */
#ifndef MW_ALERT_LIFE_H
#define MW_ALERT_LIFE_H

#include <stdbool.h>
#include <stdint.h>

enum mw_phase {
	MW_PHASE_IDLE,
	MW_PHASE_PENDING,
	MW_PHASE_FIRING,
	MW_PHASE_RESOLVED,
};

/* What there is to tell. */
enum mw_due {
	MW_DUE_NOTHING,
	MW_DUE_PENDING,
	MW_DUE_FIRING,
	MW_DUE_REPEAT,
	MW_DUE_RESOLVED,
};

/**
 * struct mw_alert_life - all zero: idle
 * @phase:    what it is
 * @told:     what was told last
 * @since_s:  when the phase began
 * @began_s:  when the condition began to hold
 * @fired_s:  when it began to fire; of no meaning before
 * @clear_s:  when the condition went away while firing, or NAN
 * @told_s:   when it was last told
 */
struct mw_alert_life {
	enum mw_phase phase;
	enum mw_phase told;
	double since_s;
	double began_s;
	double fired_s;
	double clear_s;
	double told_s;
};

/** mw_alert_life_step() - the condition holds, or does not; true when the phase changed */
bool mw_alert_life_step(struct mw_alert_life *life, double pending_s, double clear_s, bool holds,
			double now_s);

/** mw_alert_life_end() - it can never hold again; true when the phase changed */
bool mw_alert_life_end(struct mw_alert_life *life, double now_s);

/** mw_alert_life_due() - what there is to tell; @repeat_s: 0 for never again */
enum mw_due mw_alert_life_due(const struct mw_alert_life *life, double repeat_s, double now_s);

/** mw_alert_life_told() - it has been told as it is now */
void mw_alert_life_told(struct mw_alert_life *life, double now_s);

/** mw_alert_life_is_over() - whether nothing is left to remember or to tell */
bool mw_alert_life_is_over(const struct mw_alert_life *life);

#endif /* MW_ALERT_LIFE_H */

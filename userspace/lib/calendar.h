/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * calendar.h - quiet hours: ranges of local time on days of the week. Pure.
 */
#ifndef MW_CALENDAR_H
#define MW_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "message.h"

/**
 * struct mw_quiet - one range
 * @days:        bit 0 is Sunday, as tm_wday; the day on which the range begins
 * @from_minute: since midnight
 * @to_minute:   the first minute after it; at or before @from_minute: on the next day
 * @below:       alerts of a lesser severity wait; those of this one and above are told
 */
struct mw_quiet {
	unsigned int days;
	int from_minute;
	int to_minute;
	enum mw_severity below;
};

#define MW_QUIET_EVERY_DAY 0x7fu

/** mw_quiet_holds() - whether an alert of @severity has to wait at the local time @local */
bool mw_quiet_holds(const struct mw_quiet *ranges, size_t count, const struct tm *local,
		    enum mw_severity severity);

#endif /* MW_CALENDAR_H */

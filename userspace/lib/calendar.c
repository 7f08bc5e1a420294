// SPDX-License-Identifier: GPL-2.0-only
/*
 * calendar.c - quiet hours. The caller reads the clock and knows the time zone.
 */
#include "calendar.h"

static bool has_day(const struct mw_quiet *range, int day)
{
	return range->days & 1u << ((day + 7) % 7);
}

static bool is_within(const struct mw_quiet *range, const struct tm *local)
{
	int minute = local->tm_hour * 60 + local->tm_min;

	if (range->from_minute < range->to_minute)
		return has_day(range, local->tm_wday) && minute >= range->from_minute &&
		       minute < range->to_minute;
	return (has_day(range, local->tm_wday) && minute >= range->from_minute) ||
	       (has_day(range, local->tm_wday - 1) && minute < range->to_minute);
}

bool mw_quiet_holds(const struct mw_quiet *ranges, size_t count, const struct tm *local,
		    enum mw_severity severity)
{
	for (size_t i = 0; i < count; i++)
		if (severity < ranges[i].below && is_within(&ranges[i], local))
			return true;
	return false;
}

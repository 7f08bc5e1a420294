// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c - amounts, rates and spans of time in units that people read. Pure
 * formatting; must never judge.
 */
#include <math.h>
#include <stdio.h>

#include "verdict.h"

struct unit {
	double size;
	const char *name;
};

/* Three significant digits, without an exponent. */
static void format(double value, const char *unit, char ret_text[MW_FORMAT_MAX])
{
	int digits = fabs(value) < 10.0 ? 2 : fabs(value) < 100.0 ? 1 : 0;

	if (!(fabs(value) < 1e12)) /* also NAN */
		snprintf(ret_text, MW_FORMAT_MAX, "%.3g %s", value, unit);
	else
		snprintf(ret_text, MW_FORMAT_MAX, "%.*f %s", digits, value, unit);
}

/* The largest unit of which @scale is at least one; the smallest if there is none. */
static const struct unit *pick(const struct unit *units, size_t count, double scale)
{
	for (size_t i = 0; i < count - 1; i++)
		if (fabs(scale) >= units[i].size)
			return &units[i];
	return &units[count - 1];
}

void mw_format_kib(double kib, char ret_text[MW_FORMAT_MAX])
{
	static const struct unit units[] = {
		{ 1024.0 * 1024.0 * 1024.0, "TiB" },
		{ 1024.0 * 1024.0, "GiB" },
		{ 1024.0, "MiB" },
		{ 1.0, "KiB" },
	};
	const struct unit *unit = pick(units, sizeof(units) / sizeof(units[0]), kib);

	format(kib / unit->size, unit->name, ret_text);
}

void mw_format_rate(double kib_per_s, double scale_kib_per_s, char ret_text[MW_FORMAT_MAX])
{
	static const struct unit units[] = {
		{ 1024.0 * 1024.0, "GiB/s" },
		{ 1024.0, "MiB/s" },
		{ 1.0, "KiB/s" },
		{ 1024.0 / 3600.0, "MiB/h" },
		{ 1024.0 / 86400.0, "MiB/day" },
		{ 1.0 / 86400.0, "KiB/day" },
	};
	const struct unit *unit = pick(units, sizeof(units) / sizeof(units[0]), scale_kib_per_s);

	format(kib_per_s / unit->size, unit->name, ret_text);
}

void mw_format_duration(double seconds, char ret_text[MW_FORMAT_MAX])
{
	static const struct unit units[] = {
		{ 2.0 * 86400.0, "days" },
		{ 2.0 * 3600.0, "h" },
		{ 2.0 * 60.0, "min" },
		{ 1.0, "s" },
	};
	const struct unit *unit = pick(units, sizeof(units) / sizeof(units[0]), seconds);
	double size = unit->size > 1.0 ? unit->size / 2.0 : 1.0;

	format(seconds / size, unit->name, ret_text);
}

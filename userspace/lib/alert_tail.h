/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alert_tail.h - waits in a file of alerts (JSON Lines, as `watch --json` and
 * the file sink write them) for one process to be named.
 */
#ifndef MW_ALERT_TAIL_H
#define MW_ALERT_TAIL_H

#include <stdbool.h>
#include <stdint.h>

/* One alert, as far as it is of interest here; unknown numbers are NAN. */
struct mw_told {
	double rate_kib_per_s;
	double rate_low;
	double rate_high;
	char class_name[32];
};

struct mw_alert_tail;

/**
 * mw_alert_tail_open() - look at what is written from now on
 * @path: need not be there yet; may be renamed and made anew (log rotation)
 * Returns it, or NULL without memory.
 */
struct mw_alert_tail *mw_alert_tail_open(const char *path);

/** mw_alert_tail_close() - NULL is allowed */
void mw_alert_tail_close(struct mw_alert_tail *tail);

/**
 * mw_alert_tail_find() - read what is new, up to a firing alert of a process life
 * Lines that are no alerts are passed over. Returns 1 with *@ret_told, 0 when
 * there is none so far, or a negative errno (of open or read).
 */
int mw_alert_tail_find(struct mw_alert_tail *tail, int32_t pid, uint64_t start_ticks,
		       struct mw_told *ret_told);

/** mw_told_parse() - one line; true if it is a firing alert of that process life */
bool mw_told_parse(const char *line, int32_t pid, uint64_t start_ticks, struct mw_told *ret_told);

#endif /* MW_ALERT_TAIL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * history.h - what the daemon has stored, for those who read it, while it goes
 * on writing. Never changes the file.
 */
#ifndef MW_HISTORY_H
#define MW_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "notice.h"
#include "sample.h"

struct mw_history;

/**
 * struct mw_history_range - what is wanted
 * @since_s, @until_s: Unix time; -INFINITY and INFINITY: all
 * @filter:            which processes; NULL: all
 * @family:            of which service or container, or else of which name; NULL: all. Events have
 *                     none
 */
struct mw_history_range {
	double since_s;
	double until_s;
	const struct mw_filter *filter;
	const char *family;
};

/**
 * struct mw_history_entry - one process life
 * @pid, @start_ticks, @comm: which
 * @family:    service, pod or container that it belongs to (mw_group_name()), or ""
 * @first_s:   its first stored sample in the range, Unix time
 * @last_s:    its last one
 * @end_s:     when it ended, or NAN: it has not, or nobody saw it
 * @samples:   stored in the range
 * @first_kb, @last_kb, @peak_kb: RSS at the first and last of them, and the most, KiB
 */
struct mw_history_entry {
	int32_t pid;
	uint64_t start_ticks;
	char comm[MW_COMM_MAX];
	char family[128];
	double first_s;
	double last_s;
	double end_s;
	uint64_t samples;
	int64_t first_kb;
	int64_t last_kb;
	int64_t peak_kb;
};

/**
 * mw_history_open() - open a database of the daemon for reading
 * Returns 0 with *@ret_history, or a negative errno with a sentence in @ret_error: -ENOENT,
 * -EACCES; -EPROTO: of another version; -EINVAL: none of memwatch's; -ENOMEM, -EIO.
 */
int mw_history_open(const char *path, struct mw_history **ret_history,
		    char ret_error[MW_NOTICE_MAX]);

/** mw_history_close() - NULL is allowed */
void mw_history_close(struct mw_history *history);

/** mw_history_error() - what went wrong last, in words */
const char *mw_history_error(const struct mw_history *history);

/* Each of the callbacks ends the walk by returning non-zero, which is then the result. */
typedef int (*mw_history_entry_fn)(const struct mw_history_entry *entry, void *arg);
typedef int (*mw_history_sample_fn)(const struct mw_sample *sample, void *arg);
typedef int (*mw_history_event_fn)(const char *line, void *arg);

/**
 * mw_history_entries() - the lives that have samples in the range, in the order of their first
 * Returns 0, what @fn returned, or a negative errno (see mw_history_error()).
 */
int mw_history_entries(struct mw_history *history, const struct mw_history_range *range,
		       mw_history_entry_fn fn, void *arg);

/**
 * mw_history_samples() - the samples of the range; times do not decrease within a life
 * Where a value held, the daemon has stored it once: it is given again for each step of time
 * that samples of that age are apart, so that what reads it sees no gaps that were none.
 * @now_s: decides what age that is
 * Returns as above.
 */
int mw_history_samples(struct mw_history *history, const struct mw_history_range *range,
		       double now_s, mw_history_sample_fn fn, void *arg);

/** mw_history_events() - the lines (mw_message_to_json()) of alerts, by time; returns as above */
int mw_history_events(struct mw_history *history, const struct mw_history_range *range,
		      mw_history_event_fn fn, void *arg);

#endif /* MW_HISTORY_H */

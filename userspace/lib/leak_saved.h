/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * leak_saved.h - a detector as bytes, so that a daemon that is restarted goes on where it was:
 * what was watched for hours is not begun anew.
 */
#ifndef MW_LEAK_SAVED_H
#define MW_LEAK_SAVED_H

#include <stddef.h>

#include "leak.h"

/** mw_leak_saved_max() - the most bytes that one takes */
size_t mw_leak_saved_max(void);

/** mw_leak_save() - into @size bytes at @ret_data; returns how many it took, 0: too few */
size_t mw_leak_save(const struct mw_leak *leak, void *ret_data, size_t size);

/**
 * mw_leak_load() - a detector that judges what comes as the one that was saved would have
 * @config:  thresholds, of today; must outlive it
 * @shift_s: how much later its past is in the time of the samples that will come: when the
 *           clock that they are told by has been set meanwhile
 * Its part of the crowd (@config->crowd) is not told to the crowd: mw_leak_crowd_kib().
 * Returns 0 with *@ret_leak, -EBADMSG when the data is damaged, -EPROTO when a newer memwatch
 * wrote it, or -ENOMEM.
 */
int mw_leak_load(const struct mw_leak_config *config, const void *data, size_t size, double shift_s,
		 struct mw_leak **ret_leak);

/** mw_leak_crowd_kib() - what the crowd knows of its kernel memory */
double mw_leak_crowd_kib(const struct mw_leak *leak);

#endif /* MW_LEAK_SAVED_H */

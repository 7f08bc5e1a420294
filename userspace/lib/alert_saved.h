/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alert_saved.h - an alert as bytes that outlive the program. Pure.
 */
#ifndef MW_ALERT_SAVED_H
#define MW_ALERT_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerting.h"

/* Bytes of one. */
size_t mw_alert_saved_size(void);

/** mw_alert_save() - into mw_alert_saved_size() bytes */
void mw_alert_save(const struct mw_alert_entry *entry, void *ret_data);

/**
 * mw_alert_load() - and back; @ret_entry->policy is left to the caller
 * Returns false, *@ret_entry untouched, when the bytes are of another version or make no sense.
 */
bool mw_alert_load(const void *data, size_t size, struct mw_alert_entry *ret_entry);

#endif /* MW_ALERT_SAVED_H */

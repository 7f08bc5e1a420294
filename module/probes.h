/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probes.h - attaches and detaches the probes of a feature, and tells of them.
 */
#ifndef _MW_PROBES_H
#define _MW_PROBES_H

#include <linux/types.h>

#include "features.h"
#include "stock.h"

/* Finds the tracepoints of this kernel; once, before any is attached. */
void mw_probes_init(bool page_owner);

/*
 * Attaches the probes of a feature if this kernel has all the tracepoints that
 * it needs, and none otherwise. Process context, callers take turns.
 */
void mw_probes_attach(enum mw_feature feature);

/* Detaches them and waits: afterwards none of them runs. */
void mw_probes_detach(enum mw_feature feature);

/* For status: by event. The state says attached, or absent and why. */
const char *mw_probe_event_name(enum mw_event event);
const char *mw_probe_event_state(enum mw_event event);

#endif /* _MW_PROBES_H */

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
 * Attaches those probes of a feature whose tracepoints this kernel has, with those
 * that go with them. Process context, callers take turns. Returns 0, or -ENOMEM:
 * then some are attached, and the caller detaches.
 */
int mw_probes_attach(enum mw_feature feature);

/* Is any probe of a feature attached? Callers as above. */
bool mw_probes_attached(enum mw_feature feature);

/* Does this event come? Any time; for what is printed. */
bool mw_probe_event_attached(enum mw_event event);

/* Is there a probe for a tracepoint of that name? */
bool mw_probes_know(const char *name);

/*
 * Chooses what the probes of slabs shall do: count objects by cache and, with
 * @bytes, bytes by process. While they are detached.
 */
void mw_probes_choose_slab(bool bytes);

/* Detaches them and waits: afterwards none of them runs. */
void mw_probes_detach(enum mw_feature feature);

/* For status: by event. The name is NULL where the kernel tells in another way. The state says attached, or absent and why. */
const char *mw_probe_event_name(enum mw_event event);
const char *mw_probe_event_state(enum mw_event event);

#endif /* _MW_PROBES_H */

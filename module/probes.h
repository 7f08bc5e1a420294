/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probes.h - attaches all probes in the right order, and tells of them.
 */
#ifndef _MW_PROBES_H
#define _MW_PROBES_H

#include <linux/types.h>

#include "stock.h"

/**
 * mw_probes_attach() - attach what this kernel has
 * @page_owner: count frees for the owners of pages, for which the page map must
 *              stand, or (false) for whoever frees
 * A tracepoint that is absent turns off what depends on it and nothing else.
 * Returns 0, or -ENOENT if not even mm_page_alloc can be had.
 */
int mw_probes_attach(bool page_owner);

/* Detaches all and waits: afterwards no probe runs. */
void mw_probes_detach(void);

/* For status: by event. The state says attached, or absent and why. */
const char *mw_probe_event_name(enum mw_event event);
const char *mw_probe_event_state(enum mw_event event);

#endif /* _MW_PROBES_H */

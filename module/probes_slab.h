/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probes_slab.h - the probes on the tracepoints of slabs, in variants: which of
 * them is attached is decided before, so that none decides it at each event.
 */
#ifndef _MW_PROBES_SLAB_H
#define _MW_PROBES_SLAB_H

#include "stock.h"
#include "tracepoints.h"

/*
 * Puts the function and data for @event into @probe, which is detached. @bytes:
 * count bytes by process, too. After mw_slab_init().
 */
void mw_slab_probe_choose(struct mw_probe *probe, enum mw_event event, bool bytes);

#endif /* _MW_PROBES_SLAB_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tracepoints.h - finds tracepoints by name, attaches probes to them and
 * detaches them. Knows nothing of what a probe does.
 */
#ifndef _MW_TRACEPOINTS_H
#define _MW_TRACEPOINTS_H

#include <linux/types.h>

struct tracepoint;

/**
 * struct mw_probe - one probe and the tracepoint that it is for
 * @name:     of the tracepoint; NULL for none, on this kernel
 * @func:     the probe; its type was checked against the tracepoint's where
 *            the table was made
 * @feature:  what it is for; of no meaning here
 * @data:     handed to it at each event
 * @tp:       found by mw_probes_find(), NULL if this kernel has none
 * @attached: events arrive
 * @err:      why attaching failed, negative errno, or 0
 */
struct mw_probe {
	const char *name;
	void *func;
	int feature;
	void *data;
	struct tracepoint *tp;
	bool attached;
	int err;
};

/* Process context, callers take turns. */
void mw_probes_find(struct mw_probe *probes, unsigned int count);

/* A failure is noted in the probe and returned; an absent tracepoint is -ENOENT. */
int mw_probe_attach(struct mw_probe *probe);
void mw_probe_detach(struct mw_probe *probe);

/* After this no probe that was detached runs on any CPU. */
void mw_probes_synchronize(void);

/* "attached", "absent: ..." or "failed: ...", for status. */
const char *mw_probe_state(const struct mw_probe *probe);

#endif /* _MW_TRACEPOINTS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepoints.c - tracepoints by name. The kernel exports few of them by
 * symbol, but lets a GPL module walk all that are built in.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "compat/compat.h"
#include "tracepoints.h"
#include "without.h"

struct search {
	struct mw_probe *probes;
	unsigned int count;
};

static void match(struct tracepoint *tp, void *arg)
{
	struct search *search = arg;

	for (unsigned int i = 0; i < search->count; i++)
		if (search->probes[i].name && !strcmp(search->probes[i].name, tp->name) &&
		    !mw_without(tp->name))
			search->probes[i].tp = tp;
}

void mw_probes_find(struct mw_probe *probes, unsigned int count)
{
	struct search search = { probes, count };

	for_each_kernel_tracepoint(match, &search);
}

int mw_probe_attach(struct mw_probe *probe)
{
	if (probe->attached)
		return 0;
	probe->err = probe->tp ? tracepoint_probe_register(probe->tp, mw_probe_entry(probe->func),
							   probe->data) : -ENOENT;
	probe->attached = !probe->err;
	return probe->err;
}

void mw_probe_detach(struct mw_probe *probe)
{
	if (!probe->attached)
		return;
	tracepoint_probe_unregister(probe->tp, mw_probe_entry(probe->func), probe->data);
	probe->attached = false;
}

void mw_probes_synchronize(void)
{
	tracepoint_synchronize_unregister();
}

const char *mw_probe_state(const struct mw_probe *probe)
{
	if (probe->attached)
		return "attached";
	if (!probe->tp)
		return mw_without(probe->name) ? "absent: left out by without=" :
		       "absent: this kernel has no such tracepoint";
	if (probe->err == -ENOTSUPP)
		return "off: this kernel lacks another tracepoint that goes with it";
	if (probe->err)
		return "failed: the kernel refused the probe";
	return "off";
}

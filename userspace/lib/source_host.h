/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source_host.h - samples of what is no process: slab caches, pages still owned
 * by processes that have exited, and memory of the host that nothing explains.
 *
 * After each round of processes: mw_source_host_count() for each of their
 * samples, then mw_source_host_read(). Its samples (entity.h) go through the same
 * detector, each a life of its own by (pid 0, start_ticks).
 */
#ifndef MW_SOURCE_HOST_H
#define MW_SOURCE_HOST_H

#include "source.h"

struct mw_source_host;

/**
 * mw_source_host_new() - watch a host
 * @root: "" for this host; where its / is mounted otherwise
 * Returns it, or NULL without memory. Files that are missing or forbidden give no samples;
 * /proc/slabinfo and /proc/memwatch are for root.
 */
struct mw_source_host *mw_source_host_new(const char *root);

/** mw_source_host_free() - NULL is allowed */
void mw_source_host_free(struct mw_source_host *host);

/** mw_source_host_count() - a process of this round */
void mw_source_host_count(struct mw_source_host *host, const struct mw_sample *sample);

/**
 * mw_source_host_read() - the samples of this round
 * Slab caches once a minute at most (reading them is not cheap), only those of 256 KiB and
 * more, and not those that the kernel can reclaim: they are caches that fill. limit_kb is what
 * it has and what the host has available.
 * Returns 0 or what @fn returned.
 */
int mw_source_host_read(struct mw_source_host *host, double now_s, mw_sample_fn fn, void *arg);

#endif /* MW_SOURCE_HOST_H */

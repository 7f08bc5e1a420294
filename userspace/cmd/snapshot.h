/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot.h - samples of processes whose alerts ask for it, one CSV file each, bounded in
 * length and number; `memwatch analyze` reads them.
 */
#ifndef MW_SNAPSHOT_H
#define MW_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/sample.h"
#include "../lib/verdict.h"

/* Files that are written at a time. */
#define SNAPSHOTS_AT_ONCE 16

struct snapshot {
	FILE *file;
	int32_t pid;
	uint64_t start_ticks;
	unsigned int left; /* samples */
};

/**
 * struct snapshots - all zero: none
 * @directory:   where to; NULL: nowhere
 * @max_samples: in one file
 * @max_files:   that are kept
 */
struct snapshots {
	const char *directory;
	unsigned int max_samples;
	unsigned int max_files;
	struct snapshot open[SNAPSHOTS_AT_ONCE];
	unsigned int count;
};

/**
 * snapshots_begin() - record a process from its next sample on
 * Returns 0 (also when it is recorded already), -EBUSY when as many are as may be, or a
 * negative errno of its file or directory.
 */
int snapshots_begin(struct snapshots *snapshots, const struct mw_verdict *verdict, double now_s);

/** snapshots_offer() - a sample of any process; written if it is recorded */
void snapshots_offer(struct snapshots *snapshots, const struct mw_sample *sample);

/** snapshots_end() - the process has ended */
void snapshots_end(struct snapshots *snapshots, int32_t pid, uint64_t start_ticks);

/** snapshots_close() - end all */
void snapshots_close(struct snapshots *snapshots);

#endif /* MW_SNAPSHOT_H */

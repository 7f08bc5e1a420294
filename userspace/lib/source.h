/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - where samples come from. The module's /proc/memwatch, plain
 * /proc, and a recorded CSV are interchangeable behind this interface.
 */
#ifndef MW_SOURCE_H
#define MW_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sample.h"

struct mw_source;

/* Called once for each sample of a round; returning non-zero ends the round with that value. */
typedef int (*mw_sample_fn)(const struct mw_sample *sample, void *arg);

/**
 * struct mw_source_ops - what each source implements
 * @name:  "module", "proc" or "csv", for messages
 * @read:  one round: every process visible now (csv: the next instant of the
 *         recording). Returns 0, MW_SOURCE_END at the end of a recording, a
 *         negative errno when the source is unreadable, or what @fn returned.
 * @has:   whether a life that the last round did not show is still there, for a source that
 *         looks at some less often; NULL: what a round does not show has gone
 * @free:  releases everything
 */
struct mw_source_ops {
	const char *name;
	int (*read)(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg);
	bool (*has)(const struct mw_source *source, int32_t pid, uint64_t start_ticks);
	void (*free)(struct mw_source *source);
};

struct mw_source {
	const struct mw_source_ops *ops;
};

#define MW_SOURCE_END 1

#endif /* MW_SOURCE_H */

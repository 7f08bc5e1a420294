/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flat.h - what is remembered of a process life whose memory has not grown yet. Most do
 * not, ever: they need no detector, which takes twenty times as much. Pure.
 */
#ifndef MW_FLAT_H
#define MW_FLAT_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

/* Most samples that a past is told in. */
#define MW_FLAT_REPLAY 64

/**
 * struct mw_flat - all zero before the first sample
 * @first_s, @last_s: times of the first and the last sample
 * @step_s:           between the first two
 * @looks:            samples
 * The rest: the least of each amount, KiB; UINT32_MAX where unknown.
 */
struct mw_flat {
	double first_s;
	double last_s;
	float step_s;
	uint32_t looks;
	uint32_t rss_kb;
	uint32_t anon_kb;
	uint32_t file_kb;
	uint32_t shmem_kb;
	uint32_t swap_kb;
	uint32_t kernel_pages;
	uint32_t threads;
};

/**
 * mw_flat_add() - take a sample
 * @quiet_kb: growth that says nothing, in each of heap, shared memory and kernel memory
 * Returns true while the life is flat; with false the sample was not taken: it is for a
 * detector, after mw_flat_replay().
 */
bool mw_flat_add(struct mw_flat *flat, const struct mw_sample *sample, int64_t quiet_kb);

/**
 * mw_flat_replay() - sample @index of the flat past as it can be told again
 * @sample: the one that was not taken, for all that does not change
 * The first two are as far apart as they were, the others spread over the time until the last.
 * Returns false when there is none of this index.
 */
bool mw_flat_replay(const struct mw_flat *flat, unsigned int index, const struct mw_sample *sample,
		    struct mw_sample *ret_sample);

#endif /* MW_FLAT_H */

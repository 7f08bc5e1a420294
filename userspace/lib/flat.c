// SPDX-License-Identifier: GPL-2.0-only
/*
 * flat.c - lives that have not grown. Amounts are kept at their least: the detector judges
 * floors, and those of a past that moved less than quiet_kb are right to quiet_kb.
 */
#include "flat.h"

#include <math.h>
#include <string.h>

#define UNKNOWN	      UINT32_MAX
#define OWNED_PAGE_KB 4

static uint32_t pack(int64_t value)
{
	return value == MW_UNKNOWN || value < 0 ? UNKNOWN
	       : value >= UNKNOWN		? UNKNOWN - 1
						: (uint32_t)value;
}

static int64_t unpack(uint32_t value)
{
	return value == UNKNOWN ? MW_UNKNOWN : (int64_t)value;
}

/* A value that is not known any more, or again, says nothing. */
static bool has_grown(uint32_t least, int64_t value, int64_t by)
{
	return least != UNKNOWN && value != MW_UNKNOWN && value - (int64_t)least > by;
}

static int64_t known_or_zero(int64_t value)
{
	return value == MW_UNKNOWN ? 0 : value;
}

static bool has_moved(const struct mw_flat *flat, const struct mw_sample *sample, int64_t quiet_kb)
{
	int64_t heap_kb = known_or_zero(sample->anon_kb) + known_or_zero(sample->swap_kb);
	int64_t least_kb =
		known_or_zero(unpack(flat->anon_kb)) + known_or_zero(unpack(flat->swap_kb));

	if (flat->anon_kb == UNKNOWN || sample->anon_kb == MW_UNKNOWN) {
		if (has_grown(flat->rss_kb, sample->rss_kb, quiet_kb))
			return true;
	} else if (heap_kb - least_kb > quiet_kb) {
		return true;
	}
	return has_grown(flat->shmem_kb, sample->shmem_kb, quiet_kb) ||
	       has_grown(flat->kernel_pages, sample->owned_kernel_pages, quiet_kb / OWNED_PAGE_KB);
}

static void keep_least(uint32_t *least, int64_t value)
{
	uint32_t packed = pack(value);

	if (packed < *least)
		*least = packed;
}

bool mw_flat_add(struct mw_flat *flat, const struct mw_sample *sample, int64_t quiet_kb)
{
	if (flat->looks == 0) {
		flat->first_s = sample->time_s;
		flat->rss_kb = flat->anon_kb = flat->file_kb = flat->shmem_kb = UNKNOWN;
		flat->swap_kb = flat->kernel_pages = flat->threads = UNKNOWN;
	} else if (sample->time_s < flat->last_s) {
		return true; /* as the detector does: it says nothing */
	} else if (has_moved(flat, sample, quiet_kb)) {
		return false;
	} else if (flat->looks == 1) {
		flat->step_s = (float)(sample->time_s - flat->first_s);
	}
	flat->last_s = sample->time_s;
	flat->looks++;
	keep_least(&flat->rss_kb, sample->rss_kb);
	keep_least(&flat->anon_kb, sample->anon_kb);
	keep_least(&flat->file_kb, sample->file_kb);
	keep_least(&flat->shmem_kb, sample->shmem_kb);
	keep_least(&flat->swap_kb, sample->swap_kb);
	keep_least(&flat->kernel_pages, sample->owned_kernel_pages);
	keep_least(&flat->threads, sample->threads);
	return true;
}

static double time_of(const struct mw_flat *flat, unsigned int index, unsigned int count)
{
	double second_s = flat->first_s + (double)flat->step_s;

	if (index == 0)
		return flat->first_s;
	if (index == 1)
		return fmin(second_s, flat->last_s);
	return second_s + (flat->last_s - second_s) * (index - 1) / (count - 2);
}

bool mw_flat_replay(const struct mw_flat *flat, unsigned int index, const struct mw_sample *sample,
		    struct mw_sample *ret_sample)
{
	unsigned int count = flat->looks < MW_FLAT_REPLAY ? flat->looks : MW_FLAT_REPLAY;

	if (index >= count)
		return false;
	*ret_sample = mw_sample_unknown();
	ret_sample->pid = sample->pid;
	ret_sample->start_ticks = sample->start_ticks;
	memcpy(ret_sample->comm, sample->comm, sizeof(ret_sample->comm));
	ret_sample->limit_kb = sample->limit_kb;
	ret_sample->time_s = time_of(flat, index, count);
	ret_sample->rss_kb = unpack(flat->rss_kb);
	ret_sample->anon_kb = unpack(flat->anon_kb);
	ret_sample->file_kb = unpack(flat->file_kb);
	ret_sample->shmem_kb = unpack(flat->shmem_kb);
	ret_sample->swap_kb = unpack(flat->swap_kb);
	ret_sample->owned_kernel_pages = unpack(flat->kernel_pages);
	ret_sample->threads = unpack(flat->threads);
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * address_space.h - when does a process that grows meet RLIMIT_AS? That limit is on what it has
 * mapped, and what leaks is what it has touched. Pure: no clock, no files.
 */
#ifndef MW_ADDRESS_SPACE_H
#define MW_ADDRESS_SPACE_H

#include <stdbool.h>
#include <stdint.h>

/** struct mw_space_mark - mapped and resident at one time, KiB */
struct mw_space_mark {
	double time_s;
	int64_t mapped_kb;
	int64_t rss_kb;
};

/** struct mw_space - how a process has grown; all zero to begin with */
struct mw_space {
	struct mw_space_mark marks[2]; /* the older one first */
	bool has_begun;
};

/**
 * mw_space_limit_kb() - the RSS at which a process meets the limit on its address space
 * @limit_kb:  RLIMIT_AS, KiB
 * @mapped_kb: its address space now (VmSize), KiB
 * @rss_kb:    what is resident now, KiB
 * Returns MW_UNKNOWN when it does not approach that limit: only what is mapped already is being
 * touched. Until it has grown by 1 MiB both are taken to grow alike.
 */
int64_t mw_space_limit_kb(struct mw_space *space, int64_t limit_kb, int64_t mapped_kb,
			  int64_t rss_kb, double now_s);

#endif /* MW_ADDRESS_SPACE_H */

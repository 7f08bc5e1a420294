/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drill_limit.h - the limit that a drill runs into, so that nobody else does: a
 * memory control group of its own (v2) where that can be made, else RLIMIT_AS (on
 * top of the address space that the program itself has).
 */
#ifndef MW_DRILL_LIMIT_H
#define MW_DRILL_LIMIT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct drill_limit - one limit
 * @kib:       KiB
 * @is_cgroup: whether @dir is a control group; else it is RLIMIT_AS
 * @dir:       its directory
 * @why_not:   why it is none: a negative errno
 */
struct drill_limit {
	int64_t kib;
	bool is_cgroup;
	char dir[PATH_MAX];
	int why_not;
};

/** drill_limit_make() - a group below this process's own root of cgroup v2, if it can be had */
void drill_limit_make(struct drill_limit *limit, int64_t kib);

/** drill_limit_enter() - put this process under it; returns 0 or a negative errno */
int drill_limit_enter(const struct drill_limit *limit);

/** drill_limit_was_met() - whether the kernel has killed in the group */
bool drill_limit_was_met(const struct drill_limit *limit);

/** drill_limit_remove() - remove the group; its process must be gone */
void drill_limit_remove(const struct drill_limit *limit);

#endif /* MW_DRILL_LIMIT_H */

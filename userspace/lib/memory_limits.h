/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_limits.h - the memory limit that a process meets first: that of its cgroup
 * or of one above it, its own RLIMIT_AS, or what the host has left.
 *
 * All in KiB of RSS (RLIMIT_AS by address_space.h); MW_UNKNOWN where there is none or it cannot be read. What other
 * processes of the same cgroup use is not subtracted: the figure is the limit
 * that an administrator set, and it is for the reader to know who shares it.
 */
#ifndef MW_MEMORY_LIMITS_H
#define MW_MEMORY_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "proc_dir.h"

struct mw_limits;

/**
 * mw_limits_new() - read limits under a root
 * @root:       "" for this host; a directory that holds proc/ and sys/ otherwise
 * @dir:        the same root's proc/; must outlive the result
 * Returns it, or NULL without memory.
 */
struct mw_limits *mw_limits_new(const char *root, const struct mw_proc_dir *dir);

/** mw_limits_free() - NULL is allowed */
void mw_limits_free(struct mw_limits *limits);

/** mw_limits_begin() - a round begins: read what the host has left */
void mw_limits_begin(struct mw_limits *limits);

/**
 * mw_limits_get_kb() - the limit that a process meets first
 * @now_s: the time, to know when to look again
 * The limit of a cgroup is read again after 60 s, the process's own and which cgroup it is in
 * after 300 s, the processes spread over that time; the host's is as of mw_limits_begin().
 */
int64_t mw_limits_get_kb(struct mw_limits *limits, int32_t pid, uint64_t start_ticks,
			 int64_t rss_kb, double now_s);

/** mw_limits_end() - the round is over: forget what nobody has asked for in a while */
void mw_limits_end(struct mw_limits *limits);

/** mw_limits_parse_address_space() - the soft limit in the text of /proc/PID/limits */
int64_t mw_limits_parse_address_space(const char *text, size_t len);

/**
 * mw_limits_parse_cgroup_value() - memory.max or memory.limit_in_bytes
 * "max" and the huge numbers by which cgroup v1 says it are MW_UNKNOWN.
 */
int64_t mw_limits_parse_cgroup_value(const char *text, size_t len);

/**
 * mw_limits_parse_cgroup_path() - a process's cgroup from the text of /proc/PID/cgroup
 * @controller: "" for cgroup v2, "memory" for the v1 hierarchy
 * @ret_len:    length of the path
 * Returns the path inside @text, or NULL.
 */
const char *mw_limits_parse_cgroup_path(const char *text, size_t len, const char *controller,
					size_t *ret_len);

#endif /* MW_MEMORY_LIMITS_H */

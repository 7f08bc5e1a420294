/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * match.h - which processes a rule speaks of: by name, systemd unit, cgroup and user.
 * Pure but for the memory of its lists, which belong to the configuration.
 */
#ifndef MW_MATCH_H
#define MW_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest unit name, with its NUL (systemd's own bound). */
#define MW_UNIT_MAX 256

/* A range of user ids, both ends within. */
struct mw_uid_range {
	uint32_t first;
	uint32_t last;
};

/**
 * struct mw_match - one rule; a list that is empty asks for nothing
 * @comms:   globs of the name, of which one has to fit; the kernel keeps 15 bytes of it
 * @units:   globs of the systemd unit: "postgresql*.service"
 * @cgroups: globs of the cgroup's path: "/system.slice/\*"; `*` stands for slashes too
 * @uids:    user ids
 * All lists that are not empty have to fit.
 */
struct mw_match {
	const char *const *comms;
	size_t comm_count;
	const char *const *units;
	size_t unit_count;
	const char *const *cgroups;
	size_t cgroup_count;
	struct mw_uid_range *uids;
	size_t uid_count;
};

/**
 * struct mw_subject - what a rule looks at
 * @comm:   the name now
 * @unit:   systemd unit, "" without one
 * @cgroup: path of the cgroup, "" where unknown
 * @uid:    owner, of no meaning without @has_uid
 */
struct mw_subject {
	const char *comm;
	const char *unit;
	const char *cgroup;
	uint32_t uid;
	bool has_uid;
};

/** mw_match_holds() - whether a rule speaks of a process; an empty rule speaks of all */
bool mw_match_holds(const struct mw_match *match, const struct mw_subject *subject);

/**
 * struct mw_selection - which processes are watched
 * One that any of @exclude speaks of is not; of the others those that any of @include
 * speaks of, or all when that is empty.
 */
struct mw_selection {
	struct mw_match *include;
	size_t include_count;
	struct mw_match *exclude;
	size_t exclude_count;
};

/** mw_selection_wants() - whether a process is to be watched */
bool mw_selection_wants(const struct mw_selection *selection, const struct mw_subject *subject);

#endif /* MW_MATCH_H */

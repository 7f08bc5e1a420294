/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * subject.h - of which systemd unit, control group and user a process is.
 */
#ifndef MW_SUBJECT_H
#define MW_SUBJECT_H

#include "match.h"
#include "proc_dir.h"

#define MW_CGROUP_MAX 1024
/* Longest name of a group, with its NUL. */
#define MW_GROUP_MAX 64

/**
 * struct mw_subject_texts - what a subject's strings are kept in
 */
struct mw_subject_texts {
	char unit[MW_UNIT_MAX];
	char cgroup[MW_CGROUP_MAX];
};

/**
 * mw_subject_read() - look at /proc/PID
 * @comm:       its name; kept as it is
 * @ret_texts:  where the strings are
 * What cannot be read (the process has ended, or @pid is 0) is empty and unknown.
 */
void mw_subject_read(const struct mw_proc_dir *dir, int32_t pid, const char *comm,
		     struct mw_subject_texts *ret_texts, struct mw_subject *ret_subject);

/**
 * mw_unit_of_cgroup() - the systemd unit in a cgroup's path: its last part that ends in
 * .service, .scope, .socket, .mount or .swap, "" when there is none
 */
void mw_unit_of_cgroup(const char *path, char ret_unit[MW_UNIT_MAX]);

/**
 * mw_group_name() - what a process belongs to across restarts: a pod of Kubernetes
 * ("pod 9f8c7e1a-..."), a container ("container 0123456789ab"), or a systemd service
 * ("nginx.service"), the innermost unless it is too long for @ret_name
 * A session, a scope or a group of another making is none: "". So is a container that
 * Kubernetes starts anew under another id: its pod stays.
 */
void mw_group_name(const char *unit, const char *cgroup, char ret_name[MW_GROUP_MAX]);

#endif /* MW_SUBJECT_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * subject.c - unit, control group and user of a process. The path of a group is chosen by
 * whoever made it: it is compared and shown, never opened.
 */
#define _GNU_SOURCE /* memmem */
#include "subject.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory_limits.h"
#include "textfile.h"

static bool is_unit(const char *name, size_t len)
{
	static const char *const endings[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending && memcmp(name + len - ending, endings[i], ending) == 0)
			return true;
	}
	return false;
}

void mw_unit_of_cgroup(const char *path, char ret_unit[MW_UNIT_MAX])
{
	ret_unit[0] = '\0';
	while (*path != '\0') {
		size_t len;

		path += *path == '/';
		len = strcspn(path, "/");
		if (is_unit(path, len) && len < MW_UNIT_MAX)
			snprintf(ret_unit, MW_UNIT_MAX, "%.*s", (int)len, path);
		path += len;
	}
}

#define HEX "0123456789abcdef"
/* Characters of an id that are shown; all tools take that many. */
#define CONTAINER_ID	   64
#define CONTAINER_ID_SHOWN 12

/* "pod9f8c7e1a-...", also as "kubepods-burstable-pod9f8c7e1a_....slice", of one part of a path. */
static bool read_pod(const char *part, size_t len, char ret_name[MW_GROUP_MAX])
{
	static const char lengths[] = { 8, 4, 4, 4, 12 };
	const char *end = part + len;
	char uid[37] = "";

	for (const char *pod = part; (pod = memmem(pod, (size_t)(end - pod), "pod", 3)) != NULL;) {
		const char *c = pod += 3;
		size_t used = 0;

		for (size_t i = 0; i < sizeof(lengths); i++) {
			size_t hex = strspn(c, HEX);

			if (hex != (size_t)lengths[i] || c + hex > end)
				break;
			memcpy(uid + used, c, hex);
			used += hex;
			c += hex;
			if (i + 1 < sizeof(lengths) && c < end && (*c == '-' || *c == '_')) {
				uid[used++] = '-';
				c++;
			}
		}
		if (used == sizeof(uid) - 1) {
			snprintf(ret_name, MW_GROUP_MAX, "pod %s", uid);
			return true;
		}
	}
	return false;
}

/* 64 hexadecimal digits in a row are the id of a container: docker, podman, containerd, CRI-O. */
static bool read_container(const char *part, size_t len, char ret_name[MW_GROUP_MAX])
{
	for (size_t i = 0; i + CONTAINER_ID <= len; i++) {
		size_t hex = strspn(part + i, HEX);

		if (hex == CONTAINER_ID) {
			snprintf(ret_name, MW_GROUP_MAX, "container %.*s", CONTAINER_ID_SHOWN,
				 part + i);
			return true;
		}
		i += hex;
	}
	return false;
}

void mw_group_name(const char *unit, const char *cgroup, char ret_name[MW_GROUP_MAX])
{
	static const char ending[] = ".service";
	size_t len = strlen(unit);
	bool is_pod = false;

	ret_name[0] = '\0';
	while (*cgroup != '\0') {
		size_t part;

		cgroup += *cgroup == '/';
		part = strcspn(cgroup, "/");
		if (read_pod(cgroup, part, ret_name))
			is_pod = true;
		else if (!is_pod)
			read_container(cgroup, part, ret_name);
		cgroup += part;
	}
	/* A session or a scope is no service: what runs in it is not one story. */
	if (ret_name[0] == '\0' && len >= sizeof(ending) && len < MW_GROUP_MAX &&
	    strcmp(unit + len - strlen(ending), ending) == 0)
		memcpy(ret_name, unit, len + 1);
}

/* The unified hierarchy's path; that of systemd's own where version 1 rules. */
static void read_cgroup(int fd, char ret_path[MW_CGROUP_MAX])
{
	char text[8192];
	ssize_t len = mw_textfile_read_at(fd, "cgroup", text, sizeof(text));
	const char *path;
	size_t path_len;

	if (len < 0)
		return;
	path = mw_limits_parse_cgroup_path(text, (size_t)len, "", &path_len);
	if (path == NULL || path_len <= 1)
		path = mw_limits_parse_cgroup_path(text, (size_t)len, "name=systemd", &path_len);
	if (path == NULL)
		path = mw_limits_parse_cgroup_path(text, (size_t)len, "", &path_len);
	if (path != NULL && path_len < MW_CGROUP_MAX)
		snprintf(ret_path, MW_CGROUP_MAX, "%.*s", (int)path_len, path);
}

void mw_subject_read(const struct mw_proc_dir *dir, int32_t pid, const char *comm,
		     struct mw_subject_texts *ret_texts, struct mw_subject *ret_subject)
{
	int fd = pid > 0 ? mw_proc_dir_open_pid(dir, pid) : -1;
	struct stat owner;

	ret_texts->unit[0] = '\0';
	ret_texts->cgroup[0] = '\0';
	*ret_subject = (struct mw_subject){
		.comm = comm,
		.unit = ret_texts->unit,
		.cgroup = ret_texts->cgroup,
	};
	if (fd < 0)
		return;
	read_cgroup(fd, ret_texts->cgroup);
	mw_unit_of_cgroup(ret_texts->cgroup, ret_texts->unit);
	if (fstat(fd, &owner) == 0) {
		ret_subject->uid = owner.st_uid;
		ret_subject->has_uid = true;
	}
	close(fd);
}

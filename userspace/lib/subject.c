// SPDX-License-Identifier: GPL-2.0-only
/*
 * subject.c - unit, control group and user of a process. The path of a group is chosen by
 * whoever made it: it is compared and shown, never opened.
 */
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

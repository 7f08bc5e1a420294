// SPDX-License-Identifier: GPL-2.0-only
/*
 * deploy.c - watches the files by which a deploy shows. A change is a time that is not what
 * it was, in whatever direction: clocks are set, and files come from elsewhere with their
 * times. Only at the first look the wall clock has to be asked how long ago that was.
 */
#include "deploy.h"

#include <string.h>
#include <sys/stat.h>

/* The later of a link's own time and that of what it points to; zero when there is none. */
static struct timespec change_of(const char *path)
{
	struct timespec changed = { 0, 0 };
	struct stat link, file;

	if (lstat(path, &link) == 0)
		changed = link.st_mtim;
	if (stat(path, &file) == 0 &&
	    (file.st_mtim.tv_sec > changed.tv_sec ||
	     (file.st_mtim.tv_sec == changed.tv_sec && file.st_mtim.tv_nsec > changed.tv_nsec)))
		changed = file.st_mtim;
	return changed;
}

static bool is_same(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static double age_s(const struct timespec *changed)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (double)(wall.tv_sec - changed->tv_sec) +
	       (double)(wall.tv_nsec - changed->tv_nsec) / 1e9;
}

const char *deploy_look(struct deploy *deploy, const char *const *files, size_t count,
			double hold_s, double now_s)
{
	const char *found = NULL;

	for (size_t i = 0; i < count && i < DEPLOY_FILES_MAX; i++) {
		struct timespec changed = change_of(files[i]);
		double ago_s = 0;

		if (!deploy->is_known)
			ago_s = age_s(&changed);
		else if (is_same(&changed, &deploy->changed[i]))
			continue;
		deploy->changed[i] = changed;
		if (ago_s < 0 || ago_s >= hold_s || deploy->begin_s > now_s - ago_s)
			continue;
		deploy->begin_s = now_s - ago_s;
		found = files[i];
	}
	deploy->is_known = true;
	return found;
}

void deploy_forget(struct deploy *deploy)
{
	memset(deploy->changed, 0, sizeof(deploy->changed));
	deploy->is_known = false;
}

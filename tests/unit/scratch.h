/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scratch.h - a directory for one test, in memory where there is such a place: a
 * database syncs, a test need not. Included by the tests of what writes files.
 */
#ifndef MW_TEST_SCRATCH_H
#define MW_TEST_SCRATCH_H

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[64];

static inline int scratch_make(void **state)
{
	(void)state;
	snprintf(scratch, sizeof(scratch), "%s/mw-test-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return mkdtemp(scratch) != NULL ? 0 : -1;
}

/* "DIRECTORY/NAME" in one of a few buffers that take turns. */
static inline const char *scratch_path(const char *name)
{
	static char paths[8][128];
	static int turn;

	turn = (turn + 1) % 8;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", scratch, name);
	return paths[turn];
}

static inline int scratch_remove(void **state)
{
	glob_t found;

	(void)state;
	if (glob(scratch_path("*"), 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
	globfree(&found);
	return rmdir(scratch);
}

/* What notices said, a line each. */
static char notices[8192];

static inline void note(const char *sentence, void *arg)
{
	size_t used = strlen(notices);

	(void)arg;
	snprintf(notices + used, sizeof(notices) - used, "%s\n", sentence);
}

#endif /* MW_TEST_SCRATCH_H */

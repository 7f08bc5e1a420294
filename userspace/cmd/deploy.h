/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * deploy.h - when something was deployed: files whose change says so.
 */
#ifndef MW_DEPLOY_H
#define MW_DEPLOY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define DEPLOY_FILES_MAX 64

/**
 * struct deploy - all zero but @begin_s, which is NAN, to begin with
 * @begin_s: when the last one was seen, in the time of the samples; NAN: never
 */
struct deploy {
	double begin_s;
	/* Its own: the files as they were last. */
	struct timespec changed[DEPLOY_FILES_MAX];
	bool is_known;
};

/**
 * deploy_look() - compare the files with what they were
 * @hold_s: at the first look a change is as new as its mtime says, up to this
 * A link that points elsewhere and a file that appears or goes are changes.
 * Returns the file that has changed, or NULL.
 */
const char *deploy_look(struct deploy *deploy, const char *const *files, size_t count,
			double hold_s, double now_s);

/** deploy_forget() - the list of files is another one now */
void deploy_forget(struct deploy *deploy);

#endif /* MW_DEPLOY_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * snapshot.c - files of samples. Their names are made of what the process chose only as far
 * as that is letters and digits; those of memwatch alone are counted and removed. A disk
 * that is full ends a file and nothing else.
 */
#define _GNU_SOURCE /* O_NOFOLLOW */
#include "snapshot.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/sample_csv.h"

#define PREFIX "memwatch-"
#define SUFFIX ".csv"

static bool is_ours(const char *name)
{
	size_t len = strlen(name);

	return len > sizeof(PREFIX) + sizeof(SUFFIX) &&
	       strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
	       strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* Names begin with their time: the oldest sorts first. */
static unsigned int find_oldest(DIR *dir, char ret_oldest[NAME_MAX + 1])
{
	const struct dirent *entry;
	unsigned int count = 0;

	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (!is_ours(entry->d_name))
			continue;
		if (count++ == 0 || strcmp(entry->d_name, ret_oldest) < 0)
			snprintf(ret_oldest, NAME_MAX + 1, "%s", entry->d_name);
	}
	return count;
}

static int make_room(int fd, unsigned int max_files)
{
	int copy = dup(fd);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	char oldest[NAME_MAX + 1];
	int err = 0;

	if (dir == NULL) {
		err = -errno;
		if (copy >= 0)
			close(copy);
		return err;
	}
	while (err == 0 && find_oldest(dir, oldest) >= max_files)
		if (unlinkat(fd, oldest, 0) < 0)
			err = -errno;
	closedir(dir);
	return err;
}

static void name_file(const struct mw_verdict *verdict, double now_s, char ret_name[NAME_MAX + 1])
{
	char comm[MW_COMM_MAX];
	size_t i;

	for (i = 0; verdict->comm[i] != '\0' && i + 1 < sizeof(comm); i++)
		comm[i] = isalnum((unsigned char)verdict->comm[i]) ? verdict->comm[i] : '_';
	comm[i] = '\0';
	snprintf(ret_name, NAME_MAX + 1, PREFIX "%012.0f-%s-%" PRId32 SUFFIX, now_s, comm,
		 verdict->pid);
}

static int open_file(const struct snapshots *snapshots, const struct mw_verdict *verdict,
		     double now_s, FILE **ret_file)
{
	int dir = open(snapshots->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[NAME_MAX + 1];
	int fd, err;

	if (dir < 0)
		return -errno;
	err = make_room(dir, snapshots->max_files);
	name_file(verdict, now_s, name);
	fd = err < 0 ? -1
		     : openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			      0640);
	if (err == 0 && fd < 0)
		err = -errno;
	close(dir);
	if (err < 0)
		return err;
	*ret_file = fdopen(fd, "w");
	if (*ret_file != NULL)
		return 0;
	close(fd);
	return -ENOMEM;
}

static struct snapshot *find(struct snapshots *snapshots, int32_t pid, uint64_t start_ticks)
{
	for (unsigned int i = 0; i < snapshots->count; i++)
		if (snapshots->open[i].pid == pid && snapshots->open[i].start_ticks == start_ticks)
			return &snapshots->open[i];
	return NULL;
}

static void end(struct snapshots *snapshots, struct snapshot *snapshot)
{
	fclose(snapshot->file);
	*snapshot = snapshots->open[--snapshots->count];
}

int snapshots_begin(struct snapshots *snapshots, const struct mw_verdict *verdict, double now_s)
{
	char line[MW_SAMPLE_LINE_MAX];
	struct snapshot *snapshot;
	FILE *file = NULL;
	size_t len;
	int err;

	if (find(snapshots, verdict->pid, verdict->start_ticks) != NULL)
		return 0;
	if (snapshots->count == SNAPSHOTS_AT_ONCE)
		return -EBUSY;
	err = open_file(snapshots, verdict, now_s, &file);
	if (err < 0)
		return err;
	len = mw_sample_header_format(line, sizeof(line));
	fwrite(line, 1, len, file);
	snapshot = &snapshots->open[snapshots->count++];
	*snapshot = (struct snapshot){
		.file = file,
		.pid = verdict->pid,
		.start_ticks = verdict->start_ticks,
		.left = snapshots->max_samples,
	};
	return 0;
}

void snapshots_offer(struct snapshots *snapshots, const struct mw_sample *sample)
{
	struct snapshot *snapshot = find(snapshots, sample->pid, sample->start_ticks);
	char line[MW_SAMPLE_LINE_MAX];
	size_t len;

	if (snapshot == NULL)
		return;
	len = mw_sample_format(line, sizeof(line), sample);
	if (fwrite(line, 1, len, snapshot->file) != len || fflush(snapshot->file) != 0 ||
	    --snapshot->left == 0)
		end(snapshots, snapshot);
}

void snapshots_end(struct snapshots *snapshots, int32_t pid, uint64_t start_ticks)
{
	struct snapshot *snapshot = find(snapshots, pid, start_ticks);

	if (snapshot != NULL)
		end(snapshots, snapshot);
}

void snapshots_close(struct snapshots *snapshots)
{
	while (snapshots->count > 0)
		end(snapshots, &snapshots->open[0]);
}

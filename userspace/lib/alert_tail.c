// SPDX-License-Identifier: GPL-2.0-only
/*
 * alert_tail.c - follows a file of alerts as `tail -F` does: from its end, and
 * from the beginning of the one that takes its place. Judges nothing.
 */
#include "alert_tail.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_field.h"

/* Longer lines than this are no alerts of ours. */
#define LINE_MAX_BYTES 65536

struct mw_alert_tail {
	char *path;
	int fd;
	bool is_too_long; /* the line under way */
	size_t length;
	char line[LINE_MAX_BYTES];
};

bool mw_told_parse(const char *line, int32_t pid, uint64_t start_ticks, struct mw_told *ret_told)
{
	cJSON *object = cJSON_Parse(line);
	bool is_it = object != NULL && strcmp(mw_json_text(object, "state"), "firing") == 0 &&
		     mw_json_number(object, "pid") == (double)pid &&
		     mw_json_number(object, "start_ticks") == (double)start_ticks;

	if (is_it) {
		ret_told->rate_kib_per_s = mw_json_number(object, "rate_kib_per_s");
		ret_told->rate_low = mw_json_number(object, "rate_low");
		ret_told->rate_high = mw_json_number(object, "rate_high");
		snprintf(ret_told->class_name, sizeof(ret_told->class_name), "%s",
			 mw_json_text(object, "class"));
	}
	cJSON_Delete(object);
	return is_it;
}

struct mw_alert_tail *mw_alert_tail_open(const char *path)
{
	struct mw_alert_tail *tail = calloc(1, sizeof(*tail));

	if (tail == NULL)
		return NULL;
	tail->path = strdup(path);
	if (tail->path == NULL) {
		free(tail);
		return NULL;
	}
	tail->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (tail->fd >= 0)
		lseek(tail->fd, 0, SEEK_END);
	return tail;
}

void mw_alert_tail_close(struct mw_alert_tail *tail)
{
	if (tail == NULL)
		return;
	if (tail->fd >= 0)
		close(tail->fd);
	free(tail->path);
	free(tail);
}

/* Whether another file has taken the place of the one that is open. */
static bool is_replaced(const struct mw_alert_tail *tail)
{
	struct stat ours, there;

	return fstat(tail->fd, &ours) == 0 && stat(tail->path, &there) == 0 &&
	       (ours.st_ino != there.st_ino || ours.st_dev != there.st_dev);
}

/* One that was cut short is read from its beginning. */
static void follow_truncation(const struct mw_alert_tail *tail)
{
	struct stat ours;

	if (fstat(tail->fd, &ours) == 0 && ours.st_size < lseek(tail->fd, 0, SEEK_CUR))
		lseek(tail->fd, 0, SEEK_SET);
}

/* Returns 0 (also while there is no file), or a negative errno. */
static int open_anew(struct mw_alert_tail *tail)
{
	if (tail->fd >= 0)
		close(tail->fd);
	tail->length = 0;
	tail->is_too_long = false;
	tail->fd = open(tail->path, O_RDONLY | O_CLOEXEC);
	return tail->fd >= 0 || errno == ENOENT ? 0 : -errno;
}

/* Adds a byte; true when a line is complete in @tail->line. */
static bool take_byte(struct mw_alert_tail *tail, char byte)
{
	bool is_whole = byte == '\n' && !tail->is_too_long;

	if (byte == '\n') {
		tail->line[tail->length] = '\0';
		tail->length = 0;
		tail->is_too_long = false;
	} else if (tail->length == LINE_MAX_BYTES - 1) {
		tail->is_too_long = true;
	} else {
		tail->line[tail->length++] = byte;
	}
	return is_whole;
}

/* Reads to the end of what is there. Returns 1, 0 or a negative errno. */
static int read_on(struct mw_alert_tail *tail, int32_t pid, uint64_t start_ticks,
		   struct mw_told *ret_told)
{
	char bytes[4096];
	int found = 0;
	ssize_t got;

	follow_truncation(tail);
	while ((got = read(tail->fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			if (take_byte(tail, bytes[i]) && found == 0)
				found = mw_told_parse(tail->line, pid, start_ticks, ret_told);
	}
	return got < 0 && errno != EINTR ? -errno : found;
}

int mw_alert_tail_find(struct mw_alert_tail *tail, int32_t pid, uint64_t start_ticks,
		       struct mw_told *ret_told)
{
	int found = 0;
	int err;

	if (tail->fd >= 0) {
		found = read_on(tail, pid, start_ticks, ret_told);
		if (found != 0 || !is_replaced(tail))
			return found;
	}
	err = open_anew(tail);
	if (err < 0 || tail->fd < 0)
		return err;
	return read_on(tail, pid, start_ticks, ret_told);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff_load.c - reads one side of a comparison. Each process life is cut into
 * windows as it is read, so that a month takes no more memory than an hour.
 */
#include "diff_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/history.h"
#include "../lib/lives.h"
#include "../lib/source_csv.h"
#include "cli.h"
#include "cli_history.h"

static const char name[] = "diff";

/* Complaints shown a file; the rest is counted. */
#define SHOWN_PROBLEMS 20

/* One process life; its name is the last that it had. */
struct life {
	struct mw_windows windows;
	char comm[MW_COMM_MAX];
	int32_t pid;
};

struct loading {
	const struct diff_load *load;
	const char *path;
	struct mw_lives *lives;
	uint64_t problems;
	int side;
	struct diff_groups *groups;
	int err;
};

static int take(const struct mw_sample *sample, void *arg)
{
	struct loading *loading = arg;
	struct life *life;
	bool is_new;

	if (!mw_filter_wants(&loading->load->filter, sample->pid, sample->comm))
		return 0;
	life = mw_lives_get(loading->lives, sample->pid, sample->start_ticks, &is_new);
	if (life == NULL)
		return -ENOMEM;
	memcpy(life->comm, sample->comm, sizeof(life->comm));
	life->pid = sample->pid;
	mw_windows_add(&life->windows, sample);
	return 0;
}

/* --- groups ----------------------------------------------------------------------------------- */

static struct diff_group *add_group(struct diff_groups *groups)
{
	if (groups->count == groups->size) {
		size_t size = groups->size > 0 ? 2 * groups->size : 64;
		struct diff_group *larger = realloc(groups->group, size * sizeof(*larger));

		if (larger == NULL)
			return NULL;
		groups->group = larger;
		groups->size = size;
	}
	return memset(&groups->group[groups->count++], 0, sizeof(struct diff_group));
}

static struct diff_group *group_of(struct loading *loading, const struct life *life)
{
	int32_t pid = loading->load->is_by_pid ? life->pid : 0;
	struct diff_group *group;

	for (size_t i = 0; i < loading->groups->count; i++) {
		group = &loading->groups->group[i];
		if (group->pid == pid && strcmp(group->comm, life->comm) == 0)
			return group;
	}
	group = add_group(loading->groups);
	if (group == NULL)
		return NULL;
	group->pid = pid;
	memcpy(group->comm, life->comm, sizeof(group->comm));
	return group;
}

static void add_life(void *block, void *arg)
{
	struct loading *loading = arg;
	struct life *life = block;
	struct diff_group *group = loading->err == 0 ? group_of(loading, life) : NULL;

	if (group == NULL)
		loading->err = -ENOMEM;
	else
		loading->err = mw_side_add(&group->side[loading->side], &life->windows);
}

void diff_groups_free(struct diff_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		mw_side_free(&groups->group[i].side[0]);
		mw_side_free(&groups->group[i].side[1]);
	}
	free(groups->group);
}

/* --- recordings ----------------------------------------------------------------------------------- */

static void report_problem(const struct mw_csv_problem *problem, void *arg)
{
	struct loading *loading = arg;
	char text[512];

	if (loading->problems++ >= SHOWN_PROBLEMS)
		return;
	mw_csv_problem_format(text, sizeof(text), problem);
	fprintf(stderr, "%s:%s\n", loading->path, text);
}

static int read_source(struct loading *loading, struct mw_source *source)
{
	int err;

	do {
		err = source->ops->read(source, 0, take, loading);
	} while (err == 0);
	if (loading->problems > SHOWN_PROBLEMS)
		cli_note(name, "%s: %ju more problems, not shown", loading->path,
			 (uintmax_t)(loading->problems - SHOWN_PROBLEMS));
	if (err == -ENOMEM)
		return cli_error(name, "out of memory");
	if (err < 0 && err != -EBADMSG)
		return cli_error(name, "cannot read %s: %s", loading->path, strerror(-err));
	return loading->problems > 0 ? CLI_DATA : CLI_OK;
}

static int load_file(struct loading *loading)
{
	struct mw_source *source;
	int status, fd;

	fd = open(loading->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_error(name, "cannot open %s: %s", loading->path, strerror(errno));
	source = mw_source_csv_new(fd, report_problem, loading);
	status = source != NULL ? read_source(loading, source) : cli_error(name, "out of memory");
	if (source != NULL)
		source->ops->free(source);
	close(fd);
	return status;
}

/* --- history ------------------------------------------------------------------------------------------ */

/* Returns 0 when @text is SINCE..UNTIL, or CLI_USAGE after a message. */
static int parse_span(const struct diff_load *load, const char *text,
		      struct mw_history_range *ret_range)
{
	const char *dots = strstr(text, "..");
	char since[64];
	int err;

	snprintf(since, sizeof(since), "%.*s", (int)(dots - text), text);
	err = cli_when(name, text, since, load->now_s, &ret_range->since_s);
	if (err == 0)
		err = cli_when(name, text, dots + 2, load->now_s, &ret_range->until_s);
	if (err == 0 && !(ret_range->since_s < ret_range->until_s))
		err = cli_usage_error(name, "'%s' ends before it begins", text);
	return err;
}

static int load_span(struct loading *loading, const char *text)
{
	struct mw_history_range range = { .filter = &loading->load->filter };
	struct mw_history *history;
	char error[MW_NOTICE_MAX];
	int err = parse_span(loading->load, text, &range);

	if (err != 0)
		return err;
	if (mw_history_open(loading->load->state_path, &history, error) < 0)
		return cli_error(name, "%s", error);
	err = mw_history_samples(history, &range, loading->load->now_s, take, loading);
	if (err < 0)
		err = cli_error(name, "cannot read %s: %s", loading->load->state_path,
				err == -ENOMEM ? "out of memory" : mw_history_error(history));
	mw_history_close(history);
	return err;
}

/* --- the whole --------------------------------------------------------------------------------------------- */

int diff_load(const struct diff_load *load, const char *source, int side,
	      struct diff_groups *groups)
{
	struct loading loading = { .load = load,
				   .path = source,
				   .lives = mw_lives_new(sizeof(struct life)),
				   .side = side,
				   .groups = groups };
	int status;

	if (loading.lives == NULL)
		return cli_error(name, "out of memory");
	/* A file of that name comes first. */
	if (strstr(source, "..") != NULL && access(source, F_OK) < 0)
		status = load_span(&loading, source);
	else
		status = load_file(&loading);
	mw_lives_each(loading.lives, add_life, &loading);
	mw_lives_free(loading.lives, NULL, NULL);
	return loading.err < 0 ? cli_error(name, "out of memory") : status;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_scout.c - plain /proc as a source for a daemon. With 5,000 processes a stat of each
 * takes 43 ms, a statm 29 ms and the list of names 5 ms (6.18, a virtual machine); so what
 * sleeps is asked for its statm alone, once in idle_rounds.
 *
 * A look is quick (statm) or full (stat and status, by the process's own directory, so that
 * both are of one life). It is full at first, at the first change after a rest, when shared
 * or swapped memory may have changed, and every few looks for what statm does not tell:
 * threads, the name, whether the pid is still the same process.
 */
#include "source_scout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lives.h"
#include "proc_dir.h"
#include "proc_pid.h"
#include "textfile.h"

/* Looks without a change after which a process rests. */
#define STILL_LOOKS 6
/* Quick looks between two full ones. */
#define FULL_EVERY 12
/* Kernel threads and zombies are asked this often whether they are still that, in rests. */
#define BARE_RESTS 8
/* Entries of /proc in a round, at least: all of a small host. */
#define LEAST_ENTRIES 512
/* Entries of /proc that are no processes, about. */
#define OTHER_ENTRIES 128
#define COMM_BYTES    16

/* One pid. */
struct scouted {
	uint64_t start_ticks;
	int64_t minflt;
	struct mw_proc_status status;
	struct mw_proc_statm statm;
	uint32_t threads;
	int32_t pid;
	uint16_t wait;	    /* rounds until the next look */
	uint8_t still;	    /* looks without a change, up to STILL_LOOKS */
	uint8_t until_full; /* looks */
	bool is_bare;	    /* no memory of its own */
	char comm[COMM_BYTES];
};

struct source_scout {
	struct mw_source source;
	struct mw_proc_dir *dir;
	const struct mw_filter *filter;
	struct mw_lives *pids;
	int64_t page_kb;
	unsigned int idle_rounds;
	bool is_first; /* the next round sees everything */
	/* The round under way. */
	double now_s;
	mw_sample_fn fn;
	void *arg;
	int result;
};

/* ---- who is there ---- */

static int note_pid(int32_t pid, void *arg)
{
	struct source_scout *scout = arg;
	struct scouted *scouted;
	bool is_new;

	scouted = mw_lives_get(scout->pids, pid, 0, &is_new);
	if (scouted == NULL)
		return -ENOMEM;
	scouted->pid = pid;
	return 0;
}

static int find_new(struct source_scout *scout)
{
	size_t count = mw_lives_count(scout->pids);
	int part = (int)(count / scout->idle_rounds) + OTHER_ENTRIES, seen;

	if (part < LEAST_ENTRIES)
		part = LEAST_ENTRIES;
	if (scout->is_first) {
		seen = mw_proc_dir_each(scout->dir, note_pid, scout);
		scout->is_first = seen < 0;
		return seen;
	}
	seen = mw_proc_dir_some(scout->dir, part, note_pid, scout);
	return seen < 0 ? seen : 0;
}

/* ---- one look ---- */

enum look {
	LOOK_GONE,    /* the process has ended */
	LOOK_FAILED,  /* not this time */
	LOOK_SAME,    /* nothing has changed */
	LOOK_CHANGED, /* something has */
};

static enum look failed(ssize_t err)
{
	return err == -ENOENT || err == -ESRCH ? LOOK_GONE : LOOK_FAILED;
}

/* A pid that is used again is another process, and nothing that is known of it holds. */
static void take_stat(struct scouted *scouted, const struct mw_proc_stat *stat)
{
	if (stat->start_ticks != scouted->start_ticks) {
		scouted->statm = (struct mw_proc_statm){ .resident = -1 };
		scouted->still = 0;
	}
	scouted->start_ticks = stat->start_ticks;
	scouted->minflt = stat->minflt;
	scouted->threads = (uint32_t)stat->threads;
	scouted->is_bare = stat->vsize_bytes == 0;
	snprintf(scouted->comm, sizeof(scouted->comm), "%.*s", COMM_BYTES - 1, stat->comm);
}

/* What status says, in the words of statm, so that the next quick look can be compared. */
static enum look take_status(const struct source_scout *scout, struct scouted *scouted,
			     const struct mw_proc_status *status)
{
	struct mw_proc_statm statm = {
		.resident = status->rss_kb / scout->page_kb,
		.shared = (status->rss_kb - status->anon_kb) / scout->page_kb,
	};
	bool is_same = statm.resident == scouted->statm.resident &&
		       statm.shared == scouted->statm.shared &&
		       status->swap_kb == scouted->status.swap_kb;

	scouted->statm = statm;
	scouted->status = *status;
	scouted->until_full = FULL_EVERY;
	return is_same ? LOOK_SAME : LOOK_CHANGED;
}

static enum look read_full(const struct source_scout *scout, int fd, struct scouted *scouted)
{
	struct mw_proc_stat stat;
	struct mw_proc_status status;
	char text[4096];
	ssize_t len = mw_textfile_read_at(fd, "stat", text, sizeof(text));

	if (len < 0)
		return failed(len);
	if (!mw_proc_stat_parse(text, (size_t)len, &stat))
		return LOOK_FAILED;
	if (stat.vsize_bytes == 0) {
		take_stat(scouted, &stat);
		return LOOK_SAME;
	}
	len = mw_textfile_read_at(fd, "status", text, sizeof(text));
	if (len < 0)
		return failed(len);
	mw_proc_status_parse(text, (size_t)len, &status);
	if (status.rss_kb == MW_UNKNOWN || status.anon_kb == MW_UNKNOWN)
		return LOOK_FAILED;
	take_stat(scouted, &stat);
	return take_status(scout, scouted, &status);
}

static enum look look_full(const struct source_scout *scout, struct scouted *scouted)
{
	int fd = mw_proc_dir_open_pid(scout->dir, scouted->pid);
	enum look look;

	if (fd < 0)
		return failed(fd);
	look = read_full(scout, fd, scouted);
	close(fd);
	return look;
}

/* Less resident memory may be memory that was swapped out, which only status tells. */
static enum look look_quick(const struct source_scout *scout, struct scouted *scouted)
{
	struct mw_proc_statm statm;
	char text[256];
	ssize_t len = mw_proc_dir_read(scout->dir, scouted->pid, "statm", text, sizeof(text));

	if (len < 0)
		return failed(len);
	if (!mw_proc_statm_parse(text, (size_t)len, &statm))
		return LOOK_FAILED;
	if (statm.resident == scouted->statm.resident && statm.shared == scouted->statm.shared)
		return LOOK_SAME;
	if (scouted->still == STILL_LOOKS || statm.shared != scouted->statm.shared ||
	    statm.resident < scouted->statm.resident)
		return look_full(scout, scouted);
	scouted->statm = statm;
	scouted->status.rss_kb = statm.resident * scout->page_kb;
	scouted->status.anon_kb = (statm.resident - statm.shared) * scout->page_kb;
	return LOOK_CHANGED;
}

static enum look look(const struct source_scout *scout, struct scouted *scouted)
{
	if (scouted->until_full == 0 || scouted->is_bare)
		return look_full(scout, scouted);
	scouted->until_full--;
	return look_quick(scout, scouted);
}

/* ---- a round ---- */

/* When to look again. The first rest is cut short by pid, so that not all end at once. */
static void plan(const struct source_scout *scout, struct scouted *scouted, enum look seen)
{
	unsigned int rest = scouted->is_bare ? scout->idle_rounds * BARE_RESTS : scout->idle_rounds;

	if (seen != LOOK_SAME)
		scouted->still = 0;
	else if (scouted->still < STILL_LOOKS && !scouted->is_bare)
		scouted->still++;
	else
		scouted->wait = (uint16_t)(rest - 1);
	if (seen == LOOK_SAME && scouted->still == STILL_LOOKS && scouted->wait == 0)
		scouted->wait = (uint16_t)((unsigned int)scouted->pid % rest);
}

static void pass_on(struct source_scout *scout, const struct scouted *scouted)
{
	struct mw_proc_stat stat = {
		.pid = scouted->pid,
		.start_ticks = scouted->start_ticks,
		.minflt = scouted->minflt,
		.threads = scouted->threads,
	};
	struct mw_sample sample;

	if (scouted->is_bare || !mw_filter_wants(scout->filter, scouted->pid, scouted->comm))
		return;
	snprintf(stat.comm, sizeof(stat.comm), "%s", scouted->comm);
	mw_proc_sample(&stat, &scouted->status, scout->page_kb, scout->now_s, &sample);
	scout->result = scout->fn(&sample, scout->arg);
}

/* Whether the process is still there. */
static bool visit(void *life, void *arg)
{
	struct source_scout *scout = arg;
	struct scouted *scouted = life;
	enum look seen;

	if (scout->result != 0)
		return true;
	if (scouted->wait > 0) {
		scouted->wait--;
		return true;
	}
	seen = look(scout, scouted);
	if (seen == LOOK_GONE)
		return false;
	plan(scout, scouted, seen);
	if (seen != LOOK_FAILED)
		pass_on(scout, scouted);
	return true;
}

static int read_scout(struct mw_source *source, double now_s, mw_sample_fn fn, void *arg)
{
	struct source_scout *scout = (struct source_scout *)source;
	int err = find_new(scout);

	scout->now_s = now_s;
	scout->fn = fn;
	scout->arg = arg;
	scout->result = 0;
	mw_lives_filter(scout->pids, visit, scout);
	return scout->result != 0 ? scout->result : err;
}

static bool has_life(const struct mw_source *source, int32_t pid, uint64_t start_ticks)
{
	const struct source_scout *scout = (const struct source_scout *)source;
	const struct scouted *scouted = mw_lives_find(scout->pids, pid, 0);

	return scouted != NULL && scouted->start_ticks == start_ticks && !scouted->is_bare;
}

static void free_scout(struct mw_source *source)
{
	struct source_scout *scout = (struct source_scout *)source;

	mw_lives_free(scout->pids, NULL, NULL);
	mw_proc_dir_close(scout->dir);
	free(scout);
}

static const struct mw_source_ops scout_ops = {
	.name = "proc",
	.read = read_scout,
	.has = has_life,
	.free = free_scout,
};

static bool forget(void *life, void *arg)
{
	(void)life;
	(void)arg;
	return false;
}

void mw_source_scout_restart(struct mw_source *source)
{
	struct source_scout *scout = (struct source_scout *)source;

	mw_lives_filter(scout->pids, forget, NULL);
	scout->is_first = true;
}

int mw_source_scout_new(const char *root, const struct mw_filter *filter, unsigned int idle_rounds,
			struct mw_source **ret_source)
{
	struct source_scout *scout = calloc(1, sizeof(*scout));
	int err;

	if (scout == NULL)
		return -ENOMEM;
	scout->source.ops = &scout_ops;
	scout->filter = filter;
	scout->idle_rounds = idle_rounds;
	scout->is_first = true;
	scout->page_kb = sysconf(_SC_PAGESIZE) / 1024;
	scout->pids = mw_lives_new(sizeof(struct scouted));
	err = scout->pids != NULL ? mw_proc_dir_open(root, &scout->dir) : -ENOMEM;
	if (err < 0) {
		free_scout(&scout->source);
		return err;
	}
	*ret_source = &scout->source;
	return 0;
}

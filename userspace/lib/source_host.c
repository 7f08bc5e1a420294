// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_host.c - samples of what is no process. Owns what is remembered of slab
 * caches; must never judge. What cannot be read gives no sample.
 *
 * Which of the two slab tables is there decides anew each time; with the module's
 * `slab 1` it is the module's, which costs nothing to read, else /proc/slabinfo,
 * for which the kernel counts partial slabs under a lock: so once a minute.
 *
 * Of processes that have exited only kernel pages count: movable pages that they
 * left behind are page cache, which whoever needs memory may take.
 */
#include "source_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entity.h"
#include "lives.h"
#include "meminfo.h"
#include "procfs_table.h"
#include "slab_table.h"
#include "textfile.h"

#define SLAB_EVERY_S   60.0
#define SLAB_LEAST_KB  256
#define OWNED_PAGE_KIB 4
#define PATH_BYTES     4352

/* What is remembered of a slab cache. */
struct cache {
	bool is_reclaimable;
};

struct mw_source_host {
	struct mw_textbuf text;
	struct mw_lives *caches;
	int64_t shmem_kb; /* of the round under way */
	int64_t available_kb;
	double slab_due_s;
	bool has_read_slab;
	char root[];
};

struct mw_source_host *mw_source_host_new(const char *root)
{
	size_t size = strlen(root) + 1;
	struct mw_source_host *host = calloc(1, sizeof(*host) + size);

	if (host == NULL)
		return NULL;
	memcpy(host->root, root, size);
	host->caches = mw_lives_new(sizeof(struct cache));
	if (host->caches == NULL) {
		free(host);
		return NULL;
	}
	return host;
}

void mw_source_host_free(struct mw_source_host *host)
{
	if (host == NULL)
		return;
	mw_lives_free(host->caches, NULL, NULL);
	mw_textbuf_free(&host->text);
	free(host);
}

void mw_source_host_count(struct mw_source_host *host, const struct mw_sample *sample)
{
	if (sample->shmem_kb > 0 && sample->shmem_kb < INT32_MAX)
		host->shmem_kb += sample->shmem_kb;
}

static bool read_text(struct mw_source_host *host, const char *path)
{
	char full[PATH_BYTES];

	snprintf(full, sizeof(full), "%s%s", host->root, path);
	return mw_textbuf_read(&host->text, full) == 0;
}

static void set_limit(const struct mw_source_host *host, struct mw_sample *sample)
{
	if (host->available_kb != MW_UNKNOWN)
		sample->limit_kb = sample->rss_kb + host->available_kb;
}

/* ---- slab caches ---- */

/* The kernel's word for it, or else the names of those that every file system has. */
static bool is_reclaimable(const struct mw_source_host *host, const char *name)
{
	static const char *const names[] = { "dentry", "inode_cache", "buffer_head",
					     "radix_tree_node" };
	char path[PATH_BYTES], flag[8];
	size_t len = strlen(name);

	snprintf(path, sizeof(path), "%s/sys/kernel/slab/%s/reclaim_account", host->root, name);
	if (mw_textfile_read(path, flag, sizeof(flag)) > 0)
		return flag[0] == '1';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t end = strlen(names[i]);

		if (len >= end && strcmp(name + len - end, names[i]) == 0)
			return true;
	}
	return false;
}

struct slab_round {
	struct mw_source_host *host;
	double now_s;
	mw_sample_fn fn;
	void *arg;
	int result;
};

static int tell_cache(const char *name, int64_t live_kb, void *arg)
{
	struct slab_round *round = arg;
	struct mw_sample sample;
	struct cache *cache;
	bool is_new;

	mw_entity_sample(MW_ENTITY_SLAB, name, round->now_s, live_kb, &sample);
	/* Once told it is told on, so that its life has no gaps. */
	if (live_kb < SLAB_LEAST_KB &&
	    !mw_lives_find(round->host->caches, sample.pid, sample.start_ticks))
		return 0;
	cache = mw_lives_get(round->host->caches, sample.pid, sample.start_ticks, &is_new);
	if (cache == NULL)
		return 0;
	if (is_new)
		cache->is_reclaimable = is_reclaimable(round->host, name);
	if (cache->is_reclaimable)
		return 0;
	set_limit(round->host, &sample);
	round->result = round->fn(&sample, round->arg);
	return round->result != 0 ? -1 : 0;
}

static int read_slab(struct mw_source_host *host, double now_s, mw_sample_fn fn, void *arg)
{
	struct slab_round round = { .host = host, .now_s = now_s, .fn = fn, .arg = arg };
	int count = 0;

	if (host->has_read_slab && now_s < host->slab_due_s && now_s > host->slab_due_s - 60.0)
		return 0;
	host->slab_due_s = now_s + SLAB_EVERY_S;
	host->has_read_slab = true;
	if (read_text(host, "/proc/memwatch/slab"))
		count = mw_slab_table_module(host->text.data, host->text.len, tell_cache, &round);
	if (count == 0 && read_text(host, "/proc/slabinfo"))
		mw_slab_table_slabinfo(host->text.data, host->text.len, tell_cache, &round);
	mw_lives_sweep(host->caches, NULL, NULL);
	return round.result;
}

/* ---- orphans and the host ---- */

static int64_t orphan_kb(const char *text, size_t len)
{
	const char *end = text + len, *line;
	struct mw_procfs_row header, row;
	int64_t sum_kb = 0;
	size_t line_len;
	int owned;

	line = mw_procfs_line(&text, end, &line_len);
	if (line == NULL || line_len == 0 || line[0] != '#')
		return MW_UNKNOWN;
	mw_procfs_split(line, line_len, &header);
	owned = mw_procfs_column(&header, "owned_kernel_pages");
	if (owned < 0)
		return MW_UNKNOWN;
	while ((line = mw_procfs_line(&text, end, &line_len)) != NULL) {
		int64_t pages;

		mw_procfs_split(line, line_len, &row);
		if (mw_procfs_number(&row, owned, &pages) && pages > 0)
			sum_kb += pages * OWNED_PAGE_KIB;
	}
	return sum_kb;
}

static int tell(struct mw_source_host *host, enum mw_entity entity, double now_s, int64_t kb,
		mw_sample_fn fn, void *arg)
{
	struct mw_sample sample;

	if (kb == MW_UNKNOWN)
		return 0;
	mw_entity_sample(entity, NULL, now_s, kb, &sample);
	set_limit(host, &sample);
	return fn(&sample, arg);
}

int mw_source_host_read(struct mw_source_host *host, double now_s, mw_sample_fn fn, void *arg)
{
	int64_t unexplained_kb = MW_UNKNOWN;
	int err = 0;

	host->available_kb = MW_UNKNOWN;
	if (read_text(host, "/proc/meminfo")) {
		host->available_kb =
			mw_meminfo_kb(host->text.data, host->text.len, "MemAvailable:");
		unexplained_kb =
			mw_meminfo_unexplained_kb(host->text.data, host->text.len, host->shmem_kb);
	}
	host->shmem_kb = 0;
	err = tell(host, MW_ENTITY_HOST, now_s, unexplained_kb, fn, arg);
	if (err == 0 && read_text(host, "/proc/memwatch/exited"))
		err = tell(host, MW_ENTITY_ORPHANS, now_s,
			   orphan_kb(host->text.data, host->text.len), fn, arg);
	return err != 0 ? err : read_slab(host, now_s, fn, arg);
}

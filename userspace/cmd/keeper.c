// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper.c - detectors, families and the crowd as states of the store. A pid and its start name
 * a process for one boot only: a detector of another boot is the end of a life, which its family
 * learns from, and is deleted.
 *
 * Times within a boot are counted from its start, so that a wall clock that was set between two
 * runs moves what was kept: each record has the time of the start as it was known when it was
 * written. A daemon that was killed has lost what its detectors saw in the last @every_s: to
 * them that is a gap.
 */
#include "keeper.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../lib/family_saved.h"
#include "../lib/leak_saved.h"
#include "../lib/saved.h"
#include "cli.h"
#include "unread.h"

#define KIND	   0x706b776du /* "mwkp" */
#define VERSION	   1
#define RECORD_MAX 8192
#define KEY_MAX	   128
/* Parts of @every_s after which it is looked at what is due. */
#define LOOKS 10
/* Detectors that are kept in one look at least. */
#define LEAST 64
/* A family that nothing was heard of for so long is forgotten. */
#define FAMILY_S (30 * 86400.0)

enum {
	NUMBER_BOOT_S = 1,
	NUMBER_BOOT,
	NUMBER_FAMILY,
	NUMBER_RECORD,
};

static const struct mw_saved_field crowd_fields[] = {
	MW_SAVED_FIELD(1, struct mw_crowd, total_kib),
	MW_SAVED_FIELD(2, struct mw_crowd, spacing_s),
	MW_SAVED_FIELD(3, struct mw_crowd, count),
	MW_SAVED_FIELD(4, struct mw_crowd, points),
};

/* ---- one record around another ---- */

/* @record is of another file's making; with it when and of which family it was. */
static void put(struct keeper *keeper, const char *kind, const char *key, const char *family,
		const void *record, size_t size, double now_s)
{
	unsigned char data[RECORD_MAX];
	struct mw_saved_writer writer;

	mw_saved_begin(&writer, data, sizeof(data), KIND, VERSION);
	mw_saved_put(&writer, NUMBER_BOOT_S, &keeper->watched->boot_s, sizeof(double));
	mw_saved_put(&writer, NUMBER_BOOT, keeper->boot, strlen(keeper->boot));
	mw_saved_put(&writer, NUMBER_FAMILY, family, strlen(family));
	mw_saved_put(&writer, NUMBER_RECORD, record, size);
	size = mw_saved_end(&writer);
	if (size > 0)
		mw_store_put(keeper->store, kind, key, data, size, now_s);
}

/* What put() was told; @record lies in the data that was read. */
struct kept {
	double shift_s; /* 0 when it is of another boot */
	bool is_of_this_boot;
	char family[MW_FAMILY_NAME_MAX];
	const void *record;
	size_t size;
};

static int get(const struct keeper *keeper, const void *data, size_t size, struct kept *ret_kept)
{
	struct mw_saved_reader reader;
	double boot_s = NAN;
	const void *bytes;
	uint16_t number;
	size_t length;
	int err = mw_saved_open(&reader, data, size, KIND, VERSION);

	*ret_kept = (struct kept){ 0 };
	if (err < 0)
		return err;
	while (mw_saved_next(&reader, &number, &bytes, &length)) {
		if (number == NUMBER_BOOT_S && length == sizeof(boot_s)) {
			memcpy(&boot_s, bytes, sizeof(boot_s));
		} else if (number == NUMBER_BOOT) {
			ret_kept->is_of_this_boot = length == strlen(keeper->boot) &&
						    memcmp(bytes, keeper->boot, length) == 0;
		} else if (number == NUMBER_FAMILY && length < sizeof(ret_kept->family)) {
			memcpy(ret_kept->family, bytes, length);
		} else if (number == NUMBER_RECORD) {
			ret_kept->record = bytes;
			ret_kept->size = length;
		}
	}
	if (!isfinite(boot_s) || ret_kept->record == NULL)
		return -EBADMSG;
	if (ret_kept->is_of_this_boot)
		ret_kept->shift_s = keeper->watched->boot_s - boot_s;
	return 0;
}

/* ---- keeping ---- */

static void make_key(const struct keeper *keeper, int32_t pid, uint64_t start_ticks,
		     char ret_key[KEY_MAX])
{
	snprintf(ret_key, KEY_MAX, "%s:%d:%ju", keeper->boot, pid, (uintmax_t)start_ticks);
}

struct keeping {
	struct keeper *keeper;
	double now_s;
};

static void keep_detector(const struct watched_detector *detector, void *arg)
{
	const struct keeping *keeping = arg;
	unsigned char record[RECORD_MAX];
	char key[KEY_MAX];
	size_t size = mw_leak_save(detector->leak, record, sizeof(record));

	make_key(keeping->keeper, detector->pid, detector->start_ticks, key);
	if (size > 0)
		put(keeping->keeper, MW_STATE_KIND_DETECTOR, key, detector->family, record, size,
		    keeping->now_s);
}

static void keep_family(const char *name, const void *data, size_t size, void *arg)
{
	const struct keeping *keeping = arg;

	put(keeping->keeper, MW_STATE_KIND_FAMILY, name, name, data, size, keeping->now_s);
}

static void keep_crowd(const struct keeping *keeping)
{
	unsigned char record[RECORD_MAX];
	struct mw_saved_writer writer;
	size_t size;

	if (keeping->keeper->crowd->count == 0)
		return;
	mw_saved_begin(&writer, record, sizeof(record), KIND, VERSION);
	mw_saved_put_fields(&writer, crowd_fields, sizeof(crowd_fields) / sizeof(crowd_fields[0]),
			    keeping->keeper->crowd);
	size = mw_saved_end(&writer);
	if (size > 0)
		put(keeping->keeper, MW_STATE_KIND_CROWD, "crowd", "", record, size,
		    keeping->now_s);
}

/* @before_s: detectors that were kept before that; INFINITY: everything. */
static void keep(struct keeper *keeper, double before_s, double now_s)
{
	struct keeping keeping = { keeper, now_s };
	bool all = isinf(before_s);
	/* Twice as many as come due between two looks, so that all get their turn. */
	size_t most = all ? SIZE_MAX : LEAST + 2 * keeper->watched->detectors / LOOKS;

	if (mw_store_begin(keeper->store) < 0)
		return;
	watched_each_detector(keeper->watched, before_s, most, now_s, keep_detector, &keeping);
	mw_families_save(keeper->kin->families, all, keep_family, &keeping);
	keep_crowd(&keeping);
	mw_store_commit(keeper->store);
}

void keeper_round(struct keeper *keeper, double now_s)
{
	struct mw_store_status status;
	bool all;

	if (keeper->store == NULL)
		return;
	mw_store_status(keeper->store, &status);
	all = status.generation != keeper->generation;
	if (!all && now_s < keeper->due_s && !keeper->watched->has_turned)
		return;
	keeper->generation = status.generation;
	keeper->due_s = now_s + keeper->every_s / LOOKS;
	keeper->watched->has_turned = false;
	keep(keeper, all ? INFINITY : now_s - keeper->every_s, now_s);
}

void keeper_close(struct keeper *keeper, double now_s)
{
	if (keeper->store != NULL)
		keep(keeper, INFINITY, now_s);
}

void keeper_forget(int32_t pid, uint64_t start_ticks, void *arg)
{
	struct keeper *keeper = arg;
	char key[KEY_MAX];

	if (keeper->store == NULL)
		return;
	make_key(keeper, pid, start_ticks, key);
	mw_store_delete(keeper->store, MW_STATE_KIND_DETECTOR, key);
}

/* ---- restoring ---- */

struct restoring {
	struct keeper *keeper;
	double now_s;
	struct unread unread;
	struct unread old; /* of another boot */
	size_t count;
	double crowd_kib;
};

/* Its process has ended with the boot, and its family hears of it. */
static int end_of_boot(struct restoring *restoring, const char *key, const struct kept *kept)
{
	struct keeper *keeper = restoring->keeper;
	struct mw_leak_config alone = *keeper->watched->thresholds;
	struct mw_leak *leak;
	int err;

	alone.crowd = NULL;
	err = mw_leak_load(&alone, kept->record, kept->size, 0, &leak);
	if (err < 0)
		return err;
	if (kept->family[0] != '\0')
		kin_end(keeper->kin, kept->family, leak, restoring->now_s);
	mw_leak_free(leak);
	return unread_add(&restoring->old, key);
}

static int adopt(struct restoring *restoring, const struct kept *kept)
{
	struct keeper *keeper = restoring->keeper;
	struct mw_leak *leak;
	double crowd_kib;
	int err = mw_leak_load(keeper->watched->thresholds, kept->record, kept->size, kept->shift_s,
			       &leak);

	if (err < 0)
		return err;
	crowd_kib = mw_leak_crowd_kib(leak);
	err = watched_adopt(keeper->watched, leak, kept->family, restoring->now_s);
	if (err < 0)
		return err;
	restoring->crowd_kib += crowd_kib;
	restoring->count++;
	return 0;
}

static int restore_detector(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	struct restoring *restoring = arg;
	struct kept kept;
	int err = get(restoring->keeper, data, size, &kept);

	(void)put_s;
	if (err == 0)
		err = kept.is_of_this_boot ? adopt(restoring, &kept)
					   : end_of_boot(restoring, key, &kept);
	return err == 0 || err == -ENOMEM ? err : unread_add(&restoring->unread, key);
}

static int restore_family(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	struct restoring *restoring = arg;
	struct kept kept;
	int err = get(restoring->keeper, data, size, &kept);

	(void)put_s;
	if (err == 0)
		err = mw_families_load(restoring->keeper->kin->families, kept.record, kept.size,
				       kept.shift_s);
	return err == 0 || err == -ENOSPC ? 0 : unread_add(&restoring->unread, key);
}

static int restore_crowd(const char *key, const void *data, size_t size, double put_s, void *arg)
{
	struct restoring *restoring = arg;
	struct mw_saved_reader reader;
	struct mw_crowd crowd = { 0 };
	struct kept kept;
	const void *bytes;
	uint16_t number;
	size_t length;
	int err = get(restoring->keeper, data, size, &kept);

	(void)put_s;
	if (err == 0 && !kept.is_of_this_boot)
		return 0;
	if (err == 0)
		err = mw_saved_open(&reader, kept.record, kept.size, KIND, VERSION);
	while (err == 0 && mw_saved_next(&reader, &number, &bytes, &length))
		if (!mw_saved_take(crowd_fields, sizeof(crowd_fields) / sizeof(crowd_fields[0]),
				   &crowd, number, bytes, length))
			err = -EBADMSG;
	if (err < 0 || crowd.count > MW_CROWD_POINTS)
		return unread_add(&restoring->unread, key);
	*restoring->keeper->crowd = crowd;
	mw_crowd_shift(restoring->keeper->crowd, kept.shift_s);
	return 0;
}

/* Returns 0 or -ENOMEM: what the disk does not give is not there. */
static int restore_kind(struct restoring *restoring, const char *kind, mw_state_fn fn)
{
	struct keeper *keeper = restoring->keeper;
	int err;

	restoring->unread.kind = kind;
	restoring->old.kind = kind;
	err = mw_store_each(keeper->store, kind, fn, restoring);
	unread_put_aside(&restoring->unread, keeper->store, keeper->command, restoring->now_s);
	unread_delete(&restoring->old, keeper->store);
	return err == -ENOMEM ? err : 0;
}

int keeper_restore(struct keeper *keeper, double now_s)
{
	struct restoring restoring = { .keeper = keeper, .now_s = now_s };
	struct mw_store_status status;
	int err;

	if (keeper->store == NULL)
		return 0;
	mw_store_status(keeper->store, &status);
	keeper->generation = status.generation;
	mw_store_expire(keeper->store, MW_STATE_KIND_FAMILY, now_s - FAMILY_S);
	err = restore_kind(&restoring, MW_STATE_KIND_FAMILY, restore_family);
	if (err == 0)
		err = restore_kind(&restoring, MW_STATE_KIND_DETECTOR, restore_detector);
	if (err == 0)
		err = restore_kind(&restoring, MW_STATE_KIND_CROWD, restore_crowd);
	/* What is not restored has no part in it any more. */
	mw_crowd_rebase(keeper->crowd, restoring.crowd_kib, now_s);
	if (restoring.count > 0)
		cli_note(keeper->command,
			 "%zu processes are judged on from where an earlier run was",
			 restoring.count);
	return err;
}

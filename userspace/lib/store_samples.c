// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_samples.c - which samples are worth keeping, and writing them together.
 * Owns the buffer; must stay cheap for a sample that is not taken, since that
 * is nearly all of them.
 *
 * A sample is taken when the life's last one is old enough and something has
 * changed, and at the heartbeat in any case: between two rows of a life that
 * are no further apart than that, its values held. With n lives each is taken
 * every max(resolution, n / rows_per_s) seconds at most, so that the cost is
 * bounded: 5,000 lives at 50 rows a second are each seen every 100 s, and 50
 * inserts at 4 us are 0.02 % of a CPU. Each life's turn comes at a time of its
 * own, so that rounds are alike.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"
#include "store_schema.h"

#define ROWS  512
#define LIVES 64
/* Stage of a life that has settled and waited for its turn. */
#define SETTLED 2
/* Of a span of time: what is due a little earlier than that is due. */
#define EARLY 0.95

struct row {
	int64_t id;
	int64_t life;
	int64_t values[MW_STORE_FIELDS];
};

/* What is to be said of a life: that it is there, that it is called otherwise, that it ended. */
struct life_row {
	int64_t id;
	int32_t pid;
	uint64_t start_ticks;
	double first_s;
	double end_s;
	bool has_comm;
	char comm[MW_COMM_MAX];
	char family[128];
};

struct mw_sample_buffer {
	size_t rows;
	size_t lives;
	int64_t last_id;
	int64_t last_life; /* 0: not asked yet */
	uint8_t epoch;	   /* of the file: marks of an older one are void */
	size_t live_count;
	struct row row[ROWS];
	struct life_row life[LIVES];
};

int mw_store_buffer_new(struct mw_store *store)
{
	store->buffer = calloc(1, sizeof(*store->buffer));
	return store->buffer != NULL ? 0 : -ENOMEM;
}

void mw_store_buffer_free(struct mw_store *store)
{
	free(store->buffer);
}

void mw_store_buffer_forget(struct mw_store *store)
{
	store->status.samples_lost += store->buffer->rows;
	store->buffer->rows = 0;
	store->buffer->lives = 0;
	store->buffer->last_life = 0;
	store->buffer->epoch++;
}

void mw_store_lives(struct mw_store *store, size_t count)
{
	store->buffer->live_count = count;
}

static double spacing_s(const struct mw_store *store)
{
	return fmax(store->config.resolution_s,
		    (double)store->buffer->live_count / store->config.rows_per_s);
}

/* --- writing ----------------------------------------------------------------------------- */

static int write_life(struct mw_store *store, const struct life_row *life)
{
	sqlite3_stmt *put = mw_store_prepared(
		store, MW_SQL_LIFE_PUT,
		"INSERT INTO lives(id, boot, pid, start_ticks, comm, family, first_s, end_s)"
		" VALUES(?1, ?2, ?3, ?4, coalesce(?5, ''), ?6, ?7, ?8)"
		" ON CONFLICT(id) DO UPDATE SET comm = coalesce(?5, comm),"
		" end_s = coalesce(?8, end_s)");

	if (put == NULL)
		return mw_store_run(store, NULL);
	sqlite3_bind_int64(put, 1, life->id);
	sqlite3_bind_int64(put, 2, store->boot_id);
	sqlite3_bind_int64(put, 3, life->pid);
	sqlite3_bind_int64(put, 4, (int64_t)life->start_ticks);
	if (life->has_comm)
		sqlite3_bind_text(put, 5, life->comm, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(put, 5);
	sqlite3_bind_text(put, 6, life->family, -1, SQLITE_STATIC);
	sqlite3_bind_double(put, 7, life->first_s);
	/* NAN is bound as NULL. */
	sqlite3_bind_double(put, 8, life->end_s);
	return mw_store_run(store, put);
}

static int write_row(struct mw_store *store, const struct row *row)
{
	sqlite3_stmt *add = store->statements[MW_SQL_SAMPLE_ADD];

	sqlite3_reset(add);
	sqlite3_bind_int64(add, 1, row->id);
	sqlite3_bind_int64(add, 2, row->life);
	for (int i = 0; i < MW_STORE_FIELDS; i++) {
		if (row->values[i] == MW_UNKNOWN)
			sqlite3_bind_null(add, 3 + i);
		else
			sqlite3_bind_int64(add, 3 + i, row->values[i]);
	}
	return mw_store_run(store, add);
}

/* A row whose id is taken comes from a clock that was set back: the older one stays. */
static int prepare_add(struct mw_store *store)
{
	char sql[1024];
	size_t length;

	if (store->statements[MW_SQL_SAMPLE_ADD] != NULL)
		return 0;
	length = (size_t)snprintf(sql, sizeof(sql),
				  "INSERT OR IGNORE INTO samples(id, life%s) VALUES(?, ?",
				  mw_store_columns());
	for (int i = 0; i < MW_STORE_FIELDS; i++)
		length += (size_t)snprintf(sql + length, sizeof(sql) - length, ", ?");
	snprintf(sql + length, sizeof(sql) - length, ")");
	return mw_store_prepared(store, MW_SQL_SAMPLE_ADD, sql) != NULL ? 0 : -EIO;
}

/*
 * On a disk that was full a few rows may find room where nothing else does. So that failure
 * and recovery do not take turns by the minute, 64 KiB have to fit before it is called over.
 */
static int write_trial(struct mw_store *store)
{
	int err = mw_store_run(
		store, mw_store_prepared(store, MW_SQL_TRIAL_ADD,
					 "INSERT OR REPLACE INTO states(kind, key, put_s, data)"
					 " VALUES('trial', '', 0, zeroblob(65536))"));

	if (err < 0)
		return err;
	return mw_store_run(store, mw_store_prepared(store, MW_SQL_TRIAL_DELETE,
						     "DELETE FROM states WHERE kind = 'trial'"));
}

static int write_all(struct mw_store *store)
{
	struct mw_sample_buffer *buffer = store->buffer;
	int err = prepare_add(store);

	if (err < 0)
		return mw_store_run(store, NULL);
	/* For those who read: what is closer than that was never missing. */
	err = mw_store_put_meta(store, "spacing_ms", (int64_t)(spacing_s(store) * 1000.0));
	for (size_t i = 0; err == 0 && i < buffer->lives; i++)
		err = write_life(store, &buffer->life[i]);
	for (size_t i = 0; err == 0 && i < buffer->rows; i++)
		err = write_row(store, &buffer->row[i]);
	return err;
}

int mw_store_flush(struct mw_store *store)
{
	struct mw_sample_buffer *buffer = store->buffer;
	int err;

	if (buffer->rows == 0 && buffer->lives == 0 && !store->is_failing)
		return 0;
	if (store->is_corrupt || store->db == NULL)
		return -EIO;
	err = store->is_failing ? write_trial(store) : 0;
	if (err == 0)
		err = mw_store_begin(store);
	if (err == 0)
		err = write_all(store);
	if (err == 0)
		err = mw_store_commit(store);
	if (err < 0) {
		mw_store_undo(store);
		return err;
	}
	store->status.samples += buffer->rows;
	buffer->rows = 0;
	buffer->lives = 0;
	if (store->is_failing)
		mw_store_recovered(store);
	return 0;
}

/* --- lives --------------------------------------------------------------------------------- */

/* A place in the buffer, or NULL when it is full and the disk takes nothing. */
static struct life_row *add_life(struct mw_store *store)
{
	struct mw_sample_buffer *buffer = store->buffer;

	if (buffer->lives == LIVES && mw_store_flush(store) < 0)
		return NULL;
	return memset(&buffer->life[buffer->lives++], 0, sizeof(struct life_row));
}

/* Returns the number of a life that an earlier run of the daemon knew, or 0. */
static int64_t find_life(struct mw_store *store, const struct mw_sample *sample)
{
	sqlite3_stmt *find = mw_store_prepared(
		store, MW_SQL_LIFE_FIND,
		"SELECT id FROM lives WHERE pid = ? AND start_ticks = ? AND boot = ?");
	int64_t id = 0;

	if (find == NULL)
		return 0;
	sqlite3_bind_int64(find, 1, sample->pid);
	sqlite3_bind_int64(find, 2, (int64_t)sample->start_ticks);
	sqlite3_bind_int64(find, 3, store->boot_id);
	return mw_store_number(store, find, &id) == 0 ? id : 0;
}

/* Numbers are given out here, so that a life needs no write of its own. 0: not now. */
static int64_t next_life(struct mw_store *store)
{
	struct mw_sample_buffer *buffer = store->buffer;
	int64_t lives = 0;
	sqlite3_stmt *last;

	if (buffer->last_life > 0)
		return ++buffer->last_life;
	last = mw_store_prepared(store, MW_SQL_LIFE_LAST, "SELECT max(id) FROM lives");
	if (last == NULL || (mw_store_number(store, last, &lives) < 0 && store->is_corrupt))
		return 0;
	buffer->last_life = lives + 1;
	return buffer->last_life;
}

static uint32_t hash(uint32_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x01000193u;
	return hash;
}

static uint32_t hash_comm(const char *comm)
{
	return hash(0x811c9dc5u, comm, strlen(comm)) & 0xffff;
}

/* Returns whether @life has a number and its name is up to date. */
static bool know_life(struct mw_store *store, struct mw_history_life *life,
		      const struct mw_sample *sample, const char *family)
{
	struct life_row *row;
	int64_t id;

	if (life->epoch != store->buffer->epoch)
		life->id = 0;
	if (life->id != 0 && life->comm == hash_comm(sample->comm))
		return true;
	id = life->id != 0 ? life->id : find_life(store, sample);
	row = add_life(store);
	if (row == NULL)
		return life->id != 0;
	if (id == 0)
		id = next_life(store);
	if (id == 0) {
		store->buffer->lives--;
		return false;
	}
	row->id = id;
	row->pid = sample->pid;
	row->start_ticks = sample->start_ticks;
	row->first_s = sample->time_s;
	row->end_s = NAN;
	row->has_comm = true;
	memcpy(row->comm, sample->comm, sizeof(row->comm));
	snprintf(row->family, sizeof(row->family), "%s", family);
	life->id = (uint32_t)id;
	life->epoch = store->buffer->epoch;
	life->comm = (uint16_t)hash_comm(sample->comm);
	return true;
}

void mw_store_life_end(struct mw_store *store, const struct mw_history_life *life, double time_s)
{
	struct life_row *row;

	if (life->id == 0 || life->epoch != store->buffer->epoch)
		return;
	row = add_life(store);
	if (row == NULL)
		return;
	row->id = life->id;
	row->end_s = time_s;
}

/* --- samples -------------------------------------------------------------------------------- */

/* Of what a leak would change; counters that only rise would make every sample a new one. */
static uint32_t hash_values(const struct mw_sample *sample)
{
	const int64_t values[] = {
		sample->rss_kb,
		sample->anon_kb,
		sample->file_kb,
		sample->shmem_kb,
		sample->swap_kb,
		sample->threads,
		sample->owned_kernel_pages,
		sample->limit_kb,
		sample->owned_user_pages,
	};

	return hash(0x811c9dc5u, values, sizeof(values));
}

static int64_t next_id(struct mw_sample_buffer *buffer, double time_s)
{
	int64_t id = mw_sample_id_at(time_s);

	/* One round has one time: the same millisecond, or what its running number overflowed to. */
	if (id <= buffer->last_id && buffer->last_id - id < (int64_t)8 << MW_SAMPLE_ID_SHIFT)
		id = buffer->last_id + 1;
	buffer->last_id = id;
	return id;
}

static void take(struct mw_store *store, const struct mw_history_life *life,
		 const struct mw_sample *sample)
{
	struct mw_sample_buffer *buffer = store->buffer;
	struct row *row;

	if (buffer->rows == ROWS && mw_store_flush(store) < 0) {
		store->status.samples_lost++;
		return;
	}
	row = &buffer->row[buffer->rows++];
	row->id = next_id(buffer, sample->time_s);
	row->life = life->id;
	for (size_t i = 0; i < MW_STORE_FIELDS; i++)
		memcpy(&row->values[i], (const char *)sample + mw_store_fields[i].offset,
		       sizeof(row->values[i]));
}

/* Anywhere within a spacing, but always the same for one process. */
static double phase(const struct mw_sample *sample)
{
	return (double)(hash(0x811c9dc5u, &sample->pid, sizeof(sample->pid)) & 0xffff) / 65536.0;
}

/* How long the stored values have stood, s; the mark has room for when it is due, not for that. */
static float held(const struct mw_history_life *life, double now_s, double spacing)
{
	return life->held_s + (float)fmax(0.0, now_s - (life->due_s - EARLY * spacing));
}

/* Not due; but a clock that was set back must not silence a life. */
static bool is_early(const struct mw_history_life *life, double time_s)
{
	return time_s < life->due_s && life->due_s - time_s < 86400.0;
}

bool mw_store_wants_family(const struct mw_store *store, const struct mw_history_life *life,
			   double time_s)
{
	return (life->id == 0 || life->epoch != store->buffer->epoch) &&
	       (life->stage >= SETTLED || !(store->config.settle_s > 0)) && !is_early(life, time_s);
}

void mw_store_sample(struct mw_store *store, struct mw_history_life *life,
		     const struct mw_sample *sample, const char *family)
{
	double spacing;
	uint32_t values;
	float held_s;

	if (is_early(life, sample->time_s))
		return;
	spacing = spacing_s(store);
	if (life->stage < SETTLED && store->config.settle_s > 0) {
		/* First it settles; then it waits for its turn, of as many as there are by then. */
		life->due_s = sample->time_s +
			      (life->stage == 0 ? store->config.settle_s : phase(sample) * spacing);
		life->stage++;
		return;
	}
	values = hash_values(sample);
	held_s = held(life, sample->time_s, spacing);
	/* A little early is due: rounds come a few ms sooner or later. */
	life->due_s = sample->time_s + EARLY * spacing;
	if (life->id != 0 && values == life->values && held_s < EARLY * store->config.heartbeat_s) {
		life->held_s = held_s;
		return;
	}
	if (!know_life(store, life, sample, family))
		return;
	life->values = values;
	life->held_s = 0;
	take(store, life, sample);
}

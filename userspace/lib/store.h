/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store.h - what outlives the program, in one sqlite3 file: thinned samples of
 * each process life, events, states by key (alerts, detectors, families), the queue of
 * the sinks. One writer (the daemon), any number of readers beside it.
 *
 * A full or failing disk never ends the caller: samples are lost and counted,
 * everything else fails with an errno, a notice is given once, and each pump
 * tries again. A database that is corrupt is renamed to FILE.corrupt-TIME, said
 * and begun anew; what can still be read of states and queue is taken over.
 */
#ifndef MW_STORE_H
#define MW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "notice.h"
#include "sample.h"

/**
 * struct mw_store_config - mw_store_defaults() fills in all but @path and the notice
 * @path:         the file; its directory must exist and be writable
 * @boot:         what names this boot (/proc/sys/kernel/random/boot_id), so that a pid of
 *                another boot is another process; "" when unknown
 * @resolution_s: least time between two stored samples of a life (10 s)
 * @settle_s:     a life that ends sooner leaves no history (60 s)
 * @rows_per_s:   most samples stored a second, of all lives together: with more lives each is
 *                stored less often (50: 500 lives at 10 s, 5,000 at 100 s)
 * @heartbeat_s:  what has not changed is stored this often (600 s)
 * @flush_s:      samples are written together this often (60 s); kill -9 loses as much
 * @max_age_s:    older samples and events are deleted (30 days)
 * @max_kb:       the file is kept under this by deleting the oldest (65,536 KiB)
 * @notice:       told of a corrupt file, a full disk, recovery; may be NULL
 * @notice_arg:   handed to it
 */
struct mw_store_config {
	const char *path;
	const char *boot;
	double resolution_s;
	double settle_s;
	double rows_per_s;
	double heartbeat_s;
	double flush_s;
	double max_age_s;
	int64_t max_kb;
	mw_notice_fn notice;
	void *notice_arg;
};

/**
 * struct mw_history_life - the caller's mark for one process life, all zero to begin with;
 * 24 bytes, to be embedded in what the caller keeps of that life anyway
 */
struct mw_history_life {
	double due_s;
	uint32_t id;
	uint32_t values;
	float held_s;
	uint16_t comm;
	uint8_t stage;
	uint8_t epoch;
};

/**
 * struct mw_store_status - counters since mw_store_open()
 * @is_writable:  the last write went well
 * @generation:   rises when states that were put may be gone or not up to date (a corrupt file
 *                was replaced, a disk that was full takes writes again): put them all again,
 *                and after a corrupt file send what fires again (its id stays the same)
 * @samples:      samples written
 * @samples_lost: samples that could not be written
 * @file_kb:      size of the database without its log, KiB
 */
struct mw_store_status {
	bool is_writable;
	uint64_t generation;
	uint64_t samples;
	uint64_t samples_lost;
	int64_t file_kb;
};

struct mw_store;

/** mw_store_defaults() - the values in parentheses above */
void mw_store_defaults(struct mw_store_config *ret_config);

/**
 * mw_store_open() - open for writing; make, or migrate from an older version
 * Strings of @config are copied. Returns 0 with *@ret_store, or a negative errno with a
 * sentence in @ret_error: -EPROTO: written by a newer memwatch; -EBUSY: another memwatch
 * writes it; -EINVAL: a database of some other program; -ENOENT, -EACCES and such: the file
 * cannot be made; -ENOMEM. On a full disk it is opened later, by a pump: until then there is
 * nothing to read in it.
 */
int mw_store_open(const struct mw_store_config *config, double now_s, struct mw_store **ret_store,
		  char ret_error[MW_NOTICE_MAX]);

/** mw_store_close() - write what is buffered and close; NULL is allowed */
void mw_store_close(struct mw_store *store);

/**
 * mw_store_pump() - after each round: writes, thins, deletes what is due
 * A bounded piece of work a call (some ms at most); never waits longer than the busy timeout
 * of 100 ms for a reader.
 */
void mw_store_pump(struct mw_store *store, double now_s);

/** mw_store_status() - counters */
void mw_store_status(const struct mw_store *store, struct mw_store_status *ret_status);

/* --- samples: each of one life may be offered, few are taken ----------------- */

/**
 * mw_store_sample() - offer a sample; @sample->time_s must be Unix time
 * @life:   the mark of this life, changed
 * @family: what it belongs to across restarts (subject.h: mw_group_name()), "" when none; kept from
 *          the first sample that is taken
 */
void mw_store_sample(struct mw_store *store, struct mw_history_life *life,
		     const struct mw_sample *sample, const char *family);

/**
 * mw_store_wants_family() - whether mw_store_sample() would keep a @family given with a sample of
 * @time_s: for who has to look it up
 */
bool mw_store_wants_family(const struct mw_store *store, const struct mw_history_life *life,
			   double time_s);

/** mw_store_life_end() - the process of @life has ended */
void mw_store_life_end(struct mw_store *store, const struct mw_history_life *life, double time_s);

/** mw_store_lives() - say how many lives there are, after each round: sets the pace */
void mw_store_lives(struct mw_store *store, size_t count);

/* --- events: what `memwatch history --alerts` shows ------------------------------ */

/**
 * mw_store_event() - keep an event of an alert, whether or not sinks are told of it
 * Returns 0 or a negative errno: -ENOSPC, -EIO, -EBUSY, -EINVAL (its JSON is no object),
 * -E2BIG.
 */
int mw_store_event(struct mw_store *store, const struct mw_message *message);

/* --- states: bytes by kind and key; what they mean is the caller's ---------------- */

#define MW_STATE_KIND_ALERT    "alert"
#define MW_STATE_KIND_DETECTOR "detector"
#define MW_STATE_KIND_FAMILY   "family"
#define MW_STATE_KIND_CROWD    "crowd"

/**
 * mw_store_put() - keep @data under (@kind, @key), instead of what was there
 * To put many, enclose them in mw_store_begin() and mw_store_commit().
 * Returns 0 or a negative errno, as mw_store_event().
 */
int mw_store_put(struct mw_store *store, const char *kind, const char *key, const void *data,
		 size_t size, double now_s);

/** mw_store_delete() - forget a state; returns 0 also when there is none, or a negative errno */
int mw_store_delete(struct mw_store *store, const char *kind, const char *key);

/**
 * mw_store_move() - make it a state of another kind, instead of what has its key there
 * Returns 0 also when there is none, or a negative errno.
 */
int mw_store_move(struct mw_store *store, const char *kind, const char *key, const char *to_kind);

/** mw_store_expire() - forget states of a kind put before @before_s; 0 or a negative errno */
int mw_store_expire(struct mw_store *store, const char *kind, double before_s);

/* Returning non-zero ends the walk with that value. The store must not be written meanwhile. */
typedef int (*mw_state_fn)(const char *key, const void *data, size_t size, double put_s, void *arg);

/**
 * mw_store_each() - all states of a kind, by key
 * Returns 0, what @fn returned, or a negative errno; -ENOSPC while the file could not be opened.
 */
int mw_store_each(struct mw_store *store, const char *kind, mw_state_fn fn, void *arg);

/** mw_store_begin() - the writes until mw_store_commit() are one; may be nested; 0 or -errno */
int mw_store_begin(struct mw_store *store);

/** mw_store_commit() - end of mw_store_begin(); on a negative errno none of them was done */
int mw_store_commit(struct mw_store *store);

#endif /* MW_STORE_H */

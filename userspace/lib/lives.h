/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lives.h - something for each process life: a map from (pid, start_ticks) to
 * a zeroed block of the caller's, in the order in which they were first seen.
 *
 * Sources give processes in nearly the same order round after round, so the
 * block that followed last time is tried before the hash.
 */
#ifndef MW_LIVES_H
#define MW_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_lives;

/* Called for a block that is about to be freed, or for each block. */
typedef void (*mw_life_fn)(void *life, void *arg);

/**
 * mw_lives_new() - an empty map
 * @size: bytes of each block
 * Returns it, or NULL without memory.
 */
struct mw_lives *mw_lives_new(size_t size);

/** mw_lives_free() - @end is called for each block (NULL: for none); NULL map is allowed */
void mw_lives_free(struct mw_lives *lives, mw_life_fn end, void *arg);

/**
 * mw_lives_get() - the block of a life, made if there is none, marked as seen
 * @ret_is_new: whether it was made just now (all zero bytes)
 * Returns it, or NULL without memory. It stays where it is until it is swept.
 */
void *mw_lives_get(struct mw_lives *lives, int32_t pid, uint64_t start_ticks, bool *ret_is_new);

/** mw_lives_find() - the block of a life, not marked as seen; NULL if there is none */
void *mw_lives_find(const struct mw_lives *lives, int32_t pid, uint64_t start_ticks);

/** mw_lives_remove() - forget one; nothing happens if it is not there */
void mw_lives_remove(struct mw_lives *lives, int32_t pid, uint64_t start_ticks);

/**
 * mw_lives_sweep() - forget those not seen since the last sweep
 * @end is called for each of them before it is freed (NULL: for none).
 * Returns how many are left.
 */
size_t mw_lives_sweep(struct mw_lives *lives, mw_life_fn end, void *arg);

/* Whether a block is to be kept. */
typedef bool (*mw_life_keep_fn)(void *life, void *arg);

/**
 * mw_lives_filter() - forget those for which @keep says false, in the order of their arrival
 * @keep must not get, find or remove. Returns how many are left.
 */
size_t mw_lives_filter(struct mw_lives *lives, mw_life_keep_fn keep, void *arg);

/** mw_lives_each() - call @fn for each block, in the order in which they were first seen */
void mw_lives_each(const struct mw_lives *lives, mw_life_fn fn, void *arg);

/** mw_lives_count() - how many there are */
size_t mw_lives_count(const struct mw_lives *lives);

#endif /* MW_LIVES_H */

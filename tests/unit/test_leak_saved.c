// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_leak_saved.c - a detector that was saved and loaded is the one that it was, to the
 * byte, at any moment of its life; and nothing that is read can make it go wrong.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "entity.h"
#include "leak_internal.h"
#include "leak_saved.h"
#include "saved.h"

#define SAVED_MAX 4096

static struct mw_leak_config config;
static unsigned char saved[SAVED_MAX];

static uint32_t random_state = 1;

static double random_part(void)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (double)(random_state >> 8) / 16777216.0;
}

/* What one kind of life looks like at its @i-th sample. */
enum life { LEAKER, TOOTH, WAVE, THREADS, KERNEL, STILL, FRAGMENTED, BARE, SLAB, LIVES };

static struct mw_sample sample_of(enum life life, int i)
{
	struct mw_sample sample = mw_sample_unknown();
	int64_t heap_kb = 50000;

	sample.time_s = 1e9 + 10.0 * i;
	sample.pid = 7;
	sample.start_ticks = 99;
	snprintf(sample.comm, sizeof(sample.comm), "life%d", (int)life);
	switch (life) {
	case LEAKER: heap_kb += 40 * i; break;
	case TOOTH: heap_kb += 20 * i + i % 17 * 900; break;
	case WAVE: heap_kb += (int64_t)(20000 * (1 + sin(i / 100.0))); break;
	case FRAGMENTED: heap_kb += 60 * i; break;
	case STILL: break;
	default: heap_kb += (int64_t)(300 * random_part()); break;
	}
	sample.rss_kb = heap_kb + 3000;
	if (life == SLAB) {
		mw_entity_sample(MW_ENTITY_SLAB, "dentry", sample.time_s, 9000 + 30 * i, &sample);
		return sample;
	}
	if (life == BARE)
		return sample;
	sample.anon_kb = heap_kb;
	sample.shmem_kb = i < 50 ? 0 : 4 * i;
	sample.swap_kb = i % 3;
	sample.threads = life == THREADS ? 4 + i / 5 : 4;
	sample.minflt = 30 * i + (i > 400 ? 900 * (i - 400) : 0);
	sample.owned_kernel_pages = life == KERNEL || life == THREADS ? 100 + 9 * i : 100;
	/* Told while it is followed: it has doubled on a good part of its way. */
	sample.limit_kb = life == LEAKER ? 200000 : 4000000;
	sample.live_kb = life == FRAGMENTED ? 30000 : MW_UNKNOWN;
	return sample;
}

static void feed(struct mw_leak *leak, enum life life, int from, int to, double later_s)
{
	for (int i = from; i < to; i++) {
		struct mw_sample sample = sample_of(life, i);

		sample.time_s += later_s;
		mw_leak_add(leak, &sample);
	}
}

/* Without what says where it lies. */
static struct mw_leak bare(const struct mw_leak *leak)
{
	struct mw_leak copy;

	memcpy(&copy, leak, sizeof(copy));
	copy.extra = NULL;
	copy.series.heap = NULL;
	memset(copy.series.floors, 0, sizeof(copy.series.floors));
	return copy;
}

static void assert_same_block(const void *a, const void *b, size_t size)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a != NULL)
		assert_memory_equal(a, b, size);
}

static void assert_same(const struct mw_leak *a, const struct mw_leak *b)
{
	struct mw_leak bare_a = bare(a), bare_b = bare(b);

	assert_memory_equal(&bare_a, &bare_b, sizeof(bare_a));
	assert_same_block(a->extra, b->extra, sizeof(*a->extra));
	assert_same_block(a->series.heap, b->series.heap, sizeof(*a->series.heap));
	for (int i = 0; i < MW_MEASURES; i++)
		assert_same_block(a->series.floors[i], b->series.floors[i],
				  sizeof(*a->series.floors[i]));
}

static struct mw_leak *load(size_t size, double shift_s)
{
	struct mw_leak *leak = NULL;

	assert_int_equal(mw_leak_load(&config, saved, size, shift_s, &leak), 0);
	return leak;
}

static void it_goes_on_as_if_nothing_had_been(void **state)
{
	const int at[] = { 0, 1, 7, 130, 410 };

	(void)state;
	for (enum life life = LEAKER; life < LIVES; life++)
		for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
			struct mw_leak *one = mw_leak_new(&config), *other;
			uint32_t luck;
			size_t size;

			feed(one, life, 0, at[i], 0);
			size = mw_leak_save(one, saved, sizeof(saved));
			assert_in_range(size, 1, mw_leak_saved_max());
			other = load(size, 0);
			assert_same(one, other);
			luck = random_state;
			feed(one, life, at[i], 600, 0);
			random_state = luck;
			feed(other, life, at[i], 600, 0);
			assert_same(one, other);
			mw_leak_free(one);
			mw_leak_free(other);
		}
}

static void a_leak_that_was_told_stays_one(void **state)
{
	struct mw_leak *one = mw_leak_new(&config), *other;
	struct mw_verdict before, after;

	(void)state;
	feed(one, LEAKER, 0, 1500, 0);
	mw_leak_verdict(one, &before);
	assert_true(before.leak);
	other = load(mw_leak_save(one, saved, sizeof(saved)), 0);
	mw_leak_verdict(other, &after);
	assert_true(after.leak);
	assert_string_equal(before.reason, after.reason);
	assert_string_equal(before.class_name, after.class_name);
	mw_leak_free(one);
	mw_leak_free(other);
}

/* The wall clock was set by three days between two runs: the life has no hole and no overlap. */
static void its_past_moves_with_the_clock(void **state)
{
	const double day_s = 86400;

	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		struct mw_leak *one = mw_leak_new(&config), *other;
		struct mw_verdict a, b;

		feed(one, LEAKER, 0, 700, 0);
		other = load(mw_leak_save(one, saved, sizeof(saved)), sign * 3 * day_s);
		feed(one, LEAKER, 700, 1500, 0);
		feed(other, LEAKER, 700, 1500, sign * 3 * day_s);
		mw_leak_verdict(one, &a);
		mw_leak_verdict(other, &b);
		assert_true(a.leak && b.leak);
		assert_string_equal(a.reason, b.reason);
		assert_true(a.rate_kib_per_s == b.rate_kib_per_s);
		assert_true(fabs(b.since_s - a.since_s - sign * 3 * day_s) < 1e-3);
		assert_true(fabs(b.first_alert_s - a.first_alert_s - sign * 3 * day_s) < 1e-3);
		assert_int_equal(mw_leak_ignored(other), 0);
		mw_leak_free(one);
		mw_leak_free(other);
	}
}

static size_t save_one(enum life life)
{
	struct mw_leak *leak = mw_leak_new(&config);
	size_t size;

	feed(leak, life, 0, 800, 0);
	size = mw_leak_save(leak, saved, sizeof(saved));
	mw_leak_free(leak);
	assert_true(size > 0);
	return size;
}

static void damage_is_seen(void **state)
{
	size_t size = save_one(THREADS);
	struct mw_leak *leak = NULL;

	(void)state;
	for (size_t i = 0; i < size; i++) {
		/* A reserved byte, and a version that is newer, are no damage. */
		bool is_quiet = i >= 4 && i < 8;

		saved[i] ^= 0x41;
		if (!is_quiet)
			assert_int_equal(mw_leak_load(&config, saved, size, 0, &leak), -EBADMSG);
		saved[i] ^= 0x41;
	}
	for (size_t less = 0; less < size; less++)
		assert_int_equal(mw_leak_load(&config, saved, less, 0, &leak), -EBADMSG);
	assert_null(leak);
	saved[4]++;
	assert_int_equal(mw_leak_load(&config, saved, size, 0, &leak), -EPROTO);
	leak = load(save_one(STILL), 0);
	assert_int_equal(mw_leak_save(leak, saved, 40), 0);
	mw_leak_free(leak);
}

/* Repairs the checksum of a record that was changed. */
static void sign(size_t size)
{
	uint32_t hash = 0x811c9dc5u;

	for (size_t i = MW_SAVED_HEAD; i < size; i++)
		hash = (hash ^ saved[i]) * 0x01000193u;
	memcpy(saved + MW_SAVED_HEAD - sizeof(hash), &hash, sizeof(hash));
}

/* Whatever stands there, with a checksum that is right: the sanitizers watch. */
static void nothing_that_is_read_makes_it_go_wrong(void **state)
{
	static unsigned char sound[SAVED_MAX];
	size_t size = save_one(THREADS);
	unsigned int loaded = 0;

	(void)state;
	memcpy(sound, saved, size);
	for (int i = 0; i < 1500; i++) {
		struct mw_leak *leak = NULL;
		struct mw_verdict verdict;

		memcpy(saved, sound, size);
		for (int j = 0; j <= i % 4; j++) {
			size_t at = MW_SAVED_HEAD +
				    (size_t)(random_part() * (double)(size - MW_SAVED_HEAD));

			saved[at] = (unsigned char)(i % 3 ? 256 * random_part() : 255);
		}
		sign(size);
		if (mw_leak_load(&config, saved, size, 0, &leak) < 0)
			continue;
		loaded++;
		feed(leak, LEAKER, 800, 860, 0);
		mw_leak_verdict(leak, &verdict);
		mw_leak_free(leak);
	}
	assert_true(loaded > 300);
}

/* An older memwatch reads what a newer one wrote, as far as the version allows. */
static void unknown_fields_are_passed_over(void **state)
{
	struct mw_saved_writer writer;
	struct mw_leak *leak;
	size_t size = save_one(LEAKER);
	uint32_t length;

	(void)state;
	writer = (struct mw_saved_writer){ saved, sizeof(saved), size };
	mw_saved_put(&writer, 4711, "later", 5);
	length = (uint32_t)(writer.used - MW_SAVED_HEAD);
	memcpy(saved + 8, &length, sizeof(length));
	sign(writer.used);
	leak = load(writer.used, 0);
	assert_int_equal(leak->series.samples, 800);
	mw_leak_free(leak);
}

static int prepare(void **state)
{
	(void)state;
	mw_leak_defaults(&config);
	return mw_leak_saved_max() <= SAVED_MAX ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_as_if_nothing_had_been),
		cmocka_unit_test(a_leak_that_was_told_stays_one),
		cmocka_unit_test(its_past_moves_with_the_clock),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(nothing_that_is_read_makes_it_go_wrong),
		cmocka_unit_test(unknown_fields_are_passed_over),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}

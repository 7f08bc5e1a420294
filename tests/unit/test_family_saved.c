// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_family_saved.c - what families have learnt outlives the daemon: the third life of a
 * run may end under another one.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "family_internal.h"
#include "family_saved.h"
#include "leak_internal.h"

static struct mw_leak_config config;

/* What mw_families_save() gave last. */
static struct {
	unsigned char data[8][MW_FAMILY_SAVED_MAX];
	size_t size[8];
	size_t count;
} saved;

static void keep(const char *name, const void *data, size_t size, void *arg)
{
	(void)name;
	(void)arg;
	assert_true(saved.count < 8 && size <= MW_FAMILY_SAVED_MAX);
	memcpy(saved.data[saved.count], data, size);
	saved.size[saved.count++] = size;
}

static size_t save(struct mw_families *families, bool all)
{
	saved.count = 0;
	mw_families_save(families, all, keep, NULL);
	return saved.count;
}

/* A life of an hour that begins at @begin_s and grows from 80 MiB, or is given all of it back. */
static void end_life(struct mw_families *families, const char *name, double begin_s, bool returns)
{
	struct mw_leak *leak = mw_leak_new(&config);
	struct mw_sample sample = mw_sample_unknown();

	sample.pid = 7;
	sample.start_ticks = (uint64_t)begin_s;
	strcpy(sample.comm, "api");
	for (double t = 0; t < 3600; t += 10) {
		double part = returns && t > 1800 ? 0.1 : t / 3600;

		sample.time_s = begin_s + t;
		sample.rss_kb = (int64_t)(80000 + 5000 * part);
		mw_leak_add(leak, &sample);
		mw_families_learn(families, name, leak);
	}
	mw_families_end(families, name, leak);
	mw_leak_free(leak);
}

static struct mw_families *loaded(double shift_s)
{
	struct mw_families *families = mw_families_new(4);

	for (size_t i = 0; i < saved.count; i++)
		assert_int_equal(mw_families_load(families, saved.data[i], saved.size[i], shift_s),
				 0);
	return families;
}

static void a_run_goes_on(void **state)
{
	const double shifts[] = { 0, 7200, -7200 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct mw_families *first = mw_families_new(4), *second;
		struct mw_family_verdict verdict;

		end_life(first, "api", 10000, false);
		end_life(first, "api", 13600, false);
		assert_true(mw_families_get(first, "api", &verdict) && !verdict.leak);
		assert_int_equal(save(first, false), 1);
		second = loaded(shifts[i]);
		end_life(second, "api", 17200 + shifts[i], false);
		assert_true(mw_families_get(second, "api", &verdict));
		assert_true(verdict.leak);
		assert_int_equal(verdict.run, 3);
		assert_int_equal(verdict.lives, 3);
		assert_true(fabs(verdict.rate_kib_per_s - 5000.0 / 3600) < 0.05);
		assert_true(fabs(verdict.since_s - 10000 - shifts[i]) < 120);
		mw_families_free(first);
		mw_families_free(second);
	}
}

static void nothing_is_missing(void **state)
{
	struct mw_families *first = mw_families_new(4), *second;

	(void)state;
	for (int i = 0; i < 4; i++)
		end_life(first, "api", 10000 + 3600 * i, false);
	save(first, true);
	second = loaded(0);
	/* But for its place, and where the name of the class lies. */
	assert_string_equal(first->family[0].class_name, second->family[0].class_name);
	second->family[0].class_name = first->family[0].class_name;
	second->family[0].touched = first->family[0].touched;
	assert_memory_equal(&first->family[0], &second->family[0], sizeof(struct family));
	mw_families_free(first);
	mw_families_free(second);
}

static void what_came_back_is_kept_and_the_rest_is_not(void **state)
{
	struct mw_families *first = mw_families_new(4), *second;

	(void)state;
	end_life(first, "cache", 10000, true);
	end_life(first, "short", 10000, false);
	first->family[1].run = 0;
	assert_int_equal(save(first, true), 1);
	assert_int_equal(save(first, false), 0);
	end_life(first, "cache", 20000, true);
	assert_int_equal(save(first, false), 1);
	second = loaded(0);
	assert_true(second->family[0].came_back_kib > 1000);
	/* What is known already is newer. */
	second->family[0].came_back_kib = 5;
	assert_int_equal(mw_families_load(second, saved.data[0], saved.size[0], 0), 0);
	assert_true(second->family[0].came_back_kib == 5);
	assert_int_equal(second->family[1].touched, 0);
	mw_families_free(first);
	mw_families_free(second);
}

static void damage_and_too_many(void **state)
{
	struct mw_families *first = mw_families_new(4), *none = mw_families_new(0);

	(void)state;
	end_life(first, "cache", 10000, true);
	save(first, true);
	assert_int_equal(mw_families_load(none, saved.data[0], saved.size[0], 0), -ENOSPC);
	for (size_t i = 8; i < saved.size[0]; i++) {
		saved.data[0][i] ^= 1;
		assert_int_equal(mw_families_load(none, saved.data[0], saved.size[0], 0), -EBADMSG);
		saved.data[0][i] ^= 1;
	}
	saved.data[0][4]++;
	assert_int_equal(mw_families_load(none, saved.data[0], saved.size[0], 0), -EPROTO);
	mw_families_free(first);
	mw_families_free(none);
}

static int prepare(void **state)
{
	(void)state;
	mw_leak_defaults(&config);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_goes_on),
		cmocka_unit_test(nothing_is_missing),
		cmocka_unit_test(what_came_back_is_kept_and_the_rest_is_not),
		cmocka_unit_test(damage_and_too_many),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}

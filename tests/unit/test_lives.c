// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lives.c - the map of process lives, against a plain list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lives.h"

struct block {
	int32_t pid;
	uint64_t start_ticks;
	int seen;
};

static struct block *get(struct mw_lives *lives, int32_t pid, uint64_t start_ticks,
			 bool *ret_is_new)
{
	struct block *block = mw_lives_get(lives, pid, start_ticks, ret_is_new);

	assert_non_null(block);
	if (*ret_is_new) {
		assert_int_equal(block->pid, 0);
		block->pid = pid;
		block->start_ticks = start_ticks;
	}
	assert_int_equal(block->pid, pid);
	assert_int_equal(block->start_ticks, start_ticks);
	return block;
}

static void a_pid_used_again_is_another_life(void **state)
{
	struct mw_lives *lives = mw_lives_new(sizeof(struct block));
	bool is_new;
	struct block *first = get(lives, 12, 100, &is_new);

	(void)state;
	assert_true(is_new);
	assert_ptr_not_equal(get(lives, 12, 101, &is_new), first);
	assert_true(is_new);
	assert_ptr_equal(get(lives, 12, 100, &is_new), first);
	assert_false(is_new);
	assert_int_equal(mw_lives_count(lives), 2);
	mw_lives_free(lives, NULL, NULL);
}

static void count_block(void *life, void *arg)
{
	struct block *block = life;
	int *sum = arg;

	*sum += block->pid;
}

static void what_was_not_seen_is_swept(void **state)
{
	struct mw_lives *lives = mw_lives_new(sizeof(struct block));
	bool is_new;
	int ended = 0;

	(void)state;
	for (int pid = 1; pid <= 10; pid++)
		get(lives, pid, 0, &is_new);
	assert_int_equal(mw_lives_sweep(lives, count_block, &ended), 10);
	assert_int_equal(ended, 0);
	get(lives, 3, 0, &is_new);
	get(lives, 10, 0, &is_new);
	assert_int_equal(mw_lives_sweep(lives, count_block, &ended), 2);
	assert_int_equal(ended, 55 - 13);
	get(lives, 1, 0, &is_new);
	assert_true(is_new);
	ended = 0;
	mw_lives_free(lives, count_block, &ended);
	assert_int_equal(ended, 14);
}

static void note_order(void *life, void *arg)
{
	struct block *block = life;
	char *text = arg;

	sprintf(text + strlen(text), "%d ", block->pid);
}

static void they_come_in_the_order_of_their_arrival(void **state)
{
	struct mw_lives *lives = mw_lives_new(sizeof(struct block));
	char text[64] = "";
	bool is_new;

	(void)state;
	get(lives, 5, 0, &is_new);
	get(lives, 1, 0, &is_new);
	get(lives, 9, 0, &is_new);
	get(lives, 1, 0, &is_new);
	mw_lives_each(lives, note_order, text);
	assert_string_equal(text, "5 1 9 ");
	mw_lives_free(lives, NULL, NULL);
}

#define PIDS 3000

/* Random gets and sweeps, and a plain array that says what has to be there. */
static void it_agrees_with_a_plain_list(void **state)
{
	static bool there[PIDS], seen[PIDS];
	struct mw_lives *lives = mw_lives_new(sizeof(struct block));
	bool is_new;

	(void)state;
	srand(7);
	for (int round = 0; round < 20; round++) {
		size_t expected = 0;

		for (int i = 0; i < PIDS; i++) {
			int pid = round % 2 == 0 ? i : rand() % PIDS;

			if (rand() % 3 == 0)
				continue;
			get(lives, pid, (uint64_t)pid * 7, &is_new);
			assert_int_equal(is_new, !there[pid]);
			there[pid] = true;
			seen[pid] = true;
		}
		for (int pid = 0; pid < PIDS; pid++) {
			there[pid] = seen[pid];
			seen[pid] = false;
			expected += there[pid];
		}
		assert_int_equal(mw_lives_sweep(lives, NULL, NULL), expected);
		assert_int_equal(mw_lives_count(lives), expected);
	}
	mw_lives_free(lives, NULL, NULL);
}

static void nothing_can_be_freed(void **state)
{
	(void)state;
	mw_lives_free(NULL, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pid_used_again_is_another_life),
		cmocka_unit_test(what_was_not_seen_is_swept),
		cmocka_unit_test(they_come_in_the_order_of_their_arrival),
		cmocka_unit_test(it_agrees_with_a_plain_list),
		cmocka_unit_test(nothing_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_test.h - lets a test of one of the module's pure files compile twice,
 * unchanged: by cmocka with the sanitizers, in seconds, and into the KUnit module
 * (tests/kunit), as kernel code under the kernel's own detectors. The assertions
 * are cmocka's; in the kernel they are spelled with KUnit's, and like cmocka's
 * end the test that they fail in.
 *
 *	MODULE_TEST(name) { ... }	a test
 *	MODULE_TEST_CASE(name)		its entry in the list of a suite's tests
 *	MODULE_TEST_SUITE(name, ...)	the suite, at the end of the file
 */
#ifndef _MODULE_TEST_H
#define _MODULE_TEST_H

#ifdef __KERNEL__

#include <kunit/test.h>
#include <kunit/test-bug.h>
#include <linux/limits.h>
#include <linux/sprintf.h>

#define MODULE_TEST(name)	static void name(struct kunit *test_)
#define MODULE_TEST_CASE(name)	KUNIT_CASE(name)
#define MODULE_TEST_SUITE(suite_name, ...)				\
static struct kunit_case suite_cases[] = { __VA_ARGS__, {} };		\
static struct kunit_suite suite = {					\
	.name = "memwatch_" #suite_name,				\
	.test_cases = suite_cases,					\
};									\
kunit_test_suite(suite)

/* Helpers assert, too, and know of no test. */
#define running_test kunit_get_current_test()

#define assert_true(condition)	KUNIT_ASSERT_TRUE(running_test, condition)
#define assert_false(condition)	KUNIT_ASSERT_FALSE(running_test, condition)
#define assert_int_equal(a, b)	KUNIT_ASSERT_EQ(running_test, (s64)(a), (s64)(b))
#define assert_in_range(value, low, high)					\
do {										\
	KUNIT_ASSERT_GE(running_test, (u64)(value), (u64)(low));		\
	KUNIT_ASSERT_LE(running_test, (u64)(value), (u64)(high));		\
} while (0)
#define assert_non_null(pointer) KUNIT_ASSERT_NOT_NULL(running_test, pointer)
#define assert_string_equal(a, b) KUNIT_ASSERT_STREQ(running_test, a, b)
#define assert_memory_equal(a, b, len)						\
	KUNIT_ASSERT_EQ(running_test, memcmp(a, b, len), 0)

/* What takes a second with a million rounds there, takes a minute here. */
#define TEST_ROUNDS(rounds)	((rounds) / 50)

/* Memory of exactly this size, so that a byte behind its end is found out. */
#define exact_alloc(size)	kunit_kmalloc(running_test, size, GFP_KERNEL)
#define exact_free(pointer)	kunit_kfree(running_test, pointer)

#else /* __KERNEL__ */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define U64_MAX	UINT64_MAX
#define S64_MIN	INT64_MIN
#define S64_MAX	INT64_MAX

#define MODULE_TEST(name)	static void name(void **state_ __attribute__((unused)))
#define MODULE_TEST_CASE(name)	cmocka_unit_test(name)
#define MODULE_TEST_SUITE(suite_name, ...)				\
int main(void)								\
{									\
	const struct CMUnitTest tests[] = { __VA_ARGS__ };		\
									\
	return cmocka_run_group_tests(tests, NULL, NULL);		\
}

#define TEST_ROUNDS(rounds)	(rounds)
#define exact_alloc(size)	malloc(size)
#define exact_free(pointer)	free(pointer)

#endif /* __KERNEL__ */

/* A generator of our own: the same numbers everywhere, and the same again. */
static u64 random_state __attribute__((unused)) = 1;

static inline unsigned int random_below(unsigned int limit)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(random_state >> 33) % limit;
}

#endif /* _MODULE_TEST_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_slab_class.c - the size classes of kmalloc(), against the kernel that runs the test:
 * none of the kernels that we try keeps the cache of an object where we do not find it, so
 * that nothing else asks for one.
 */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../../module/slab_class.h"

static void a_class_is_the_cache_that_the_kernel_takes(struct kunit *test)
{
	for (size_t bytes = 1; bytes <= 8192; bytes++) {
		unsigned int class = mw_slab_class_of(bytes);

		KUNIT_ASSERT_LT(test, class, MW_SLAB_CLASS_LARGE);
		if (mw_slab_class_size(class) != kmalloc_size_roundup(bytes))
			KUNIT_FAIL(test, "%zu bytes: %u, the kernel takes %zu", bytes,
				   mw_slab_class_size(class), kmalloc_size_roundup(bytes));
	}
}

static void nothing_is_of_the_smallest_and_all_above_is_large(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mw_slab_class_of(0), 0);
	KUNIT_EXPECT_EQ(test, mw_slab_class_of(8193), MW_SLAB_CLASS_LARGE);
	KUNIT_EXPECT_EQ(test, mw_slab_class_of(SIZE_MAX), MW_SLAB_CLASS_LARGE);
	KUNIT_EXPECT_EQ(test, mw_slab_class_size(MW_SLAB_CLASS_LARGE), 0);
}

static void names_say_the_size(struct kunit *test)
{
	char name[16];

	for (unsigned int class = 0; class < MW_SLAB_CLASS_LARGE; class++) {
		unsigned int size = mw_slab_class_size(class);

		snprintf(name, sizeof(name), size < 1024 ? "kmalloc-%u" : "kmalloc-%uk",
			 size < 1024 ? size : size / 1024);
		KUNIT_EXPECT_STREQ(test, mw_slab_class_name(class), name);
	}
	KUNIT_EXPECT_STREQ(test, mw_slab_class_name(MW_SLAB_CLASS_LARGE), "kmalloc-large");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_class_is_the_cache_that_the_kernel_takes),
	KUNIT_CASE(nothing_is_of_the_smallest_and_all_above_is_large),
	KUNIT_CASE(names_say_the_size),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_slab_class",
	.test_cases = cases,
};
kunit_test_suite(suite);

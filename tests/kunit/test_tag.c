// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_tag.c - the pool of tags and their references.
 */
#include "../../module/tag.c"

#include <linux/sched.h>

#include "hammer.h"

static void end(struct kunit *test)
{
	mw_tags_exit();
}

static u16 get(struct kunit *test, const char *text)
{
	u16 tag = MW_TAG_NONE;

	KUNIT_EXPECT_EQ(test, mw_tag_get(text, strlen(text), &tag), 0);
	return tag;
}

static void a_text_has_one_number(struct kunit *test)
{
	char text[MEMWATCH_TAG_MAX + 1];
	u16 a, b;

	KUNIT_EXPECT_EQ(test, mw_tags_bytes(), 0);
	a = get(test, "job 1");
	b = get(test, "job 2");
	KUNIT_EXPECT_NE(test, a, b);
	KUNIT_EXPECT_EQ(test, get(test, "job 1"), a);
	mw_tag_copy(a, text);
	KUNIT_EXPECT_STREQ(test, text, "job 1");
	mw_tag_copy(MW_TAG_NONE, text);
	KUNIT_EXPECT_STREQ(test, text, "");
	KUNIT_EXPECT_EQ(test, mw_tags_bytes(), MW_TAGS_MAX * sizeof(struct tag));
}

/* References: 1 and 1 more, a third by hold, and all three back. */
static void a_place_is_free_with_its_last_reference(struct kunit *test)
{
	u16 tag = get(test, "held"), other;

	get(test, "held");
	mw_tag_hold(tag);
	mw_tag_put(tag);
	mw_tag_put(tag);
	other = get(test, "other");
	KUNIT_EXPECT_NE(test, other, tag);
	mw_tag_put(tag);
	KUNIT_EXPECT_EQ(test, get(test, "third"), tag);
	mw_tag_hold(MW_TAG_NONE);
	mw_tag_put(MW_TAG_NONE);
}

static void a_text_has_its_length(struct kunit *test)
{
	static const struct {
		const char *text;
		size_t len;
		const char *kept;
	} cases[] = {
		{ "a", 1, "a" }, { "abc", 2, "ab" },
		{ "0123456789012345678901234567890", 31, "0123456789012345678901234567890" },
		{ "01234567890123456789012345678901", 32, "0123456789012345678901234567890" },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[MEMWATCH_TAG_MAX + 1];
		u16 tag;

		KUNIT_EXPECT_EQ(test, mw_tag_get(cases[i].text, cases[i].len, &tag), 0);
		mw_tag_copy(tag, text);
		KUNIT_EXPECT_STREQ(test, text, cases[i].kept);
	}
}

static void a_full_pool_refuses_and_recovers(struct kunit *test)
{
	char text[MEMWATCH_TAG_MAX + 1];
	u16 tag = 77;

	/* The search goes through all that are in use: fill it without. */
	get(test, "0");
	for (int i = 1; i < MW_TAGS_MAX; i++) {
		snprintf(pool.tags[i].text, sizeof(pool.tags[i].text), "%d", i);
		atomic_set(&pool.tags[i].refs, 1);
	}
	pool.used = MW_TAGS_MAX;
	KUNIT_EXPECT_EQ(test, mw_tag_get("one more", 8, &tag), -ENOSPC);
	KUNIT_EXPECT_EQ(test, tag, 77);
	KUNIT_EXPECT_EQ(test, get(test, "4095"), MW_TAGS_MAX);
	mw_tag_put(100);
	KUNIT_EXPECT_EQ(test, get(test, "one more"), 100);
	mw_tag_copy(100, text);
	KUNIT_EXPECT_STREQ(test, text, "one more");
}

/* Interrupts pass on a reference as forks do, while threads set and drop tags. */
static void storm_thread(void *arg, unsigned int nr)
{
	char text[MEMWATCH_TAG_MAX + 1], read[MEMWATCH_TAG_MAX + 1];
	atomic_t *wrong = arg;

	for (int i = 0; i < 8; i++) {
		u16 tag;

		snprintf(text, sizeof(text), "thread %u job %d", nr / 2, i);
		if (mw_tag_get(text, strlen(text), &tag)) {
			atomic_inc(wrong);
			continue;
		}
		cond_resched();
		mw_tag_copy(tag, read);
		if (strcmp(read, text))
			atomic_inc(wrong);
		mw_tag_put(tag);
	}
}

static u16 shared_tag;

static void storm_interrupt(void *arg)
{
	mw_tag_hold(shared_tag);
	mw_tag_put(shared_tag);
}

static void whoever_holds_a_tag_reads_its_text(struct kunit *test)
{
	atomic_t wrong = ATOMIC_INIT(0);
	const struct hammer hammer = { storm_thread, storm_interrupt, storm_interrupt, &wrong };

	shared_tag = get(test, "shared");
	hammer_run(test, &hammer, 4, 700, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	for (unsigned int i = 0; i < pool.used; i++)
		KUNIT_EXPECT_EQ(test, atomic_read(&pool.tags[i].refs), i + 1 == shared_tag);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_text_has_one_number),
	KUNIT_CASE(a_place_is_free_with_its_last_reference),
	KUNIT_CASE(a_text_has_its_length),
	KUNIT_CASE(a_full_pool_refuses_and_recovers),
	KUNIT_CASE(whoever_holds_a_tag_reads_its_text),
	{}
};

static struct kunit_suite suite = {
	.name = "memwatch_tag",
	.exit = end,
	.test_cases = cases,
};
kunit_test_suite(suite);

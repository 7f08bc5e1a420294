// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_trigger_spec.c - the lines that /proc/memwatch/trigger takes, and
 * those that it refuses, with the word that it blames.
 */
#include "../../module/trigger_spec.c"
#include "module_test.h"

#define MAX_ORDER 10

static int parse(const char *line, size_t len, struct mw_trigger_spec *ret_spec,
		 struct mw_trigger_fault *ret_fault)
{
	return mw_trigger_spec_parse(line, len, MAX_ORDER, ret_spec, ret_fault);
}

static struct mw_trigger_spec good(const char *line)
{
	struct mw_trigger_spec spec;
	struct mw_trigger_fault fault;

	assert_int_equal(parse(line, strlen(line), &spec, &fault), 0);
	return spec;
}

MODULE_TEST(growth_and_rss_are_of_any_process_or_one)
{
	struct mw_trigger_spec spec = good("growth 64M 60s");

	assert_int_equal(spec.kind, MW_TRIGGER_GROWTH);
	assert_int_equal(spec.size_kb, 65536);
	assert_int_equal(spec.window_s, 60);
	assert_int_equal(spec.tgid, 0);

	spec = good("growth 1 24h 4194304\n");
	assert_int_equal(spec.size_kb, 1);
	assert_int_equal(spec.window_s, 86400);
	assert_int_equal(spec.tgid, 4194304);

	spec = good("\t rss  2G \t1 \n");
	assert_int_equal(spec.kind, MW_TRIGGER_RSS);
	assert_int_equal(spec.size_kb, 2 << 20);
	assert_int_equal(spec.tgid, 1);
}

MODULE_TEST(frag_has_an_order_and_a_fraction)
{
	static const struct {
		const char *line;
		unsigned int order, index;
	} cases[] = {
		{ "frag 9 0.800", 9, 800 }, { "frag 1 0.8", 1, 800 }, { "frag 10 1", 10, 1000 },
		{ "frag 3 1.000", 3, 1000 }, { "frag 3 0.001", 3, 1 }, { "frag 3 0.05", 3, 50 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_trigger_spec spec = good(cases[i].line);

		assert_int_equal(spec.kind, MW_TRIGGER_FRAG);
		assert_int_equal(spec.order, cases[i].order);
		assert_int_equal(spec.index, cases[i].index);
	}
}

MODULE_TEST(slab_may_name_a_cache)
{
	struct mw_trigger_spec spec = good("slab 32M 5m");

	assert_int_equal(spec.kind, MW_TRIGGER_SLAB);
	assert_int_equal(spec.size_kb, 32768);
	assert_int_equal(spec.window_s, 300);
	assert_string_equal(spec.cache, "");
	spec = good("slab 1T 1h kmalloc-1k");
	assert_int_equal(spec.size_kb, 1ULL << 30);
	assert_string_equal(spec.cache, "kmalloc-1k");
}

MODULE_TEST(the_line_is_kept_as_it_was_written)
{
	static const char with_nul[] = "rss 4096\n";
	struct mw_trigger_spec spec = good("growth  64M 60s\n");
	struct mw_trigger_fault fault;

	assert_string_equal(spec.line, "growth  64M 60s");
	/* As PSI's example program writes it. */
	assert_int_equal(parse(with_nul, sizeof(with_nul), &spec, &fault), 0);
	assert_string_equal(spec.line, "rss 4096");
	assert_int_equal(spec.size_kb, 4);
}

MODULE_TEST(bad_lines_are_refused_with_the_word_at_fault)
{
	static const struct {
		const char *line;
		int err;
		const char *key, *value;
	} cases[] = {
		{ "", -EINVAL, "kind", "" }, { "\n", -EINVAL, "kind", "" },
		{ "Growth 64M 60s", -EINVAL, "kind", "Growth" },
		{ "grow 64M 60s", -EINVAL, "kind", "grow" },
		{ "growth", -EINVAL, "size", "" }, { "growth M 60s", -EINVAL, "size", "M" },
		{ "growth -1 60s", -EINVAL, "size", "-1" },
		{ "growth 64X 60s", -EINVAL, "size", "64X" },
		{ "growth 64MB 60s", -EINVAL, "size", "64MB" },
		{ "growth 0x40 60s", -EINVAL, "size", "0x40" },
		{ "growth 0 60s", -ERANGE, "size", "0" },
		{ "growth 1025T 60s", -ERANGE, "size", "1025T" },
		{ "growth 99999999999999999999T 60s", -ERANGE, "size", "99999999999999999999T" },
		{ "growth 18446744073709551615 60s", -ERANGE, "size", "18446744073709551615" },
		{ "growth 64M", -EINVAL, "window", "" },
		{ "growth 64M 60", -EINVAL, "window", "60" },
		{ "growth 64M 60d", -EINVAL, "window", "60d" },
		{ "growth 64M s", -EINVAL, "window", "s" },
		{ "growth 64M 1s", -ERANGE, "window", "1s" },
		{ "growth 64M 25h", -ERANGE, "window", "25h" },
		{ "growth 64M 86401s", -ERANGE, "window", "86401s" },
		{ "growth 64M 18446744073709551615h", -ERANGE, "window", "18446744073709551615h" },
		{ "growth 64M 60s x", -EINVAL, "tgid", "x" },
		{ "growth 64M 60s 1x", -EINVAL, "tgid", "1x" },
		{ "growth 64M 60s -1", -EINVAL, "tgid", "-1" },
		{ "growth 64M 60s 0", -ERANGE, "tgid", "0" },
		{ "growth 64M 60s 4194305", -ERANGE, "tgid", "4194305" },
		{ "growth 64M 60s 1 2", -EINVAL, "growth", "2" },
		{ "growth 64M 60s 1\nrss 1M", -EINVAL, "tgid", "1\nrss" },
		{ "rss", -EINVAL, "size", "" }, { "rss 1M 60s", -EINVAL, "tgid", "60s" },
		{ "frag", -EINVAL, "order", "" }, { "frag 9", -EINVAL, "index", "" },
		{ "frag 0 0.8", -ERANGE, "order", "0" }, { "frag 11 0.8", -ERANGE, "order", "11" },
		{ "frag nine 0.8", -EINVAL, "order", "nine" },
		{ "frag 9 0", -ERANGE, "index", "0" }, { "frag 9 0.000", -ERANGE, "index", "0.000" },
		{ "frag 9 1.001", -ERANGE, "index", "1.001" }, { "frag 9 2", -ERANGE, "index", "2" },
		{ "frag 9 18446744073709551616.1", -ERANGE, "index", "18446744073709551616.1" },
		{ "frag 9 .8", -EINVAL, "index", ".8" }, { "frag 9 0.", -EINVAL, "index", "0." },
		{ "frag 9 0.8000", -EINVAL, "index", "0.8000" },
		{ "frag 9 0,8", -EINVAL, "index", "0,8" }, { "frag 9 0.8 x", -EINVAL, "frag", "x" },
		{ "slab 32M", -EINVAL, "window", "" }, { "slab 32M 60s a b", -EINVAL, "slab", "b" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_trigger_spec spec, before;
		struct mw_trigger_fault fault = {};

		memset(&spec, 0x5a, sizeof(spec));
		before = spec;
		assert_int_equal(parse(cases[i].line, strlen(cases[i].line), &spec, &fault),
				 cases[i].err);
		assert_string_equal(fault.key, cases[i].key);
		assert_int_equal(fault.len, strlen(cases[i].value));
		assert_memory_equal(fault.value, cases[i].value, fault.len);
		assert_non_null(fault.why);
		assert_memory_equal(&spec, &before, sizeof(spec));
	}
}

MODULE_TEST(what_is_too_long_is_refused)
{
	char line[MW_TRIGGER_LINE_MAX + 3];
	struct mw_trigger_spec spec;
	struct mw_trigger_fault fault;
	int used;

	used = snprintf(line, sizeof(line), "slab 1M 60s %063d", 0);
	assert_int_equal(parse(line, (size_t)used, &spec, &fault), 0);
	assert_int_equal(strlen(spec.cache), 63);
	used = snprintf(line, sizeof(line), "slab 1M 60s %064d", 0);
	assert_int_equal(parse(line, (size_t)used, &spec, &fault), -EINVAL);
	assert_string_equal(fault.key, "cache");

	used = snprintf(line, sizeof(line), "rss 1M%*s\n", MW_TRIGGER_LINE_MAX - 6, "");
	assert_int_equal(used, MW_TRIGGER_LINE_MAX + 1);
	assert_int_equal(parse(line, (size_t)used, &spec, &fault), 0);
	used = snprintf(line, sizeof(line), "rss 1M%*s\n", MW_TRIGGER_LINE_MAX - 5, "");
	assert_int_equal(parse(line, (size_t)used, &spec, &fault), -EINVAL);
	assert_string_equal(fault.key, "line");
}

MODULE_TEST(a_nul_inside_belongs_to_no_word)
{
	static const char line[] = "rss 1M\0 5";
	struct mw_trigger_spec spec;
	struct mw_trigger_fault fault;

	assert_int_equal(parse(line, sizeof(line) - 1, &spec, &fault), -EINVAL);
	assert_string_equal(fault.key, "size");
}

/* Any bytes, of a buffer of exactly their length: the sanitizers watch. */
MODULE_TEST(any_bytes_are_safe)
{
	static const char alphabet[] = "growth rssfragslab 0123456789.KMGTsmh \t\n";
	random_state = 1;
	for (int i = 0; i < TEST_ROUNDS(200000); i++) {
		struct mw_trigger_spec spec;
		struct mw_trigger_fault fault;
		size_t len = random_below(40);
		char *line = exact_alloc(len ? len : 1);

		assert_non_null(line);
		for (size_t at = 0; at < len; at++)
			line[at] = alphabet[random_below(sizeof(alphabet))];
		if (parse(line, len, &spec, &fault))
			assert_true(fault.value >= line && fault.value + fault.len <= line + len);
		exact_free(line);
	}
}

MODULE_TEST_SUITE(trigger_spec,
	MODULE_TEST_CASE(growth_and_rss_are_of_any_process_or_one),
	MODULE_TEST_CASE(frag_has_an_order_and_a_fraction),
	MODULE_TEST_CASE(slab_may_name_a_cache),
	MODULE_TEST_CASE(the_line_is_kept_as_it_was_written),
	MODULE_TEST_CASE(bad_lines_are_refused_with_the_word_at_fault),
	MODULE_TEST_CASE(what_is_too_long_is_refused),
	MODULE_TEST_CASE(a_nul_inside_belongs_to_no_word),
	MODULE_TEST_CASE(any_bytes_are_safe));

// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_module_config.c - the language of /proc/memwatch/config.
 */
#include "../../module/config.c"
#include "module_test.h"

MODULE_TEST(settings_are_read)
{
	static const struct {
		const char *line;
		enum mw_config_key key;
		u32 value;
	} cases[] = {
		{ "slab 1", MW_CONFIG_SLAB, 1 }, { "slab 0\n", MW_CONFIG_SLAB, 0 },
		{ "slab 2", MW_CONFIG_SLAB, 2 },
		{ "  pages\t1  ", MW_CONFIG_PAGES, 1 }, { "growth 0", MW_CONFIG_GROWTH, 0 },
		{ "stalls 1", MW_CONFIG_STALLS, 1 },
		{ "fragmentation 0", MW_CONFIG_FRAGMENTATION, 0 },
		{ "keep_exited 16384", MW_CONFIG_KEEP_EXITED, 16384 },
		{ "keep_exited 000", MW_CONFIG_KEEP_EXITED, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_config_setting setting;
		char reason[MW_CONFIG_REASON_MAX];

		assert_int_equal(mw_config_parse(cases[i].line, strlen(cases[i].line), &setting,
						 reason), 0);
		assert_int_equal(setting.key, cases[i].key);
		assert_int_equal(setting.value, cases[i].value);
	}
}

MODULE_TEST(bad_ones_are_refused_with_a_reason)
{
	static const struct {
		const char *line;
		size_t len;
		const char *reason;
	} cases[] = {
		{ "", 0, "\" \": no such key" },
		{ "\n", 1, "\" \": no such key" },
		{ "slob 1", 6, "\"slob 1\": no such key" },
		{ "SLAB 1", 6, "\"SLAB 1\": no such key" },
		{ "sla 1", 5, "\"sla 1\": no such key" },
		{ "slab", 4, "\"slab \": expected a key and one value" },
		{ "slab 1 1", 8, "\"slab 1\": expected a key and one value" },
		{ "pages 2", 7, "\"pages 2\": must be 0 or 1" },
		{ "slab 3", 6, "\"slab 3\": must be 0, 1 or 2" },
		{ "slab -1", 7, "\"slab -1\": must be 0, 1 or 2" },
		{ "slab 1x", 7, "\"slab 1x\": must be 0, 1 or 2" },
		{ "slab 0x1", 8, "\"slab 0x1\": must be 0, 1 or 2" },
		{ "keep_exited 16385", 17, "\"keep_exited 16385\": must be 0 to 16384" },
		{ "keep_exited 4294967297", 22,
		  "\"keep_exited 4294967297\": must be 0 to 16384" },
		{ "max_tasks 64", 12, "\"max_tasks 64\": is set when the module is loaded" },
		{ "page_owner 0", 12, "\"page_owner 0\": is set when the module is loaded" },
		{ "slab 1\nslab 0\n", 14, "\"slab 1\nslab\": one setting a write" },
		{ "slab\0 1", 7, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mw_config_setting setting = { MW_CONFIG_KEYS, 77 };
		char reason[MW_CONFIG_REASON_MAX] = "";

		assert_int_equal(mw_config_parse(cases[i].line, cases[i].len, &setting, reason),
				 -EINVAL);
		assert_int_equal(setting.key, MW_CONFIG_KEYS);
		assert_int_equal(setting.value, 77);
		if (cases[i].reason)
			assert_string_equal(reason, cases[i].reason);
		assert_true(strlen(reason) > 0);
	}
}

MODULE_TEST(long_lines_stay_in_bounds)
{
	char line[300];

	memset(line, 'a', sizeof(line));
	for (size_t len = 0; len <= sizeof(line); len++) {
		struct mw_config_setting setting;
		char reason[MW_CONFIG_REASON_MAX];

		assert_int_equal(mw_config_parse(line, len, &setting, reason), -EINVAL);
		assert_true(strlen(reason) < MW_CONFIG_REASON_MAX);
	}
}

MODULE_TEST_SUITE(config,
	MODULE_TEST_CASE(settings_are_read),
	MODULE_TEST_CASE(bad_ones_are_refused_with_a_reason),
	MODULE_TEST_CASE(long_lines_stay_in_bounds));

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trigger_spec.h - what is written to /proc/memwatch/trigger: one line, parsed
 * whole or refused with the word that is at fault. Pure.
 *
 *	growth SIZE WINDOW [TGID]	RSS grew by SIZE or more within WINDOW
 *	rss SIZE [TGID]			RSS reached SIZE
 *	frag ORDER INDEX		unusable index of a zone reached INDEX
 *	slab SIZE WINDOW [CACHE]	slab memory grew by SIZE within WINDOW
 *
 * SIZE is bytes or has one of K, M, G, T behind it (powers of 1024); WINDOW has
 * one of s, m, h; INDEX is a fraction of at most three decimals. Words are
 * separated by spaces or tabs; one newline, one NUL or both may end the line.
 */
#ifndef _MW_TRIGGER_SPEC_H
#define _MW_TRIGGER_SPEC_H

#include "pure.h"

/* Longest line, without what ends it. */
#define MW_TRIGGER_LINE_MAX	95
#define MW_TRIGGER_CACHE_MAX	63

#define MW_TRIGGER_WINDOW_MIN_S	2
#define MW_TRIGGER_WINDOW_MAX_S	86400
#define MW_TRIGGER_SIZE_MAX_KB	(1ULL << 40)
#define MW_TRIGGER_TGID_MAX	4194304

enum mw_trigger_kind {
	MW_TRIGGER_GROWTH,
	MW_TRIGGER_RSS,
	MW_TRIGGER_FRAG,
	MW_TRIGGER_SLAB,
};

/**
 * struct mw_trigger_spec - what a trigger waits for
 * @size_kb:   threshold, rounded up; growth, rss and slab
 * @window_s:  growth and slab
 * @tgid:      as written; 0 is any process; growth and rss
 * @order:     frag
 * @index:     thousandths; frag
 * @cache:     "" is all of them; slab
 * @line:      what was written, without what ended it
 */
struct mw_trigger_spec {
	enum mw_trigger_kind kind;
	u64 size_kb;
	u32 window_s;
	s32 tgid;
	unsigned int order;
	unsigned int index;
	char cache[MW_TRIGGER_CACHE_MAX + 1];
	char line[MW_TRIGGER_LINE_MAX + 1];
};

/**
 * struct mw_trigger_fault - why a line was refused
 * @key:   the word of the grammar
 * @value: what was written for it, in the caller's line; @len bytes, perhaps 0
 * @why:   a clause
 */
struct mw_trigger_fault {
	const char *key;
	const char *value;
	size_t len;
	const char *why;
};

/**
 * mw_trigger_spec_parse() - a line of @len bytes, not NUL-terminated
 * @max_order: the highest order of the buddy allocator
 * Returns 0; -EINVAL for what is not of the grammar; -ERANGE for a number that is
 * and is out of range. Then *ret_fault says which, and *ret_spec is untouched.
 */
int mw_trigger_spec_parse(const char *line, size_t len, unsigned int max_order,
			  struct mw_trigger_spec *ret_spec, struct mw_trigger_fault *ret_fault);

/* The word of a kind. */
const char *mw_trigger_kind_name(enum mw_trigger_kind kind);

#endif /* _MW_TRIGGER_SPEC_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - a bounded text buffer: the one place that knows how a value of
 * /proc/memwatch is spelled.
 */
#ifndef _MW_TEXT_H
#define _MW_TEXT_H

#include "pure.h"

/**
 * struct mw_text - text under construction
 * @buf:  owned by the caller, not NUL-terminated
 * @len:  bytes written so far, never more than @size
 * @size: bytes that @buf holds
 * @full: something did not fit and was left out; the caller grows @buf and
 *        starts again
 */
struct mw_text {
	char *buf;
	size_t len;
	size_t size;
	bool full;
};

void mw_text_init(struct mw_text *text, char *buf, size_t size);

/* Each appends whole or not at all, and sets @full in the second case. */
void mw_text_char(struct mw_text *text, char c);
void mw_text_str(struct mw_text *text, const char *str);
void mw_text_u64(struct mw_text *text, u64 value);
void mw_text_s64(struct mw_text *text, s64 value);

/* A number of thousandths as a decimal fraction: -1234 is "-1.234". */
void mw_text_milli(struct mw_text *text, s64 thousandths);

/*
 * At most @max bytes of @str, up to its NUL, escaped as in /proc/self/mounts:
 * space, backslash, bytes below 0x20 and 0x7f as three octal digits. An empty
 * string is "-".
 */
void mw_text_escaped(struct mw_text *text, const char *str, size_t max);

/*
 * A space and the value: the columns of a record after its first. Most of them
 * are 0 or small, which is spelled without a call.
 */
void mw_text_col_u64_slow(struct mw_text *text, u64 value);
void mw_text_col_milli_slow(struct mw_text *text, s64 thousandths);
void mw_text_col_s64(struct mw_text *text, s64 value);

static inline void mw_text_col_u64(struct mw_text *text, u64 value)
{
	if (value >= 10 || text->size - text->len < 2) {
		mw_text_col_u64_slow(text, value);
		return;
	}
	text->buf[text->len++] = ' ';
	text->buf[text->len++] = (char)('0' + value);
}

static inline void mw_text_col_milli(struct mw_text *text, s64 thousandths)
{
	static const char zero[6] = { ' ', '0', '.', '0', '0', '0' };

	if (thousandths || text->size - text->len < sizeof(zero)) {
		mw_text_col_milli_slow(text, thousandths);
		return;
	}
	memcpy(text->buf + text->len, zero, sizeof(zero));
	text->len += sizeof(zero);
}

void mw_text_col_str(struct mw_text *text, const char *str);
void mw_text_col_escaped(struct mw_text *text, const char *str, size_t max);

/* "key=value\n", the lines of status and config. */
void mw_text_key_u64(struct mw_text *text, const char *key, u64 value);
void mw_text_key_str(struct mw_text *text, const char *key, const char *value);

/* "key.sub=value\n" */
void mw_text_sub_u64(struct mw_text *text, const char *key, const char *sub, u64 value);

#endif /* _MW_TEXT_H */

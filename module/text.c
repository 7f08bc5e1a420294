// SPDX-License-Identifier: GPL-2.0-only
/*
 * text.c - a bounded text buffer. Pure: writes into the caller's memory only.
 * A snapshot of thousands of tasks passes through here, so numbers are spelled
 * by a loop of our own, two digits a step: about 4 instructions a digit, where
 * seq_printf() takes some 150 a number.
 */
#include "text.h"

/* 20 digits of 2^64-1 and a sign. */
#define MW_NUMBER_MAX 21

/* Bytes that may be read, and are not told, behind a number: it is copied by words. */
#define MW_NUMBER_PAD 8

void mw_text_init(struct mw_text *text, char *buf, size_t size)
{
	text->buf = buf;
	text->len = 0;
	text->size = size;
	text->full = false;
}

static void append(struct mw_text *text, const char *bytes, size_t count)
{
	if (count > text->size - text->len) {
		text->full = true;
		return;
	}
	memcpy(text->buf + text->len, bytes, count);
	text->len += count;
}

void mw_text_char(struct mw_text *text, char c)
{
	if (text->len == text->size) {
		text->full = true;
		return;
	}
	text->buf[text->len++] = c;
}

void mw_text_str(struct mw_text *text, const char *str)
{
	append(text, str, strlen(str));
}

/* Where a number of @max characters ends; what is behind it is nobody's secret. */
static inline char *number_end(char *number, size_t max)
{
	memset(number + max, 0, MW_NUMBER_PAD);
	return number + max;
}

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

/* Two digits of a number below 100 before @end; returns where they begin. */
static inline char *put_pair(char *end, unsigned int pair)
{
	return memcpy(end - 2, &two_digits[2 * pair], 2);
}

/* Digits of @value, right-aligned before @end; returns where they begin. */
static char *spell(char *end, u64 value)
{
	while (value >= 100) {
		u64 rest = div_u64(value, 100);

		end = put_pair(end, (unsigned int)(value - rest * 100));
		value = rest;
	}
	if (value >= 10)
		return put_pair(end, (unsigned int)value);
	*--end = (char)('0' + value);
	return end;
}

/* For names: a loop copies these in fewer steps than a call would take. */
static void append_short(struct mw_text *text, const char *begin, const char *end)
{
	char *at = text->buf + text->len;

	if ((size_t)(end - begin) > text->size - text->len) {
		text->full = true;
		return;
	}
	text->len += end - begin;
	while (begin < end)
		*at++ = *begin++;
}

/*
 * A number, with MW_NUMBER_PAD bytes behind @end: eight bytes a step, where byte by byte
 * took an eighth of the time of a line of tasks (467 of 3,760 instructions, 6.12). What is
 * written too much is written over by what comes next, or lies behind the end of the text.
 */
static void append_number(struct mw_text *text, const char *begin, const char *end)
{
	size_t count = (size_t)(end - begin);
	char *at = text->buf + text->len;

	if (text->size - text->len < count + MW_NUMBER_PAD) {
		append_short(text, begin, end);
		return;
	}
	text->len += count;
	for (; begin < end; begin += MW_NUMBER_PAD, at += MW_NUMBER_PAD)
		memcpy(at, begin, MW_NUMBER_PAD);
}

void mw_text_u64(struct mw_text *text, u64 value)
{
	char number[MW_NUMBER_MAX + MW_NUMBER_PAD];
	char *end = number_end(number, MW_NUMBER_MAX);

	if (value < 10)
		mw_text_char(text, (char)('0' + value));
	else
		append_number(text, spell(end, value), end);
}

/* The magnitude of a negative number; safe for the smallest one. */
static u64 magnitude(s64 value)
{
	return value < 0 ? -(u64)value : (u64)value;
}

void mw_text_s64(struct mw_text *text, s64 value)
{
	char number[MW_NUMBER_MAX + MW_NUMBER_PAD];
	char *end = number_end(number, MW_NUMBER_MAX);
	char *begin = spell(end, magnitude(value));

	if (value < 0)
		*--begin = '-';
	append_number(text, begin, end);
}

void mw_text_milli(struct mw_text *text, s64 thousandths)
{
	char number[MW_NUMBER_MAX + 2 + MW_NUMBER_PAD];
	char *end = number_end(number, MW_NUMBER_MAX + 2);
	u64 value = magnitude(thousandths);
	u64 whole = div_u64(value, 1000);
	u32 part = (u32)(value - whole * 1000);
	char *begin = put_pair(end, part % 100);

	*--begin = (char)('0' + part / 100);
	*--begin = '.';
	begin = spell(begin, whole);
	if (thousandths < 0)
		*--begin = '-';
	append_number(text, begin, end);
}

static bool is_plain(u8 c)
{
	return c > 0x20 && c != 0x7f && c != '\\';
}

/* Plain, and told to be so in two compares: most of what names are made of. */
static bool is_plain_ascii(u8 c)
{
	return (u8)(c - 0x21) < 0x7f - 0x21 && c != '\\';
}

static void put_octal(struct mw_text *text, u8 c)
{
	char octal[4] = { '\\', (char)('0' + (c >> 6)), (char)('0' + ((c >> 3) & 7)),
			  (char)('0' + (c & 7)) };

	append(text, octal, sizeof(octal));
}

/* Names are plain but for a byte here and there. */
void mw_text_escaped(struct mw_text *text, const char *str, size_t max)
{
	const char *end = str + max;
	u8 c;

	if (!max || !*str) {
		mw_text_char(text, '-');
		return;
	}
	for (; str < end && *str; str++) {
		char *at = text->buf + text->len;
		const char *room = text->buf + text->size;

		for (; str < end && at < room && is_plain_ascii(c = (u8)*str); str++)
			*at++ = (char)c;
		text->len = (size_t)(at - text->buf);
		if (str == end || !*str)
			return;
		if (is_plain((u8)*str))
			mw_text_char(text, *str);
		else
			put_octal(text, (u8)*str);
	}
}

/* From 10 to 9999, which most columns are, where they stand: a third of the steps. */
static void col_few_digits(struct mw_text *text, u32 value)
{
	u32 high = value / 100;
	char *at = text->buf + text->len;

	*at++ = ' ';
	if (high >= 10)
		at = put_pair(at + 2, high) + 2;
	else if (high)
		*at++ = (char)('0' + high);
	at = put_pair(at + 2, value - high * 100) + 2;
	text->len = (size_t)(at - text->buf);
}

/* The space is spelled with the number: one append for both. */
void mw_text_col_u64_slow(struct mw_text *text, u64 value)
{
	char number[MW_NUMBER_MAX + 1 + MW_NUMBER_PAD];
	char *end, *begin;

	if (value >= 10 && value < 10000 && text->size - text->len >= 5) {
		col_few_digits(text, (u32)value);
		return;
	}
	end = number_end(number, MW_NUMBER_MAX + 1);
	begin = spell(end, value);
	*--begin = ' ';
	append_number(text, begin, end);
}

void mw_text_col_s64(struct mw_text *text, s64 value)
{
	if (value >= 0) {
		mw_text_col_u64(text, (u64)value);
		return;
	}
	mw_text_char(text, ' ');
	mw_text_s64(text, value);
}

void mw_text_col_milli_slow(struct mw_text *text, s64 thousandths)
{
	mw_text_char(text, ' ');
	mw_text_milli(text, thousandths);
}

void mw_text_col_str(struct mw_text *text, const char *str)
{
	mw_text_char(text, ' ');
	mw_text_str(text, str);
}

void mw_text_col_escaped(struct mw_text *text, const char *str, size_t max)
{
	mw_text_char(text, ' ');
	mw_text_escaped(text, str, max);
}

void mw_text_key_u64(struct mw_text *text, const char *key, u64 value)
{
	mw_text_str(text, key);
	mw_text_char(text, '=');
	mw_text_u64(text, value);
	mw_text_char(text, '\n');
}

void mw_text_key_str(struct mw_text *text, const char *key, const char *value)
{
	mw_text_str(text, key);
	mw_text_char(text, '=');
	mw_text_str(text, value);
	mw_text_char(text, '\n');
}

void mw_text_sub_u64(struct mw_text *text, const char *key, const char *sub, u64 value)
{
	mw_text_str(text, key);
	mw_text_char(text, '.');
	mw_text_key_u64(text, sub, value);
}

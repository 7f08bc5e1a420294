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

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

/* Digits of @value, right-aligned before @end; returns where they begin. */
static char *spell(char *end, u64 value)
{
	while (value >= 100) {
		u64 rest = div_u64(value, 100);
		const char *pair = &two_digits[2 * (value - rest * 100)];

		*--end = pair[1];
		*--end = pair[0];
		value = rest;
	}
	if (value >= 10) {
		*--end = two_digits[2 * value + 1];
		*--end = two_digits[2 * value];
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

/* For numbers and names: a loop copies these in fewer steps than a call would take. */
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

void mw_text_u64(struct mw_text *text, u64 value)
{
	char number[MW_NUMBER_MAX];
	char *end = number + sizeof(number);

	if (value < 10)
		mw_text_char(text, (char)('0' + value));
	else
		append_short(text, spell(end, value), end);
}

/* The magnitude of a negative number; safe for the smallest one. */
static u64 magnitude(s64 value)
{
	return value < 0 ? -(u64)value : (u64)value;
}

void mw_text_s64(struct mw_text *text, s64 value)
{
	char number[MW_NUMBER_MAX];
	char *end = number + sizeof(number);
	char *begin = spell(end, magnitude(value));

	if (value < 0)
		*--begin = '-';
	append_short(text, begin, end);
}

void mw_text_milli(struct mw_text *text, s64 thousandths)
{
	char number[MW_NUMBER_MAX + 2];
	char *end = number + sizeof(number);
	u64 value = magnitude(thousandths);
	u64 whole = div_u64(value, 1000);
	u32 part = (u32)(value - whole * 1000);
	char *begin = end;

	for (int i = 0; i < 3; i++) {
		*--begin = (char)('0' + part % 10);
		part /= 10;
	}
	*--begin = '.';
	begin = spell(begin, whole);
	if (thousandths < 0)
		*--begin = '-';
	append_short(text, begin, end);
}

static bool is_plain(u8 c)
{
	return c > 0x20 && c != 0x7f && c != '\\';
}

static void put_octal(struct mw_text *text, u8 c)
{
	char octal[4] = { '\\', (char)('0' + (c >> 6)), (char)('0' + ((c >> 3) & 7)),
			  (char)('0' + (c & 7)) };

	append(text, octal, sizeof(octal));
}

/* Names are plain but for a byte here and there: they go by runs. */
void mw_text_escaped(struct mw_text *text, const char *str, size_t max)
{
	const char *end = str;

	if (!max || !*str) {
		mw_text_char(text, '-');
		return;
	}
	while (max && *str) {
		for (end = str; max && is_plain((u8)*end); end++)
			max--;
		append_short(text, str, end);
		str = end;
		if (max && *str) {
			put_octal(text, (u8)*str++);
			max--;
		}
	}
}

/* The space is spelled with the number: one append for both. */
void mw_text_col_u64_slow(struct mw_text *text, u64 value)
{
	char number[MW_NUMBER_MAX + 1];
	char *end = number + sizeof(number);
	char *begin = spell(end, value);

	*--begin = ' ';
	append_short(text, begin, end);
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

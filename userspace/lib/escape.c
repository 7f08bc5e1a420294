// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape.c - names of processes in and out of text: octal escapes undone, and
 * names made safe for terminals and for JSON. Runs anywhere; allocates nothing
 * and trusts nothing about its input.
 */
#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The byte that `\NNN` at @src stands for, or -1. */
static int octal_escape(const char *src, size_t len)
{
	int value;

	if (len < 4 || src[0] != '\\')
		return -1;
	if (!is_octal(src[1]) || !is_octal(src[2]) || !is_octal(src[3]))
		return -1;
	value = (src[1] - '0') * 64 + (src[2] - '0') * 8 + (src[3] - '0');
	return value >= 1 && value <= 255 ? value : -1;
}

size_t mw_unescape_octal(char *dst, size_t size, const char *src, size_t len)
{
	size_t in = 0;
	size_t out = 0;

	while (in < len && out + 1 < size) {
		int byte = octal_escape(src + in, len - in);

		if (byte < 0) {
			dst[out++] = src[in++];
		} else {
			dst[out++] = (char)byte;
			in += 4;
		}
	}
	dst[out] = '\0';
	return out;
}

/*
 * Length of the valid UTF-8 sequence at @src, or 0. Overlong forms, surrogates
 * and code points beyond U+10FFFF are not valid (RFC 3629).
 */
static size_t utf8_length(const char *src, size_t len)
{
	const unsigned char *s = (const unsigned char *)src;
	uint32_t code;
	size_t need;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		need = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		need = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (need > len)
		return 0;
	code = s[0] & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (need == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)))
		return 0;
	if (need == 4 && (code < 0x10000 || code > 0x10ffff))
		return 0;
	return need;
}

static bool is_displayable(const char *src, size_t length)
{
	unsigned char first = (unsigned char)src[0];

	if (length == 1)
		return first >= 0x20 && first != 0x7f && first != '\\';
	/* U+0080 to U+009F, the C1 controls: some terminals obey them. */
	return !(length == 2 && first == 0xc2 && (unsigned char)src[1] < 0xa0);
}

size_t mw_escape_display(char *dst, size_t size, const char *src, size_t len)
{
	size_t out = 0;

	for (size_t in = 0; in < len;) {
		size_t length = utf8_length(src + in, len - in);

		if (length > 0 && is_displayable(src + in, length)) {
			if (out + length >= size)
				break;
			memcpy(dst + out, src + in, length);
			out += length;
			in += length;
		} else {
			if (out + 4 >= size)
				break;
			snprintf(dst + out, size - out, "\\%03o", (unsigned char)src[in]);
			out += 4;
			in++;
		}
	}
	dst[out] = '\0';
	return out;
}

size_t mw_utf8_clean(char *dst, size_t size, const char *src, size_t len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t out = 0;

	for (size_t in = 0; in < len;) {
		size_t length = utf8_length(src + in, len - in);
		size_t bytes = length > 0 ? length : sizeof(replacement) - 1;

		if (out + bytes >= size)
			break;
		memcpy(dst + out, length > 0 ? src + in : replacement, bytes);
		out += bytes;
		in += length > 0 ? length : 1;
	}
	dst[out] = '\0';
	return out;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape.h - names of processes in and out of text. A name is 15 bytes of
 * anything but NUL, chosen by whoever owns the process: it may hold newlines,
 * terminal escapes and broken UTF-8. Pure; every output is NUL-terminated and
 * cut at the size given.
 */
#ifndef MW_ESCAPE_H
#define MW_ESCAPE_H

#include <stddef.h>

/**
 * mw_unescape_octal() - undo the escapes of /proc/memwatch and /proc/self/mounts
 * @dst, @size: where to, at least 1 byte
 * @src, @len:  the escaped text
 * `\NNN` (three octal digits, 001 to 377) becomes that byte; a backslash that
 * begins no such escape stays as it is. Returns the length written, without
 * the NUL.
 */
size_t mw_unescape_octal(char *dst, size_t size, const char *src, size_t len);

/**
 * mw_escape_display() - make a name safe to show on a terminal
 * @dst, @size: where to, at least 1 byte; 4 * @len + 1 always suffices
 * @src, @len:  any bytes, NUL included
 * Control characters (C0, C1, DEL), backslashes and bytes that are no UTF-8
 * become `\NNN`; everything else stays. Never cuts an escape or a character in
 * two. Returns the length written, without the NUL.
 */
size_t mw_escape_display(char *dst, size_t size, const char *src, size_t len);

/**
 * mw_utf8_clean() - make a name valid UTF-8, for JSON
 * @dst, @size: where to, at least 1 byte; 3 * @len + 1 always suffices
 * @src, @len:  any bytes but NUL
 * Each byte that is no part of a valid UTF-8 sequence becomes U+FFFD. Never
 * cuts a character in two. Returns the length written, without the NUL.
 */
size_t mw_utf8_clean(char *dst, size_t size, const char *src, size_t len);

#endif /* MW_ESCAPE_H */

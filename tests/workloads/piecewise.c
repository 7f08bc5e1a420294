// SPDX-License-Identifier: GPL-2.0-only
/*
 * piecewise - does a /proc file read the same in pieces as at once? Reads FILE
 * whole, byte by byte, in pieces of 7 bytes with pread, from its middle after a
 * seek, and whole again. Every word that both whole readings agree on must be in
 * its place in the others; where they differ a number is moving, and a number must
 * be there. The line of this process itself moves by reading and is left out. It
 * tries again, for lines come and go, but text that is torn, doubled or lost by
 * reading in pieces never matches. Exits 0 if all were the same, 1 with the first
 * difference.
 */
#include <fcntl.h>

#include "workload.h"

#define TEXT_MAX (1 << 20)
#define TRIES 40

struct text {
	size_t length;
	char bytes[TEXT_MAX + 1];
};

static int open_file(const char *name)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		err(2, "%s", name);
	return fd;
}

static void append(struct text *text, const char *from, ssize_t length, const char *name)
{
	if (length < 0)
		err(2, "%s", name);
	if (text->length + (size_t)length > TEXT_MAX)
		errx(2, "%s is longer than %d bytes", name, TEXT_MAX);
	memcpy(text->bytes + text->length, from, (size_t)length);
	text->length += (size_t)length;
	text->bytes[text->length] = '\0';
}

static void read_by(const char *name, size_t piece, struct text *text)
{
	static char buffer[65536];
	int fd = open_file(name);
	ssize_t got;

	text->length = 0;
	do {
		got = read(fd, buffer, piece);
		append(text, buffer, got, name);
	} while (got);
	close(fd);
}

static void pread_by(const char *name, size_t piece, struct text *text)
{
	char buffer[64];
	int fd = open_file(name);
	ssize_t got;

	text->length = 0;
	do {
		got = pread(fd, buffer, piece, (off_t)text->length);
		append(text, buffer, got, name);
	} while (got);
	close(fd);
}

/* The first half of @whole, and the rest from the file after a seek. */
static void read_from_middle(const char *name, const struct text *whole, struct text *text)
{
	static char buffer[65536];
	int fd = open_file(name);
	off_t middle = (off_t)(whole->length / 2);
	ssize_t got;

	text->length = 0;
	append(text, whole->bytes, middle, name);
	if (lseek(fd, middle, SEEK_SET) != middle)
		err(2, "%s: seek", name);
	do {
		got = read(fd, buffer, sizeof(buffer));
		append(text, buffer, got, name);
	} while (got);
	close(fd);
}

/* Cuts out the line whose first word is our own pid. */
static void leave_out_own_line(struct text *text)
{
	char *line = text->bytes;

	while (*line) {
		char *end = strchr(line, '\n');
		char *next = end ? end + 1 : line + strlen(line);
		char *word;

		if (strtol(line, &word, 10) == getpid() && *word == ' ') {
			memmove(line, next, strlen(next) + 1);
			text->length = strlen(text->bytes);
			return;
		}
		line = next;
	}
}

/* The next word of @text at @at, or a newline as a word of its own; its length, 0 at the end. */
static size_t next_word(const struct text *text, size_t *at)
{
	*at += strspn(text->bytes + *at, " ");
	if (text->bytes[*at] == '\n')
		return 1;
	return strcspn(text->bytes + *at, " \n");
}

static bool is_number(const char *word, size_t length)
{
	size_t start = 0;

	/* key=12 is a number that has a name. */
	for (size_t i = 0; i < length; i++)
		if (word[i] == '=')
			start = i + 1;
	for (size_t i = start; i < length; i++)
		if (!strchr("0123456789.-", word[i]))
			return false;
	return length > start;
}

/* Whether @pieces has the words of @before where @after has them too, and numbers elsewhere. */
static bool is_same(const char *how, const struct text *before, const struct text *after,
		    const struct text *pieces, bool tell)
{
	size_t b = 0, a = 0, p = 0;

	for (;;) {
		size_t b_length = next_word(before, &b);
		size_t a_length = next_word(after, &a);
		size_t p_length = next_word(pieces, &p);
		bool stable = b_length == a_length &&
			      !memcmp(before->bytes + b, after->bytes + a, a_length);
		bool same = p_length == b_length &&
			    !memcmp(before->bytes + b, pieces->bytes + p, p_length);

		if (!b_length && !a_length && !p_length)
			return true;
		if (stable ? !same : !is_number(pieces->bytes + p, p_length)) {
			if (tell)
				printf("%s differs at byte %zu of %zu:\n  whole:  %.60s\n  pieces: %.60s\n",
				       how, p, pieces->length, before->bytes + b, pieces->bytes + p);
			return false;
		}
		b += b_length;
		a += a_length;
		p += p_length;
	}
}

static bool all_same(const char *name, bool tell)
{
	static struct text raw, before, bytes, parts, middle, after;

	read_by(name, 65536, &raw);
	if (!raw.length)
		errx(1, "%s is empty", name);
	before = raw;
	read_by(name, 1, &bytes);
	pread_by(name, 7, &parts);
	read_from_middle(name, &raw, &middle);
	read_by(name, 65536, &after);
	leave_out_own_line(&before);
	leave_out_own_line(&bytes);
	leave_out_own_line(&parts);
	leave_out_own_line(&middle);
	leave_out_own_line(&after);
	return is_same("read one byte at a time", &before, &after, &bytes, tell) &&
	       is_same("pread of 7 bytes", &before, &after, &parts, tell) &&
	       is_same("read from the middle", &before, &after, &middle, tell);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: piecewise FILE");
	for (int try = 1; try <= TRIES; try++) {
		if (all_same(argv[1], try == TRIES))
			return 0;
		workload_sleep(0.05);
	}
	return 1;
}

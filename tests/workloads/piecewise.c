// SPDX-License-Identifier: GPL-2.0-only
/*
 * piecewise - does a /proc file read the same in pieces as at once? Reads FILE
 * whole, byte by byte, in pieces of 7 bytes with pread, and from its middle after
 * a seek, leaves out the line of this process itself, whose numbers move by
 * reading, and compares. Other numbers may move between two readings too, so it
 * tries again; text that is torn, doubled or lost by reading in pieces never
 * matches. Exits 0 when all were the same, 1 with the first difference.
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

/* Cuts out the line that begins with our own pid. */
static void leave_out_own_line(struct text *text)
{
	char own[32];
	char *line, *end;

	snprintf(own, sizeof(own), "\n%d ", getpid());
	line = strstr(text->bytes, own);
	if (!line)
		return;
	end = strchr(line + 1, '\n');
	if (!end)
		end = line + strlen(line);
	memmove(line, end, strlen(end) + 1);
	text->length = strlen(text->bytes);
}

static bool is_same(const char *how, struct text *whole, struct text *pieces, bool tell)
{
	size_t at = 0;

	leave_out_own_line(pieces);
	if (whole->length == pieces->length && !memcmp(whole->bytes, pieces->bytes, whole->length))
		return true;
	while (at < whole->length && whole->bytes[at] == pieces->bytes[at])
		at++;
	if (tell)
		printf("%s differs at byte %zu of %zu (%zu):\n  whole:  %.60s\n  pieces: %.60s\n", how,
		       at, whole->length, pieces->length, whole->bytes + at, pieces->bytes + at);
	return false;
}

static bool all_same(const char *name, bool tell)
{
	static struct text whole, raw, pieces;

	read_by(name, 65536, &whole);
	raw = whole;
	leave_out_own_line(&whole);
	if (!whole.length)
		errx(1, "%s is empty", name);
	read_by(name, 1, &pieces);
	if (!is_same("read one byte at a time", &whole, &pieces, tell))
		return false;
	pread_by(name, 7, &pieces);
	if (!is_same("pread of 7 bytes", &whole, &pieces, tell))
		return false;
	read_from_middle(name, &raw, &pieces);
	return is_same("read from the middle", &whole, &pieces, tell);
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

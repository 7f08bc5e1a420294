/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * truth.h - what the oracles share: reading /proc without disturbing what is
 * read (buffers are there beforehand, no stdio, no malloc), tables by the names
 * of their columns, and checks in the Test Anything Protocol. An oracle compares
 * the module with the kernel's own figures or with what it did itself; it never
 * takes one figure of the module as proof of another.
 */
#ifndef MW_TRUTH_H
#define MW_TRUTH_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <sys/utsname.h>
#include <unistd.h>

#define TRUTH_COLUMNS 32

/* --- checks ------------------------------------------------------------------ */

static int truth_failed;
static int truth_passed;

/* One check; the sentence says what was compared, with the figures. */
__attribute__((format(printf, 2, 3))) static inline bool truth_check(bool holds,
								     const char *sentence, ...)
{
	va_list arguments;

	printf("%s - ", holds ? "ok" : "not ok");
	va_start(arguments, sentence);
	vprintf(sentence, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
	if (holds)
		truth_passed++;
	else
		truth_failed++;
	return holds;
}

/* The exit status: 1 if a check failed or none was made. */
static inline int truth_end(void)
{
	return truth_failed || !truth_passed;
}

/* --- time ---------------------------------------------------------------------- */

static inline double truth_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void truth_sleep(double seconds)
{
	struct timespec left = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* One CPU for one process: pages that wait on another CPU's lists would come late. */
static inline void truth_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(2, "cpu %d", cpu);
}

/*
 * Goes to every CPU, and takes and gives back 64 pages there. What a CPU has on its way to
 * the lists of reclaim (31 folios at most) has not ended with the process that it was taken
 * for, if that died on another CPU: it goes on when its place is full, up to 6.12 also when
 * something is unmapped. And an idle CPU keeps the memory of the process that ran there last,
 * until another comes.
 *
 * 64 pages leave two of their own in that place, which on 7.x unmapping does not empty:
 * advice on memory does, on every kernel that has it, and none needs to be there.
 */
static inline void truth_drain_cpus(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (int cpu = 0; cpu < (int)sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
		char *pages;

		truth_pin(cpu);
		truth_sleep(0.05);
		pages = mmap(NULL, 65 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		if (pages == MAP_FAILED)
			err(2, "mmap");
		for (size_t i = 0; i < 64; i++)
			pages[i * page] = 1;
		munmap(pages, 64 * page);
		if (madvise(pages + 64 * page, page, MADV_COLD) && errno != ENOSYS)
			err(2, "MADV_COLD");
		munmap(pages + 64 * page, page);
	}
}

static inline long long truth_number(const char *text)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end == text || (*end && *end != '\n'))
		errx(2, "'%s' is not a number", text);
	return value;
}

/* --- files ---------------------------------------------------------------------- */

/**
 * struct truth_file - a file of /proc, open, and what was read of it last
 */
struct truth_file {
	const char *path;
	int fd;
	size_t size;
	char *text;
};

/* @size: of the text at most. Its memory is there and touched from now on. */
static inline struct truth_file truth_open(const char *path, size_t size)
{
	struct truth_file file = { .path = path, .size = size };

	file.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file.fd < 0)
		err(2, "%s", path);
	file.text = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (file.text == MAP_FAILED)
		err(2, "%zu bytes for %s", size, path);
	return file;
}

/* Reads it from its beginning. */
static inline char *truth_read(struct truth_file *file)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = pread(file->fd, file->text + length, file->size - 1 - length, (off_t)length);
		if (got < 0)
			err(2, "%s", file->path);
		length += (size_t)got;
	} while (got && length < file->size - 1);
	if (length == file->size - 1)
		errx(2, "%s has more than %zu bytes", file->path, file->size);
	file->text[length] = '\0';
	return file->text;
}

/* Opens it anew: a descriptor of the module keeps what it showed last. */
static inline char *truth_read_anew(struct truth_file *file)
{
	close(file->fd);
	file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0)
		err(2, "%s", file->path);
	return truth_read(file);
}

static inline void truth_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(2, "write '%s' to %s", text, path);
	close(fd);
}

/*
 * The sum of the values whose key begins with @key and goes on with @separator
 * (`pgalloc_` and '\0': of all that begin so). Keys stand at the beginning of
 * lines. Ends the program if there is none.
 */
static inline long long truth_value(const char *text, const char *key, char separator)
{
	size_t length = strlen(key);
	long long sum = 0;
	bool found = false;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *at;

		line += *line == '\n';
		if (strncmp(line, key, length) || (separator && line[length] != separator))
			continue;
		at = line + length;
		while (*at && *at != '\n' && *at != ' ' && *at != '=' && *at != ':' && *at != '\t')
			at++;
		sum += strtoll(at + (*at != '\0'), NULL, 10);
		found = true;
	}
	if (!found)
		errx(2, "there is no %s", key);
	return sum;
}

/* --- tables of the module --------------------------------------------------------- */

/**
 * struct truth_table - a walk over a table; the text is cut up on the way
 */
struct truth_table {
	char *name[TRUTH_COLUMNS];
	int columns;
	char *next;
};

static inline int truth_cut(char *line, char *ret_words[TRUTH_COLUMNS])
{
	int count = 0;
	char *save = NULL;

	for (char *word = strtok_r(line, " ", &save); word && count < TRUTH_COLUMNS;
	     word = strtok_r(NULL, " ", &save))
		ret_words[count++] = word;
	return count;
}

static inline char *truth_line(char **next)
{
	char *line = *next;
	char *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*next = end + 1;
	return line;
}

static inline struct truth_table truth_table(char *text)
{
	struct truth_table table = { .next = text };
	char *line = truth_line(&table.next);

	if (!line || strncmp(line, "# ", 2))
		errx(2, "a table begins with its header, not with '%s'", line ? line : text);
	table.columns = truth_cut(line + 2, table.name);
	return table;
}

static inline int truth_column(const struct truth_table *table, const char *name)
{
	for (int i = 0; i < table->columns; i++)
		if (!strcmp(table->name[i], name))
			return i;
	errx(2, "there is no column %s", name);
}

/* The next line; false at the end. A line of another length ends the program. */
static inline bool truth_row(struct truth_table *table, char *ret_row[TRUTH_COLUMNS])
{
	char *line = truth_line(&table->next);
	int columns;

	if (!line)
		return false;
	columns = truth_cut(line, ret_row);
	if (columns != table->columns)
		errx(2, "a line has %d columns, the header %d", columns, table->columns);
	return true;
}

/* The line whose @key is @value; false if there is none. */
static inline bool truth_find(char *text, const char *key, const char *value,
			      struct truth_table *ret_table, char *ret_row[TRUTH_COLUMNS])
{
	int column;

	*ret_table = truth_table(text);
	column = truth_column(ret_table, key);
	while (truth_row(ret_table, ret_row))
		if (!strcmp(ret_row[column], value))
			return true;
	return false;
}

/* A PREEMPT_RT kernel? There whoever frees may be preempted, and frees later. */
static inline bool truth_is_rt(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.version, "PREEMPT_RT");
}

#endif /* MW_TRUTH_H */

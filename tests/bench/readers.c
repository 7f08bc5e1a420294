// SPDX-License-Identifier: GPL-2.0-only
/*
 * readers.c - what it costs to look at all processes once, in nanoseconds of CPU time of
 * whoever looks; in a guest under -icount these are instructions. A look is a file of the
 * module, or files of each process in one pass over /proc, or a command.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "marks.h"

#define ROUNDS 4

static void die(const char *what)
{
	fprintf(stderr, "readers: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Returns how many bytes the file has; 0 if there is none. */
static size_t read_all(const char *path)
{
	static char buf[1 << 16];
	int fd = open(path, O_RDONLY);
	size_t total = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while ((got = read(fd, buf, sizeof(buf))) > 0)
		total += (size_t)got;
	close(fd);
	return total;
}

/* The files of one process. */
static size_t read_process(const char *pid, char **names)
{
	char path[300];
	size_t total = 0;

	for (; *names; names++) {
		snprintf(path, sizeof(path), "/proc/%s/%s", pid, *names);
		total += read_all(path);
	}
	return total;
}

/* One pass over /proc, as the best of pollers does it. */
static double look_at_each(char **names, size_t *ret_bytes)
{
	double begin = cpu_ns();
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		die("/proc");
	*ret_bytes = 0;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			*ret_bytes += read_process(entry->d_name, names);
	closedir(dir);
	return cpu_ns() - begin;
}

static double look_at_file(char **path, size_t *ret_bytes)
{
	double begin = cpu_ns();

	mark_begin();
	*ret_bytes = read_all(*path);
	mark_end();
	return cpu_ns() - begin;
}

/* A command, its start included; what it prints is counted and thrown away. */
static double look_by_command(char **argv, size_t *ret_bytes)
{
	struct rusage used;
	char buf[4096];
	int fds[2], status;
	ssize_t got;
	pid_t pid;

	if (pipe(fds) || (pid = fork()) < 0)
		die(argv[0]);
	if (!pid) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	close(fds[1]);
	*ret_bytes = 0;
	while ((got = read(fds[0], buf, sizeof(buf))) > 0)
		*ret_bytes += (size_t)got;
	close(fds[0]);
	if (wait4(pid, &status, 0, &used) != pid || status)
		*ret_bytes = 0;
	return 1e9 * (used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       1e3 * (used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static int usage(void)
{
	fprintf(stderr, "usage: readers LABEL (file PATH | each FILE... | command PROGRAM...)\n");
	return 2;
}

/* Prints `LABEL lowest highest rounds bytes`; the first look warms what is cached. */
int main(int argc, char **argv)
{
	double (*look)(char **, size_t *), cost, low = 0, high = 0;
	size_t bytes;

	if (argc < 4)
		return usage();
	if (!strcmp(argv[2], "file"))
		look = look_at_file;
	else if (!strcmp(argv[2], "each"))
		look = look_at_each;
	else if (!strcmp(argv[2], "command"))
		look = look_by_command;
	else
		return usage();
	look(argv + 3, &bytes);
	for (int i = 0; i < ROUNDS; i++) {
		cost = look(argv + 3, &bytes);
		if (!bytes)
			die(argv[1]);
		if (!i || cost < low)
			low = cost;
		if (cost > high)
			high = cost;
	}
	printf("%s %.0f %.0f %d %zu\n", argv[1], low, high, ROUNDS, bytes);
	return 0;
}

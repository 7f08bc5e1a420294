// SPDX-License-Identifier: GPL-2.0-only
/*
 * readers.c - what it costs to look at all processes: one read of
 * /proc/memwatch/tasks beside /proc/PID/stat and statm of each. Run in a guest
 * under -icount: prints instructions for one look at everything.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "readers: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static char buf[1 << 16];

/* Returns how many bytes the file has. */
static size_t read_all(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t total = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while ((got = read(fd, buf, sizeof(buf))) > 0)
		total += got;
	close(fd);
	return total;
}

static size_t read_proc(const char *name)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t total = 0;
	char path[300];

	if (!dir)
		die("/proc");
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/%s", entry->d_name, name);
		total += read_all(path);
	}
	closedir(dir);
	return total;
}

static size_t look_module(void)
{
	return read_all("/proc/memwatch/tasks");
}

static size_t look_proc(void)
{
	return read_proc("stat") + read_proc("statm");
}

static void measure(const char *name, size_t (*look)(void))
{
	double best = 0;
	size_t bytes = look();

	if (!bytes)
		die(name);
	for (int i = 0; i < 3; i++) {
		double begin = now_ns();

		bytes = look();
		if (!i || now_ns() - begin < best)
			best = now_ns() - begin;
	}
	printf("%s %.0f %zu\n", name, best, bytes);
}

/* @count sleeping children, which end with their parent. */
static void populate(int count)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 2 || atoi(argv[1]) < 1) {
		fprintf(stderr, "usage: readers PROCESSES\n");
		return 2;
	}
	populate(atoi(argv[1]));
	sleep(1);
	measure("memwatch", look_module);
	measure("proc", look_proc);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * file_storm - every file of /proc/memwatch opened, read, held, polled and written
 * without rest, while the module comes and goes: each access succeeds or says that
 * the module is not there (ENOENT to open; EIO, or of a trigger ENODEV, through a
 * descriptor that was open).
 *
 *	file_storm SECONDS	TAP: one line for each kind of access
 *
 * Exits 0 or 1 as the checks say.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "workload.h"

/* What one process does; of a file that it opens with @flags. */
struct access {
	const char *name;
	const char *file;
	int flags;
	bool (*use)(int fd);
};

/* Shared with the children: how often it went well, how often the module was gone. */
struct tally {
	long done;
	long gone;
	int error;
};

/* A file's whole text, once. */
static bool use_read(int fd)
{
	static char text[65536];
	ssize_t got;

	do
		got = read(fd, text, sizeof(text));
	while (got > 0);
	return got == 0;
}

/*
 * To the start again. The kernel answers a seek in a file that is being taken away
 * with EINVAL (proc_reg_llseek), where a read has EIO: told as one.
 */
static bool rewound(int fd)
{
	if (lseek(fd, 0, SEEK_SET) == 0)
		return true;
	if (errno == EINVAL)
		errno = EIO;
	return false;
}

/* Open for 50 ms and more: read in pieces, from the start, over and over. */
static bool use_hold(int fd)
{
	char text[512];

	for (int i = 0; i < 50; i++) {
		if (read(fd, text, sizeof(text)) < 0)
			return false;
		if (read(fd, text, 1) < 0)
			return false;
		if (!rewound(fd))
			return false;
		usleep(1000);
	}
	return true;
}

static bool use_slab(int fd)
{
	return write(fd, "slab 1\n", 7) == 7 && write(fd, "slab 0\n", 7) == 7;
}

static bool use_pages(int fd)
{
	return write(fd, "pages 0\n", 8) == 8 && write(fd, "pages 1\n", 8) == 8;
}

static bool use_tag(int fd)
{
	return write(fd, "storm\n", 6) == 6 && write(fd, "\n", 1) == 1;
}

/* A trigger that fires at once, and is waited for. */
static bool use_trigger(int fd)
{
	struct pollfd waited = { .fd = fd, .events = POLLPRI };
	char text[512];

	if (write(fd, "frag 9 0.001\n", 13) != 13)
		return false;
	if (poll(&waited, 1, 20) < 0)
		return false;
	return read(fd, text, sizeof(text)) >= 0;
}

static const struct access accesses[] = {
	{ "tasks read", "tasks", O_RDONLY, use_read },
	{ "exited read", "exited", O_RDONLY, use_read },
	{ "growth read", "growth", O_RDONLY, use_read },
	{ "status read", "status", O_RDONLY, use_read },
	{ "slab read", "slab", O_RDONLY, use_read },
	{ "fragmentation read", "fragmentation", O_RDONLY, use_read },
	{ "config read", "config", O_RDONLY, use_read },
	{ "tasks held open", "tasks", O_RDONLY, use_hold },
	{ "exited held open", "exited", O_RDONLY, use_hold },
	{ "fragmentation held open", "fragmentation", O_RDONLY, use_hold },
	{ "slab switched", "config", O_RDWR, use_slab },
	{ "pages switched", "config", O_RDWR, use_pages },
	{ "tag written", "tag", O_RDWR, use_tag },
	{ "trigger armed and polled", "trigger", O_RDWR, use_trigger },
};

#define ACCESSES (sizeof(accesses) / sizeof(*accesses))

/* Once: opened, used, closed. */
static void try_access(const struct access *access, struct tally *tally)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/memwatch/%s", access->file);
	errno = 0;
	fd = open(path, access->flags);
	if (fd >= 0 && access->use(fd))
		tally->done++;
	else if (errno == ENOENT || (fd >= 0 && (errno == EIO || errno == ENODEV)))
		tally->gone++;
	else if (!tally->error)
		tally->error = errno ? errno : -1;
	if (fd >= 0)
		close(fd);
}

static void storm(const struct access *access, struct tally *tally)
{
	for (;;) {
		try_access(access, tally);
		usleep(500);
	}
}

static bool report(const struct access *access, const struct tally *tally)
{
	if (tally->error || !(tally->done + tally->gone)) {
		printf("not ok - %s: %s\n", access->name,
		       tally->error > 0 ? strerror(tally->error) : "an answer that was short");
		return false;
	}
	printf("ok - %s: %ld times, %ld times the module was gone\n", access->name, tally->done,
	       tally->gone);
	return true;
}

int main(int argc, char **argv)
{
	double seconds = argc == 2 ? workload_number("SECONDS", argv[1]) : 0;
	struct tally *tallies;
	pid_t children[ACCESSES];
	bool good = true;

	if (!(seconds > 0))
		errx(2, "usage: file_storm SECONDS");
	tallies = mmap(NULL, sizeof(*tallies) * ACCESSES, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED)
		err(2, "mmap");
	for (size_t i = 0; i < ACCESSES; i++) {
		children[i] = fork();
		if (children[i] < 0)
			err(2, "fork");
		if (!children[i])
			storm(&accesses[i], &tallies[i]);
	}
	workload_sleep(seconds);
	for (size_t i = 0; i < ACCESSES; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	for (size_t i = 0; i < ACCESSES; i++)
		good = report(&accesses[i], &tallies[i]) && good;
	return good ? 0 : 1;
}

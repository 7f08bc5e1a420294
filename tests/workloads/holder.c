// SPDX-License-Identifier: GPL-2.0-only
/*
 * holder - holds memory of all three kinds and rests: the oracle of the tests that
 * compare RSS.
 *
 *	holder ANON_PAGES FILE SHMEM_PAGES	maps all of FILE; writes `holding`
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "workload.h"

static void touch(char *start, size_t bytes, bool write)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t at = 0; at < bytes; at += page) {
		if (write)
			start[at] = 1;
		else
			(void)*(volatile char *)(start + at);
	}
}

static void map(size_t bytes, int protection, int flags, int fd)
{
	char *start;

	if (!bytes)
		return;
	start = mmap(NULL, bytes, protection, flags, fd, 0);
	if (start == MAP_FAILED)
		err(1, "mmap");
	touch(start, bytes, protection & PROT_WRITE);
}

int main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct stat file;
	int fd;

	if (argc != 4)
		errx(2, "usage: holder ANON_PAGES FILE SHMEM_PAGES");
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "PR_SET_THP_DISABLE");
	fd = open(argv[2], O_RDONLY);
	if (fd < 0 || fstat(fd, &file))
		err(1, "%s", argv[2]);
	map((size_t)workload_number("ANON_PAGES", argv[1]) * page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map((size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd);
	map((size_t)workload_number("SHMEM_PAGES", argv[3]) * page, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1);
	if (write(STDOUT_FILENO, "holding\n", 8) != 8)
		err(1, "write");
	pause();
	return 0;
}

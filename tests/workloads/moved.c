// SPDX-License-Identifier: GPL-2.0-only
/*
 * moved - memory that the kernel's own threads will move, and rests: the oracle of who
 * owns what khugepaged and kcompactd made of it.
 *
 *	moved collapse PAGES	small pages, advised to become huge ones after SIGUSR1
 *	moved holes PAGES	each second of 2 * PAGES small pages, the others given back
 *
 * Writes `ready` when it holds PAGES pages.
 */
#include <signal.h>

#include "workload.h"

#define PAGE 4096UL
#define HUGE (2UL << 20)

static void tell(const char *line)
{
	if (write(STDOUT_FILENO, line, strlen(line)) != (ssize_t)strlen(line))
		err(1, "write");
}

/* On a boundary of huge pages; what lies before it is not touched. */
static char *map(size_t bytes)
{
	char *start = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		err(1, "mmap");
	return (char *)(((uintptr_t)start + HUGE - 1) & ~(HUGE - 1));
}

static void touch(char *start, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		start[at] = 1;
}

static void collapse(size_t bytes)
{
	char *start = map(bytes);
	sigset_t advise;
	int got;

	sigemptyset(&advise);
	sigaddset(&advise, SIGUSR1);
	sigprocmask(SIG_BLOCK, &advise, NULL);
	touch(start, bytes);
	tell("ready\n");
	sigwait(&advise, &got);
	if (madvise(start, bytes, MADV_HUGEPAGE))
		err(1, "MADV_HUGEPAGE");
}

static void holes(size_t bytes)
{
	char *start = map(2 * bytes);

	touch(start, 2 * bytes);
	for (size_t at = 0; at < 2 * bytes; at += 2 * PAGE)
		if (madvise(start + at, PAGE, MADV_DONTNEED))
			err(1, "MADV_DONTNEED");
	tell("ready\n");
}

int main(int argc, char **argv)
{
	size_t bytes;

	if (argc != 3 || (strcmp(argv[1], "collapse") && strcmp(argv[1], "holes")))
		errx(2, "usage: moved collapse|holes PAGES");
	bytes = (size_t)workload_number("PAGES", argv[2]) * PAGE;
	if (!strcmp(argv[1], "collapse"))
		collapse(bytes);
	else
		holes(bytes);
	pause();
	return 0;
}

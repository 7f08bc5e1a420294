// SPDX-License-Identifier: GPL-2.0-only
/*
 * known_pages - holds exactly N anonymous pages and says so: the oracle of the
 * tests that count. Page tables are made beforehand, by mapping the zero page
 * everywhere, and nothing else happens between two reports, so what the kernel
 * allocates for this process between them is the pages alone.
 *
 *	known_pages N...   hold each number of pages in turn; after each, write
 *	                   `held N` and wait for SIGUSR1
 */
#include <signal.h>

#include "workload.h"

static size_t most_pages(int count, char **numbers)
{
	size_t most = 0;

	for (int i = 0; i < count; i++) {
		size_t pages = (size_t)workload_number("N", numbers[i]);

		if (pages > most)
			most = pages;
	}
	return most;
}

/* Maps the shared zero page at every address: page tables without pages. */
static void build_page_tables(const struct region *region)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < region->pages; i++)
		(void)*(volatile char *)(region->start + i * page);
}

static void report_and_wait(size_t pages)
{
	sigset_t signals;
	char line[64];
	int length, signal;

	/* No stdio: its buffer would be a page of ours. */
	length = snprintf(line, sizeof(line), "held %zu\n", pages);
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		err(1, "write");
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	if (sigwait(&signals, &signal))
		errx(1, "sigwait");
}

int main(int argc, char **argv)
{
	double page_kib = (double)sysconf(_SC_PAGESIZE) / 1024;
	struct region region;
	sigset_t signals;

	if (argc < 2)
		errx(2, "usage: known_pages N...");
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "PR_SET_THP_DISABLE");
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	region = region_new((double)most_pages(argc - 1, argv + 1) * page_kib);
	build_page_tables(&region);
	for (int i = 1; i < argc; i++) {
		size_t pages = (size_t)workload_number("N", argv[i]);

		region_resize(&region, (double)pages * page_kib);
		report_and_wait(pages);
	}
	return 0;
}

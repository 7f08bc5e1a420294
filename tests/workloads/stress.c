// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress - everything that makes the module count, without rest: memory touched
 * and unmapped, pipes filled and closed, processes forked and ended, files written
 * to /tmp and removed.
 *
 *	stress PROCESSES SECONDS	0 seconds is for ever
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "workload.h"

#define CHURN_KIB 256

static void churn_pages(void)
{
	struct region region = region_new(CHURN_KIB);

	region_resize(&region, CHURN_KIB);
	munmap(region.start, region.pages * (size_t)sysconf(_SC_PAGESIZE));
}

static void churn_pipe(void)
{
	static char data[16384];
	int ends[2];

	if (pipe(ends))
		err(1, "pipe");
	if (write(ends[1], data, sizeof(data)) < 0)
		err(1, "write");
	close(ends[0]);
	close(ends[1]);
}

static void churn_process(void)
{
	pid_t child = fork();

	if (child < 0)
		err(1, "fork");
	if (!child) {
		churn_pages();
		_exit(0);
	}
	if (waitpid(child, NULL, 0) != child)
		err(1, "waitpid");
}

static void churn_file(void)
{
	static char data[65536];
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/tmp/stress.%d", getpid());
	fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd < 0 || write(fd, data, sizeof(data)) < 0)
		err(1, "%s", name);
	close(fd);
	unlink(name);
}

static void churn(const struct workload *workload)
{
	while (workload_goes_on(workload, workload_clock())) {
		churn_pages();
		churn_pipe();
		churn_process();
		churn_file();
	}
}

int main(int argc, char **argv)
{
	struct workload workload = { 0 };
	int processes;

	if (argc != 3)
		errx(2, "usage: stress PROCESSES SECONDS");
	processes = (int)workload_number("PROCESSES", argv[1]);
	workload.duration_s = workload_number("SECONDS", argv[2]);
	for (int i = 1; i < processes; i++)
		if (!fork())
			break;
	churn(&workload);
	while (wait(NULL) > 0)
		;
	return 0;
}

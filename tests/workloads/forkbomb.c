// SPDX-License-Identifier: GPL-2.0-only
/*
 * forkbomb - every process forks as long as it can, and none ends by itself: what
 * stops it is the limit of processes (RLIMIT_NPROC or pids.max), or memory. Each
 * child writes to pages of its own first. Who was refused tries again in a second: what a
 * refused fork had made already waits for RCU, and on 5.10, with 600 processes that tried 20
 * times a second each, 40,000 task_structs did, until no memory was left.
 *
 *	forkbomb SECONDS	then each process ends on its own
 */
#include <errno.h>

#include "workload.h"

#define OWN_KIB 16
#define RETRY_S 1

int main(int argc, char **argv)
{
	double seconds = argc == 2 ? workload_number("SECONDS", argv[1]) : 0;

	if (!(seconds > 0))
		errx(2, "usage: forkbomb SECONDS");
	while (workload_clock() < seconds) {
		pid_t child = fork();

		if (child < 0 && errno != EAGAIN && errno != ENOMEM)
			err(1, "fork");
		if (child < 0) {
			workload_sleep(RETRY_S);
		} else if (!child) {
			struct region region = region_new(OWN_KIB);

			region_resize(&region, OWN_KIB);
		}
	}
	return 0;
}

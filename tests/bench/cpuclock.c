// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpuclock.c - nanoseconds that the process PID was on a CPU, by all its threads, those
 * that have ended too: what another's clock says, not what it says of itself. In a guest
 * under `-icount shift=0` these are instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct timespec ts;
	clockid_t clock;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: cpuclock PID\n");
		return 2;
	}
	err = clock_getcpuclockid(atoi(argv[1]), &clock);
	if (err || clock_gettime(clock, &ts)) {
		fprintf(stderr, "cpuclock: there is no process %s\n", argv[1]);
		return 1;
	}
	printf("%lld\n", ts.tv_sec * 1000000000LL + ts.tv_nsec);
	return 0;
}

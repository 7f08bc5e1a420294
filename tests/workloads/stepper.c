// SPDX-License-Identifier: GPL-2.0-only
/*
 * stepper - holds as much memory as it was told last. Reads from standard input one
 * number of KiB a line, holds that much, and answers `KIB rss_kb=N up_s=S`: its VmRSS, and
 * when it had come to it, in seconds since boot.
 */
#include "workload.h"

static long rss_kb(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kb = -1;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1)
			break;
	if (status)
		fclose(status);
	return kb;
}

static double up_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
	struct region region = region_new(1 << 20);
	char line[64];
	double came_s;

	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "PR_SET_THP_DISABLE");
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		region_resize(&region, workload_number("KIB", line));
		came_s = up_s();
		printf("%s rss_kb=%ld up_s=%.3f\n", line, rss_kb(), came_s);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * stepper - holds as much memory as it was told last. Reads from standard input one
 * number of KiB a line, holds that much, and answers `KIB` with its VmRSS in KiB.
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

int main(void)
{
	struct region region = region_new(1 << 20);
	char line[64];

	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "PR_SET_THP_DISABLE");
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		region_resize(&region, workload_number("KIB", line));
		printf("%s rss_kb=%ld\n", line, rss_kb());
	}
	return 0;
}

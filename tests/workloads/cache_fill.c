// SPDX-License-Identifier: GPL-2.0-only
/*
 * cache_fill - a cache, no leak: it fills, fast at first and then ever slower as
 * hits replace misses, has 98 % of --size after --period, and holds.
 */
#include "workload.h"

int main(int argc, char **argv)
{
	struct workload workload = { .period_s = 6, .size_kib = 16384, .base_kib = 1024 };
	struct region region;
	double now_s;

	workload_options(argc, argv, &workload);
	region = region_new(workload.base_kib + workload.size_kib);
	printf("cache_fill pid=%d size_kib=%g period_s=%g\n", getpid(), workload.size_kib,
	       workload.period_s);
	while (workload_goes_on(&workload, now_s = workload_clock())) {
		double filled = 1 - exp(-4 * now_s / workload.period_s);

		region_resize(&region, workload.base_kib + workload.size_kib * filled);
		workload_sleep(0.02);
	}
	return 0;
}

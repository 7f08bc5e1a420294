// SPDX-License-Identifier: GPL-2.0-only
/*
 * gc_sawtooth - a collected heap, no leak: on top of --base live memory, garbage
 * piles up to --size over each --period and is collected at once.
 */
#include "workload.h"

int main(int argc, char **argv)
{
	struct workload workload = { .period_s = 2, .size_kib = 16384, .base_kib = 4096 };
	struct region region;
	double now_s;

	workload_options(argc, argv, &workload);
	region = region_new(workload.base_kib + workload.size_kib);
	printf("gc_sawtooth pid=%d size_kib=%g period_s=%g\n", getpid(), workload.size_kib,
	       workload.period_s);
	while (workload_goes_on(&workload, now_s = workload_clock())) {
		double phase = fmod(now_s, workload.period_s) / workload.period_s;

		region_resize(&region, workload.base_kib + workload.size_kib * phase);
		workload_sleep(0.02);
	}
	return 0;
}

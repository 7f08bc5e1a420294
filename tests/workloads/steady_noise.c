// SPDX-License-Identifier: GPL-2.0-only
/*
 * steady_noise - a busy service in a steady state, no leak: each --period it holds
 * another random amount between --base and --base plus --size.
 */
#include "workload.h"

int main(int argc, char **argv)
{
	struct workload workload = { .period_s = 0.1, .size_kib = 8192, .base_kib = 4096, .seed = 1 };
	struct region region;

	workload_options(argc, argv, &workload);
	region = region_new(workload.base_kib + workload.size_kib);
	printf("steady_noise pid=%d size_kib=%g period_s=%g\n", getpid(), workload.size_kib,
	       workload.period_s);
	while (workload_goes_on(&workload, workload_clock())) {
		region_resize(&region, workload.base_kib + workload.size_kib * workload_random(&workload));
		workload_sleep(workload.period_s);
	}
	return 0;
}

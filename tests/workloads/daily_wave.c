// SPDX-License-Identifier: GPL-2.0-only
/*
 * daily_wave - a service that follows its users, no leak: memory swings between
 * --base and --base plus --size as a sine whose day lasts --period.
 */
#include "workload.h"

int main(int argc, char **argv)
{
	struct workload workload = { .period_s = 6, .size_kib = 12288, .base_kib = 4096 };
	struct region region;
	double now_s;

	workload_options(argc, argv, &workload);
	region = region_new(workload.base_kib + workload.size_kib);
	printf("daily_wave pid=%d size_kib=%g period_s=%g\n", getpid(), workload.size_kib,
	       workload.period_s);
	while (workload_goes_on(&workload, now_s = workload_clock())) {
		double wave = (1 - cos(2 * M_PI * now_s / workload.period_s)) / 2;

		region_resize(&region, workload.base_kib + workload.size_kib * wave);
		workload_sleep(0.02);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * ramp - grows and shrinks by known slopes, by its clock: the oracle of rates.
 *
 *	ramp RATE:SECONDS...	phases one after the other; RATE in KiB/s, negative to
 *				give back, 0 to rest without waking
 *
 * Writes `phase RATE at SECONDS` as each begins. At every moment it is at most one
 * page and a fiftieth of a second from its line.
 */
#include "workload.h"

#define STEP_S	 0.02
#define MOST_KIB (1 << 20)

struct phase {
	double rate_kib_s;
	double seconds;
};

static struct phase phase_of(const char *text)
{
	struct phase phase;
	char rest;

	if (sscanf(text, "%lf:%lf%c", &phase.rate_kib_s, &phase.seconds, &rest) != 2 ||
	    phase.seconds < 0)
		errx(2, "a phase is RATE:SECONDS, not '%s'", text);
	return phase;
}

static void run(struct region *region, const struct phase *phase, double begin_s, double *kib)
{
	double end_s = begin_s + phase->seconds;
	double from_kib = *kib;
	double now_s;

	if (phase->rate_kib_s == 0 && end_s > workload_clock())
		workload_sleep(end_s - workload_clock());
	while ((now_s = workload_clock()) < end_s) {
		region_resize(region, from_kib + phase->rate_kib_s * (now_s - begin_s));
		workload_sleep(STEP_S);
	}
	*kib = from_kib + phase->rate_kib_s * phase->seconds;
	region_resize(region, *kib);
}

int main(int argc, char **argv)
{
	struct region region;
	double begin_s = 0, kib = 0;

	if (argc < 2)
		errx(2, "usage: ramp RATE:SECONDS...");
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "PR_SET_THP_DISABLE");
	setvbuf(stdout, NULL, _IOLBF, 0);
	region = region_new(MOST_KIB);
	workload_clock();
	for (int i = 1; i < argc; i++) {
		struct phase phase = phase_of(argv[i]);

		printf("phase %g at %g\n", phase.rate_kib_s, begin_s);
		run(&region, &phase, begin_s, &kib);
		begin_s += phase.seconds;
	}
	return 0;
}

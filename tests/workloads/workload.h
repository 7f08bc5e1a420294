/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workload.h - what the workloads share: one command line, a clock that starts
 * at zero, a seeded random sequence, and a region of memory of which a chosen
 * number of pages is resident. A workload does with its memory what its options
 * say and nothing else, so that its true behaviour is known without measuring.
 */
#ifndef MW_WORKLOAD_H
#define MW_WORKLOAD_H

#include <err.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/**
 * struct workload - the command line
 * @rate_kib_s: how fast memory is taken, KiB/s
 * @period_s:   length of a cycle, or of the filling, s
 * @size_kib:   the most memory that is held on top of @base_kib, KiB
 * @base_kib:   memory held from the first moment, KiB
 * @seed:       of the random sequence
 * @duration_s: when to end, s; 0 is never
 */
struct workload {
	double rate_kib_s;
	double period_s;
	double size_kib;
	double base_kib;
	uint64_t seed;
	double duration_s;
};

static inline double workload_number(const char *option, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0))
		errx(2, "--%s wants a number that is not negative, not '%s'", option, text);
	return value;
}

/* Fills @workload, which holds the defaults, from the command line; exits 2 on a bad one. */
static inline void workload_options(int argc, char **argv, struct workload *workload)
{
	static const struct option options[] = {
		{ "rate", required_argument, NULL, 'r' },
		{ "period", required_argument, NULL, 'p' },
		{ "size", required_argument, NULL, 's' },
		{ "base", required_argument, NULL, 'b' },
		{ "seed", required_argument, NULL, 'e' },
		{ "duration", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	int option, index = 0;

	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		double value;

		if (option == '?')
			errx(2, "options: --rate KIB_PER_S --period S --size KIB --base KIB --seed N --duration S");
		value = workload_number(options[index].name, optarg);
		switch (option) {
		case 'r': workload->rate_kib_s = value; break;
		case 'p': workload->period_s = value; break;
		case 's': workload->size_kib = value; break;
		case 'b': workload->base_kib = value; break;
		case 'e': workload->seed = (uint64_t)value; break;
		case 'd': workload->duration_s = value; break;
		}
	}
	if (optind < argc)
		errx(2, "'%s' is not an option", argv[optind]);
	/* A huge page would make resident what was never touched. */
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(1, "PR_SET_THP_DISABLE");
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Seconds since the first call. */
static inline double workload_clock(void)
{
	static struct timespec first;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!first.tv_sec && !first.tv_nsec)
		first = now;
	return (double)(now.tv_sec - first.tv_sec) + (double)(now.tv_nsec - first.tv_nsec) / 1e9;
}

static inline bool workload_goes_on(const struct workload *workload, double now_s)
{
	return !workload->duration_s || now_s < workload->duration_s;
}

static inline void workload_sleep(double seconds)
{
	struct timespec left = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)(fmod(seconds, 1.0) * 1e9),
	};

	while (nanosleep(&left, &left))
		;
}

/* The next of a sequence (xorshift64*), in [0, 1). */
static inline double workload_random(struct workload *workload)
{
	uint64_t x = workload->seed ? workload->seed : 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	workload->seed = x;
	return (double)((x * 0x2545f4914f6cdd1dULL) >> 11) / 9007199254740992.0;
}

/* Memory of which the first @resident pages are resident. */
struct region {
	char *start;
	size_t pages;
	size_t resident;
};

static inline struct region region_new(double kib)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct region region = { .pages = (size_t)ceil(kib * 1024 / (double)page) + 1 };

	region.start = mmap(NULL, region.pages * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (region.start == MAP_FAILED)
		err(1, "no address space for %zu pages", region.pages);
	return region;
}

/* Makes the first @kib of @region resident and gives the rest back. */
static inline void region_resize(struct region *region, double kib)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t want = (size_t)(kib * 1024 / (double)page);

	if (want > region->pages)
		want = region->pages;
	for (; region->resident < want; region->resident++)
		region->start[region->resident * page] = 1;
	if (region->resident > want &&
	    madvise(region->start + want * page, (region->resident - want) * page, MADV_DONTNEED))
		err(1, "madvise");
	region->resident = want;
}

#endif /* MW_WORKLOAD_H */

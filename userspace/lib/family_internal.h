/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * family_internal.h - what is remembered of families, shared by family.c, which judges, and
 * family_saved.c, which keeps it over a restart, and by nobody else.
 */
#ifndef MW_FAMILY_INTERNAL_H
#define MW_FAMILY_INTERNAL_H

#include <stdint.h>

#include "family.h"

/* Rates of a run that the median is taken of: the first ones of it. */
#define MW_FAMILY_RATES 5

struct family {
	char name[MW_FAMILY_NAME_MAX];
	uint64_t touched; /* 0: free */
	const char *class_name;
	double end_s;	 /* of the last life */
	double length_s; /* of it */
	double level;	 /* where it began, KiB, and by how much it grew */
	double growth;
	double since_s;
	double alert_s;
	double growth_sum;
	double came_back_kib; /* the highest rise that a life has given back */
	float rates[MW_FAMILY_RATES];
	float low;
	float high;
	float slowest;
	float fastest;
	uint32_t lives;
	uint32_t run;
};

struct mw_families {
	size_t most;
	uint64_t touches;
	uint64_t saved; /* @touches when they were last saved (family_saved.c) */
	struct family family[];
};

#endif /* MW_FAMILY_INTERNAL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * leak_internal.h - the state of one process life, shared by the parts of the
 * detector (leak*.c) and by nobody else.
 */
#ifndef MW_LEAK_INTERNAL_H
#define MW_LEAK_INTERNAL_H

#include "leak.h"
#include "rate_change.h"
#include "series.h"
#include "trend.h"
#include "watermark.h"

/* module/README.md: owned pages are counted in units of 4 KiB. */
#define MW_OWNED_PAGE_KIB 4.0

/* Where the heap is read from; kept for the life, so that its meaning never jumps. */
enum mw_heap_source {
	MW_HEAP_UNSET,
	MW_HEAP_ANON,
	MW_HEAP_RSS_LESS_FILE,
	MW_HEAP_RSS,
};

/* What was found last; times in s since the series' origin, amounts in KiB. */
struct mw_finding {
	double since_t;
	double until_t;
	double level;
	double growth;
	float slope;
	float low;
	float high;
	float p_value;
	float departure;
	float tooth;	   /* median height of what comes and goes above the floor */
	float heap_growth; /* of each measure over the same time; NAN where unknown */
	float kernel_growth;
	float live_growth;
	float thread_growth; /* threads; 0 unless their own trend is sure */
	uint16_t windows;
	uint16_t risen;
	uint8_t why;
	uint8_t measure;
	uint8_t is_staircase;
};

/* Only for lives whose memory changes. */
struct mw_leak_extra {
	struct mw_watermark watermark;
	struct mw_rate_change rate;
};

struct mw_leak {
	const struct mw_leak_config *config;
	struct mw_series series;
	struct mw_leak_extra *extra; /* NULL until the heap moves */
	struct mw_finding found;
	double first_alert_s;
	double crowd_kib;     /* what the crowd knows of its kernel memory */
	double came_back_kib; /* the highest rise of the heap's floor that was given back */
	double learnt_kib;    /* of it, what the family knows (family.c) */
	double known_kib;     /* the same of earlier lives of the family; 0 for none */
	double fell_t; /* when the floor fell last by a good part of that, s since the origin */
	uint64_t start_ticks;
	int64_t rss_kb;
	int64_t limit_kb;
	uint32_t ignored;
	int32_t pid;
	uint8_t heap_source;
	uint8_t entity; /* enum mw_entity */
	uint8_t passes;
	uint8_t behind; /* samples in a row that were before the last */
	uint8_t falls;	/* how often it did */
	bool leak;
	bool has_waited;  /* the last judgement rose, and was too early to tell */
	bool is_expected; /* because earlier lives came back from as much */
	char comm[MW_COMM_MAX];
};

/** mw_leak_has_waited() - has a rise been seen for long enough to be told? (leak_wait.c) */
bool mw_leak_has_waited(const struct mw_leak *leak, const struct mw_trend *trend, double level_kib);

/** mw_leak_is_expected() - may it be what earlier lives of the family came back from? (leak_wait.c) */
bool mw_leak_is_expected(const struct mw_leak *leak, const struct mw_trend *trend);

/** mw_leak_tooth() - height of what comes and goes above a floor, KiB (leak_class.c) */
double mw_leak_tooth(const struct mw_points *points, double since_t, double slope);

/** mw_leak_note() - what else moved while @measure rose, into the finding (leak_class.c) */
void mw_leak_note(struct mw_leak *leak, const struct mw_trend *trend, enum mw_measure measure,
		  const struct mw_points *points);

/** mw_leak_is_threads() - did threads grow with it, and their kernel stacks? (leak_class.c) */
bool mw_leak_is_threads(const struct mw_finding *found);

/** mw_leak_is_fragmentation() - is less of what grew in use? (leak_class.c) */
bool mw_leak_is_fragmentation(const struct mw_finding *found);

/** mw_leak_kind() - static name of what rises, whether or not it is told as a leak (leak_class.c) */
const char *mw_leak_kind(const struct mw_leak *leak);

/** mw_leak_class() - static name of what leaks; "none" without a leak (leak_class.c) */
const char *mw_leak_class(const struct mw_leak *leak);

#endif /* MW_LEAK_INTERNAL_H */

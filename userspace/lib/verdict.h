/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verdict.h - what the detector says of one process life. The shape of the
 * JSON objects that `analyze --json` prints (documented field by field in
 * README.md); fields are only ever appended.
 */
#ifndef MW_VERDICT_H
#define MW_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

#define MW_REASON_MAX 384

/* Times that do not exist (no alert yet, no limit known) are NAN. */
struct mw_verdict {
	char comm[MW_COMM_MAX];
	int32_t pid;
	uint64_t start_ticks;
	uint64_t samples;
	bool leak;		/* the verdict now (at the end of the data) */
	double confidence;	/* 0..1, that the floor rises and does not come back */
	const char *class_name; /* static string, e.g. "rising-floor"; "none" without a leak */
	double rate_kib_per_s;	/* Theil-Sen slope of the floor */
	double rate_low;	/* its confidence interval, KiB/s */
	double rate_high;
	double since_s;		    /* when the growth began, in the time of the samples, or NAN */
	double first_alert_s;	    /* when the online detector raised the alert, or NAN */
	int64_t limit_kb;	    /* the limit that will be hit first, or MW_UNKNOWN */
	double time_to_limit_s;	    /* from the last sample, or NAN */
	char reason[MW_REASON_MAX]; /* one sentence in words, with its numbers */
	double time_to_limit_low_s;  /* at the upper end of the rate, or NAN */
	double time_to_limit_high_s; /* at the lower end, NAN when that is not above 0 */
	double watermark_kib;	     /* above it the heap is unusually high, or NAN (watermark.h) */
	double above_watermark_s;    /* for how long it is, 0 when it is not */
	double alloc_per_s;	     /* pages allocated, or minor faults, 1/s, or NAN */
	double alloc_change;	     /* times the rate before it changed abruptly, else 1 */
	double drift; /* two-sample Kolmogorov-Smirnov: first and last third of the floor, or NAN */
};

/* Longest text of mw_format_*(), with its NUL. */
#define MW_FORMAT_MAX 32

/** mw_format_kib() - an amount in a unit that people read: "812 KiB", "1.4 GiB" */
void mw_format_kib(double kib, char ret_text[MW_FORMAT_MAX]);

/**
 * mw_format_rate() - a rate in the unit that gives the fewest zeros: "41.8 KiB/s",
 * "12.0 MiB/h". The unit is chosen by @scale_kib_per_s, so that an interval can
 * be written in the unit of its rate.
 */
void mw_format_rate(double kib_per_s, double scale_kib_per_s, char ret_text[MW_FORMAT_MAX]);

/** mw_format_duration() - a time span: "14 s", "21 min", "5.2 h", "3.4 days" */
void mw_format_duration(double seconds, char ret_text[MW_FORMAT_MAX]);

#endif /* MW_VERDICT_H */

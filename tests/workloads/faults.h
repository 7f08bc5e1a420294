/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * faults.h - the kernel's fault injection for one process: its next system calls run
 * until the Nth allocation that the module makes for them, which fails. Needs a kernel
 * with FAILSLAB, FAIL_PAGE_ALLOC and the stack trace filter (tests/kernels): only what has
 * the module on its stack counts, so that N is small and the kernel's own work is left alone.
 */
#ifndef MW_FAULTS_H
#define MW_FAULTS_H

#include "truth.h"

/* Modules lie here and nothing else does; of a guest of the tests ours alone. */
#define FAULTS_MODULES_START "0xffffffffa0000000"
#define FAULTS_MODULES_END   "0xffffffffff000000"

/**
 * enum faults - what fails
 * @FAULTS_ONE:  the Nth allocation alone: what falls back to another way goes on
 * @FAULTS_REST: the Nth and all behind it: no way is left
 */
enum faults {
	FAULTS_ONE,
	FAULTS_REST,
};

static const char *const faults_names[] = {
	[FAULTS_ONE] = "one allocation failed",
	[FAULTS_REST] = "all from one on failed",
};

/*
 * kmemleak makes an object beside each that is allocated, on the same stack: half of all
 * faults would be its own, which it takes from a pool.
 */
#define FAULTS_NOT_OURS "__alloc_object"

static int faults_nth, faults_who;

static inline void faults_set(const char *key, const char *value)
{
	static const char *const places[] = { "failslab", "fail_page_alloc" };
	char path[96];

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", places[i], key);
		/* Each has a few that the other has not. */
		if (!access(path, W_OK))
			truth_write(path, value);
	}
}

/* Where a function of the kernel begins and the next one: "0" and "0" if there is none. */
static inline void faults_function(const char *name, char ret_start[20], char ret_end[20])
{
	unsigned long long address, start = 0, end = 0;
	char line[512], symbol[512];
	FILE *file = fopen("/proc/kallsyms", "r");

	/* The first pass finds it, the second who comes next: modules stand at the end. */
	for (int pass = 0; file && pass < 2; pass++) {
		rewind(file);
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "%llx %*c %511s", &address, symbol) != 2)
				continue;
			if (!pass && !strcmp(symbol, name))
				start = address;
			if (pass && start && address > start && (!end || address < end))
				end = address;
		}
	}
	if (file)
		fclose(file);
	snprintf(ret_start, 20, "%#llx", start);
	snprintf(ret_end, 20, "%#llx", end);
}

/* Once, before all others. Each fault is told of on the console: it pardons one trace there. */
static inline void faults_begin(void)
{
	char start[20], end[20];

	faults_set("probability", "0");
	faults_set("times", "-1");
	faults_set("task-filter", "Y");
	faults_set("ignore-gfp-wait", "N");
	faults_set("ignore-gfp-highmem", "N");
	faults_set("min-order", "0");
	faults_set("verbose", "1");
	faults_set("stacktrace-depth", "32");
	faults_set("require-start", FAULTS_MODULES_START);
	faults_set("require-end", FAULTS_MODULES_END);
	faults_function(FAULTS_NOT_OURS, start, end);
	faults_set("reject-start", start);
	faults_set("reject-end", end);
	faults_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	faults_who = open("/proc/self/make-it-fail", O_RDWR | O_CLOEXEC);
	if (faults_nth < 0 || faults_who < 0)
		err(2, "no fault injection here: /proc/self/fail-nth");
}

static inline void faults_choose(enum faults faults)
{
	faults_set("probability", faults == FAULTS_REST ? "100" : "0");
}

/* The @nth allocation from here on, 1 the first. Ended by faults_disarm(). */
static inline void faults_arm(int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(faults_who, "1", 1, 0) != 1 ||
	    pwrite(faults_nth, text, (size_t)length, 0) != length)
		err(2, "fail-nth");
}

/* Did it come to the fault? Keeps errno. */
static inline bool faults_disarm(void)
{
	int error = errno;
	char left[16] = "";

	if (pwrite(faults_who, "0", 1, 0) != 1 ||
	    pread(faults_nth, left, sizeof(left) - 1, 0) <= 0 || pwrite(faults_nth, "0", 1, 0) != 1)
		err(2, "fail-nth");
	errno = error;
	return !atoi(left);
}

#endif /* MW_FAULTS_H */

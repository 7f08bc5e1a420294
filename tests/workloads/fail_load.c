// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_load - loads the module again and again, each time with the next of its
 * allocations failing, until a load needs no more of them: first one alone, then that
 * one and all behind it. A load ends in one of two ways: refused for want of memory,
 * and nothing is left; or loaded, and status says which probes the kernel refused.
 * While the load that went well is there, the same for its unloading, which may not fail.
 *
 *	fail_load MODULE.ko PARAMETERS [one|rest]	TAP; of both ways only this one
 *
 * Says after every 20 faults how far it is. Exits 0 or 1 as the checks say, 2 if faults
 * cannot be injected here.
 */
#include <sys/syscall.h>

#include "faults.h"

/* Far more than there are: a fault that never comes to an end is a fault of the test. */
#define NTH_MAX 2000

/**
 * struct outcomes - of all the loads that came to their fault
 * @refused: ENOMEM, and nothing left
 * @whole:   loaded, with everything that a load without a fault has
 * @partial: loaded, and status says what is missing
 * @wrong:   anything else; told at once
 */
struct outcomes {
	int refused;
	int whole;
	int partial;
	int wrong;
};

static const char *module_path, *parameters;
static char whole_states[16384];

static int load(void)
{
	int fd = open(module_path, O_RDONLY | O_CLOEXEC);
	int ret, error;

	if (fd < 0)
		err(2, "%s", module_path);
	ret = (int)syscall(SYS_finit_module, fd, parameters, 0);
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

static int unload(void)
{
	return (int)syscall(SYS_delete_module, "memwatch", O_NONBLOCK);
}

static bool is_in(const char *path, const char *word)
{
	static struct truth_file files[2];
	struct truth_file *file = &files[!strcmp(path, "/proc/modules")];

	if (!file->text)
		*file = truth_open(path, 65536);
	return strstr(truth_read(file), word);
}

/* Neither files, nor a module, nor a kprobe (there are no others in the guest). */
static bool nothing_is_left(void)
{
	return access("/proc/memwatch", F_OK) && !is_in("/proc/modules", "memwatch ") &&
	       !is_in("/sys/kernel/debug/kprobes/list", "+0x0");
}

/* The lines of status that say what each tracepoint and hook is, in @text. */
static void read_states(char *text, size_t size)
{
	struct truth_file status = truth_open("/proc/memwatch/status", 65536);
	size_t length = 0;
	char *line, *next = truth_read(&status);

	while ((line = truth_line(&next)))
		if (!strncmp(line, "tracepoint.", 11) || !strncmp(line, "hook.", 5))
			length += (size_t)snprintf(text + length, size - length, "%s\n", line);
	close(status.fd);
	munmap(status.text, status.size);
	if (length >= size)
		errx(2, "status is too long");
}

/* Loaded in spite of a fault: what is not as it is without, is said to have failed. */
static void judge_loaded(struct outcomes *outcomes, int nth)
{
	static char text[sizeof(whole_states)], whole[sizeof(whole_states)];
	char *line, *wanted, *next = text, *next_wanted = whole;
	int failed = 0, unsaid = 0;

	read_states(text, sizeof(text));
	memcpy(whole, whole_states, sizeof(whole));
	while ((line = truth_line(&next)) && (wanted = truth_line(&next_wanted))) {
		if (!strcmp(line, wanted))
			continue;
		if (strstr(line, "=failed: ")) {
			failed++;
			continue;
		}
		printf("# fault %d: %s, not %s\n", nth, line, wanted);
		unsaid++;
	}
	if (unsaid)
		outcomes->wrong++;
	else if (failed)
		outcomes->partial++;
	else
		outcomes->whole++;
	if (unload()) {
		printf("# fault %d: loaded, and cannot be unloaded: %s\n", nth, strerror(errno));
		outcomes->wrong++;
	}
}

static void judge_refused(struct outcomes *outcomes, int nth)
{
	bool clean = errno == ENOMEM;

	if (!clean)
		printf("# fault %d: %s\n", nth, strerror(errno));
	if (!nothing_is_left()) {
		printf("# fault %d: refused, but something is left\n", nth);
		clean = false;
	}
	if (clean)
		outcomes->refused++;
	else
		outcomes->wrong++;
}

/* Minutes on the debug kernel: whoever waits sees it go on. */
static void tell_progress(int nth, const struct outcomes *outcomes, double began)
{
	if (nth % 20)
		return;
	printf("# %d faults in %.0f s: %d refused, %d whole, %d say what is missing, %d wrong\n",
	       nth, truth_now() - began, outcomes->refused, outcomes->whole, outcomes->partial,
	       outcomes->wrong);
	fflush(stdout);
}

static void fail_loads(enum faults faults)
{
	struct outcomes outcomes = { 0 };
	double began = truth_now();
	int nth, ret;

	faults_choose(faults);
	for (nth = 1; nth <= NTH_MAX; nth++) {
		faults_arm(nth);
		ret = load();
		if (!faults_disarm())
			break;
		if (ret)
			judge_refused(&outcomes, nth);
		else
			judge_loaded(&outcomes, nth);
		tell_progress(nth, &outcomes, began);
	}
	truth_check(
		!outcomes.wrong && nth > 1 && nth <= NTH_MAX,
		"load %s: %s, %d times: %d refused and nothing left, %d whole, %d say what is missing",
		parameters, faults_names[faults], nth - 1, outcomes.refused, outcomes.whole,
		outcomes.partial);
	truth_check(!ret, "then, without a fault, it is loaded");
	if (!ret && unload())
		err(1, "unload");
}

/* A module that goes may want memory for it: it goes without. */
static void fail_unloads(enum faults faults)
{
	int nth = 0, wrong = 0;
	bool failed;

	faults_choose(faults);
	do {
		if (load())
			err(1, "load");
		faults_arm(++nth);
		wrong += unload() != 0;
		failed = faults_disarm();
		wrong += !nothing_is_left();
	} while (failed && !wrong && nth < NTH_MAX);
	truth_check(!wrong && !failed, "unload: %s, %d times: it goes, and nothing is left",
		    faults_names[faults], nth - 1);
}

int main(int argc, char **argv)
{
	bool one_only = argc == 4 && !strcmp(argv[3], "one");
	bool rest_only = argc == 4 && !strcmp(argv[3], "rest");

	if (argc != 3 && !one_only && !rest_only)
		errx(2, "usage: fail_load MODULE.ko PARAMETERS [one|rest]");
	module_path = argv[1];
	parameters = argv[2];
	faults_begin();
	if (load())
		err(1, "without a fault");
	read_states(whole_states, sizeof(whole_states));
	if (unload())
		err(1, "unload without a fault");
	for (enum faults faults = FAULTS_ONE; faults <= FAULTS_REST; faults++) {
		if (faults == FAULTS_ONE ? rest_only : one_only)
			continue;
		fail_loads(faults);
		fail_unloads(faults);
	}
	return truth_end();
}

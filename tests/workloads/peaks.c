// SPDX-License-Identifier: GPL-2.0-only
/*
 * peaks - RSS and its peak under load: workers that only grow, whose rss_kb must lie
 * between two readings of VmRSS around it, and workers that go up and down, whose
 * peak_rss_kb must never lie below the VmHWM read before it, nor above the one read
 * behind it.
 *
 * The error bound. The kernel's counters are exact but for what CPUs or threads hold
 * back: up to 6.1 each thread 64 changes of each of the three kinds, from 6.2 on
 * each CPU 32 of each kind, and /proc/PID/status reads them no better. What is read
 * may be off by that.
 *
 *	peaks SECONDS	TAP
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include "truth.h"

#define WORKERS	   4
#define PAGE	   4096UL
#define GROW_PAGES 8192

static struct truth_file tasks;

static long long error_kb(void)
{
	long long held = 32 * sysconf(_SC_NPROCESSORS_ONLN);

	return 4 * 3 * (held > 64 ? held : 64);
}

static char *map(size_t pages)
{
	char *start = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	if (start == MAP_FAILED)
		err(2, "mmap");
	return start;
}

static void grow(int seed)
{
	char *memory = map(GROW_PAGES);

	for (size_t i = 0; i < GROW_PAGES; i++) {
		memory[i * PAGE] = (char)seed;
		if (i % 64 == 63)
			truth_sleep(0.002);
	}
	pause();
}

static void saw(int seed)
{
	srandom((unsigned int)seed);
	for (;;) {
		size_t pages = 16 + (size_t)random() % 4096;
		char *memory = map(pages);

		for (size_t i = 0; i < pages; i++)
			memory[i * PAGE] = 1;
		munmap(memory, pages * PAGE);
	}
}

struct worker {
	pid_t pid;
	struct truth_file status;
	long long rss_kb;
	long long peak_kb;
};

static void start(struct worker *workers, void (*work)(int seed))
{
	for (int i = 0; i < WORKERS; i++) {
		char path[64];

		workers[i].pid = fork();
		if (!workers[i].pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
			work(i);
		}
		snprintf(path, sizeof(path), "/proc/%d/status", workers[i].pid);
		workers[i].status = truth_open(path, 65536);
	}
}

static void stop(struct worker *workers)
{
	for (int i = 0; i < WORKERS; i++) {
		kill(workers[i].pid, SIGKILL);
		waitpid(workers[i].pid, NULL, 0);
		close(workers[i].status.fd);
	}
}

static void ask_kernel(struct worker *worker)
{
	const char *text = truth_read(&worker->status);

	worker->rss_kb = truth_value(text, "VmRSS", ':');
	worker->peak_kb = truth_value(text, "VmHWM", ':');
}

static void ask_module(const struct worker *worker, long long *ret_rss_kb, long long *ret_peak_kb)
{
	char *row[TRUTH_COLUMNS], name[16];
	struct truth_table table;

	snprintf(name, sizeof(name), "%d", worker->pid);
	if (!truth_find(truth_read(&tasks), "tgid", name, &table, row))
		errx(2, "worker %d is not in tasks", worker->pid);
	*ret_rss_kb = truth_number(row[truth_column(&table, "rss_kb")]);
	*ret_peak_kb = truth_number(row[truth_column(&table, "peak_rss_kb")]);
}

/* How far @value is outside of @low to @high. */
static long long outside(long long value, long long low, long long high)
{
	if (value < low)
		return low - value;
	return value > high ? value - high : 0;
}

static void watch(const char *what, void (*work)(int seed), bool grows, double seconds)
{
	struct worker workers[WORKERS];
	long long rss_off = 0, peak_off = 0, most_kb = 0;
	double end_s = truth_now() + seconds;
	int readings = 0;

	start(workers, work);
	for (; truth_now() < end_s; readings++) {
		struct worker *worker = &workers[readings % WORKERS];
		long long rss_kb, peak_kb, off, low_kb, low_peak_kb;

		ask_kernel(worker);
		low_kb = worker->rss_kb;
		low_peak_kb = worker->peak_kb;
		ask_module(worker, &rss_kb, &peak_kb);
		ask_kernel(worker);
		off = outside(rss_kb, low_kb, worker->rss_kb);
		if (grows && off > rss_off)
			rss_off = off;
		off = outside(peak_kb, low_peak_kb, worker->peak_kb);
		if (off > peak_off)
			peak_off = off;
		if (peak_kb > most_kb)
			most_kb = peak_kb;
		truth_sleep(0.01);
	}
	stop(workers);
	truth_check(readings >= 20 && most_kb > 4096, "%s: %d readings, a peak of %lld KiB", what,
		    readings, most_kb);
	if (grows)
		truth_check(rss_off <= error_kb(),
			    "%s: rss_kb between VmRSS before and after, to %lld KiB (bound %lld)",
			    what, rss_off, error_kb());
	truth_check(peak_off <= error_kb(),
		    "%s: peak_rss_kb between VmHWM before and after, to %lld KiB (bound %lld)",
		    what, peak_off, error_kb());
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: peaks SECONDS");
	tasks = truth_open("/proc/memwatch/tasks", 1 << 20);
	watch("growing", grow, true, (double)truth_number(argv[1]));
	watch("up and down", saw, false, (double)truth_number(argv[1]));
	return truth_end();
}

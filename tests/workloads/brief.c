// SPDX-License-Identifier: GPL-2.0-only
/*
 * brief - processes that live too briefly for any poller: forked, touch a known
 * number of pages, gone. The oracle of what is kept of them: wait4() tells status
 * and peak of each, /proc/stat and /proc/loadavg how many tasks began and ended.
 *
 *	brief N			only make them
 *	brief N checked		TAP: each is in exited, with its status and its peak, and
 *				as many exits were counted as there were
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include "truth.h"

#define TEXT_MAX (16 << 20)
#define PIDS	 (1 << 22)

/**
 * struct life - what wait4() said of one
 * @pid:     0 once it was found in exited
 */
struct life {
	pid_t pid;
	int status;
	long peak_kb;
};

static char *memory;

static void live(int i)
{
	long page = sysconf(_SC_PAGESIZE);

	for (int touched = 0; touched < i % 64; touched++)
		memory[touched * page] = 1;
	_exit(i & 0x7f);
}

static void make(int count, struct life *ret_lives)
{
	for (int i = 0; i < count; i++) {
		struct rusage usage;
		pid_t pid = fork();

		if (!pid)
			live(i);
		if (pid < 0 || wait4(pid, &ret_lives[i].status, 0, &usage) != pid)
			err(2, "process %d", i);
		ret_lives[i].pid = pid;
		ret_lives[i].peak_kb = usage.ru_maxrss;
	}
}

/* Tasks that began since boot, less those that are there: those that ended. */
static long long ended(struct truth_file *stat, struct truth_file *loadavg)
{
	const char *slash = strchr(truth_read(loadavg), '/');

	if (!slash)
		errx(2, "no number of tasks in %s", loadavg->path);
	return truth_value(truth_read(stat), "processes", ' ') - strtoll(slash + 1, NULL, 10);
}

static long long exits(struct truth_file *status)
{
	return truth_value(truth_read(status), "events.sched_process_exit", '=');
}

static void check_exited(struct life *lives, int count)
{
	struct truth_file exited = truth_open("/proc/memwatch/exited", TEXT_MAX);
	struct life **by_pid = calloc(PIDS, sizeof(*by_pid));
	int found = 0, peaks = 0, statuses = 0, leftover = 0;
	char *row[TRUTH_COLUMNS];
	struct truth_table table;

	if (!by_pid)
		errx(2, "out of memory");
	for (int i = 0; i < count; i++)
		by_pid[lives[i].pid] = &lives[i];
	table = truth_table(truth_read(&exited));
	while (truth_row(&table, row)) {
		struct life *life = by_pid[truth_number(row[truth_column(&table, "tgid")])];

		if (!life || !life->pid)
			continue;
		life->pid = 0;
		found++;
		peaks += truth_number(row[truth_column(&table, "peak_rss_kb")]) == life->peak_kb;
		statuses += truth_number(row[truth_column(&table, "exit_code")]) == life->status;
		leftover += truth_number(row[truth_column(&table, "owned_user_pages")]) != 0;
	}
	free(by_pid);
	truth_check(found == count, "%d of %d are in exited", found, count);
	truth_check(peaks == count, "%d with the peak that wait4 says (ru_maxrss)", peaks);
	truth_check(statuses == count, "%d with the status that wait4 says", statuses);
	truth_check(!leftover, "none of them owns user pages any more");
}

int main(int argc, char **argv)
{
	struct truth_file stat, loadavg, status;
	struct life *lives;
	long long before;
	int count;

	if (argc < 2 || argc > 3)
		errx(2, "usage: brief N [checked]");
	count = (int)truth_number(argv[1]);
	lives = calloc((size_t)count, sizeof(*lives));
	memory = mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!lives || memory == MAP_FAILED)
		errx(2, "out of memory");
	if (argc == 2) {
		make(count, lives);
		return 0;
	}
	stat = truth_open("/proc/stat", 65536);
	loadavg = truth_open("/proc/loadavg", 4096);
	status = truth_open("/proc/memwatch/status", 65536);
	before = exits(&status) - ended(&stat, &loadavg);
	make(count, lives);
	/* Kernel threads come and go: a moment in which none is half gone. */
	for (int tries = 0; tries < 50; tries++) {
		if (exits(&status) - ended(&stat, &loadavg) == before)
			break;
		truth_sleep(0.1);
	}
	truth_check(exits(&status) - ended(&stat, &loadavg) == before,
		    "as many exits were counted as tasks ended (%lld, off by %lld)",
		    ended(&stat, &loadavg), exits(&status) - ended(&stat, &loadavg) - before);
	truth_drain_cpus();
	check_exited(lives, count);
	return truth_end();
}

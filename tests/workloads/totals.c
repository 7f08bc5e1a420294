// SPDX-License-Identifier: GPL-2.0-only
/*
 * totals - the module's page counts against the kernel's own (pgalloc_* and pgfree
 * of /proc/vmstat). The kernel counts from boot and the module from its load, so
 * that the two differ by an offset that must never change, whatever happens: one
 * page lost, or counted twice, by anybody, moves it. And against the memory itself:
 * owned pages and free ones (/proc/zoneinfo) are always as many, whether or not an
 * event told of each.
 *
 *	totals quiet				print the offsets of allocations and frees, and
 *						how many pages are owned or free
 *	totals same ALLOCS FREES PAGES [N]	TAP: they are still these, to the page, or to N
 *	totals busy N ALLOCS FREES PAGES	TAP: N times, while others work, each sum of
 *						events lies between the kernel's before and after
 *	totals drain				have each CPU give back what it still has of the
 *						dead; prints nothing
 *
 * Quiet, a reading is exact, though it takes pages itself: the module takes its
 * buffer before it counts and gives it back when the file is closed, so that the
 * sum over tasks is to be compared with the vmstat right behind it. (What reading
 * exited takes and gives back afterwards changes no line of exited.) Two readings
 * in a row with the same offsets, and no page freed around tasks (but by looking),
 * are a quiet moment; without one the program fails.
 *
 * Exits 0 or 1 as the checks say, 2 if there was nothing to check.
 */
#include <sys/utsname.h>

#include "truth.h"

#define TEXT_MAX (8 << 20)
#define LIVES	 65536

/*
 * A page is counted by the kernel and by the module one after the other: another
 * CPU may be between the two, with as many pages as are freed at one go
 * (MAX_GATHER_BATCH and a huge page).
 */
#define IN_FLIGHT 1024

/*
 * Pages that pass between a CPU's list and a zone while their numbers are read: one
 * batch of 63 (8 were seen, on 6.12; none on 6.1).
 */
#define IN_LISTS 63LL

/**
 * struct life - one process life: it may exit between the reading of tasks and
 * that of exited, and then stands in both
 */
struct life {
	long long tgid;
	long long start_ns;
	long long allocs;
	long long frees;
};

struct sums {
	long long allocs;
	long long frees;
	long long owned;
};

/**
 * struct moment - one reading
 * @before: pgalloc and pgfree before it
 * @between: behind tasks, before exited
 * @after: behind both
 * @module: sums over tasks and exited
 * @free_pages: between, free in zones and on the lists of CPUs
 */
struct moment {
	struct sums before;
	struct sums between;
	struct sums after;
	struct sums module;
	long long free_pages;
};

static struct truth_file tasks, exited, vmstat, zoneinfo;
static struct life *lives;
static int refresh;

static struct sums read_vmstat(void)
{
	const char *text = truth_read(&vmstat);
	struct sums sums = {
		.allocs = truth_value(text, "pgalloc_", '\0'),
		.frees = truth_value(text, "pgfree", ' '),
	};

	return sums;
}

/* Pages that are free: in the zones, and on the lists that each CPU keeps. */
static long long read_free_pages(void)
{
	const char *text;
	long long pages = 0;

	if (refresh >= 0 && pwrite(refresh, "1", 1, 0) != 1)
		err(2, "stat_refresh");
	text = truth_read(&zoneinfo);
	for (const char *at = text; (at = strstr(at, "pages free")); at++)
		pages += strtoll(at + strlen("pages free"), NULL, 10);
	for (const char *at = text; (at = strstr(at, " count:")); at++)
		pages += strtoll(at + strlen(" count:"), NULL, 10);
	return pages;
}

/* The place of a life in the hash, taken if need be. */
static struct life *place(long long tgid, long long start_ns)
{
	size_t at = (size_t)(tgid * 2654435761ULL + (unsigned long long)start_ns) % LIVES;

	for (size_t i = 0; i < LIVES; i++, at = (at + 1) % LIVES) {
		if (lives[at].tgid == tgid && lives[at].start_ns == start_ns)
			return &lives[at];
		if (!lives[at].tgid) {
			lives[at].tgid = tgid;
			lives[at].start_ns = start_ns;
			return &lives[at];
		}
	}
	errx(2, "more than %d processes", LIVES);
}

/* Adds what a table says to @sums; of a life that was there already, what is new. */
static void add(char *text, struct sums *sums)
{
	struct truth_table table = truth_table(text);
	int tgid = truth_column(&table, "tgid");
	int start = truth_column(&table, "start_ns");
	int allocs = truth_column(&table, "page_allocs");
	int frees = truth_column(&table, "page_frees");
	int user = truth_column(&table, "owned_user_pages");
	int kernel = truth_column(&table, "owned_kernel_pages");
	char *row[TRUTH_COLUMNS];

	while (truth_row(&table, row)) {
		struct life pseudo = { 0 };
		struct life *life = &pseudo;
		long long a = truth_number(row[allocs]);
		long long f = truth_number(row[frees]);

		if (truth_number(row[tgid]))
			life = place(truth_number(row[tgid]), truth_number(row[start]));
		sums->allocs += a - life->allocs;
		sums->frees += f - life->frees;
		sums->owned += truth_number(row[user]) + truth_number(row[kernel]) -
			       (life->allocs - life->frees);
		life->allocs = a;
		life->frees = f;
	}
}

static struct moment look(void)
{
	struct moment moment = { 0 };

	close(tasks.fd);
	close(exited.fd);
	tasks.fd = exited.fd = -1;
	moment.before = read_vmstat();
	truth_read_anew(&tasks);
	moment.between = read_vmstat();
	moment.free_pages = read_free_pages();
	truth_read_anew(&exited);
	moment.after = read_vmstat();
	memset(lives, 0, LIVES * sizeof(*lives));
	add(tasks.text, &moment.module);
	add(exited.text, &moment.module);
	return moment;
}

static long long alloc_offset(const struct moment *moment)
{
	return moment->module.allocs - moment->between.allocs;
}

static long long free_offset(const struct moment *moment)
{
	return moment->module.frees - moment->between.frees;
}

/* Pages with an owner and free ones: of all others nobody was seen to take or free one. */
static long long occupied(const struct moment *moment)
{
	return moment->module.owned + moment->free_pages;
}

/* Pages that were freed while tasks was read. */
static long long frees_of_look(const struct moment *moment)
{
	return moment->between.frees - moment->before.frees;
}

/*
 * Was nothing freed but by looking? Looking frees nothing, but where an empty slab does not
 * stay: with CONFIG_SLUB_TINY, which has no /sys/kernel/slab, each look takes pages for its
 * buffers and gives them back, and the offsets alone have to tell.
 */
static bool are_still(const struct moment *one, const struct moment *other)
{
	return access("/sys/kernel/slab", F_OK) || (!frees_of_look(one) && !frees_of_look(other));
}

static struct moment quiet_moment(void)
{
	struct moment last;

	/*
	 * Of a process that was there before the module an idle CPU has pages that nobody
	 * was seen to allocate (the second page of its page directory).
	 */
	truth_drain_cpus();
	last = look();
	for (int tries = 0; tries < 300; tries++) {
		struct moment moment = look();

		if (are_still(&last, &moment) && alloc_offset(&last) == alloc_offset(&moment) &&
		    free_offset(&last) == free_offset(&moment))
			return moment;
		last = moment;
		truth_sleep(0.02);
	}
	errx(2, "there was no quiet moment: offsets %lld and %lld at last", alloc_offset(&last),
	     free_offset(&last));
}

/*
 * Up to 6.9 the kernel forgets to count in pgfree what is freed while the CPU's list
 * is locked (free_unref_page() then goes to free_one_page(), which counts since
 * 6.10): in an interrupt that came in the middle of another free, or while somebody
 * drains the list. It then has fewer than we, never more: one in 900 was seen (264 in
 * 243,663 with packets coming in, 6.1), one in 200 is let pass. With PREEMPT_RT whoever holds the list may
 * be preempted: there one in fifty was seen (8,227 in 452,368, 6.1), and one in ten is
 * let pass. What is owned and free tells it in either case.
 */
static long long forgotten_frees(void)
{
	struct utsname name;
	int major, minor;

	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		err(2, "uname");
	if (major > 6 || (major == 6 && minor >= 10))
		return 0;
	return 16 + read_vmstat().frees / (truth_is_rt() ? 10 : 200);
}

static void check_same(long long allocs, long long frees, long long pages, long long slack)
{
	struct moment moment = quiet_moment();
	long long allocs_off = alloc_offset(&moment) - allocs;
	long long frees_off = free_offset(&moment) - frees;

	truth_check(
		allocs_off >= -slack && allocs_off <= slack,
		"page_allocs of all are the kernel's pgalloc, to %lld pages (%lld, off by %lld)",
		slack, moment.between.allocs, allocs_off);
	truth_check(frees_off >= -slack && frees_off <= slack + forgotten_frees(),
		    "page_frees of all are the kernel's pgfree, to %lld pages (%lld, off by %lld)",
		    slack + forgotten_frees(), moment.between.frees, frees_off);
	pages = occupied(&moment) - pages;
	truth_check(
		pages >= -IN_LISTS && pages <= IN_LISTS,
		"owned and free pages are as many as before, to %lld pages (%lld owned, off by %lld)",
		IN_LISTS, moment.module.owned, pages);
	truth_check(moment.module.owned == moment.module.allocs - moment.module.frees,
		    "what is owned is what was allocated and not freed");
}

static bool lies(long long value, long long low, long long high, long long slack)
{
	return low - slack <= value && value <= high + slack;
}

static void check_busy(int samples, long long allocs, long long frees)
{
	long long slack = IN_FLIGHT * (sysconf(_SC_NPROCESSORS_ONLN) - 1);
	long long widest = 0;
	int outside = 0, torn = 0;
	long long moved = read_vmstat().allocs;

	for (int i = 0; i < samples; i++) {
		struct moment moment = look();

		if (!lies(moment.module.allocs, moment.before.allocs + allocs,
			  moment.after.allocs + allocs, slack) ||
		    !lies(moment.module.frees, moment.before.frees + frees,
			  moment.after.frees + frees, slack + forgotten_frees()))
			outside++;
		if (moment.module.owned != moment.module.allocs - moment.module.frees)
			torn++;
		if (moment.after.allocs - moment.before.allocs > widest)
			widest = moment.after.allocs - moment.before.allocs;
		truth_sleep(0.05);
	}
	moved = read_vmstat().allocs - moved;
	truth_check(
		!outside,
		"under load %d of %d sums lay between the kernel's before and after (%lld pages apart at most)",
		samples - outside, samples, widest);
	truth_check(!torn, "in each, what is owned was allocated and not freed");
	truth_check(moved > 1000, "meanwhile %lld pages were allocated", moved);
}

static void usage(void)
{
	errx(2,
	     "usage: totals quiet | same ALLOCS FREES PAGES [N] | busy N ALLOCS FREES PAGES | drain");
}

int main(int argc, char **argv)
{
	if (argc < 2)
		usage();
	if (!strcmp(argv[1], "drain") && argc == 2) {
		truth_drain_cpus();
		/* exit() would write to a page that nobody has touched, and leave that behind. */
		_exit(0);
	}
	tasks = truth_open("/proc/memwatch/tasks", TEXT_MAX);
	exited = truth_open("/proc/memwatch/exited", TEXT_MAX);
	vmstat = truth_open("/proc/vmstat", 65536);
	zoneinfo = truth_open("/proc/zoneinfo", 262144);
	/* Without SMP there is none, nor anything that a CPU keeps back. */
	refresh = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);
	if (refresh < 0 && (errno != ENOENT || sysconf(_SC_NPROCESSORS_CONF) > 1))
		err(2, "/proc/sys/vm/stat_refresh");
	lives = mmap(NULL, LIVES * sizeof(*lives), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (lives == MAP_FAILED)
		err(2, "mmap");
	if (!strcmp(argv[1], "quiet") && argc == 2) {
		struct moment moment = quiet_moment();

		printf("%lld %lld %lld\n", alloc_offset(&moment), free_offset(&moment),
		       occupied(&moment));
		return 0;
	}
	if (!strcmp(argv[1], "same") && (argc == 5 || argc == 6))
		check_same(truth_number(argv[2]), truth_number(argv[3]), truth_number(argv[4]),
			   argc == 6 ? truth_number(argv[5]) : 0);
	else if (!strcmp(argv[1], "busy") && argc == 6)
		check_busy((int)truth_number(argv[2]), truth_number(argv[3]),
			   truth_number(argv[4]));
	else
		usage();
	return truth_end();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * holdings - takes and gives back known numbers of pages of every kind, and checks
 * owned_user_pages and owned_kernel_pages of /proc/memwatch/tasks: the oracle of
 * ownership. The parent looks; a child acts, so that reading is not counted with
 * what is read. They wake each other by eventfds, which take no page.
 *
 *	holdings DIRECTORY FILE		on a tmpfs; on a file system with page cache
 *
 * Where the kernel adds pages of its own, the bound is argued beside the check.
 * Prints TAP.
 */
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "truth.h"

#define PAGE	   4096UL
#define MIB	   (1UL << 20)
#define GIB	   (1UL << 30)
#define HUGE	   (2 * MIB)

#define PAGES	   1000
#define PIPES	   8
#define PIPE_PAGES 16
#define THREADS	   16
#define MESSAGES   8

/* Of slab pages that objects of a step may take: one slab of each of a few caches. */
#define SLAB_SLACK 32

/**
 * struct counts - what the module says the child owns
 * @slab:   slab pages of the whole machine
 * @stacks: pages of kernel stacks, of the whole machine
 * @traces: pages in which the detectors keep stack traces
 */
struct counts {
	long long user;
	long long kernel;
	long long slab;
	long long stacks;
	long long traces;
};

static int wake_child, wake_parent;
static void (*volatile *action)(void); /* shared with the child */
static pid_t child;
static struct truth_file tasks, exited, meminfo, depot;
static const char *directory, *cached_file;
static bool watched; /* by kmemleak and KASAN: the debug kernel */

static void sleep_on(int fd)
{
	uint64_t value;

	if (read(fd, &value, sizeof(value)) != sizeof(value))
		err(2, "eventfd");
}

static void wake(int fd)
{
	uint64_t value = 1;

	if (write(fd, &value, sizeof(value)) != sizeof(value))
		err(2, "eventfd");
}

/* --- what the child does --------------------------------------------------------- */

static char *memory, *sparse, *huge, *hugetlb;
static int pipes[PIPES][2], sockets[2];
static char block[65536];

static void nothing(void)
{
}

static char *map(size_t bytes, int flags)
{
	char *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);

	if (start == MAP_FAILED)
		err(2, "mmap of %zu bytes", bytes);
	return start;
}

static void touch(char *start, size_t bytes, size_t step)
{
	for (size_t at = 0; at < bytes; at += step)
		start[at] = 1;
}

/* Page tables come with the zero page, so that the pages come alone. */
static void anon_prepare(void)
{
	memory = map(PAGES * PAGE, MAP_PRIVATE);
	for (size_t at = 0; at < PAGES * PAGE; at += PAGE)
		(void)*(volatile char *)(memory + at);
}

static void anon_take(void)
{
	touch(memory, PAGES * PAGE, PAGE);
}

static void anon_give_half(void)
{
	if (madvise(memory, PAGES / 2 * PAGE, MADV_DONTNEED))
		err(2, "madvise");
}

static void anon_unmap(void)
{
	munmap(memory, PAGES * PAGE);
}

/* One page table for each 2 MiB, one page of the level above for the GiB. */
#define SPARSE_TABLES 64

static void sparse_take(void)
{
	char *start = map(2 * GIB, MAP_PRIVATE | MAP_NORESERVE);

	sparse = (char *)(((uintptr_t)start + GIB - 1) & ~(GIB - 1));
	for (size_t i = 0; i < SPARSE_TABLES; i++)
		(void)*(volatile char *)(sparse + i * HUGE);
}

static void sparse_unmap(void)
{
	munmap(sparse, SPARSE_TABLES * HUGE);
}

static void huge_take(void)
{
	char *start = map(3 * HUGE, MAP_PRIVATE);

	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	huge = (char *)(((uintptr_t)start + HUGE - 1) & ~(HUGE - 1));
	if (madvise(huge, 2 * HUGE, MADV_HUGEPAGE))
		err(2, "MADV_HUGEPAGE");
	touch(huge, 2 * HUGE, HUGE);
}

/* The rest of a huge page stays until it is split: unmap it all. */
static void huge_unmap(void)
{
	munmap(huge, 2 * HUGE);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

static void hugetlb_reserve(void)
{
	truth_write("/proc/sys/vm/nr_hugepages", "4");
}

static void hugetlb_map(void)
{
	hugetlb = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (hugetlb == MAP_FAILED)
		err(2, "MAP_HUGETLB");
	touch(hugetlb, 2 * HUGE, HUGE);
}

static void hugetlb_unmap(void)
{
	munmap(hugetlb, 2 * HUGE);
}

static void pipes_open(void)
{
	for (int i = 0; i < PIPES; i++)
		if (pipe(pipes[i]))
			err(2, "pipe");
}

static void pipes_fill(void)
{
	for (int i = 0; i < PIPES; i++)
		if (write(pipes[i][1], block, PIPE_PAGES * PAGE) != PIPE_PAGES * PAGE)
			err(2, "write to a pipe");
}

static void pipes_close(void)
{
	for (int i = 0; i < PIPES; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

static void sockets_open(void)
{
	int size = 4 * MIB;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets))
		err(2, "socketpair");
	setsockopt(sockets[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
}

static void sockets_fill(void)
{
	for (int i = 0; i < MESSAGES; i++)
		if (send(sockets[0], block, sizeof(block), 0) != sizeof(block))
			err(2, "send");
}

static void sockets_close(void)
{
	close(sockets[0]);
	close(sockets[1]);
}

static void write_file(const char *path)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (fd < 0)
		err(2, "%s", path);
	for (int i = 0; i < PAGES; i++)
		if (write(fd, block, PAGE) != PAGE)
			err(2, "%s", path);
	close(fd);
}

static char *tmpfs_file(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/left-behind", directory);
	return path;
}

static void tmpfs_write(void)
{
	write_file(tmpfs_file());
}

static int cached_fd(void)
{
	int fd = open(cached_file, O_RDONLY);

	if (fd < 0)
		err(2, "%s", cached_file);
	return fd;
}

/* Reads pages one by one, without reading ahead. */
static void cache_read(void)
{
	static char page[PAGE];
	int fd = cached_fd();

	if (posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		err(2, "%s", cached_file);
	for (off_t i = 0; i < PAGES; i++)
		if (pread(fd, page, sizeof(page), i * (off_t)PAGE) != PAGE)
			err(2, "%s", cached_file);
	close(fd);
}

/* The pages of the file alone: what describes it stays. */
static void cache_drop(void)
{
	int fd = cached_fd();

	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		err(2, "%s", cached_file);
	close(fd);
}

static void *sleep_in_thread(void *argument)
{
	pause();
	return argument;
}

static void threads_start(void)
{
	pthread_t thread;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, sleep_in_thread, NULL))
			errx(2, "pthread_create");
}

/* Every other page of 32 MiB: what compaction likes to move together. */
#define SCATTERED 8192

static char *scattered;

static void scatter(void)
{
	scattered = map(SCATTERED * PAGE, MAP_PRIVATE);
	touch(scattered, SCATTERED * PAGE, PAGE);
	for (size_t i = 0; i < SCATTERED; i += 2)
		madvise(scattered + i * PAGE, PAGE, MADV_DONTNEED);
}

static void unscatter(void)
{
	munmap(scattered, SCATTERED * PAGE);
}

static void live(void)
{
	truth_pin(1);
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(2, "PR_SET_THP_DISABLE");
	for (;;) {
		sleep_on(wake_child);
		if (!*action)
			_exit(0);
		(*action)();
		wake(wake_parent);
	}
}

/* --- what the parent sees ----------------------------------------------------------- */

static bool look_at(struct truth_file *file, struct counts *ret_counts)
{
	char *row[TRUTH_COLUMNS], name[16];
	struct truth_table table;

	snprintf(name, sizeof(name), "%d", child);
	if (!truth_find(truth_read_anew(file), "tgid", name, &table, row))
		return false;
	ret_counts->user = truth_number(row[truth_column(&table, "owned_user_pages")]);
	ret_counts->kernel = truth_number(row[truth_column(&table, "owned_kernel_pages")]);
	return true;
}

static void look_at_machine(struct counts *ret_counts)
{
	const char *text;

	/* Whoever looks takes objects, too, of slabs that would be given back otherwise. */
	if (!watched)
		return;
	/* What each CPU has counted and not yet told. */
	truth_write("/proc/sys/vm/stat_refresh", "1");
	text = truth_read(&meminfo);
	ret_counts->slab = truth_value(text, "Slab", ':') * 1024 / (long long)PAGE;
	ret_counts->stacks = truth_value(text, "KernelStack", ':') * 1024 / (long long)PAGE;
	ret_counts->traces = 4 * truth_value(truth_read(&depot), "pools", ':');
}

static struct counts look(void)
{
	struct counts counts = { 0 };

	if (!look_at(&tasks, &counts))
		errx(2, "the child is not in tasks");
	look_at_machine(&counts);
	return counts;
}

/*
 * How many kernel pages more or less the detectors of the debug kernel account for between
 * the two; elsewhere 0. Each object of a slab has one of kmemleak's beside it; what is freed
 * waits in KASAN's quarantine; lockdep makes the lock of a page table too large for its
 * struct page, so that it is an object, too; and stack traces take four pages at a time.
 */
static long long detectors(struct counts before, struct counts after)
{
	if (!watched)
		return 0;
	return llabs(after.slab - before.slab) + after.traces - before.traces;
}

static void run(void (*act)(void))
{
	*action = act;
	wake(wake_child);
	sleep_on(wake_parent);
}

static bool within(long long value, long long low, long long high)
{
	return low <= value && value <= high;
}

/*
 * Pages that were made or moved a moment ago wait on a list of their CPU (15 on
 * older kernels, 31 on newer), and are not freed before they leave it. To lock memory
 * empties the list of the CPU that does it; up to 6.12 unmapping does, too.
 */
static void empty_lists(void)
{
	for (int cpu = 1; cpu >= 0; cpu--) {
		char *page = map(PAGE, MAP_PRIVATE);

		truth_pin(cpu);
		touch(page, PAGE, PAGE);
		if (mlock(page, PAGE) || munlock(page, PAGE))
			err(2, "mlock");
		munmap(page, PAGE);
	}
}

static const char *detectors_text(struct counts before, struct counts now)
{
	static char text[64];

	if (watched)
		snprintf(text, sizeof(text), "; detectors: slab %+lld, traces %+lld",
			 now.slab - before.slab, now.traces - before.traces);
	return text;
}

/* Whether the child's pages changed since @before as wanted. */
static bool is_expected(struct counts before, struct counts now, long long user,
			long long kernel_low, long long kernel_high)
{
	long long more = detectors(before, now);

	return now.user - before.user == user &&
	       within(now.kernel - before.kernel, kernel_low - more, kernel_high + more);
}

/*
 * Checks by how much the child's pages changed since @before. What is freed behind
 * an RCU grace period comes a little later: up to 5 s.
 */
static void expect(const char *what, struct counts before, long long user, long long kernel_low,
		   long long kernel_high)
{
	struct counts now = look();

	for (int tries = 0; tries < 50; tries++) {
		if (is_expected(before, now, user, kernel_low, kernel_high))
			break;
		truth_sleep(0.1);
		empty_lists();
		now = look();
	}
	truth_check(is_expected(before, now, user, kernel_low, kernel_high),
		    "%s: %+lld user pages, %+lld kernel pages (wanted %+lld and %+lld to %+lld%s)",
		    what, now.user - before.user, now.kernel - before.kernel, user, kernel_low,
		    kernel_high, detectors_text(before, now));
}

/* Runs @act in the child and checks what it changed. */
static void step(const char *what, void (*act)(void), long long user, long long kernel_low,
		 long long kernel_high)
{
	struct counts before = look();

	run(act);
	expect(what, before, user, kernel_low, kernel_high);
}

static void check_anonymous(void)
{
	run(anon_prepare);
	step("1000 anonymous pages", anon_take, PAGES, 0, 0);
	step("half of them given back", anon_give_half, -PAGES / 2, 0, 0);
	/* The page tables of 4 MiB: two or three, and perhaps one above them. */
	step("the rest unmapped", anon_unmap, -PAGES / 2, -4, 0);
}

static void check_page_tables(void)
{
	/* The level above is there or not; one more if the mapping begins a new 512 GiB. */
	step("a page mapped in each of 64 x 2 MiB takes its page tables", sparse_take, 0,
	     SPARSE_TABLES + 1, SPARSE_TABLES + 2);
	/* On PREEMPT_RT the work that gives them back takes a page or two itself. */
	step("which unmapping gives back", sparse_unmap, 0, -SPARSE_TABLES - 2,
	     -SPARSE_TABLES + (truth_is_rt() ? 2 : 0));
}

static void check_huge(void)
{
	char smaps[64];
	struct truth_file file;
	long long kb;

	if (access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK)) {
		puts("ok - two huge pages # SKIP this kernel makes none (PREEMPT_RT)");
		return;
	}
	/* One page table kept for each, for the day it is split; and those of the area. */
	step("two huge pages", huge_take, 2 * 512, 2, 5);
	snprintf(smaps, sizeof(smaps), "/proc/%d/smaps_rollup", child);
	file = truth_open(smaps, 65536);
	kb = truth_value(truth_read(&file), "AnonHugePages", ':');
	close(file.fd);
	truth_check(kb == 4096, "the kernel says so, too: AnonHugePages %lld kB", kb);
	step("unmapped", huge_unmap, -2 * 512, -5, -2);
}

static void check_hugetlb(void)
{
	struct counts before = look();
	long long total;

	run(hugetlb_reserve);
	total = truth_value(truth_read(&meminfo), "HugePages_Total", ':');
	truth_check(total > 0, "%lld pages of hugetlb were made", total);
	/* Slab for the bookkeeping of the pool and of sysctl. */
	expect("they belong to whom they were made by", before, total * 512, 0, SLAB_SLACK);
	step("mapping two of them takes page tables only", hugetlb_map, 0, 0, SLAB_SLACK);
	step("unmapping gives none back", hugetlb_unmap, 0, -4, 2);
	before = look();
	truth_write("/proc/sys/vm/nr_hugepages", "0");
	expect("another process empties the pool", before, -total * 512, -SLAB_SLACK, 0);
}

static void check_pipes(void)
{
	struct counts before;

	run(pipes_open);
	step("8 pipes filled with 16 pages each", pipes_fill, 0, PIPES * PIPE_PAGES,
	     PIPES * PIPE_PAGES);
	before = look();
	/* The parent opens the child's ends: what it reads, it frees. */
	for (int i = 0; i < PIPES; i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", child, pipes[0][0] + 2 * i);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			err(2, "%s", path);
		for (size_t got = 0; got < PIPE_PAGES * PAGE;)
			got += (size_t)read(fd, block, sizeof(block));
		close(fd);
	}
	/* A pipe keeps one emptied page for the next write, since 6.14 two. */
	expect("another process reads them empty", before, 0, -PIPES * PIPE_PAGES,
	       -PIPES * (PIPE_PAGES - 2));
	step("and closing gives back what they kept", pipes_close, 0, -2 * PIPES - SLAB_SLACK, 0);
}

static void check_sockets(void)
{
	long long data = MESSAGES * (long long)sizeof(block) / (long long)PAGE;

	run(sockets_open);
	/* Beside the data each message has a head, whose slab object may be a new page. */
	step("8 messages of 64 KiB in a socket", sockets_fill, 0, data, data + SLAB_SLACK);
	step("are given back with it", sockets_close, 0, -data - SLAB_SLACK, -data);
}

static void check_threads(void)
{
	/*
	 * Pages of stack each: four, or eight where KASAN watches them, which the kernel's
	 * own count of stacks tells apart; unless it is one of the two that each CPU keeps.
	 * 16 task_structs and their kin are 16 x 16 KiB of slab at most. The user stacks:
	 * their first page and one for the C library's own, at most 3 each.
	 */
	struct counts before = look(), after;
	long long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	long long stack, low, high;

	run(threads_start);
	truth_sleep(0.2);
	after = look();
	stack = after.stacks - before.stacks < 6 * THREADS ? 4 : 8;
	low = stack * (THREADS - 2 * cpus);
	high = stack * THREADS + 4 * THREADS + THREADS + SLAB_SLACK + detectors(before, after);
	truth_check(within(after.kernel - before.kernel, low, high),
		    "16 threads take their kernel stacks: %+lld kernel pages (wanted %lld to %lld)",
		    after.kernel - before.kernel, low, high);
	truth_check(within(after.user - before.user, THREADS, 3 * THREADS),
		    "and their user stacks: %+lld user pages (wanted %d to %d)",
		    after.user - before.user, THREADS, 3 * THREADS);
}

/*
 * What a read of the disk made and freed waits in KASAN's quarantine, in slabs of whoever
 * read: some 500 bytes (62 to 131 pages were seen of 1000 reads), 1 KiB at most.
 */
static long long quarantined(void)
{
	return watched ? PAGES / 4 : 0;
}

/* Read once before: its inode, its map of blocks and the disk's own pages are there. */
static void check_page_cache(void)
{
	struct counts before;

	run(cache_read);
	run(cache_drop);
	/* Nodes of the index of 1000 pages: 16 of 576 bytes; requests to the disk in slabs. */
	step("1000 pages of a file read into the page cache", cache_read, PAGES, -SLAB_SLACK,
	     SLAB_SLACK + quarantined());
	before = look();
	cache_drop();
	expect("another process drops them", before, -PAGES, -SLAB_SLACK, 0);
}

static void check_migration(void)
{
	struct truth_file vmstat = truth_open("/proc/vmstat", 65536);
	struct counts base = look(), before;
	long long moved;

	run(scatter);
	empty_lists();
	before = look();
	truth_check(before.user - base.user == SCATTERED / 2,
		    "every other of 8192 pages is left: %+lld", before.user - base.user);
	moved = truth_value(truth_read(&vmstat), "pgmigrate_success", ' ');
	truth_write("/proc/sys/vm/compact_memory", "1");
	moved = truth_value(truth_read(&vmstat), "pgmigrate_success", ' ') - moved;
	/* Where the holes lie is the allocator's choice: sometimes none is worth filling. */
	if (moved > 0)
		truth_check(true, "compaction moved %lld pages", moved);
	else
		puts("ok - compaction found nothing to move this time # skip");
	expect("they belong to whom they belonged", before, 0, -4, 4);
	run(unscatter);
	expect("and unmapping gives them all back", base, 0, -SLAB_SLACK, SLAB_SLACK);
	close(vmstat.fd);
}

/*
 * The child dies with a file in tmpfs: what it owned is shown, then freed by us. @first is
 * what the machine had before the child took anything.
 */
static void check_left_behind(struct counts first)
{
	struct counts counts = { .user = -1, .kernel = -1 };
	long long high;

	/* Nodes of the file's index, an inode, a directory entry. */
	step("1000 pages of a tmpfs file", tmpfs_write, PAGES, 0, SLAB_SLACK);
	*action = NULL;
	wake(wake_child);
	if (waitpid(child, NULL, 0) != child)
		err(2, "waitpid");
	for (int tries = 0; tries < 50 && counts.user != PAGES; tries++) {
		empty_lists();
		look_at(&exited, &counts);
		truth_sleep(0.1);
	}
	truth_check(counts.user == PAGES,
		    "dead, it owns the pages of the file and no other: %lld user pages",
		    counts.user);
	if (truncate(tmpfs_file(), 400 * PAGE))
		err(2, "truncate");
	empty_lists();
	look_at(&exited, &counts);
	truth_check(counts.user == 400, "another process truncates the file to 400 pages: %lld",
		    counts.user);
	unlink(tmpfs_file());
	for (int tries = 0; tries < 50 && counts.user; tries++) {
		truth_sleep(0.1);
		empty_lists();
		look_at(&exited, &counts);
	}
	truth_check(!counts.user, "and removes it: %lld", counts.user);
	look_at_machine(&counts);
	/* And two stacks of four pages that each CPU keeps for the next thread. */
	high = (truth_is_rt() ? 4 : 2) * SLAB_SLACK + detectors(first, counts) + quarantined() +
	       2 * 4 * sysconf(_SC_NPROCESSORS_ONLN);
	truth_check(
		within(counts.kernel, 0, high),
		"what is left is slab that others share, and stacks: %lld kernel pages (wanted up to %lld)",
		counts.kernel, high);
}

int main(int argc, char **argv)
{
	struct counts first;

	if (argc != 3)
		errx(2, "usage: holdings DIRECTORY FILE");
	directory = argv[1];
	cached_file = argv[2];
	action = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	wake_child = eventfd(0, 0);
	wake_parent = eventfd(0, 0);
	if (action == MAP_FAILED || wake_child < 0 || wake_parent < 0)
		err(2, "eventfd");
	memset(block, 1, sizeof(block));
	tasks = truth_open("/proc/memwatch/tasks", MIB);
	exited = truth_open("/proc/memwatch/exited", MIB);
	meminfo = truth_open("/proc/meminfo", 65536);
	watched = !access("/sys/kernel/debug/kmemleak", F_OK);
	if (watched)
		depot = truth_open("/sys/kernel/debug/stackdepot/stats", 4096);
	truth_pin(0);
	/* The child's numbers are ours: the first pipe of the child is the next descriptor. */
	pipes[0][0] = dup(0);
	close(pipes[0][0]);
	child = fork();
	if (!child)
		live();
	run(nothing);
	first = look();
	step("at rest", nothing, 0, 0, 0);
	check_anonymous();
	check_page_tables();
	check_huge();
	check_hugetlb();
	check_pipes();
	check_sockets();
	check_page_cache();
	check_migration();
	check_threads();
	check_left_behind(first);
	return truth_end();
}

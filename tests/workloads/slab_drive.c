// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_drive - makes and drops known numbers of slab objects and checks
 * /proc/memwatch/slab against /proc/slabinfo: live_objects must change by what
 * active_objs changes. SLUB counts what is free in the slabs that CPUs work with
 * as active; shrinking a cache hands these back, so that its count is exact.
 *
 * Prints TAP.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "truth.h"

#define TEXT_MAX    (1 << 20)
#define MOST_CACHES 16

#define NAMES	    3000
#define SOCKETS	    300
#define PIPES	    200
#define GROUPS	    20

static struct truth_file ours, theirs, meminfo, tasks;

/* With `slab 2`: `slab_drive bytes`. */
static bool counts_bytes;

/**
 * struct subject - one cache, or kmalloc's caches of one size together
 * @name:    as our table has it
 * @suffix:  of a class: kmalloc()'s caches whose names end so belong to it
 * @shrink:  the files that hand back what CPUs hold, open
 * @shrinks: how many
 * @live:    objects by our table
 * @active:  objects by slabinfo
 * @size:    bytes of one
 */
struct subject {
	const char *name;
	const char *suffix;
	int shrink[MOST_CACHES];
	int shrinks;
	long long live;
	long long active;
	long long size;
};

/* Is a cache of slabinfo of this subject? */
static bool is_of(const struct subject *subject, const char *cache)
{
	size_t length = strlen(cache);
	size_t tail = subject->suffix ? strlen(subject->suffix) : 0;

	if (!strcmp(cache, subject->name))
		return true;
	return tail && length > tail && !strcmp(cache + length - tail, subject->suffix) &&
	       (strstr(cache, "kmalloc-") || !strncmp(cache, "msg_msg-", 8) ||
		!strncmp(cache, "memdup_user-", 12));
}

static void for_each_cache(struct subject *subject,
			   void (*each)(struct subject *subject, char **words))
{
	char *next = theirs.text;

	for (char *line = truth_line(&next); line; line = truth_line(&next)) {
		char *words[TRUTH_COLUMNS];

		if (truth_cut(line, words) > 3 && is_of(subject, words[0]))
			each(subject, words);
	}
}

static void open_shrink(struct subject *subject, char **words)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", words[0]);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		err(2, "%s", path);
	if (subject->shrinks == MOST_CACHES)
		errx(2, "more than %d caches are %s", MOST_CACHES, subject->name);
	subject->shrink[subject->shrinks++] = fd;
}

static void add_active(struct subject *subject, char **words)
{
	subject->active += truth_number(words[1]);
	subject->size = truth_number(words[3]);
}

static struct subject subject_new(const char *name, const char *suffix)
{
	struct subject subject = { .name = name, .suffix = suffix };

	truth_read(&theirs);
	for_each_cache(&subject, open_shrink);
	if (!subject.shrinks)
		errx(2, "slabinfo has no %s", name);
	return subject;
}

/* What is told under several names, or under one several times, is added up. */
static long long live_of(const struct subject *subject)
{
	struct truth_table table = truth_table(truth_read(&ours));
	char *row[TRUTH_COLUMNS];
	long long live = 0;

	while (truth_row(&table, row))
		if (is_of(subject, row[truth_column(&table, "cache")]))
			live += truth_number(row[truth_column(&table, "live_objects")]);
	return live;
}

static void measure(struct subject *subject)
{
	for (int i = 0; i < subject->shrinks; i++)
		if (pwrite(subject->shrink[i], "1", 1, 0) != 1)
			err(2, "shrink %s", subject->name);
	subject->active = 0;
	truth_read(&theirs);
	for_each_cache(subject, add_active);
	subject->live = live_of(subject);
}

/* Twice the same, with time for RCU and for others between. */
static void measure_still(struct subject *subject)
{
	struct subject last = *subject;

	for (int tries = 0; tries < 50; tries++) {
		measure(subject);
		if (tries && subject->live == last.live && subject->active == last.active)
			return;
		last = *subject;
		truth_sleep(0.1);
	}
}

static bool is_near(long long value, long long wanted, long long slack)
{
	return value >= wanted - slack && value <= wanted + slack;
}

/*
 * Checks that both changed alike since @before, and by @wanted; to @slack objects,
 * which others make or drop in the meantime.
 */
static void compare(const char *what, const struct subject *before, struct subject *subject,
		    long long wanted, long long slack)
{
	long long live, active;

	measure_still(subject);
	live = subject->live - before->live;
	active = subject->active - before->active;
	truth_check(is_near(live, active, slack) && is_near(live, wanted, slack),
		    "%s: %s %+lld live, slabinfo %+lld active, wanted %+lld", what, subject->name,
		    live, active, wanted);
}

static long long slab_alloc_kb(void)
{
	char *row[TRUTH_COLUMNS], name[16];
	struct truth_table table;

	snprintf(name, sizeof(name), "%d", getpid());
	if (!truth_find(truth_read(&tasks), "tgid", name, &table, row))
		errx(2, "we are not in tasks");
	return truth_number(row[truth_column(&table, "slab_alloc_kb")]);
}

/* Names that are not there are remembered, too. */
static void look_up_names(void)
{
	char path[64];

	for (int i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "/tmp/nothing-is-called-%d", i);
		if (!access(path, F_OK))
			errx(2, "%s is there", path);
	}
}

static void make_names(void)
{
	char path[64];

	for (int i = 0; i < NAMES; i++) {
		int fd;

		snprintf(path, sizeof(path), "/tmp/name-%d", i);
		fd = open(path, O_CREAT | O_RDWR, 0600);
		if (fd < 0)
			err(2, "%s", path);
		close(fd);
	}
}

static void remove_names(void)
{
	char path[64];

	for (int i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "/tmp/name-%d", i);
		unlink(path);
	}
}

static void check_dentries(void)
{
	struct subject dentry = subject_new("dentry", NULL), before;
	struct subject inode = subject_new("shmem_inode_cache", NULL), inodes;

	truth_write("/proc/sys/vm/drop_caches", "2");
	measure_still(&inode);
	measure_still(&dentry);
	before = dentry;
	inodes = inode;
	make_names();
	compare("3000 files made", &before, &dentry, NAMES, 2);
	compare("with 3000 inodes", &inodes, &inode, NAMES, 2);
	measure_still(&dentry);
	before = dentry;
	remove_names();
	compare("and removed", &inodes, &inode, 0, 2);
	compare("their names, too", &before, &dentry, -NAMES, 2);
	look_up_names();
	truth_write("/proc/sys/vm/drop_caches", "2");
	/* With what others looked up meanwhile: 5 were seen on 5.10, 21 on 7.3. */
	compare("names looked up in vain and dropped", &before, &dentry, -NAMES, 64);
}

/* Its inode alone; with sock, file, name and our own reading tenfold at most. */
static void check_bytes(long long kb, long long inodes_kb)
{
	truth_check(kb >= inodes_kb && kb <= 10 * inodes_kb,
		    "slab_alloc_kb of who made them: %+lld (the inodes alone: %lld)", kb, inodes_kb);
}

static void check_sockets(void)
{
	static int fds[SOCKETS];
	struct subject sockets = subject_new("sock_inode_cache", NULL), before;
	long long kb = counts_bytes ? slab_alloc_kb() : 0;

	measure_still(&sockets);
	before = sockets;
	for (int i = 0; i < SOCKETS; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (fds[i] < 0)
			err(2, "socket");
	}
	compare("300 sockets", &before, &sockets, SOCKETS, 0);
	if (counts_bytes)
		check_bytes(slab_alloc_kb() - kb, SOCKETS * sockets.size / 1024);
	for (int i = 0; i < SOCKETS; i++)
		close(fds[i]);
	compare("and closed", &before, &sockets, 0, 0);
}

/*
 * A pipe's buffers are 16 of 40 bytes, from kmalloc's class of 1 KiB. They are accounted:
 * such objects have caches of their own since 5.14, and share those of others before.
 */
static void check_pipes(void)
{
	bool apart = !access("/sys/kernel/slab/kmalloc-cg-1k", F_OK);
	struct subject class = subject_new(apart ? "kmalloc-cg-1k" : "kmalloc-1k", NULL), before;
	static int fds[PIPES][2];

	measure_still(&class);
	before = class;
	for (int i = 0; i < PIPES; i++)
		if (pipe(fds[i]))
			err(2, "pipe");
	compare("200 pipes", &before, &class, PIPES, 8);
	for (int i = 0; i < PIPES; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	compare("and closed", &before, &class, 0, 8);
}

/* Memberships of multicast groups are freed by kfree_rcu(), that is in bulk. */
static void join_and_leave(void)
{
	struct ip_mreqn group = { .imr_ifindex = 1 };
	static int fds[SOCKETS];

	for (int i = 0; i < 50; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		for (int nr = 0; nr < GROUPS; nr++) {
			group.imr_multiaddr.s_addr = htonl(0xe1000000U + (unsigned int)nr);
			if (setsockopt(fds[i], IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
				       sizeof(group)))
				err(2, "IP_ADD_MEMBERSHIP");
		}
	}
	for (int i = 0; i < 50; i++)
		close(fds[i]);
}

static void check_bulk(void)
{
	struct subject class = subject_new("kmalloc-64", "-64"), before;

	measure_still(&class);
	before = class;
	for (int i = 0; i < 5; i++)
		join_and_leave();
	truth_sleep(6);		/* kfree_rcu() gathers for 5 s */
	compare("5000 objects freed in bulk", &before, &class, 0, 16);
}

static long long column_of_large(const char *column)
{
	struct truth_table table;
	char *row[TRUTH_COLUMNS];

	if (!truth_find(truth_read(&ours), "cache", "kmalloc-large", &table, row))
		return 0;
	return truth_number(row[truth_column(&table, column)]);
}

/* 256 buffers of 40 bytes are too large for a cache: 16 KiB of pages, not in slabinfo. */
static void check_large(void)
{
	long long objects = column_of_large("live_objects");
	long long kb = column_of_large("live_kb");
	static int fds[PIPES][2];

	for (int i = 0; i < PIPES; i++)
		if (pipe(fds[i]) || fcntl(fds[i][0], F_SETPIPE_SZ, 1 << 20) < 0)
			err(2, "a pipe of 1 MiB");
	objects = column_of_large("live_objects") - objects;
	kb = column_of_large("live_kb") - kb;
	truth_check(is_near(objects, PIPES, 4) && is_near(kb, 16 * PIPES, 16 * 4),
		    "200 pipes of 1 MiB: kmalloc-large %+lld, %+lld kB", objects, kb);
	objects = column_of_large("live_objects");
	for (int i = 0; i < PIPES; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	objects = column_of_large("live_objects") - objects;
	truth_check(is_near(objects, -PIPES, 4), "and closed: %+lld", objects);
}

static void check_totals(void)
{
	static const char *const keys[] = { "SReclaimable", "SUnreclaim" };
	static const char *const names[] = { "[reclaimable]", "[unreclaimable]" };

	for (int i = 0; i < 2; i++) {
		char *row[TRUTH_COLUMNS];
		struct truth_table table;
		long long before, after, kb;
		int tries = 0;

		do {
			before = truth_value(truth_read(&meminfo), keys[i], ':');
			truth_find(truth_read(&ours), "cache", names[i], &table, row);
			kb = truth_number(row[truth_column(&table, "live_kb")]);
			after = truth_value(truth_read(&meminfo), keys[i], ':');
		} while (before != after && ++tries < 100);
		truth_check(before == after && kb == after, "%s is %s: %lld and %lld kB", names[i],
			    keys[i], kb, after);
	}
}

int main(int argc, char **argv)
{
	counts_bytes = argc > 1 && !strcmp(argv[1], "bytes");
	ours = truth_open("/proc/memwatch/slab", TEXT_MAX);
	theirs = truth_open("/proc/slabinfo", TEXT_MAX);
	meminfo = truth_open("/proc/meminfo", 65536);
	tasks = truth_open("/proc/memwatch/tasks", TEXT_MAX);
	check_totals();
	check_dentries();
	check_sockets();
	check_pipes();
	check_bulk();
	check_large();
	check_totals();
	return truth_end();
}

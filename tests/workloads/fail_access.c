// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_access - uses each file of /proc/memwatch again and again, each time with the
 * next of the allocations that the module makes for it failing, until it needs no more:
 * each time it goes well, or ends with ENOMEM and nothing has changed but for what config
 * then says itself. The module is loaded.
 *
 *	fail_access		TAP
 *
 * Exits 0 or 1 as the checks say, 2 if faults cannot be injected here.
 */
#include <poll.h>

#include "faults.h"

#define NTH_MAX 500

/**
 * struct use - of one file, opened, used and closed under the fault
 * @write: what is written, or NULL: it is read to its end
 * @undo:  what is written afterwards, without a fault, or NULL
 * @was:   of config, while @write has not gone well; or NULL
 * @done:  of config, when it has
 * @cache: slabs are counted meanwhile, and of this cache objects were seen; or NULL
 */
struct use {
	const char *file;
	const char *write;
	const char *undo;
	const char *was;
	const char *done;
	const char *cache;
};

/* How far a use came. */
enum outcome {
	REFUSED,
	UNREAD, /* written, but what it says then could not be read */
	WHOLE,
};

#define SWITCH(name, from, to)                                                           \
	{                                                                                \
		.file = "config", .write = name " " to "\n", .undo = name " " from "\n", \
		.was = name "=" from "\n", .done = name "=" to "\n",                     \
	}

static const struct use uses[] = {
	{ .file = "status" },
	{ .file = "tasks" },
	{ .file = "growth" },
	{ .file = "exited" },
	{ .file = "slab" },
	{ .file = "fragmentation" },
	{ .file = "config" },
	{ .file = "tag", .write = "order-4711\n", .undo = "\n" },
	{ .file = "trigger", .write = "growth 64M 60s\n" },
	{ .file = "trigger", .write = "growth 64M 60s 1\n" },
	{ .file = "trigger", .write = "rss 2G\n" },
	{ .file = "trigger", .write = "frag 9 0.001\n" },
	{ .file = "trigger", .write = "slab 32M 60s\n" },
	{ .file = "trigger", .write = "slab 32M 60s dentry\n", .cache = "\ndentry " },
	SWITCH("pages", "1", "0"),
	SWITCH("growth", "1", "0"),
	SWITCH("stalls", "1", "0"),
	SWITCH("fragmentation", "1", "0"),
	SWITCH("pages", "0", "1"),
	SWITCH("growth", "0", "1"),
	SWITCH("stalls", "0", "1"),
	SWITCH("fragmentation", "0", "1"),
	SWITCH("slab", "0", "1"),
	SWITCH("slab", "0", "2"),
	SWITCH("keep_exited", "1024", "64"),
};

/* What stands in @path now, of @size bytes at most; false if it cannot be had. */
static bool slurp(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = -1;

	while (fd >= 0 && (got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	if (fd >= 0)
		close(fd);
	return !got;
}

/* Opened, read to its end or written, polled, closed; errno of what failed first. */
static enum outcome use_once(const struct use *use)
{
	enum outcome outcome = REFUSED;
	static char text[65536];
	struct pollfd waited = { .events = POLLPRI };
	ssize_t got = 0;
	char path[64];
	int error;

	snprintf(path, sizeof(path), "/proc/memwatch/%s", use->file);
	waited.fd = open(path, use->write ? O_RDWR | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
	if (waited.fd < 0)
		return REFUSED;
	if (use->write &&
	    write(waited.fd, use->write, strlen(use->write)) == (ssize_t)strlen(use->write))
		outcome = UNREAD;
	if (outcome == UNREAD && !strcmp(use->file, "trigger"))
		poll(&waited, 1, 0);
	if (outcome == UNREAD || !use->write) {
		do
			got = read(waited.fd, text, sizeof(text));
		while (got > 0);
		if (!got)
			outcome = WHOLE;
	}
	error = errno;
	close(waited.fd);
	errno = error;
	return outcome;
}

static bool file_says(const char *path, const char *what)
{
	static char text[1 << 20];

	return slurp(path, text, sizeof(text)) && strstr(text, what);
}

/* What was refused has changed nothing, and what went well is done: config says so. */
static bool is_as_config_says(const struct use *use, enum outcome outcome)
{
	return !use->was ||
	       file_says("/proc/memwatch/config", outcome == REFUSED ? use->was : use->done);
}

static void undo(const struct use *use)
{
	char path[64];

	if (!use->undo)
		return;
	snprintf(path, sizeof(path), "/proc/memwatch/%s", use->file);
	truth_write(path, use->undo);
}

/* A cache can be waited for when objects of it were counted: a name and an inode are made. */
static void count_cache(const struct use *use)
{
	int fd;

	truth_write("/proc/memwatch/config", "slab 1\n");
	fd = open("/tmp/counted", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		err(2, "/tmp/counted");
	close(fd);
	unlink("/tmp/counted");
	if (!file_says("/proc/memwatch/slab", use->cache))
		errx(2, "slab has no line of '%s'", use->cache + 1);
}

/**
 * struct tally - of the uses of one file under a fault
 * @missing: gone well, and status says which probe was refused
 */
struct tally {
	int refused;
	int unread;
	int missing;
	int wrong;
};

static void judge(const struct use *use, int nth, enum outcome outcome, struct tally *tally)
{
	int error = errno;

	if ((outcome != WHOLE && error != ENOMEM) || !is_as_config_says(use, outcome)) {
		printf("# fault %d: %s, %s, but config does not say %s", nth,
		       outcome == REFUSED ? "refused" : "done", strerror(error),
		       !use->was	    ? "anything\n"
		       : outcome == REFUSED ? use->was
					    : use->done);
		tally->wrong++;
	}
	tally->refused += outcome == REFUSED;
	tally->unread += outcome == UNREAD;
	tally->missing +=
		outcome != REFUSED && use->was && file_says("/proc/memwatch/status", "=failed: ");
}

static void fail_use(const struct use *use, enum faults faults)
{
	struct tally tally = { 0 };
	enum outcome outcome = REFUSED;
	int nth;

	undo(use);
	if (use->cache)
		count_cache(use);
	faults_choose(faults);
	for (nth = 1; nth <= NTH_MAX; nth++) {
		bool failed;

		faults_arm(nth);
		outcome = use_once(use);
		failed = faults_disarm();
		judge(use, nth, outcome, &tally);
		undo(use);
		if (!failed)
			break;
	}
	if (use->cache)
		truth_write("/proc/memwatch/config", "slab 0\n");
	truth_check(
		!tally.wrong && outcome == WHOLE && nth <= NTH_MAX,
		"%s%s%.*s: %s, %d times: %d refused, %d done and not read, %d say what is missing",
		use->file, use->write ? " " : "", use->write ? (int)strcspn(use->write, "\n") : 0,
		use->write ? use->write : "", faults_names[faults], nth - 1, tally.refused,
		tally.unread, tally.missing);
}

/* Those that were to be switched on are off. */
static void switch_all_on(void)
{
	truth_write("/proc/memwatch/config", "pages 1\n");
	truth_write("/proc/memwatch/config", "growth 1\n");
	truth_write("/proc/memwatch/config", "stalls 1\n");
	truth_write("/proc/memwatch/config", "fragmentation 1\n");
}

int main(void)
{
	faults_begin();
	for (enum faults faults = FAULTS_ONE; faults <= FAULTS_REST; faults++) {
		for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++)
			fail_use(&uses[i], faults);
		switch_all_on();
	}
	return truth_end();
}

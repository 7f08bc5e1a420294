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
 * @write:  what is written, or NULL: it is read to its end
 * @undo:   what is written afterwards, without a fault, or NULL
 * @key:    of config, and what it has to be whenever @write failed; or NULL
 */
struct use {
	const char *file;
	const char *write;
	const char *undo;
	const char *key;
};

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
	{ .file = "trigger", .write = "slab 32M 60s kmalloc-64\n" },
	{ .file = "config", .write = "pages 0\n", .undo = "pages 1\n" },
	{ .file = "config", .write = "growth 0\n", .undo = "growth 1\n" },
	{ .file = "config", .write = "stalls 0\n", .undo = "stalls 1\n" },
	{ .file = "config", .write = "fragmentation 0\n", .undo = "fragmentation 1\n" },
	{ .file = "config", .write = "pages 1\n", .undo = "pages 0\n", .key = "pages=0\n" },
	{ .file = "config", .write = "growth 1\n", .undo = "growth 0\n", .key = "growth=0\n" },
	{ .file = "config", .write = "stalls 1\n", .undo = "stalls 0\n", .key = "stalls=0\n" },
	{ .file = "config",
	  .write = "fragmentation 1\n",
	  .undo = "fragmentation 0\n",
	  .key = "fragmentation=0\n" },
	{ .file = "config", .write = "slab 1\n", .undo = "slab 0\n", .key = "slab=0\n" },
	{ .file = "config", .write = "slab 2\n", .undo = "slab 0\n", .key = "slab=0\n" },
	{ .file = "config", .write = "keep_exited 64\n", .undo = "keep_exited 1024\n" },
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

/* Opened, read to its end or written, polled, closed; -1 with errno of what failed first. */
static int use_once(const struct use *use)
{
	static char text[65536];
	struct pollfd waited = { .events = POLLPRI };
	ssize_t got = 0;
	char path[64];
	int error;

	snprintf(path, sizeof(path), "/proc/memwatch/%s", use->file);
	waited.fd = open(path, use->write ? O_RDWR | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
	if (waited.fd < 0)
		return -1;
	if (use->write)
		got = write(waited.fd, use->write, strlen(use->write)) ==
				      (ssize_t)strlen(use->write)
			      ? 0
			      : -1;
	if (!got && !strcmp(use->file, "trigger"))
		poll(&waited, 1, 0);
	while (!got && (got = read(waited.fd, text, sizeof(text))) > 0)
		got = 0;
	error = errno;
	close(waited.fd);
	errno = error;
	return got ? -1 : 0;
}

/* After a refusal. */
static bool is_as_config_says(const struct use *use)
{
	char text[4096];

	return !use->key ||
	       (slurp("/proc/memwatch/config", text, sizeof(text)) && strstr(text, use->key));
}

static void undo(const struct use *use)
{
	char path[64];

	if (!use->undo)
		return;
	snprintf(path, sizeof(path), "/proc/memwatch/%s", use->file);
	truth_write(path, use->undo);
}

static void fail_use(const struct use *use, enum faults faults)
{
	int nth, ret = 0, refused = 0, wrong = 0;

	undo(use);
	faults_choose(faults);
	for (nth = 1; nth <= NTH_MAX; nth++) {
		bool failed;

		faults_arm(nth);
		ret = use_once(use);
		failed = faults_disarm();
		if (ret && (errno != ENOMEM || !is_as_config_says(use))) {
			printf("# fault %d: %s\n", nth, strerror(errno));
			wrong++;
		}
		refused += ret != 0;
		undo(use);
		if (!failed)
			break;
	}
	truth_check(!wrong && !ret && nth <= NTH_MAX, "%s%s%.*s: %s, %d times: %d refused",
		    use->file, use->write ? " " : "",
		    use->write ? (int)strcspn(use->write, "\n") : 0, use->write ? use->write : "",
		    faults_names[faults], nth - 1, refused);
}

int main(void)
{
	faults_begin();
	for (enum faults faults = FAULTS_ONE; faults <= FAULTS_REST; faults++)
		for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++)
			fail_use(&uses[i], faults);
	/* As they were: those that were to be switched on were off. */
	truth_write("/proc/memwatch/config", "pages 1\n");
	truth_write("/proc/memwatch/config", "growth 1\n");
	truth_write("/proc/memwatch/config", "stalls 1\n");
	truth_write("/proc/memwatch/config", "fragmentation 1\n");
	return truth_end();
}

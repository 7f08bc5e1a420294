// SPDX-License-Identifier: GPL-2.0-only
/*
 * killstorm - processes that die by SIGKILL from another process, at any moment of what
 * they do: inside a page fault, a fork, an exec, an exit, mmap and munmap, a pipe, a socket,
 * a thread's end, and while they read, write and poll files of /proc/memwatch. Two of each
 * are alive at a time; who died is followed by another at once.
 *
 *	killstorm KILLS [SEED]	TAP: how many died, of each kind
 *
 * A process makes others only in its own process group, which is killed as a whole. Exits 0
 * if some of each kind were killed, or 1.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "workload.h"

/* How long one lives on average, if the machine is fast enough; how many may be dying. */
#define LIFE_US	  20000
#define PER_KIND  2
#define DYING_MAX 64
#define STACK_KIB 64

/* What it does without end. */
struct kind {
	const char *name;
	void (*act)(void);
};

static void act_fault(void)
{
	struct region region = region_new(512);

	region_resize(&region, 512);
	munmap(region.start, region.pages * (size_t)sysconf(_SC_PAGESIZE));
}

static void act_map(void)
{
	struct region region = region_new(64);

	region_resize(&region, 4);
	mprotect(region.start, 4096, PROT_READ);
	munmap(region.start, region.pages * (size_t)sysconf(_SC_PAGESIZE));
}

/* The children live on in the group: each dies in its own fork, too. */
static void act_fork(void)
{
	pid_t child = fork();

	if (!child) {
		act_fault();
		_exit(0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

/* Killed while it ends, with pages to give back. */
static void act_exit(void)
{
	struct region region = region_new(256);
	pid_t child;

	region_resize(&region, 256);
	child = fork();
	if (!child)
		_exit(0);
	if (child > 0)
		waitpid(child, NULL, 0);
	munmap(region.start, region.pages * (size_t)sysconf(_SC_PAGESIZE));
}

static void act_exec(void)
{
	execl("/proc/self/exe", "killstorm", "exec", (char *)NULL);
	_exit(1);
}

static void *end_at_once(void *unused)
{
	return unused;
}

static void act_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_KIB * 1024);
	if (!pthread_create(&thread, &attr, end_at_once, NULL))
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
}

static void act_pipe(void)
{
	static char data[16384];
	int ends[2];

	if (pipe(ends))
		return;
	if (write(ends[1], data, sizeof(data)) > 0 && read(ends[0], data, sizeof(data) / 2) < 0)
		err(1, "read");
	close(ends[0]);
	close(ends[1]);
}

/* Slab objects of several caches: sockets, files, dentries, messages. */
static void act_slab(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return;
	if (write(ends[0], "message", 7) != 7)
		err(1, "write");
	close(ends[0]);
	close(ends[1]);
}

static void read_file(const char *name)
{
	static char text[65536];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/memwatch/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

static void act_read(void)
{
	static const char *const names[] = { "tasks", "exited",	       "growth", "status",
					     "slab",  "fragmentation", "config", "tag" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		read_file(names[i]);
}

/* The slot of the dead keeps a tag until it is given back. */
static void act_tag(void)
{
	int fd = open("/proc/memwatch/tag", O_WRONLY | O_CLOEXEC);
	char tag[24];
	int length = snprintf(tag, sizeof(tag), "storm%d", getpid() % 64);

	if (fd >= 0 && write(fd, tag, (size_t)length) < 0)
		err(1, "tag");
	if (fd >= 0)
		close(fd);
}

static void act_trigger(void)
{
	static const char *const lines[] = { "growth 1M 2s", "rss 1G", "frag 9 0.001",
					     "slab 1M 2s" };
	static unsigned int next;
	struct pollfd waited = { .events = POLLPRI };
	const char *line = lines[next++ % (sizeof(lines) / sizeof(*lines))];

	waited.fd = open("/proc/memwatch/trigger", O_RDWR | O_CLOEXEC);
	if (waited.fd < 0)
		return;
	if (write(waited.fd, line, strlen(line)) > 0)
		poll(&waited, 1, 5);
	close(waited.fd);
}

static const struct kind kinds[] = {
	{ "fault", act_fault }, { "mmap and munmap", act_map }, { "fork", act_fork },
	{ "exit", act_exit },	{ "exec", act_exec },		{ "thread", act_thread },
	{ "pipe", act_pipe },	{ "slab", act_slab },		{ "reading the files", act_read },
	{ "tag", act_tag },	{ "trigger", act_trigger },
};

#define KINDS	  (sizeof(kinds) / sizeof(*kinds))
#define PROCESSES (KINDS * PER_KIND)

static void go_anywhere(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	if (sched_setaffinity(0, sizeof(set), &set))
		err(2, "sched_setaffinity");
}

static pid_t begin(const struct kind *kind)
{
	pid_t child = fork();

	if (child < 0)
		err(2, "fork");
	if (!child) {
		setpgid(0, 0);
		go_anywhere();
		for (;;)
			kind->act();
	}
	/* In case that we come first. */
	setpgid(child, child);
	return child;
}

/* Takes leave of one that was killed, or, if @wait, waits for it; false if there is none. */
static bool bury(bool wait)
{
	int status;
	pid_t process = waitpid(-1, &status, wait ? 0 : WNOHANG);

	if (process <= 0)
		return false;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		errx(2, "a process ended by itself: status %#x", status);
	return true;
}

/* Many die at once; their own children, killed with them, are init's to bury. */
static void kill_group(pid_t process, int *dying)
{
	if (kill(-process, SIGKILL))
		err(2, "kill");
	++*dying;
	while (bury(*dying >= DYING_MAX))
		--*dying;
}

/* Alone on the last CPU if it wants to: it does not wait for those that it kills. */
static void go_before_all(void)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((int)sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		err(2, "sched_setscheduler");
}

static bool report(const long killed[KINDS])
{
	bool good = true;
	long all = 0;

	for (size_t i = 0; i < KINDS; i++) {
		printf("%s - %ld killed in %s\n", killed[i] ? "ok" : "not ok", killed[i],
		       kinds[i].name);
		good = good && killed[i];
		all += killed[i];
	}
	printf("killstorm killed=%ld in_s=%.1f\n", all, workload_clock());
	return good;
}

static bool storm(long kills, struct workload *random)
{
	pid_t processes[PROCESSES];
	long killed[KINDS] = { 0 };
	int dying = 0;

	for (size_t i = 0; i < PROCESSES; i++)
		processes[i] = begin(&kinds[i % KINDS]);
	workload_clock();
	for (long nr = 0; nr < kills; nr++) {
		size_t i = (size_t)(workload_random(random) * PROCESSES);

		usleep((useconds_t)(workload_random(random) * 2 * LIFE_US / PROCESSES));
		kill_group(processes[i], &dying);
		killed[i % KINDS]++;
		processes[i] = begin(&kinds[i % KINDS]);
	}
	for (size_t i = 0; i < PROCESSES; i++)
		kill_group(processes[i], &dying);
	while (bury(true))
		;
	return report(killed);
}

int main(int argc, char **argv)
{
	struct workload random = { .seed = 1 };

	if (argc == 2 && !strcmp(argv[1], "exec"))
		act_exec();
	if (argc < 2 || argc > 3)
		errx(2, "usage: killstorm KILLS [SEED]");
	if (argc == 3)
		random.seed = (uint64_t)workload_number("SEED", argv[2]);
	go_before_all();
	return storm((long)workload_number("KILLS", argv[1]), &random) ? 0 : 1;
}

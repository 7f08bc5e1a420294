// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_wait - arms triggers and tells what comes of them, one line an event.
 *
 *	trigger_wait [OPTION...] LINE...	a descriptor for each LINE
 *
 *	--for S		how long to listen in all, s (10)
 *	--sleep S	do not look for the first S seconds (0)
 *	--with HOW	poll, epoll, late (epoll that is told of the descriptors only
 *			after --sleep), select or none: never look (poll)
 *	--no-read	do not read what fired
 *	--copies N	arm each LINE N times (1)
 *	--quiet		tell of errors and the sum only
 *
 * Prints `armed` when all are written; `refused LINE: ERROR`; `event NR S MASK RECORD`
 * for each event, with seconds since arming; at the end `events=N`.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>

#include "workload.h"

#define FDS_MAX 5000

static struct {
	double for_s, sleep_s;
	const char *with;
	bool no_read, quiet;
	unsigned int copies;
} options = { .for_s = 10, .with = "poll", .copies = 1 };

static struct pollfd fds[FDS_MAX];
static unsigned int nr_fds, nr_events, nr_ended;
static int epoll_fd = -1;

static void arm(const char *line)
{
	int fd = open("/proc/memwatch/trigger", O_RDWR);

	if (fd < 0)
		err(1, "/proc/memwatch/trigger");
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line)) {
		printf("refused %s: %s\n", line, strerrorname_np(errno));
		close(fd);
		return;
	}
	if (nr_fds == FDS_MAX)
		errx(2, "more than %d triggers", FDS_MAX);
	fds[nr_fds++] = (struct pollfd){ .fd = fd, .events = POLLPRI };
}

static const char *mask_text(unsigned int mask)
{
	static char text[32];

	snprintf(text, sizeof(text), "%s%s%s", mask & POLLPRI ? "PRI," : "",
		 mask & POLLERR ? "ERR," : "", mask & POLLHUP ? "HUP," : "");
	if (*text)
		text[strlen(text) - 1] = '\0';
	return text;
}

/* A descriptor that has ended is not looked at again: it would be ready for ever. */
static void tell(unsigned int nr, unsigned int mask)
{
	char record[1024] = "-\n";
	ssize_t got = options.no_read ? 0 : read(fds[nr].fd, record, sizeof(record) - 1);

	if (got > 0)
		record[got] = '\0';
	else if (!options.no_read)
		mask |= POLLHUP;	/* select() does not tell it */
	nr_events++;
	if (!options.quiet)
		printf("event %u %.2f %s %s", nr, workload_clock(), mask_text(mask), record);
	if (mask & (POLLERR | POLLHUP)) {
		if (epoll_fd >= 0)
			epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fds[nr].fd, NULL);
		close(fds[nr].fd);
		fds[nr].fd = -1;
		nr_ended++;
	}
}

static void look_with_poll(int wait_ms)
{
	int ready = poll(fds, nr_fds, wait_ms);

	if (ready < 0)
		err(1, "poll");
	for (unsigned int nr = 0; ready && nr < nr_fds; nr++)
		if (fds[nr].revents)
			tell(nr, (unsigned int)fds[nr].revents);
}

static void look_with_select(int wait_ms)
{
	struct timeval wait = { .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };
	fd_set set;
	int top = -1;

	FD_ZERO(&set);
	for (unsigned int nr = 0; nr < nr_fds; nr++) {
		if (fds[nr].fd < 0)
			continue;
		FD_SET(fds[nr].fd, &set);
		top = fds[nr].fd > top ? fds[nr].fd : top;
	}
	if (select(top + 1, NULL, NULL, &set, &wait) < 0)
		err(1, "select");
	for (unsigned int nr = 0; nr < nr_fds; nr++)
		if (fds[nr].fd >= 0 && FD_ISSET(fds[nr].fd, &set))
			tell(nr, POLLPRI);
}

static void epoll_begin(void)
{
	epoll_fd = epoll_create1(0);
	if (epoll_fd < 0)
		err(1, "epoll_create1");
	for (unsigned int nr = 0; nr < nr_fds; nr++) {
		struct epoll_event event = { .events = EPOLLPRI, .data.u32 = nr };

		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[nr].fd, &event))
			err(1, "EPOLL_CTL_ADD");
	}
}

static void look_with_epoll(int wait_ms)
{
	struct epoll_event events[64];
	int ready = epoll_wait(epoll_fd, events, 64, wait_ms);

	if (ready < 0)
		err(1, "epoll_wait");
	for (int i = 0; i < ready; i++)
		tell(events[i].data.u32, events[i].events);
}

static void listen_to_all(void)
{
	bool late = !strcmp(options.with, "late");
	double left_s;

	if (!strcmp(options.with, "epoll"))
		epoll_begin();
	workload_sleep(options.sleep_s);
	if (late)
		epoll_begin();
	while (nr_ended < nr_fds && (left_s = options.for_s - workload_clock()) > 0) {
		int wait_ms = (int)(left_s * 1000) + 1;

		if (epoll_fd >= 0)
			look_with_epoll(wait_ms);
		else if (!strcmp(options.with, "select"))
			look_with_select(wait_ms);
		else if (!strcmp(options.with, "none"))
			workload_sleep(left_s);
		else
			look_with_poll(wait_ms);
	}
}

static int parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "for", required_argument, NULL, 'f' },  { "sleep", required_argument, NULL, 's' },
		{ "with", required_argument, NULL, 'w' }, { "no-read", no_argument, NULL, 'n' },
		{ "copies", required_argument, NULL, 'c' }, { "quiet", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'f': options.for_s = workload_number("for", optarg); break;
		case 's': options.sleep_s = workload_number("sleep", optarg); break;
		case 'w': options.with = optarg; break;
		case 'n': options.no_read = true; break;
		case 'c': options.copies = (unsigned int)workload_number("copies", optarg); break;
		case 'q': options.quiet = true; break;
		default: errx(2, "see the head of trigger_wait.c for its options");
		}
	}
	return optind;
}

int main(int argc, char **argv)
{
	const struct rlimit files = { FDS_MAX + 16, FDS_MAX + 16 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "RLIMIT_NOFILE");
	for (int i = parse_options(argc, argv); i < argc; i++)
		for (unsigned int copy = 0; copy < options.copies; copy++)
			arm(argv[i]);
	workload_clock();
	printf("armed\n");
	listen_to_all();
	printf("events=%u\n", nr_events);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * ticker.c - rounds on absolute deadlines, so that they do not drift by the
 * time that the work takes, and a pipe by which a signal handler wakes the
 * sleeper, so that no signal is lost between looking and sleeping. Writes that
 * block are interrupted too: no SA_RESTART.
 */
#define _GNU_SOURCE /* ppoll, pipe2 */
#include "ticker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL

static int wake_pipe[2] = { -1, -1 };
static volatile sig_atomic_t is_stopped;
static volatile sig_atomic_t has_arrived[NSIG];

/* Descriptors that ticker_sleep() takes besides its own. */
#define FDS_MAX 8

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Monotonic, and it goes on while the machine is suspended, as the wall clock does. */
static int64_t steady_ns(void)
{
	return clock_ns(CLOCK_BOOTTIME);
}

void ticker_start(struct ticker *ticker, double interval_s, double duration_s)
{
	ticker->interval_ns = (int64_t)(interval_s * NS_PER_S);
	if (ticker->interval_ns < 1)
		ticker->interval_ns = 1;
	ticker->begin_ns = steady_ns();
	ticker->next_ns = ticker->begin_ns;
	ticker->end_ns =
		duration_s > 0 ? ticker->begin_ns + (int64_t)(duration_s * NS_PER_S) : INT64_MAX;
	ticker->epoch_s = (double)clock_ns(CLOCK_REALTIME) / NS_PER_S;
}

double ticker_now_s(const struct ticker *ticker)
{
	return ticker->epoch_s + (double)(steady_ns() - ticker->begin_ns) / NS_PER_S;
}

double ticker_boot_s(const struct ticker *ticker)
{
	return ticker->epoch_s - (double)ticker->begin_ns / NS_PER_S;
}

int64_t ticker_remaining_ns(const struct ticker *ticker)
{
	int64_t remaining = ticker->next_ns - steady_ns();

	return remaining > 0 ? remaining : 0;
}

void ticker_advance(struct ticker *ticker)
{
	int64_t late_ns = steady_ns() - ticker->next_ns;

	ticker->next_ns += ticker->interval_ns * (1 + late_ns / ticker->interval_ns);
}

bool ticker_is_over(const struct ticker *ticker)
{
	return ticker->next_ns > ticker->end_ns;
}

void ticker_set_interval(struct ticker *ticker, double interval_s)
{
	int64_t latest_ns;

	ticker->interval_ns = (int64_t)(interval_s * NS_PER_S);
	if (ticker->interval_ns < 1)
		ticker->interval_ns = 1;
	latest_ns = steady_ns() + ticker->interval_ns;
	if (ticker->next_ns > latest_ns)
		ticker->next_ns = latest_ns;
}

/* Whoever was woken looks at what it was woken for: the bytes mean nothing more. */
static void drain(int fd)
{
	char bytes[64];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

void ticker_sleep(const struct ticker *ticker, const struct pollfd *fds, size_t count,
		  double most_s)
{
	struct pollfd all[FDS_MAX + 1] = { { .fd = wake_pipe[0], .events = POLLIN } };
	int64_t remaining = ticker_remaining_ns(ticker);
	struct timespec timeout;

	if (most_s < (double)remaining / NS_PER_S)
		remaining = most_s > 0 ? (int64_t)(most_s * NS_PER_S) : 0;
	timeout.tv_sec = remaining / NS_PER_S;
	timeout.tv_nsec = remaining % NS_PER_S;
	for (size_t i = 0; i < count && i < FDS_MAX; i++)
		all[i + 1] = fds[i];
	if (ppoll(all, count + 1, &timeout, NULL) > 0 && all[0].revents != 0)
		drain(wake_pipe[0]);
}

bool ticker_wait(struct ticker *ticker)
{
	struct pollfd wake = { .fd = wake_pipe[0], .events = POLLIN };

	ticker_advance(ticker);
	if (ticker_is_over(ticker))
		return false;
	while (!is_stopped) {
		int64_t remaining = ticker_remaining_ns(ticker);
		struct timespec timeout = { remaining / NS_PER_S, remaining % NS_PER_S };

		if (remaining == 0)
			return true;
		if (ppoll(&wake, 1, &timeout, NULL) < 0 && errno != EINTR)
			return false;
	}
	return false;
}

static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGINT || number == SIGTERM)
		is_stopped = 1;
	has_arrived[number] = 1;
	/* A full pipe wakes as well: nothing is lost if this fails. */
	if (write(wake_pipe[1], "", 1) < 0)
		errno = 0;
	errno = saved;
}

int ticker_catch(int number)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

bool ticker_take(int number)
{
	bool arrived = has_arrived[number] != 0;

	has_arrived[number] = 0;
	return arrived;
}

int ticker_catch_signals(void)
{
	int err;

	if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	err = ticker_catch(SIGINT);
	return err < 0 ? err : ticker_catch(SIGTERM);
}

bool ticker_is_stopped(void)
{
	return is_stopped != 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ticker.h - when the next round is due, and when to stop. One a program: it
 * takes over SIGINT and SIGTERM.
 */
#ifndef MW_TICKER_H
#define MW_TICKER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ticker - the rounds of a program
 * @interval_ns: between two rounds
 * @begin_ns:    first round, CLOCK_BOOTTIME
 * @end_ns:      no round after this, or INT64_MAX
 * @next_ns:     the next round
 * @epoch_s:     CLOCK_REALTIME at the first round
 */
struct ticker {
	int64_t interval_ns;
	int64_t begin_ns;
	int64_t end_ns;
	int64_t next_ns;
	double epoch_s;
};

/**
 * ticker_start() - the first round is due now
 * @duration_s: for how long; 0 for ever
 */
void ticker_start(struct ticker *ticker, double interval_s, double duration_s);

/**
 * ticker_now_s() - seconds since the epoch, as samples and alerts carry them
 * Taken from the wall once, at the start, and counted on from there by a clock
 * that is never set: a step of the wall clock is not a step of memory.
 */
double ticker_now_s(const struct ticker *ticker);

/** ticker_boot_s() - when the host was started, in the time of ticker_now_s() */
double ticker_boot_s(const struct ticker *ticker);

/**
 * ticker_remaining_ns() - until the next round is due; 0 when it is
 */
int64_t ticker_remaining_ns(const struct ticker *ticker);

/** ticker_advance() - the round is done: the next one; rounds that were missed are left out */
void ticker_advance(struct ticker *ticker);

/** ticker_is_over() - whether the duration ends before the next round */
bool ticker_is_over(const struct ticker *ticker);

/**
 * ticker_wait() - sleep until the next round
 * Returns true when it is due, false when the duration is over or a signal
 * said to stop.
 */
bool ticker_wait(struct ticker *ticker);

/** ticker_set_interval() - from the next round on, which comes no later than one of these */
void ticker_set_interval(struct ticker *ticker, double interval_s);

/**
 * ticker_sleep() - until the next round is due, one of @fds is ready, @most_s have passed or a
 * signal that was caught arrives; which of them it was, the caller finds out
 * @fds, @count: at most 8
 * @most_s:      INFINITY for as long as it takes
 */
void ticker_sleep(const struct ticker *ticker, const struct pollfd *fds, size_t count,
		  double most_s);

/**
 * ticker_catch() - let a signal wake ticker_sleep(), for ticker_take()
 * Returns 0 or a negative errno.
 */
int ticker_catch(int number);

/** ticker_take() - whether it has arrived since the last call */
bool ticker_take(int number);

/**
 * ticker_catch_signals() - let SIGINT and SIGTERM end the rounds, not the program
 * Returns 0 or a negative errno.
 */
int ticker_catch_signals(void);

/** ticker_is_stopped() - whether a signal said to stop */
bool ticker_is_stopped(void);

#endif /* MW_TICKER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hammer.h - does the same thing from several threads and from interrupts of
 * every kind at once, for as long as the test wants: kernel threads, which are
 * processes of their own for the module; on each CPU a timer in hard interrupts,
 * which also raises irq_work; a tasklet for soft ones.
 */
#ifndef _MW_KUNIT_HAMMER_H
#define _MW_KUNIT_HAMMER_H

#include <kunit/test.h>

/**
 * struct hammer - what is done, over and over
 * @thread: one round of thread @nr; may sleep
 * @hardirq: in a timer or irq_work
 * @softirq: in a tasklet
 * Each may be NULL; @arg is theirs.
 */
struct hammer {
	void (*thread)(void *arg, unsigned int nr);
	void (*hardirq)(void *arg);
	void (*softirq)(void *arg);
	void *arg;
};

#define HAMMER_THREADS_MAX 8

/**
 * hammer_run() - @threads threads for @ms milliseconds
 * @watch: what the test's own thread does meanwhile, over and over; or NULL
 * At the return nothing of it runs any more. Fails the test if a thread or an
 * interrupt never came.
 */
void hammer_run(struct kunit *test, const struct hammer *hammer, unsigned int threads,
		unsigned int ms, void (*watch)(struct kunit *test, void *arg));

#endif /* _MW_KUNIT_HAMMER_H */

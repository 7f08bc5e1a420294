// SPDX-License-Identifier: GPL-2.0-only
/*
 * hammer.c - threads and interrupts that go at a table together. One at a time.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "hammer.h"

/*
 * From one to the next, at least; and ten times what one took, so that an emulated
 * CPU under KASAN gets on with what they interrupt: grace periods would never end.
 */
#define HAMMER_PERIOD_NS (200ULL * NSEC_PER_USEC)

static const struct hammer *job;
static bool stopping;
static atomic_t hardirqs, softirqs;

static struct worker {
	struct task_struct *task;
	unsigned long rounds;
} workers[HAMMER_THREADS_MAX];

struct cpu_hammer {
	struct hrtimer timer;
	struct irq_work irq;
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct cpu_hammer, hammers);

static int work(void *data)
{
	struct worker *worker = data;

	while (!kthread_should_stop()) {
		if (job->thread)
			job->thread(job->arg, worker - workers);
		worker->rounds++;
		cond_resched();
	}
	return 0;
}

static void on_irq_work(struct irq_work *irq)
{
	job->hardirq(job->arg);
	atomic_inc(&hardirqs);
}

static void on_tasklet(struct tasklet_struct *tasklet)
{
	job->softirq(job->arg);
	atomic_inc(&softirqs);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct cpu_hammer *hammer = this_cpu_ptr(&hammers);
	u64 begin_ns = ktime_get_ns(), took_ns;

	if (READ_ONCE(stopping))
		return HRTIMER_NORESTART;
	if (job->hardirq) {
		job->hardirq(job->arg);
		irq_work_queue(&hammer->irq);
	}
	if (job->softirq)
		tasklet_schedule(&hammer->tasklet);
	took_ns = ktime_get_ns() - begin_ns;
	hrtimer_forward_now(timer, ns_to_ktime(max(HAMMER_PERIOD_NS, 10 * took_ns)));
	return HRTIMER_RESTART;
}

/* On each CPU, by a call from another. */
static void start_cpu(void *unused)
{
	struct cpu_hammer *hammer = this_cpu_ptr(&hammers);

	hrtimer_init(&hammer->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	hammer->timer.function = on_timer;
	init_irq_work(&hammer->irq, on_irq_work);
	tasklet_setup(&hammer->tasklet, on_tasklet);
	hrtimer_start(&hammer->timer, ns_to_ktime(HAMMER_PERIOD_NS),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

static void stop_cpus(void)
{
	unsigned int cpu;

	WRITE_ONCE(stopping, true);
	for_each_online_cpu(cpu) {
		struct cpu_hammer *hammer = per_cpu_ptr(&hammers, cpu);

		hrtimer_cancel(&hammer->timer);
		irq_work_sync(&hammer->irq);
		tasklet_kill(&hammer->tasklet);
	}
}

void hammer_run(struct kunit *test, const struct hammer *hammer, unsigned int threads,
		unsigned int ms, void (*watch)(struct kunit *test, void *arg))
{
	unsigned long end = jiffies + msecs_to_jiffies(ms);
	unsigned int started = 0;

	job = hammer;
	stopping = false;
	atomic_set(&hardirqs, 0);
	atomic_set(&softirqs, 0);
	for (; started < min(threads, HAMMER_THREADS_MAX); started++) {
		workers[started].rounds = 0;
		workers[started].task = kthread_run(work, &workers[started], "mw_hammer/%u",
						    started);
		if (IS_ERR(workers[started].task))
			break;
	}
	on_each_cpu(start_cpu, NULL, 1);
	do {
		if (watch)
			watch(test, hammer->arg);
		msleep(1);
	} while (time_before(jiffies, end));
	stop_cpus();
	for (unsigned int i = 0; i < started; i++) {
		kthread_stop(workers[i].task);
		KUNIT_EXPECT_GT(test, workers[i].rounds, 0UL);
	}
	KUNIT_EXPECT_EQ(test, started, threads);
	if (hammer->hardirq)
		KUNIT_EXPECT_GT(test, atomic_read(&hardirqs), 0);
	if (hammer->softirq)
		KUNIT_EXPECT_GT(test, atomic_read(&softirqs), 0);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * janitor.c - wakes a worker from any context, and gives it what there is to
 * do. A probe may run with a runqueue lock held, where queueing work is not
 * allowed: irq_work carries the wish to a place where it is.
 */
#include <linux/irq_work.h>
#include <linux/workqueue.h>

#include "janitor.h"
#include "task_table.h"

static void clean(struct work_struct *work)
{
	mw_task_table_clean();
}

static DECLARE_WORK(clean_work, clean);

static void wake(struct irq_work *work)
{
	schedule_work(&clean_work);
}

static DEFINE_IRQ_WORK(wake_work, wake);

void mw_janitor_kick(void)
{
	irq_work_queue(&wake_work);
}

void mw_janitor_run(void)
{
	schedule_work(&clean_work);
	flush_work(&clean_work);
}

/* The probes that kick are detached: the order below leaves nothing pending. */
void mw_janitor_stop(void)
{
	irq_work_sync(&wake_work);
	cancel_work_sync(&clean_work);
}

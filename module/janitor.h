/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * janitor.h - work that probes and the table cannot do where they are: it
 * sleeps, so it runs in a workqueue.
 */
#ifndef _MW_JANITOR_H
#define _MW_JANITOR_H

/* Any context, also with the table's lock or a runqueue's held; cheap to repeat. */
void mw_janitor_kick(void);

/* Has it do its work now, and waits for that. Process context. */
void mw_janitor_run(void);

/* After this returns no janitor runs and no kick is pending. */
void mw_janitor_stop(void);

#endif /* _MW_JANITOR_H */

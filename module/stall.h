/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stall.h - how long tasks wait in direct reclaim and compaction.
 */
#ifndef _MW_STALL_H
#define _MW_STALL_H

#include <linux/types.h>

/* Current begins or ends a stall; they nest. Task context, preemption off. */
void mw_stall_begin(void);

/* Returns how long the stall was, ns; 0 if its beginning was not seen. */
u64 mw_stall_end(void);

/* Stalls that could not be timed because too many were under way at once. */
u64 mw_stalls_dropped(void);

#endif /* _MW_STALL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_record.h - all that is told of one process, gathered at one moment: what
 * tasks, growth and exited print.
 */
#ifndef _MW_TASK_RECORD_H
#define _MW_TASK_RECORD_H

#include "growth.h"
#include "memwatch_abi.h"
#include "procfs.h"
#include "rss.h"
#include "stock.h"
#include "text.h"

/**
 * struct mw_task_record - one process, or a pseudo-owner
 * @tgid:        in the reader's pid namespace; 0 for pseudo-owners
 * @comm:        NUL-terminated
 * @tag:         NUL-terminated, "" without
 * @state:       letter as in /proc/PID/stat; '-' for pseudo-owners
 * @first_pages: RSS when first seen
 * The other members are as the columns of /proc/memwatch/tasks.
 */
struct mw_task_record {
	pid_t tgid;
	u64 start_ns;
	u64 first_seen_ns;
	char comm[TASK_COMM_LEN];
	char tag[MEMWATCH_TAG_MAX + 1];
	char state;
	unsigned int threads;
	struct mw_rss rss;
	unsigned long first_pages;
	struct mw_growth growth;
	struct mw_slot_pages pages;
	u64 stall_us;
	u64 exit_ns;
	int exit_code;
};

/* What a reader of the whole table takes once. */
struct mw_record_context {
	const struct mw_reader *reader;
	struct mw_stock_view view;
	u64 held_ns;
	u64 now_ns;
	struct mw_decays decays;
};

/*
 * Brings the table up to date where nobody follows lives. Process context, sleeps; NULL
 * without memory. Freed with kvfree().
 */
struct mw_record_context *mw_record_context_new(const struct mw_reader *reader);

/*
 * Each gathers a slot into @ret_record and returns whether it is one to be
 * shown to this reader. Under rcu_read_lock().
 */
bool mw_record_live(struct mw_record_context *context, unsigned int slot,
		    struct mw_task_record *ret_record);
bool mw_record_exited(const struct mw_record_context *context, unsigned int slot,
		      struct mw_task_record *ret_record);
void mw_record_pseudo(const struct mw_record_context *context, unsigned int slot,
		      struct mw_task_record *ret_record);

/* The columns of tasks, without the end of the line. */
void mw_record_print(struct mw_text *text, const struct mw_task_record *record);

/* RSS now less RSS when first seen, KiB. */
s64 mw_record_growth_kb(const struct mw_task_record *record);

/*
 * What is not counted now is `-` in every file; totals of before would pass for those of
 * today. Growth is from the last exec on: not known while execs are not followed.
 */
bool mw_record_growth_is_known(void);
bool mw_record_rates_are_known(void);
bool mw_record_owned_is_known(void);

#endif /* _MW_TASK_RECORD_H */

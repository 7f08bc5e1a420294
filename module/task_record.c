// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_record.c - gathers and prints what is told of one process. Reads the
 * table without its lock but for growth: a slot's generation tells whether what
 * was read of it belongs together. Takes task_lock() for RSS, never mmap_lock.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat/compat.h"
#include "features.h"
#include "owners.h"
#include "task_record.h"
#include "task_table.h"
#include "tick.h"

struct mw_record_context *mw_record_context_new(const struct mw_reader *reader)
{
	struct mw_record_context *context = kvmalloc(sizeof(*context), GFP_KERNEL);

	if (!context)
		return NULL;
	mw_features_look();
	context->reader = reader;
	mw_stock_view_take(&context->view);
	context->now_ns = ktime_get_boottime_ns();
	context->held_ns = mw_tick_last_ns();
	context->decays = (struct mw_decays){};
	return context;
}

/* The process as this reader may see it: 0 if it may not. */
static pid_t visible_tgid(const struct mw_record_context *context, const struct mw_slot *slot)
{
	struct pid *pid = READ_ONCE(slot->pid);

	return pid ? pid_nr_ns(pid, context->reader->pid_ns) : 0;
}

static void gather_common(const struct mw_record_context *context, unsigned int nr,
			  struct mw_task_record *ret_record)
{
	const struct mw_slot *slot = mw_slot(nr);

	ret_record->start_ns = slot->start_ns;
	ret_record->first_seen_ns = slot->first_seen_ns;
	ret_record->stall_us = div_u64(atomic64_read(&slot->stall_ns), NSEC_PER_USEC);
	mw_owner_read(nr, &context->view, &ret_record->pages);
	mw_task_tag(nr, ret_record->tag);
}

bool mw_record_live(struct mw_record_context *context, unsigned int nr,
		    struct mw_task_record *ret_record)
{
	struct mw_slot *slot = mw_slot(nr);
	u32 gen = READ_ONCE(slot->gen);
	struct task_struct *leader;

	smp_rmb();	/* the generation, then what is of it; the table's lock */
	if (READ_ONCE(slot->state) != MW_SLOT_LIVE)
		return false;
	ret_record->tgid = visible_tgid(context, slot);
	if (!ret_record->tgid)
		return false;
	leader = pid_task(READ_ONCE(slot->pid), PIDTYPE_TGID);
	if (!leader)
		return false;
	memcpy(ret_record->comm, leader->comm, TASK_COMM_LEN);
	ret_record->comm[TASK_COMM_LEN - 1] = '\0';
	ret_record->state = task_state_to_char(leader);
	ret_record->threads = get_nr_threads(leader);
	ret_record->exit_ns = 0;
	ret_record->exit_code = 0;
	mw_rss_read(leader, &ret_record->rss);
	gather_common(context, nr, ret_record);
	/* Also tells whether all of the above was of one process. */
	return mw_task_growth(nr, gen, context->held_ns, context->now_ns,
			      mw_rss_total(&ret_record->rss), false, &context->decays,
			      &ret_record->growth, &ret_record->first_pages);
}

bool mw_record_exited(const struct mw_record_context *context, unsigned int nr,
		      struct mw_task_record *ret_record)
{
	struct mw_slot *slot = mw_slot(nr);
	u32 gen = READ_ONCE(slot->gen);
	u8 state = READ_ONCE(slot->state);

	smp_rmb();	/* generation and state, then what is of them; the table's lock */
	if (state != MW_SLOT_EXITED && state != MW_SLOT_GONE)
		return false;
	*ret_record = (struct mw_task_record){
		.tgid = visible_tgid(context, slot),
		.state = state == MW_SLOT_EXITED ? 'Z' : 'X',
		.rss.peak = slot->exit.peak_rss_pages,
		.exit_ns = slot->exit.exit_ns,
		.exit_code = slot->exit.exit_code,
	};
	if (!ret_record->tgid || !ret_record->exit_ns)
		return false;
	memcpy(ret_record->comm, slot->exit.comm, TASK_COMM_LEN);
	gather_common(context, nr, ret_record);
	smp_rmb();	/* as above, before the generation is looked at again */
	return READ_ONCE(slot->gen) == gen;
}

void mw_record_pseudo(const struct mw_record_context *context, unsigned int nr,
		      struct mw_task_record *ret_record)
{
	*ret_record = (struct mw_task_record){ .state = '-' };
	strscpy(ret_record->comm, mw_slot_pseudo_name(nr), TASK_COMM_LEN);
	gather_common(context, nr, ret_record);
}

s64 mw_record_growth_kb(const struct mw_task_record *record)
{
	return (s64)MW_PAGES_TO_KB(mw_rss_total(&record->rss)) -
	       (s64)MW_PAGES_TO_KB(record->first_pages);
}

bool mw_record_growth_is_known(void)
{
	return mw_feature_on(MW_FEATURE_LIVES);
}

bool mw_record_rates_are_known(void)
{
	return mw_feature_counts(MW_FEATURE_GROWTH);
}

bool mw_record_owned_is_known(void)
{
	return mw_feature_counts(MW_FEATURE_PAGES) && mw_owns_pages();
}

static void print_rss(struct mw_text *text, const struct mw_rss *rss)
{
	mw_text_col_u64(text, MW_PAGES_TO_KB(mw_rss_total(rss)));
	mw_text_col_u64(text, MW_PAGES_TO_KB(rss->anon));
	mw_text_col_u64(text, MW_PAGES_TO_KB(rss->file));
	mw_text_col_u64(text, MW_PAGES_TO_KB(rss->shmem));
	mw_text_col_u64(text, MW_PAGES_TO_KB(rss->swap));
	mw_text_col_u64(text, MW_PAGES_TO_KB(rss->peak));
}

static void print_pages(struct mw_text *text, const struct mw_slot_pages *pages)
{
	if (!mw_feature_counts(MW_FEATURE_PAGES)) {
		mw_text_str(text, " - - - -");
		return;
	}
	mw_text_col_u64(text, pages->allocs[MW_USER] + pages->allocs[MW_KERNEL]);
	mw_text_col_u64(text, pages->frees[MW_USER] + pages->frees[MW_KERNEL]);
	if (!mw_record_owned_is_known()) {
		mw_text_str(text, " - -");
		return;
	}
	mw_text_col_s64(text, (s64)(pages->allocs[MW_USER] - pages->frees[MW_USER]));
	mw_text_col_s64(text, (s64)(pages->allocs[MW_KERNEL] - pages->frees[MW_KERNEL]));
}

static void print_rates(struct mw_text *text, const struct mw_growth *growth)
{
	for (int window = 0; window < MW_WINDOWS; window++) {
		if (mw_record_rates_are_known())
			mw_text_col_milli(text, mw_growth_milli(growth, window));
		else
			mw_text_str(text, " -");
	}
}

static void print_if_on(struct mw_text *text, enum mw_feature feature, u64 value)
{
	if (mw_feature_counts(feature))
		mw_text_col_u64(text, value);
	else
		mw_text_str(text, " -");
}

/* RSS and what follows from it: a pseudo-owner has none. */
static void print_memory(struct mw_text *text, const struct mw_task_record *record)
{
	if (!record->start_ns) {
		mw_text_str(text, " - - - - - - - - - - -");
		return;
	}
	mw_text_col_u64(text, record->threads);
	print_rss(text, &record->rss);
	if (mw_record_growth_is_known())
		mw_text_col_s64(text, mw_record_growth_kb(record));
	else
		mw_text_str(text, " -");
	print_rates(text, &record->growth);
}

void mw_record_print(struct mw_text *text, const struct mw_task_record *record)
{
	mw_text_s64(text, record->tgid);
	mw_text_col_u64(text, record->start_ns);
	mw_text_col_escaped(text, record->comm, TASK_COMM_LEN - 1);
	mw_text_col_escaped(text, record->tag, MEMWATCH_TAG_MAX);
	mw_text_char(text, ' ');
	mw_text_char(text, record->state);
	print_memory(text, record);
	print_pages(text, &record->pages);
	print_if_on(text, MW_FEATURE_SLAB_BYTES, record->pages.slab_bytes / 1024);
	print_if_on(text, MW_FEATURE_STALLS, record->stall_us);
	mw_text_col_u64(text, record->first_seen_ns);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * stock.c - the slow side of per-CPU counting: folding a stock into its slot,
 * and reading slots with what stocks still hold. See stock.h for the model.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/processor.h>

#include "stock.h"

DEFINE_PER_CPU_ALIGNED(struct mw_cpu, mw_cpu);

static void fold(struct mw_stock *stock, bool frees)
{
	struct mw_slot *slot = mw_slot(stock->key >> 1);
	atomic64_t *counts = frees ? slot->frees : slot->allocs;

	for (int kind = 0; kind < MW_KINDS; kind++)
		if (stock->pages[kind])
			atomic64_add(stock->pages[kind], &counts[kind]);
	if (stock->slab_bytes)
		atomic64_add(stock->slab_bytes, &slot->slab_bytes);
}

/*
 * Gives the stock to another slot. @seq is odd meanwhile: a reader on another
 * CPU that meets it waits, one that met the stock before finds @seq changed.
 * The write barriers pair with the read barriers in stock_peek() and
 * mw_slot_read().
 */
void mw_stock_switch(struct mw_stock *stock, u32 key, bool frees)
{
	WRITE_ONCE(stock->seq, stock->seq + 1);
	smp_wmb();	/* odd before anything moves; stock_peek() */
	fold(stock, frees);
	for (int kind = 0; kind < MW_KINDS; kind++)
		WRITE_ONCE(stock->pages[kind], 0);
	WRITE_ONCE(stock->slab_bytes, 0);
	WRITE_ONCE(stock->key, key);
	smp_wmb();	/* all has moved before it is even again; stock_peek() */
	WRITE_ONCE(stock->seq, stock->seq + 1);
}

/*
 * Another task allocates here. Threads of one process share a slot, and their
 * stock is kept.
 */
void mw_stock_switch_task(struct mw_cpu *cpu)
{
	u32 key = mw_task_slot(current) << 1;

	if (cpu->alloc.key != key)
		mw_stock_switch(&cpu->alloc, key, false);
	/*
	 * A process in [overflow] is looked up again at each switch: it gets
	 * its own slot as soon as there is one.
	 */
	cpu->task = current;
	cpu->task_start = current->start_boottime;
}

void mw_stock_slab_slow(unsigned long bytes)
{
	if (mw_context() != MW_CONTEXT_TASK) {
		this_cpu_add(mw_cpu.irq_slab_bytes, bytes);
		return;
	}
	mw_stock_switch_task(this_cpu_ptr(&mw_cpu));
	this_cpu_add(mw_cpu.alloc.slab_bytes, bytes);
}

/* One look at a stock: its sequence, even, with the rest as of that moment. */
static u32 stock_peek(const struct mw_stock *stock, struct mw_stock *ret_copy)
{
	u32 seq;

	for (;;) {
		seq = READ_ONCE(stock->seq);
		smp_rmb();	/* pairs with mw_stock_switch() */
		ret_copy->key = READ_ONCE(stock->key);
		for (int kind = 0; kind < MW_KINDS; kind++)
			ret_copy->pages[kind] = READ_ONCE(stock->pages[kind]);
		ret_copy->slab_bytes = READ_ONCE(stock->slab_bytes);
		smp_rmb();	/* pairs with mw_stock_switch() */
		if (!(seq & 1) && READ_ONCE(stock->seq) == seq)
			return seq;
		cpu_relax();
	}
}

/*
 * The stocks of one side: @nr 0 is the alloc side, which has one stock, the
 * free side has one a context. Offline CPUs keep what they had counted.
 */
static const struct mw_stock *stock_of(unsigned int cpu, bool frees, int nr)
{
	const struct mw_cpu *c = per_cpu_ptr(&mw_cpu, cpu);

	return frees ? &c->free[nr] : &c->alloc;
}

static int stocks_on(bool frees)
{
	return frees ? MW_CONTEXTS : 1;
}

/* Mixes one number into a fingerprint (the multiplier is 2^64 / phi). */
static u64 fingerprint(u64 sum, u64 value)
{
	return (sum ^ value) * 0x9e3779b97f4a7c15ULL;
}

/* One side of a slot: what was allocated, or what was freed. */
struct side {
	u64 pages[MW_KINDS];
	u64 slab_bytes;
};

/*
 * Adds what the stocks of one side hold for @slot to @ret_side. Returns a
 * fingerprint of which those were and of their sequences: it differs when one
 * of them was folded.
 */
static u64 pending(unsigned int slot, bool frees, struct side *ret_side)
{
	u64 seqs = 1;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		for (int nr = 0; nr < stocks_on(frees); nr++) {
			struct mw_stock copy;
			u32 seq = stock_peek(stock_of(cpu, frees, nr), &copy);

			if (copy.key >> 1 != slot)
				continue;
			seqs = fingerprint(seqs, (u64)cpu << 40 | (u64)nr << 32 | seq);
			for (int kind = 0; kind < MW_KINDS; kind++)
				ret_side->pages[kind] += copy.pages[kind];
			ret_side->slab_bytes += copy.slab_bytes;
		}
	}
	return seqs;
}

static void add_folded(unsigned int nr, bool frees, struct side *side)
{
	const struct mw_slot *slot = mw_slot(nr);
	const atomic64_t *counts = frees ? slot->frees : slot->allocs;

	for (int kind = 0; kind < MW_KINDS; kind++)
		side->pages[kind] += atomic64_read(&counts[kind]);
	side->slab_bytes += atomic64_read(&slot->slab_bytes);
}

/*
 * Reads one side of a slot. A stock that folds between our look at it and our
 * look at the slot would be counted twice or not at all; then the fingerprints
 * differ, and we look again. Only folds of this very slot matter, and each
 * takes a change of task on that CPU, so that this ends: a fold in the time of
 * a loop over the CPUs is rare, eight in a row do not happen in practice; if
 * they do, the result is off by what one stock held at most.
 */
static void read_side(unsigned int slot, bool frees, struct side *ret_side)
{
	for (int tries = 0; tries < 8; tries++) {
		struct side again = {};
		u64 seqs;

		*ret_side = (struct side){};
		seqs = pending(slot, frees, ret_side);
		smp_rmb();	/* stocks, then slots, then stocks; mw_stock_switch() */
		add_folded(slot, frees, ret_side);
		smp_rmb();	/* as above */
		if (pending(slot, frees, &again) == seqs)
			return;
	}
}

/* Frees first: what is freed was allocated, never the other way round. */
static void read_exactly(unsigned int slot, struct mw_slot_pages *ret_pages)
{
	struct side side;

	read_side(slot, true, &side);
	memcpy(ret_pages->frees, side.pages, sizeof(side.pages));
	read_side(slot, false, &side);
	memcpy(ret_pages->allocs, side.pages, sizeof(side.pages));
	ret_pages->slab_bytes = side.slab_bytes;
}

/*
 * No stock stood for the slot when the view was taken. A process that began to
 * allocate after that may show more freed than allocated: false, and the caller
 * looks at the CPUs.
 */
static bool read_folded(const struct mw_slot *slot, struct mw_slot_pages *ret_pages)
{
	bool plausible = true;

	for (int kind = 0; kind < MW_KINDS; kind++)
		ret_pages->frees[kind] = atomic64_read(&slot->frees[kind]);
	smp_rmb();	/* a free that is seen was an allocation before; fold() */
	for (int kind = 0; kind < MW_KINDS; kind++) {
		ret_pages->allocs[kind] = atomic64_read(&slot->allocs[kind]);
		plausible &= ret_pages->allocs[kind] >= ret_pages->frees[kind];
	}
	ret_pages->slab_bytes = atomic64_read(&slot->slab_bytes);
	return plausible;
}

/* What interrupts allocated is counted per CPU and never folded. */
static void add_irq_allocs(struct mw_slot_pages *pages)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct mw_cpu *c = per_cpu_ptr(&mw_cpu, cpu);

		for (int kind = 0; kind < MW_KINDS; kind++)
			pages->allocs[kind] += READ_ONCE(c->irq_allocs[kind]);
		pages->slab_bytes += READ_ONCE(c->irq_slab_bytes);
	}
}

void mw_slot_read(unsigned int slot, const struct mw_stock_view *view,
		  struct mw_slot_pages *ret_pages)
{
	if (!view || test_bit(slot, view->pending) || !read_folded(mw_slot(slot), ret_pages))
		read_exactly(slot, ret_pages);
	if (slot == MW_SLOT_IRQ)
		add_irq_allocs(ret_pages);
}

void mw_stock_view_take(struct mw_stock_view *ret_view)
{
	unsigned int cpu;

	bitmap_zero(ret_view->pending, 1 << 15);
	for_each_possible_cpu(cpu) {
		const struct mw_cpu *c = per_cpu_ptr(&mw_cpu, cpu);

		__set_bit(READ_ONCE(c->alloc.key) >> 1, ret_view->pending);
		for (int nr = 0; nr < MW_CONTEXTS; nr++)
			__set_bit(READ_ONCE(c->free[nr].key) >> 1, ret_view->pending);
	}
	smp_rmb();	/* keys, then slots; pairs with mw_stock_switch() */
}

bool mw_stock_refers_to(unsigned int slot)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct mw_cpu *c = per_cpu_ptr(&mw_cpu, cpu);

		if (READ_ONCE(c->alloc.key) >> 1 == slot)
			return true;
		for (int nr = 0; nr < MW_CONTEXTS; nr++)
			if (READ_ONCE(c->free[nr].key) >> 1 == slot)
				return true;
	}
	return false;
}

#define sum_over_cpus(member)						\
({									\
	u64 sum_ = 0;							\
	unsigned int cpu_;						\
									\
	for_each_possible_cpu(cpu_)					\
		sum_ += READ_ONCE(per_cpu_ptr(&mw_cpu, cpu_)->member);	\
	sum_;								\
})

u64 mw_events(enum mw_event event)
{
	return sum_over_cpus(events[event]);
}

u64 mw_events_nested(enum mw_event event)
{
	return sum_over_cpus(nested[event]);
}

u64 mw_failed_allocs(void)
{
	return sum_over_cpus(failed_allocs);
}

u64 mw_unmapped_allocs(void)
{
	return sum_over_cpus(unmapped_allocs);
}

u64 mw_unmapped_frees(void)
{
	return sum_over_cpus(unmapped_frees);
}

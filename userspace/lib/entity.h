/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entity.h - what a sample is of: a process, or something of the host that is
 * no process and is judged in the same way. Pure.
 *
 * Such a thing is a sample of pid 0 whose name stands in brackets: "[slab
 * dentry]", "[orphans]", "[host]". Its amount is rss_kb, all else unknown; its
 * start_ticks are a hash of its name, so that each is a life of its own in
 * recordings as well.
 */
#ifndef MW_ENTITY_H
#define MW_ENTITY_H

#include "sample.h"

enum mw_entity {
	MW_ENTITY_PROCESS,
	MW_ENTITY_SLAB,	   /* one slab cache */
	MW_ENTITY_ORPHANS, /* pages still owned by processes that have exited */
	MW_ENTITY_HOST, /* memory in use that neither processes nor the kernel's own counts explain */
};

/** mw_entity_of() - what @sample is of; an unknown name in brackets is a process */
enum mw_entity mw_entity_of(const struct mw_sample *sample);

/**
 * mw_entity_sample() - a sample of something that is no process
 * @name: of the slab cache; ignored for the others
 */
void mw_entity_sample(enum mw_entity entity, const char *name, double time_s, int64_t kb,
		      struct mw_sample *ret_sample);

#endif /* MW_ENTITY_H */

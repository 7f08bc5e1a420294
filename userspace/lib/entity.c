// SPDX-License-Identifier: GPL-2.0-only
/*
 * entity.c - names of what is no process. Owns the spelling that recordings
 * rely on; must never judge.
 */
#include "entity.h"

#include <stdio.h>
#include <string.h>

static const char slab_prefix[] = "[slab ";
static const char orphans_name[] = "[orphans]";
static const char host_name[] = "[host]";

enum mw_entity mw_entity_of(const struct mw_sample *sample)
{
	if (sample->pid != 0 || sample->comm[0] != '[')
		return MW_ENTITY_PROCESS;
	if (strncmp(sample->comm, slab_prefix, sizeof(slab_prefix) - 1) == 0)
		return MW_ENTITY_SLAB;
	if (strcmp(sample->comm, orphans_name) == 0)
		return MW_ENTITY_ORPHANS;
	return strcmp(sample->comm, host_name) == 0 ? MW_ENTITY_HOST : MW_ENTITY_PROCESS;
}

/* FNV-1a, 63 bits, so that it can be written where others expect a signed number. */
static uint64_t hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash >> 1;
}

void mw_entity_sample(enum mw_entity entity, const char *name, double time_s, int64_t kb,
		      struct mw_sample *ret_sample)
{
	*ret_sample = mw_sample_unknown();
	ret_sample->time_s = time_s;
	ret_sample->rss_kb = kb;
	if (entity == MW_ENTITY_SLAB)
		snprintf(ret_sample->comm, sizeof(ret_sample->comm), "%s%.50s]", slab_prefix, name);
	else
		snprintf(ret_sample->comm, sizeof(ret_sample->comm), "%s",
			 entity == MW_ENTITY_ORPHANS ? orphans_name : host_name);
	ret_sample->start_ticks = hash(ret_sample->comm);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fragmentation.c - walks nodes and zones. The kernel's own walk is not
 * exported; nodes that are online and their zones are.
 */
#include <linux/memory_hotplug.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>

#include "compat/compat.h"
#include "fragmentation.h"

void mw_for_each_zone(mw_zone_fn fn, void *arg)
{
	int node;

	for_each_online_node(node) {
		struct zone *zones = NODE_DATA(node)->node_zones;

		for (int i = 0; i < MAX_NR_ZONES; i++)
			if (populated_zone(&zones[i]))
				fn(node, &zones[i], arg);
	}
}

void mw_zone_free_blocks(const struct zone *zone, struct mw_free_blocks *ret_blocks)
{
	BUILD_BUG_ON(MW_NR_PAGE_ORDERS > MW_FRAG_ORDERS_MAX);

	ret_blocks->orders = MW_NR_PAGE_ORDERS;
	for (unsigned int order = 0; order < MW_NR_PAGE_ORDERS; order++)
		ret_blocks->nr[order] = READ_ONCE(zone->free_area[order].nr_free);
}

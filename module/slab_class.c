// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_class.c - the size classes of kmalloc(), smallest first.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>

#include "slab_class.h"

static const struct {
	unsigned int size;
	const char *name;
} classes[] = {
	{ 8, "kmalloc-8" }, { 16, "kmalloc-16" }, { 32, "kmalloc-32" },
	{ 64, "kmalloc-64" }, { 96, "kmalloc-96" }, { 128, "kmalloc-128" },
	{ 192, "kmalloc-192" }, { 256, "kmalloc-256" }, { 512, "kmalloc-512" },
	{ 1024, "kmalloc-1k" }, { 2048, "kmalloc-2k" }, { 4096, "kmalloc-4k" },
	{ 8192, "kmalloc-8k" }, { 0, "kmalloc-large" },
};

/* Classes of sizes up to 192, by (size - 1) / 8; larger ones are powers of two. */
static const u8 small_classes[] = {
	0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
};

unsigned int mw_slab_class_of(size_t bytes)
{
	BUILD_BUG_ON(ARRAY_SIZE(classes) != MW_SLAB_CLASS_LARGE + 1);

	if (bytes <= 192)
		return small_classes[(bytes - !!bytes) >> 3];
	if (bytes > 8192)
		return MW_SLAB_CLASS_LARGE;
	return fls64(bytes - 1) - 1;
}

unsigned int mw_slab_class_size(unsigned int class)
{
	return classes[class].size;
}

const char *mw_slab_class_name(unsigned int class)
{
	return classes[class].name;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * family_saved.h - families as bytes: what earlier lives of a service came back from, and how
 * many of them leaked in a row, outlive the daemon that saw them.
 */
#ifndef MW_FAMILY_SAVED_H
#define MW_FAMILY_SAVED_H

#include <stddef.h>

#include "family.h"

/* The most bytes that one family takes. */
#define MW_FAMILY_SAVED_MAX 512

typedef void (*mw_family_saved_fn)(const char *name, const void *data, size_t size, void *arg);

/**
 * mw_families_save() - call @fn for each family that has changed since the last call
 * @all: for those too that have not
 * Families of which there is nothing to remember are left out.
 */
void mw_families_save(struct mw_families *families, bool all, mw_family_saved_fn fn, void *arg);

/**
 * mw_families_load() - take back one that was saved
 * @shift_s: as in mw_leak_load()
 * A family that is known already stays as it is. Returns 0, -EBADMSG or -EPROTO (saved.h), or
 * -ENOSPC when there are as many as may be.
 */
int mw_families_load(struct mw_families *families, const void *data, size_t size, double shift_s);

#endif /* MW_FAMILY_SAVED_H */

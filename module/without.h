/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * without.h - tracepoints and functions that the module is told, by without=, to do
 * without: they are to it as if the kernel lacked them.
 */
#ifndef _MW_WITHOUT_H
#define _MW_WITHOUT_H

#include <linux/types.h>

/* Is @name in the list? Any time. */
bool mw_without(const char *name);

/*
 * Are all names of the list known to @knows? Otherwise false, and the log says which
 * is not. At load.
 */
bool mw_without_check(bool (*knows)(const char *name));

#endif /* _MW_WITHOUT_H */

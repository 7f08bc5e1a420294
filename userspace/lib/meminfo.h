/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * meminfo.h - amounts out of the text of /proc/meminfo. Pure.
 */
#ifndef MW_MEMINFO_H
#define MW_MEMINFO_H

#include <stddef.h>
#include <stdint.h>

/** mw_meminfo_line() - the first line that begins with @key, from behind it; NULL if none does */
const char *mw_meminfo_line(const char *text, size_t len, const char *key, size_t *ret_len);

/** mw_meminfo_count() - the number at the head of @text, behind blanks; MW_UNKNOWN if none */
int64_t mw_meminfo_count(const char *text, size_t len);

/** mw_meminfo_kb() - value of a key such as "MemAvailable:", KiB; MW_UNKNOWN if it is not there */
int64_t mw_meminfo_kb(const char *text, size_t len, const char *key);

/**
 * mw_meminfo_unexplained_kb() - memory in use that neither processes nor the kernel's own
 * counts explain
 * @shmem_kb: shared memory that processes have mapped, each counting it
 * What is not available, less anonymous memory, unreclaimable slabs, page tables, kernel
 * stacks and mapped shared memory; so pages of drivers, of vmalloc, and files of a tmpfs that
 * nobody maps. Never below 0; MW_UNKNOWN without MemTotal, MemAvailable or AnonPages.
 */
int64_t mw_meminfo_unexplained_kb(const char *text, size_t len, int64_t shmem_kb);

#endif /* MW_MEMINFO_H */

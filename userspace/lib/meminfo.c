// SPDX-License-Identifier: GPL-2.0-only
/*
 * meminfo.c - amounts out of lines of a key and a number, as /proc/meminfo and
 * /proc/PID/limits have them. Touches no files.
 */
#include "meminfo.h"

#include <string.h>

#include "number.h"
#include "sample.h"

const char *mw_meminfo_line(const char *text, size_t len, const char *key, size_t *ret_len)
{
	size_t key_len = strlen(key);
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;

		if ((size_t)(stop - text) >= key_len && memcmp(text, key, key_len) == 0) {
			*ret_len = (size_t)(stop - text) - key_len;
			return text + key_len;
		}
		text = stop + 1;
	}
	return NULL;
}

int64_t mw_meminfo_count(const char *text, size_t len)
{
	size_t skip = 0;
	size_t digits = 0;
	int64_t value;

	while (skip < len && (text[skip] == ' ' || text[skip] == '\t'))
		skip++;
	while (skip + digits < len && text[skip + digits] >= '0' && text[skip + digits] <= '9')
		digits++;
	if (mw_number_count(text + skip, digits, &value) != NULL)
		return MW_UNKNOWN;
	return value;
}

int64_t mw_meminfo_kb(const char *text, size_t len, const char *key)
{
	size_t left;
	const char *value = mw_meminfo_line(text, len, key, &left);

	return value != NULL ? mw_meminfo_count(value, left) : MW_UNKNOWN;
}

static int64_t known_kb(const char *text, size_t len, const char *key)
{
	int64_t kb = mw_meminfo_kb(text, len, key);

	return kb == MW_UNKNOWN ? 0 : kb;
}

int64_t mw_meminfo_unexplained_kb(const char *text, size_t len, int64_t shmem_kb)
{
	static const char *const explained[] = { "AnonPages:", "SUnreclaim:", "PageTables:",
						 "KernelStack:" };
	int64_t total_kb = mw_meminfo_kb(text, len, "MemTotal:");
	int64_t available_kb = mw_meminfo_kb(text, len, "MemAvailable:");
	int64_t host_shmem_kb = known_kb(text, len, "Shmem:"), rest_kb;

	if (total_kb == MW_UNKNOWN || available_kb == MW_UNKNOWN ||
	    mw_meminfo_kb(text, len, explained[0]) == MW_UNKNOWN)
		return MW_UNKNOWN;
	rest_kb = total_kb - available_kb - (shmem_kb < host_shmem_kb ? shmem_kb : host_shmem_kb);
	for (size_t i = 0; i < sizeof(explained) / sizeof(explained[0]); i++)
		rest_kb -= known_kb(text, len, explained[i]);
	return rest_kb > 0 ? rest_kb : 0;
}

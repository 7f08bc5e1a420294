// SPDX-License-Identifier: GPL-2.0-only
/*
 * without.c - the list of without=. The text is the kernel's copy of the parameter
 * and never changes.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "without.h"

#define MW_NAME_MAX 64

static char *list = "";
module_param_named(without, list, charp, 0444);
MODULE_PARM_DESC(without, "tracepoints and functions to do without, by their names in status, separated by commas ()");

static size_t length_of_name(const char *names)
{
	return strchrnul(names, ',') - names;
}

/* What stands behind the first name of the list. */
static const char *behind(const char *names)
{
	names += length_of_name(names);
	return *names ? names + 1 : names;
}

bool mw_without(const char *name)
{
	for (const char *names = list; *names; names = behind(names))
		if (length_of_name(names) == strlen(name) && !strncmp(names, name, strlen(name)))
			return true;
	return false;
}

bool mw_without_check(bool (*knows)(const char *name))
{
	char name[MW_NAME_MAX];

	for (const char *names = list; *names; names = behind(names)) {
		strscpy(name, names, min(sizeof(name), length_of_name(names) + 1));
		if (!knows(name)) {
			pr_err("memwatch: without=%s: there is no such tracepoint or function in status\n",
			       name);
			return false;
		}
	}
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - which processes are wanted. Lists of a handful: looked through
 * one by one.
 */
#include "filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a name that the kernel keeps. */
#define KERNEL_COMM_LEN 15

int mw_filter_add_pid(struct mw_filter *filter, int32_t pid)
{
	int32_t *pids = realloc(filter->pids, (filter->pid_count + 1) * sizeof(*pids));

	if (pids == NULL)
		return -ENOMEM;
	filter->pids = pids;
	filter->pids[filter->pid_count++] = pid;
	return 0;
}

int mw_filter_add_comm(struct mw_filter *filter, const char *comm)
{
	char(*comms)[MW_COMM_MAX] =
		realloc(filter->comms, (filter->comm_count + 1) * sizeof(*comms));
	size_t len = strnlen(comm, MW_COMM_MAX - 1);

	if (comms == NULL)
		return -ENOMEM;
	filter->comms = comms;
	memcpy(comms[filter->comm_count], comm, len);
	comms[filter->comm_count][len] = '\0';
	filter->comm_count++;
	return 0;
}

void mw_filter_clear_pids(struct mw_filter *filter)
{
	filter->pid_count = 0;
}

void mw_filter_free(struct mw_filter *filter)
{
	free(filter->pids);
	free(filter->comms);
	memset(filter, 0, sizeof(*filter));
}

static bool is_comm(const char *wanted, const char *comm)
{
	if (strcmp(wanted, comm) == 0)
		return true;
	return strlen(comm) == KERNEL_COMM_LEN && strncmp(wanted, comm, KERNEL_COMM_LEN) == 0;
}

bool mw_filter_wants(const struct mw_filter *filter, int32_t pid, const char *comm)
{
	if (filter->pid_count == 0 && filter->comm_count == 0)
		return true;
	for (size_t i = 0; i < filter->pid_count; i++)
		if (filter->pids[i] == pid)
			return true;
	for (size_t i = 0; i < filter->comm_count; i++)
		if (is_comm(filter->comms[i], comm))
			return true;
	return false;
}

bool mw_filter_is_pids_only(const struct mw_filter *filter)
{
	return filter->pid_count > 0 && filter->comm_count == 0;
}

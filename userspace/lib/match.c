// SPDX-License-Identifier: GPL-2.0-only
/*
 * match.c - which processes a rule speaks of. Globs are those of the shell, without
 * backslashes; whoever owns a process chooses its name, so that nothing in it is trusted.
 */
#include "match.h"

#include <fnmatch.h>

static bool fits_any(const char *const *globs, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(globs[i], text, FNM_NOESCAPE) == 0)
			return true;
	return count == 0;
}

static bool fits_uid(const struct mw_match *match, const struct mw_subject *subject)
{
	for (size_t i = 0; i < match->uid_count; i++)
		if (subject->has_uid && subject->uid >= match->uids[i].first &&
		    subject->uid <= match->uids[i].last)
			return true;
	return match->uid_count == 0;
}

bool mw_match_holds(const struct mw_match *match, const struct mw_subject *subject)
{
	return fits_any(match->comms, match->comm_count, subject->comm) &&
	       fits_any(match->units, match->unit_count, subject->unit) &&
	       fits_any(match->cgroups, match->cgroup_count, subject->cgroup) &&
	       fits_uid(match, subject);
}

static bool any_holds(const struct mw_match *rules, size_t count, const struct mw_subject *subject)
{
	for (size_t i = 0; i < count; i++)
		if (mw_match_holds(&rules[i], subject))
			return true;
	return false;
}

bool mw_selection_wants(const struct mw_selection *selection, const struct mw_subject *subject)
{
	if (any_holds(selection->exclude, selection->exclude_count, subject))
		return false;
	return selection->include_count == 0 ||
	       any_holds(selection->include, selection->include_count, subject);
}

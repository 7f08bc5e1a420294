// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c - whether a verdict is worth telling. Decides nothing over time: that is
 * alert_life.c.
 */
#include "policy.h"

#include <math.h>
#include <string.h>

/* How far a number may fall back while the alert stands. */
#define STANDS_PART 0.8

#define CLEAR_S	    300.0
#define REPEAT_S    86400.0

void mw_policy_defaults(struct mw_policy *ret_policy)
{
	*ret_policy = (struct mw_policy){
		.condition = { .rate_kib_per_s = NAN,
			       .confidence = NAN,
			       .time_to_limit_s = NAN,
			       .duration_s = NAN },
		.severity = MW_SEVERITY_WARNING,
		.clear_s = CLEAR_S,
		.repeat_s = REPEAT_S,
		.is_logged = true,
		.is_notified = true,
	};
}

static bool is_class(const struct mw_policy_if *condition, const char *class_name)
{
	for (size_t i = 0; i < condition->class_count; i++)
		if (strcmp(condition->classes[i], class_name) == 0)
			return true;
	return condition->class_count == 0;
}

/* NAN asks for nothing; a value that is not known is not enough. */
static bool at_least(double value, double wanted, bool stands)
{
	return isnan(wanted) || value >= wanted * (stands ? STANDS_PART : 1.0);
}

static bool at_most(double value, double wanted, bool stands)
{
	return isnan(wanted) || value <= wanted / (stands ? STANDS_PART : 1.0);
}

bool mw_policy_holds(const struct mw_policy *policy, const struct mw_verdict *verdict,
		     const struct mw_subject *subject, double now_s, bool stands)
{
	const struct mw_policy_if *condition = &policy->condition;

	return verdict->leak && is_class(condition, verdict->class_name) &&
	       at_least(verdict->rate_kib_per_s, condition->rate_kib_per_s, stands) &&
	       at_least(verdict->confidence, condition->confidence, stands) &&
	       at_most(verdict->time_to_limit_s, condition->time_to_limit_s, stands) &&
	       at_least(now_s - verdict->since_s, condition->duration_s, stands) &&
	       mw_match_holds(&condition->match, subject);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kin.h - families for `memwatch watch`: a service that leaks and is restarted before any of
 * its lives can tell is an alert of its own, of pid 0 and the family's name.
 */
#ifndef MW_KIN_H
#define MW_KIN_H

#include <stdint.h>

#include "../lib/alerting.h"
#include "../lib/family.h"
#include "../lib/match.h"

/**
 * struct kin - the families of a host
 * @alerting: told of those that leak
 */
struct kin {
	struct mw_families *families;
	struct mw_alerting *alerting;
};

/** kin_init() - returns 0 or -ENOMEM */
int kin_init(struct kin *kin, struct mw_alerting *alerting);

/** kin_free() - forget them */
void kin_free(struct kin *kin);

/** kin_name() - of a process: its name, and the service or container that it belongs to */
void kin_name(const struct mw_subject *subject, char ret_name[MW_FAMILY_NAME_MAX]);

/** kin_end() - a life of the family @name has ended */
void kin_end(struct kin *kin, const char *name, const struct mw_leak *leak, double now_s);

/** kin_round() - judge those that leak by the policies; returns 0 or -ENOMEM */
int kin_round(struct kin *kin, double now_s);

#endif /* MW_KIN_H */

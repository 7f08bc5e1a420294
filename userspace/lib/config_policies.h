/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_policies.h - the sections `policies` and `alerts`, and rules by which processes
 * are chosen, which `selection` has too.
 */
#ifndef MW_CONFIG_POLICIES_H
#define MW_CONFIG_POLICIES_H

#include "config.h"
#include "config_memory.h"
#include "config_value.h"

/**
 * mw_config_strings() - a list of texts, none of them empty
 * Returns it with a NULL at its end, or NULL when the key is not there (or without memory).
 */
const char *const *mw_config_strings(struct mw_config_reader *reader,
				     struct mw_config_memory *memory, const char *key, char **items,
				     unsigned int count);

/** mw_config_match() - a rule; @must_ask: complain when it asks for nothing */
void mw_config_match(struct mw_config_reader *reader, struct mw_config_memory *memory,
		     const struct raw_match *raw, bool must_ask, struct mw_match *match);

/** mw_config_policies() - `policies`, or the one that holds without them; after `sinks` */
void mw_config_policies(struct mw_config_reader *reader, struct mw_config_memory *memory,
			const struct raw_config *raw, struct mw_config *config);

#endif /* MW_CONFIG_POLICIES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_sinks.h - the sections `sinks` and `queue`.
 */
#ifndef MW_CONFIG_SINKS_H
#define MW_CONFIG_SINKS_H

#include "config_memory.h"
#include "config_value.h"
#include "sinks.h"

/** mw_config_sinks() - what the sections say, checked by mw_sink_check() */
void mw_config_sinks(struct mw_config_reader *reader, struct mw_config_memory *memory,
		     const struct raw_config *raw, struct mw_sinks_config *sinks);

#endif /* MW_CONFIG_SINKS_H */

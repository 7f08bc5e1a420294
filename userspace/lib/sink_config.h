/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink_config.h - the kinds of sinks by their numbers, and copies of settings.
 */
#ifndef MW_SINK_CONFIG_H
#define MW_SINK_CONFIG_H

#include "sink.h"

/** mw_sink_kind() - what a sink of @type does */
const struct mw_sink_ops *mw_sink_kind(enum mw_sink_type type);

/**
 * mw_sink_config_copy() - with strings and lists of its own, and defaults where 0 stands for one
 * Returns 0 or -ENOMEM; either way mw_sink_config_free() is due.
 */
int mw_sink_config_copy(struct mw_sink_config *ret_config, const struct mw_sink_config *config);

/** mw_sink_config_free() - release what the copy holds */
void mw_sink_config_free(struct mw_sink_config *config);

#endif /* MW_SINK_CONFIG_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sinks_internal.h - what sinks.c, which opens and closes, and sinks_pump.c, which
 * delivers, both know.
 */
#ifndef MW_SINKS_INTERNAL_H
#define MW_SINKS_INTERNAL_H

#include "outbox.h"
#include "sink_config.h"

/**
 * struct mw_sinks - @config: without its list of sinks
 * @outbox:       the queue
 * @names:        of the sinks, which are the outbox's readers
 * @epoll_fd:     where workers report
 * @random:       for backoff
 * @is_in_memory: the last message that was sent is not on disk
 * @dropped:      of each sink, as was last told
 */
struct mw_sinks {
	struct mw_sinks_config config;
	struct mw_store *store;
	struct mw_outbox *outbox;
	const char **names;
	int epoll_fd;
	uint64_t random;
	bool is_in_memory;
	uint64_t *dropped;
	size_t count;
	struct mw_sink sinks[];
};

#endif /* MW_SINKS_INTERNAL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - what sinks.c knows of each kind of sink, and what the kinds share.
 * Included by them alone.
 */
#ifndef MW_SINK_H
#define MW_SINK_H

#include "sinks.h"
#include "worker.h"

struct mw_sink;

/* What came of a try. */
enum mw_sink_result {
	MW_SINK_TAKEN,	 /* delivered */
	MW_SINK_STARTED, /* a worker has it; finish() will tell */
	MW_SINK_FULL,	 /* it would have to wait: again soon, that is no failure */
	MW_SINK_FAILED,	 /* it is down: @error says why */
	MW_SINK_REFUSED, /* it does not want this message: @error says why */
};

/**
 * struct mw_sink_ops - one kind of sink
 * @name:    of the kind
 * @open:    make what it needs; 0 or -ENOMEM. NULL: nothing
 * @deliver: one message; never waits
 * @finish:  the worker has ended: what came of it (kinds that start one)
 * @resend:  start a worker for what has to be told again, if that is due; MW_SINK_TAKEN when
 *           nothing is. NULL: never
 * @reopen:  close files; NULL: none
 * @free:    release everything; NULL: nothing
 */
struct mw_sink_ops {
	const char *name;
	int (*open)(struct mw_sink *sink);
	enum mw_sink_result (*deliver)(struct mw_sink *sink, const struct mw_message *message,
				       double now_s);
	enum mw_sink_result (*finish)(struct mw_sink *sink, double now_s);
	enum mw_sink_result (*resend)(struct mw_sink *sink, double now_s);
	void (*reopen)(struct mw_sink *sink);
	void (*free)(struct mw_sink *sink);
};

/**
 * struct mw_sink - one sink
 * @config:      its own copy
 * @store:       where states may be kept, or NULL
 * @epoll_fd:    where workers report
 * @fd:          file or socket, -1 when closed
 * @written:     bytes of the message under way that the file has
 * @worker:      the child that delivers, if one runs
 * @sending_id:  the message that it has; 0: none of the queue
 * @due_s:       no try before this
 * @resend_s:    when to tell again what fires (alertmanager); INFINITY: nothing does
 * @failures:    in a row
 * @refusals:    of the message under way
 * @error:       of the last try that failed
 * @private_data: of the kind
 */
struct mw_sink {
	const struct mw_sink_ops *ops;
	struct mw_sink_config config;
	struct mw_store *store;
	int epoll_fd;
	int fd;
	size_t written;
	struct mw_worker worker;
	int64_t sending_id;
	double due_s;
	double resend_s;
	unsigned int failures;
	unsigned int refusals;
	struct mw_sink_status status;
	char error[MW_NOTICE_MAX];
	void *private_data;
};

extern const struct mw_sink_ops mw_sink_stdout;
extern const struct mw_sink_ops mw_sink_file;
extern const struct mw_sink_ops mw_sink_journal;
extern const struct mw_sink_ops mw_sink_syslog;
extern const struct mw_sink_ops mw_sink_command;
extern const struct mw_sink_ops mw_sink_webhook;
extern const struct mw_sink_ops mw_sink_alertmanager;

/** mw_sink_error() - put words to a failure; control characters are shown as \ooo */
void mw_sink_error(struct mw_sink *sink, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** mw_sink_close_fd() - close file or socket, if open */
void mw_sink_close_fd(struct mw_sink *sink);

/**
 * mw_sink_work() - run @fn in the sink's worker, for @config.timeout_s and a second more (what
 * has a limit of its own says so itself); MW_SINK_STARTED or MW_SINK_FAILED
 */
enum mw_sink_result mw_sink_work(struct mw_sink *sink, mw_worker_fn fn, void *arg, double now_s);

/* sink_alertmanager.c */
/** mw_alertmanager_take_over() - @sink fires what @old did: also where no store knows it */
void mw_alertmanager_take_over(struct mw_sink *sink, struct mw_sink *old);

/** mw_alertmanager_settle() - see mw_sinks_settle() */
void mw_alertmanager_settle(struct mw_sink *sink, mw_firing_fn is_firing, void *arg, double now_s);

#endif /* MW_SINK_H */

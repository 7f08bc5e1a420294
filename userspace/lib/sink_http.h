/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink_http.h - what webhook and Alertmanager have in common.
 */
#ifndef MW_SINK_HTTP_H
#define MW_SINK_HTTP_H

#include "sink.h"

/** mw_sink_post() - start a worker that posts @body; MW_SINK_STARTED or MW_SINK_FAILED */
enum mw_sink_result mw_sink_post(struct mw_sink *sink, const char *url, const char *body,
				 double now_s);

/** mw_sink_answer() - what the worker said: taken, refused or failed */
enum mw_sink_result mw_sink_answer(struct mw_sink *sink);

#endif /* MW_SINK_HTTP_H */

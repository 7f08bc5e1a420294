// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_webhook.c - the JSON line by HTTP POST. 2xx means that it was taken; an
 * answer that says the message itself is wrong is told from a receiver that is
 * down, or one bad message would hold up all that follow.
 */
#include <stdio.h>
#include <string.h>

#include "http.h"
#include "sink_http.h"

enum mw_sink_result mw_sink_post(struct mw_sink *sink, const char *url, const char *body,
				 double now_s)
{
	struct mw_http_post post = {
		.url = url,
		.headers = sink->config.headers,
		.ca_file = sink->config.ca_file,
		.timeout_s = sink->config.timeout_s,
		.body = body,
	};

	return mw_sink_work(sink, mw_http_work, &post, now_s);
}

enum mw_sink_result mw_sink_answer(struct mw_sink *sink)
{
	const struct mw_worker *worker = &sink->worker;

	if (worker->text_length > 0 && worker->text[0] == MW_HTTP_TAKEN)
		return MW_SINK_TAKEN;
	if (worker->is_late)
		mw_sink_error(sink, "no answer within %g s", sink->config.timeout_s);
	else if (worker->text_length > 0)
		mw_sink_error(sink, "%s", worker->text + 1);
	else
		mw_sink_error(sink, "the process that was to send it has failed");
	return worker->text_length > 0 && worker->text[0] == MW_HTTP_REFUSED ? MW_SINK_REFUSED
									     : MW_SINK_FAILED;
}

static enum mw_sink_result deliver_webhook(struct mw_sink *sink, const struct mw_message *message,
					   double now_s)
{
	return mw_sink_post(sink, sink->config.url, message->json, now_s);
}

static enum mw_sink_result finish_webhook(struct mw_sink *sink, double now_s)
{
	(void)now_s;
	return mw_sink_answer(sink);
}

const struct mw_sink_ops mw_sink_webhook = {
	.name = "webhook",
	.deliver = deliver_webhook,
	.finish = finish_webhook,
};

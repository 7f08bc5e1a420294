/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http.h - one POST through libcurl, made in a worker (worker.h): it waits. TLS
 * certificates are always verified, redirections are not followed.
 */
#ifndef MW_HTTP_H
#define MW_HTTP_H

/**
 * struct mw_http_post - what to send
 * @url:       http:// or https://
 * @headers:   "Name: value" each, NULL at the end; or NULL
 * @ca_file:   certificates to trust, PEM; NULL: the system's
 * @timeout_s: for all of it
 * @body:      JSON
 */
struct mw_http_post {
	const char *url;
	const char *const *headers;
	const char *ca_file;
	double timeout_s;
	const char *body;
};

/* What the worker says at the beginning of its text; in words follows why. */
#define MW_HTTP_TAKEN	'T' /* answered 2xx */
#define MW_HTTP_REFUSED 'R' /* 400, 413 or 422: it is the message that is wrong */
#define MW_HTTP_FAILED	'F' /* not reached, cut off, another answer */

/** mw_http_work() - the mw_worker_fn: @arg is a struct mw_http_post; writes to @fd, returns 0 */
int mw_http_work(int fd, void *arg);

#endif /* MW_HTTP_H */

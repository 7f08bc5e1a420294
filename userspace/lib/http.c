// SPDX-License-Identifier: GPL-2.0-only
/*
 * http.c - POST and read the answer. libcurl is loaded here, in a child that
 * lives for one request: linked to the daemon, it and the 30 libraries behind
 * it would cost every memwatch 6 MiB of RSS and 4 ms at its start (measured
 * with 7.88), of the daemon's 8 MiB in all. What it leaks goes with the child.
 */
#include "http.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../module/memwatch_abi.h"

/* What is shown of the answer. */
#define ANSWER_MAX 200

struct curl {
	typeof(&curl_easy_init) init;
	typeof(&curl_easy_setopt) setopt;
	typeof(&curl_easy_perform) perform;
	typeof(&curl_easy_getinfo) getinfo;
	typeof(&curl_easy_strerror) strerror;
	typeof(&curl_slist_append) append;
};

struct answer {
	char text[ANSWER_MAX + 1];
	size_t length;
};

static void __attribute__((format(printf, 3, 4))) say(int fd, char result, const char *format, ...)
{
	char text[512];
	va_list args;
	int length;

	text[0] = result;
	va_start(args, format);
	length = vsnprintf(text + 1, sizeof(text) - 1, format, args);
	va_end(args);
	if (length >= (int)sizeof(text) - 1)
		length = (int)sizeof(text) - 2;
	/* If that fails there is nobody to tell: the parent takes silence for a failure. */
	if (write(fd, text, (size_t)length + 1) < 0)
		_exit(1);
}

static bool load(struct curl *curl)
{
	static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };
	void *library = NULL;

	for (size_t i = 0; library == NULL && i < sizeof(names) / sizeof(names[0]); i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return false;
	curl->init = (typeof(curl->init))dlsym(library, "curl_easy_init");
	curl->setopt = (typeof(curl->setopt))dlsym(library, "curl_easy_setopt");
	curl->perform = (typeof(curl->perform))dlsym(library, "curl_easy_perform");
	curl->getinfo = (typeof(curl->getinfo))dlsym(library, "curl_easy_getinfo");
	curl->strerror = (typeof(curl->strerror))dlsym(library, "curl_easy_strerror");
	curl->append = (typeof(curl->append))dlsym(library, "curl_slist_append");
	return curl->init != NULL && curl->setopt != NULL && curl->perform != NULL &&
	       curl->getinfo != NULL && curl->strerror != NULL && curl->append != NULL;
}

/* All is taken, the beginning is kept. */
static size_t keep_answer(char *data, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;
	size_t length = size * count, room = ANSWER_MAX - answer->length;

	memcpy(answer->text + answer->length, data, length < room ? length : room);
	answer->length += length < room ? length : room;
	answer->text[answer->length] = '\0';
	return length;
}

static struct curl_slist *header_list(const struct curl *curl, const struct mw_http_post *post)
{
	struct curl_slist *list = curl->append(NULL, "Content-Type: application/json");

	/* No "100 Continue" to wait a second for. */
	list = curl->append(list, "Expect:");
	for (size_t i = 0; post->headers != NULL && post->headers[i] != NULL; i++)
		list = curl->append(list, post->headers[i]);
	return list;
}

static CURLcode perform(const struct curl *curl, CURL *handle, const struct mw_http_post *post,
			struct answer *answer)
{
	long timeout_ms = (long)(post->timeout_s * 1000.0);

	curl->setopt(handle, CURLOPT_URL, post->url);
	curl->setopt(handle, CURLOPT_POST, 1L);
	curl->setopt(handle, CURLOPT_POSTFIELDS, post->body);
	curl->setopt(handle, CURLOPT_POSTFIELDSIZE, (long)strlen(post->body));
	curl->setopt(handle, CURLOPT_HTTPHEADER, header_list(curl, post));
	curl->setopt(handle, CURLOPT_USERAGENT, "memwatch/" MEMWATCH_VERSION);
	curl->setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl->setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
	curl->setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl->setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl->setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
	curl->setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
	if (post->ca_file != NULL)
		curl->setopt(handle, CURLOPT_CAINFO, post->ca_file);
	curl->setopt(handle, CURLOPT_WRITEFUNCTION, keep_answer);
	curl->setopt(handle, CURLOPT_WRITEDATA, answer);
	return curl->perform(handle);
}

static void say_answer(int fd, long code, struct answer *answer)
{
	bool is_refusal = code == 400 || code == 413 || code == 422;

	if (code >= 200 && code < 300)
		say(fd, MW_HTTP_TAKEN, "%s", "");
	else
		say(fd, is_refusal ? MW_HTTP_REFUSED : MW_HTTP_FAILED, "HTTP %ld: %s", code,
		    answer->text);
}

/* What the library says of it, and what there is to do about it where that is known. */
static void say_failure(int fd, CURLcode result, const char *detail,
			const struct mw_http_post *post)
{
	if (result == CURLE_PEER_FAILED_VERIFICATION)
		say(fd, MW_HTTP_FAILED,
		    "the certificate of the receiver is not trusted: give the CA that signed it as "
		    "ca_file; the name in url has to be one of the names in it (%s)",
		    detail);
	else if (result == CURLE_SSL_CACERT_BADFILE && post->ca_file != NULL)
		say(fd, MW_HTTP_FAILED,
		    "cannot use the ca_file %s: it has to be readable and hold certificates in PEM "
		    "(%s)",
		    post->ca_file, detail);
	else
		say(fd, MW_HTTP_FAILED, "%s", detail);
}

int mw_http_work(int fd, void *arg)
{
	const struct mw_http_post *post = arg;
	char detail[CURL_ERROR_SIZE] = "";
	struct answer answer = { .length = 0 };
	struct curl curl;
	CURL *handle;
	CURLcode result;
	long code = 0;

	if (!load(&curl)) {
		say(fd, MW_HTTP_FAILED,
		    "cannot load libcurl: install it with \"apt-get install -y libcurl4\"");
		return 0;
	}
	handle = curl.init();
	if (handle == NULL) {
		say(fd, MW_HTTP_FAILED, "libcurl does not start: out of memory?");
		return 0;
	}
	curl.setopt(handle, CURLOPT_ERRORBUFFER, detail);
	result = perform(&curl, handle, post, &answer);
	curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
	if (result == CURLE_OK)
		say_answer(fd, code, &answer);
	else
		say_failure(fd, result, detail[0] != '\0' ? detail : curl.strerror(result), post);
	return 0;
}

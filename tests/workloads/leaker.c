// SPDX-License-Identifier: GPL-2.0-only
/*
 * leaker - a server that forgets. It serves requests with buffers that it frees,
 * and keeps a session record of each that nobody will ever free. Sessions are
 * taken on schedule: the heap that they use, with malloc's own overhead, follows
 * rate x time to within one record, which makes --rate the true rate.
 * --size is the most that one request's buffers use.
 */
#include <malloc.h>

#include "workload.h"

static volatile char *forgotten;

/* Bytes of heap that @block uses: what it can hold and the word before it. */
static size_t heap_bytes(void *block)
{
	return malloc_usable_size(block) + sizeof(size_t);
}

static void *take(size_t bytes)
{
	void *block = malloc(bytes);

	if (!block)
		errx(1, "out of memory");
	memset(block, 1, bytes);
	return block;
}

static void serve(struct workload *workload)
{
	free(take(256 + (size_t)(workload_random(workload) * workload->size_kib * 1024)));
}

static size_t open_session(struct workload *workload)
{
	void *session = take(200 + (size_t)(workload_random(workload) * 1800));

	forgotten = session;
	return heap_bytes(session);
}

int main(int argc, char **argv)
{
	struct workload workload = { .rate_kib_s = 1024, .size_kib = 64, .seed = 1 };
	double leaked_bytes = 0;
	double now_s;

	workload_options(argc, argv, &workload);
	printf("leaker pid=%d rate_kib_s=%g\n", getpid(), workload.rate_kib_s);
	while (workload_goes_on(&workload, now_s = workload_clock())) {
		serve(&workload);
		while (leaked_bytes < workload.rate_kib_s * 1024 * now_s)
			leaked_bytes += (double)open_session(&workload);
		workload_sleep(0.02);
	}
	printf("leaker leaked_kib=%.0f in_s=%.2f\n", leaked_bytes / 1024, now_s);
	return 0;
}

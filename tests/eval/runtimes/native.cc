// SPDX-License-Identifier: GPL-2.0-only
/*
 * native.cc - a C++ program whose memory is made of the parts that its arguments
 * name, each moved on ten times a second: what malloc, mmap and threads do to
 * RSS, under glibc's allocator or one that is preloaded. Writes how much it has
 * leaked to the file $EVAL_TRUTH (see record-all). Sizes are KiB, times seconds.
 *
 *	native seconds=S part=value...
 *
 * leak=RATE [block=BYTES] [begin=S] [then=RATE at=S]   base=SIZE   ramp=SIZE over=S
 * pages=RATE block=BYTES (by mmap)   pins=RATE (fragmentation)   threads=PER_S
 * shm=RATE   map=RATE   vector=RATE   cache=SIZE fill=RATE   warm=SIZE over=S
 * batch=SIZE period=S   wave=SIZE period=S   churn=SIZE   steps=SIZE period=S count=N
 * fork=SIZE period=S   lives=S (the parts in a child that is replaced that often)
 */
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static std::map<std::string, double> args;
static double leaked_kib;
static unsigned long random_state = 88172645463325252ul;

static double arg(const char *name, double otherwise = 0)
{
	auto found = args.find(name);

	return found == args.end() ? otherwise : found->second;
}

static double now_s()
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double next_random()
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (double)(random_state >> 11) * 0x1p-53;
}

static char *take(size_t bytes)
{
	char *block = (char *)malloc(bytes);

	if (!block)
		abort();
	memset(block, 1, bytes);
	return block;
}

static void tell_truth(double t_s)
{
	const char *path = getenv("EVAL_TRUTH");
	FILE *file = path ? fopen(path, "a") : nullptr;

	if (!file)
		return;
	fprintf(file, "%.3f %.1f\n", t_s, leaked_kib);
	fclose(file);
}

/* What a leak should have taken by @t, in KiB: begin, rate, and a second rate from `at` on. */
static double due_kib(double rate, double t)
{
	double begin = arg("begin"), at = arg("at", 1e9);

	if (t <= begin)
		return 0;
	if (t <= at)
		return rate * (t - begin);
	return rate * (at - begin) + arg("then") * (t - at);
}

/* ---- parts that leak ---- */

static void leak(double t)
{
	while (leaked_kib < due_kib(arg("leak"), t)) {
		size_t bytes = (size_t)(arg("block", 1000) * (0.5 + next_random()));

		leaked_kib += (double)(malloc_usable_size(take(bytes)) + sizeof(size_t)) / 1024;
	}
}

static void leak_pages(double t)
{
	size_t bytes = (size_t)arg("block", 1 << 20);

	while (leaked_kib + (double)bytes / 1024 <= due_kib(arg("pages"), t)) {
		void *block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memset(block, 1, bytes);
		leaked_kib += (double)bytes / 1024;
	}
}

/* The first bytes of each buffer are kept once there is another behind it: none fits into the hole. */
static void leak_pins(double t)
{
	static size_t bytes = 6000;
	static char *last;

	while (leaked_kib < due_kib(arg("pins"), t)) {
		char *next = take(bytes);

		if (last && !realloc(last, 40))
			abort();
		last = next;
		leaked_kib += (double)bytes / 1024;
		bytes += 16;
	}
}

static void *blocked_thread(void *)
{
	volatile char work[24 << 10];

	for (size_t i = 0; i < sizeof(work); i += 1024)
		work[i] = 1;
	pause();
	return nullptr;
}

static void leak_threads(double t)
{
	static double started;

	while (started + 1 < due_kib(arg("threads"), t)) {
		pthread_t thread;

		if (pthread_create(&thread, nullptr, blocked_thread, nullptr))
			abort();
		started++;
		/* its frames, and the page or two above them for the library's own */
		leaked_kib += 32;
	}
}

static void leak_shared(double t)
{
	while (leaked_kib + 64 <= due_kib(arg("shm"), t)) {
		void *block = mmap(nullptr, 64 << 10, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		memset(block, 1, 64 << 10);
		leaked_kib += 64;
	}
}

/* A table that nobody clears: it rehashes, and its bulk moves, each time it has doubled. */
static void leak_map(double t)
{
	static std::unordered_map<unsigned long, std::string> sessions;
	static unsigned long key;

	while (leaked_kib < due_kib(arg("map"), t)) {
		sessions[key++] = std::string(200, 'x');
		/* node 56 with malloc's word, text 208 + 8, and a bucket of 8 */
		leaked_kib += (64 + 208 + 8 + 8) / 1024.0;
	}
}

static void leak_vector(double t)
{
	static std::vector<double> history;

	while (leaked_kib < due_kib(arg("vector"), t)) {
		history.push_back(t);
		leaked_kib += sizeof(double) / 1024.0;
	}
}

/* ---- parts that do not ---- */

static void keep_base(double)
{
	static double held;

	for (; held < arg("base"); held += 4)
		take(4096 - 16);
}

static double part_of(double t, double over)
{
	return t < over ? t / over : 1;
}

static void grow_to(double kib, double *held)
{
	for (; *held < kib; *held += 4)
		take(4096 - 16);
}

static void ramp(double t)
{
	static double held;

	grow_to(arg("ramp") * part_of(t, arg("over", 60)), &held);
}

static void warm_up(double t)
{
	static double held;

	grow_to(arg("warm") * (1 - exp(-t / arg("over", 10))), &held);
}

static void steps(double t)
{
	static double held;
	double count = fmin(floor(t / arg("period", 60)), arg("count", 2));

	grow_to(arg("steps") * count, &held);
}

/* Random keys into a table of fixed size: it fills quickly first, then ever more slowly. */
static void cache(double t)
{
	static std::vector<char *> slots((size_t)arg("cache"));
	static double filled;

	for (; filled < arg("fill", 100) * t; filled++) {
		size_t slot = (size_t)(next_random() * (double)slots.size());

		free(slots[slot]);
		slots[slot] = take(1000);
	}
}

static void batch(double t)
{
	static std::vector<char *> rows;
	double period = arg("period", 30), at = fmod(t, period) / period;

	if (at > 0.7 && !rows.empty()) {
		for (char *row : rows)
			free(row);
		rows.clear();
	}
	while (at <= 0.7 && (double)rows.size() < arg("batch") * at / 0.7)
		rows.push_back(take(1016));
}

static void wave(double t)
{
	static std::vector<char *> sessions;
	double wanted = arg("wave") * (0.5 - 0.5 * cos(2 * M_PI * t / arg("period", 60)));

	while ((double)sessions.size() < wanted)
		sessions.push_back(take(1016));
	while ((double)sessions.size() > wanted) {
		free(sessions.back());
		sessions.pop_back();
	}
}

/* Live objects of many sizes, replaced at random: the heap scatters and settles. */
static void churn(double)
{
	static std::vector<char *> objects((size_t)arg("churn") / 2);

	for (int i = 0; i < 100; i++) {
		size_t slot = (size_t)(next_random() * (double)objects.size());

		free(objects[slot]);
		objects[slot] = take((size_t)exp(3 + 6.6 * next_random()));
	}
}

static void fork_child(double t)
{
	static double last;
	double held = 0;

	while (waitpid(-1, nullptr, WNOHANG) > 0)
		;
	if (t - last < arg("period", 5))
		return;
	last = t;
	if (fork())
		return;
	unsetenv("EVAL_TRUTH");
	grow_to(arg("fork"), &held);
	usleep((useconds_t)(1e6 * arg("period", 5) * 1.5));
	_exit(0);
}

static const struct part {
	const char *name;
	void (*advance)(double t);
} parts[] = {
	{ "leak", leak }, { "pages", leak_pages }, { "pins", leak_pins },
	{ "threads", leak_threads }, { "shm", leak_shared }, { "map", leak_map },
	{ "vector", leak_vector }, { "base", keep_base }, { "ramp", ramp },
	{ "warm", warm_up }, { "steps", steps }, { "cache", cache }, { "batch", batch },
	{ "wave", wave }, { "churn", churn }, { "fork", fork_child },
};

/* Truth: a line when the leak begins, when its rate changes, and at the end. */
static void live(double seconds)
{
	double begun = now_s(), marks[] = { arg("begin"), arg("at"), seconds };
	size_t mark = 0;

	for (double t = 0; t < seconds; t = now_s() - begun) {
		for (const part &part : parts)
			if (args.count(part.name))
				part.advance(t);
		while (mark < 3 && marks[mark] <= t)
			if (mark++ != 1 || arg("at") > 0)
				tell_truth(begun + t);
		usleep(100000);
	}
	tell_truth(begun + seconds);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		*value++ = '\0';
		args[argv[i]] = atof(value);
	}
	if (!args.count("lives")) {
		live(arg("seconds", 10));
		return 0;
	}
	for (double left = arg("seconds"); left > 0; left -= arg("lives")) {
		if (fork()) {
			wait(nullptr);
			continue;
		}
		live(fmin(left, arg("lives")));
		_exit(0);
	}
	return 0;
}

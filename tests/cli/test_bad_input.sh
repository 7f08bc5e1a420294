#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# What a host can do to the daemon: clocks that are set, time that is missing, names and
# counters that change, limits and groups that vanish, files that end halfway, 100,000
# processes. None of it ends the daemon or an alert that fires.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

host=$work/host
config=$work/memwatch.yaml
: >"$config"

# process COMM ANON_PAGES [MINFLT [START]]: pid 12 of the host; each file is replaced whole.
process() {
	mkdir -p "$host/proc/12"
	printf '12 (%s) S 1 1 1 0 -1 0 %s 0 0 0 0 0 0 0 20 0 1 0 %s 1000000 %s 1\n' "$1" "${3:-5}" \
		"${4:-500}" "$(($2 + 5))" >"$host/stat.new"
	printf 'VmRSS:\t%s kB\nRssAnon:\t%s kB\nRssFile:\t20 kB\nRssShmem:\t0 kB\nVmSwap:\t0 kB\n' \
		"$((4 * ($2 + 5)))" "$((4 * $2))" >"$host/status.new"
	printf '500 %s 5 1 0 100 0\n' "$(($2 + 5))" >"$host/statm.new"
	mv "$host/stat.new" "$host/proc/12/stat"
	mv "$host/status.new" "$host/proc/12/status"
	mv "$host/statm.new" "$host/proc/12/statm"
}

# A host whose process leaks, and a daemon that has said so.
fresh() {
	rm -rf "$host"
	mkdir -p "$host/proc" "$host/sys/fs/cgroup/api"
	echo 'MemAvailable: 1000000 kB' >"$host/proc/meminfo"
	process api 1000
	printf '0::/api\n' >"$host/proc/12/cgroup"
	echo 8589934592 >"$host/sys/fs/cgroup/api/memory.max"
	: >"$work/out"
	: >"$work/err"
	pages=1000
}

begin() {
	"$MEMWATCH" watch --interval 20ms --root "$host" --config "$config" --json \
		>>"$work/out" 2>>"$work/err" &
	pid=$!
}

# grow STEPS [COMMAND]: goes on leaking, and does something in each step.
grow() {
	local step
	for ((step = 0; step < $1; step++)); do
		pages=$((pages + 128))
		process "${comm:-api}" "$pages" "${minflt:-5}"
		[ $# -lt 2 ] || eval "$2"
		sleep 0.02
	done
}

until_firing() {
	local tries
	for ((tries = 0; tries < 40; tries++)); do
		grow 25
		! grep -q firing "$work/out" || return 0
	done
	return 1
}

# As long as a busy machine takes.
until_resolved() {
	local tries
	for ((tries = 0; tries < 300; tries++)); do
		! grep -q resolved "$work/out" || return 0
		sleep 0.1
	done
}

end() {
	kill -TERM "$pid" 2>/dev/null
	status=0
	wait "$pid" 2>/dev/null || status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
}

# still_fires: it fired once, and nothing else was told.
still_fires() {
	[ "$(wc -l <"$work/out")" -eq 1 ] && grep -q '"state":"firing"' "$work/out"
}

fresh
begin
until_firing
comm='b) R 1' grow 40
minflt=3 grow 20
minflt=1 grow 20
check "a process that renames itself, and counters that go back" all_of still_fires 'kill -0 "$pid"'
rm -r "$host/sys/fs/cgroup/api"
grow 20
rm "$host/proc/12/cgroup" "$host/proc/meminfo"
grow 20
check "a group that vanishes, and a host that says nothing" all_of still_fires 'kill -0 "$pid"'
grow 40 'printf "12 (api) S 1 1" >"$host/proc/12/stat"; : >"$host/proc/12/status"; printf "500 1" >"$host/proc/12/statm"'
check "files that end halfway" all_of still_fires 'kill -0 "$pid"'
# Nothing is seen for two seconds, as in a suspended machine.
kill -STOP "$pid"
for _ in 1 2 3 4; do
	pages=$((pages + 1280))
	process api "$pages"
	sleep 0.5
done
kill -CONT "$pid"
grow 40
check "samples that are missing" all_of still_fires 'kill -0 "$pid"'
rm -r "$host/proc/12"
until_resolved
end
check "and it is resolved when it has ended" all_of 'exits 0' '[ "$(wc -l <"$work/out")" -eq 2 ]' \
	'jq -se ".[1].state == \"resolved\" and .[0].fingerprint == .[1].fingerprint" "$work/out" >/dev/null'

# Between two looks another process took the pid, and holds as much.
fresh
begin
until_firing
for _ in $(seq 50); do
	process next "$pages" 5 900
	sleep 0.02
done
until_resolved
end
check "a pid that is used again between two samples" all_of 'exits 0' 'jq -se "
	length == 2 and .[1].state == \"resolved\" and .[1].start_ticks == 500 and
	.[1].reason == \"the process has ended\"" "$work/out" >/dev/null'

# A reload while an alert fires, of a file whose aliases stand for 9^9 words.
fresh
begin
until_firing
{
	echo 'a: &a [x,x,x,x,x,x,x,x,x]'
	for c in ab bc cd de ef fg gh hi; do
		echo "${c:1}: &${c:1} [*${c:0:1},*${c:0:1},*${c:0:1},*${c:0:1},*${c:0:1},*${c:0:1}]"
	done
} >"$config"
kill -HUP "$pid"
for _ in $(seq 100); do
	! grep -q 'the old configuration stays in force' "$work/err" || break
	grow 5
done
grow 20
check "a YAML bomb at a reload" all_of still_fires 'kill -0 "$pid"' \
	'grep -q "the old configuration stays in force" "$work/err"'
end
: >"$config"

fresh
rm -r "$host/proc/12/cgroup" "$host/proc/meminfo" "$host/sys"
begin
until_firing
end
check "a host without a limit" all_of 'exits 0' \
	'jq -se ".[0].state == \"firing\" and .[0].limit_kb == null and .[0].time_to_limit_s == null" "$work/out" >/dev/null'

# The wall clock is set by what stands in a file, and the machine has slept for as many seconds as
# stand in another: then all clocks but CLOCK_MONOTONIC have gone on.
cat >"$work/wall.c" <<'END'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long offset(const char *name)
{
	FILE *file = fopen(getenv(name), "r");
	long by = 0;

	if (file != NULL) {
		if (fscanf(file, "%ld", &by) != 1)
			by = 0;
		fclose(file);
	}
	return by;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int err = (int)syscall(SYS_clock_gettime, clock, now);

	if (clock == CLOCK_REALTIME)
		now->tv_sec += offset("WALL");
	if (clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME)
		now->tv_sec += offset("SLEPT");
	return err;
}

time_t time(time_t *now)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	if (now != NULL)
		*now = wall.tv_sec;
	return wall.tv_sec;
}
END
cc -O1 -shared -fPIC -o "$work/wall.so" "$work/wall.c"
fresh
echo 0 >"$work/wall"
echo 0 >"$work/slept"
begin_with_wall() {
	ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 WALL=$work/wall SLEPT=$work/slept \
		LD_PRELOAD=$work/wall.so "$MEMWATCH" watch --interval 20ms --root "$host" \
		--config "$config" --json >>"$work/out" 2>>"$work/err" &
	pid=$!
}
begin_with_wall
until_firing
for by in 86400 -86400 1000000000 0; do
	echo "$by" >"$work/wall"
	grow 25
done
check "a wall clock that is set back and forth" all_of still_fires 'kill -0 "$pid"'
rm -r "$host/proc/12"
until_resolved
end
check "does not show in the times of alerts" \
	eval 'jq -se ".[1].time_s > .[0].time_s and .[1].time_s - .[0].time_s < 100" "$work/out" >/dev/null'

# A lid is closed for a night, and another one: less than the day after which an alert is repeated.
fresh
begin_with_wall
until_firing
for by in 28800 57600; do
	echo "$by" >"$work/slept"
	grow 25
done
check "a machine that was suspended" all_of still_fires 'kill -0 "$pid"'
rm -r "$host/proc/12"
until_resolved
end
check "and its alert is resolved when the process has ended" all_of 'exits 0' \
	'jq -se "length == 2 and .[1].state == \"resolved\" and .[1].time_s - .[0].time_s > 57600" "$work/out" >/dev/null'

# 100,000 processes: as many names for one directory.
fresh
cat >"$work/many.c" <<'END'
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[4096];

	for (int pid = 1000; argc == 2 && pid < 101000; pid++) {
		snprintf(path, sizeof(path), "%s/%d", argv[1], pid);
		if (symlink("12", path) < 0)
			return 1;
	}
	return 0;
}
END
cc -O1 -o "$work/many" "$work/many.c"
"$work/many" "$host/proc"
"$MEMWATCH" watch --interval 100ms --root "$host" --config "$config" >>"$work/out" 2>>"$work/err" &
pid=$!
for _ in $(seq 600); do
	! grep -q 'watching 100001 processes' "$work/err" || break
	sleep 0.2
done
sleep 3
rss_kb=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
# The sanitizers take memory of their own.
most_kb=65536
[[ $MEMWATCH != */tests/* ]] || most_kb=1000000
ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
sleep 3
more=$(($(awk '{ print $14 + $15 }' "/proc/$pid/stat") - ticks))
end
echo "# 100,000 processes: $rss_kb KiB, $more ticks of CPU in 3 s"
check "100,000 processes, in bounded memory" all_of 'exits 0' \
	'complains "watching 100001 processes"' "[ $rss_kb -lt $most_kb ]"
finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch watch: alerts, signals, and a module that comes and goes.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build_grow

# As long as a busy machine takes for enough samples, and for the end to be seen.
"$grow" 100 20 300 &
child=$!
"$MEMWATCH" watch --interval 20ms --json --pid "$child" >"$work/out" 2>"$work/err" &
pid=$!
wait "$child"
for _ in $(seq 300); do
	[ "$(wc -l <"$work/out")" -lt 2 ] || break
	sleep 0.1
done
# It may have ended by itself: nothing is left to watch.
kill -TERM "$pid" 2>/dev/null || true
status=0
wait "$pid" || status=$?
out=$(cat "$work/out") err=$(cat "$work/err")
check "an alert fires, and is resolved when the process ends" all_of 'exits 0' \
	'is_json "$work/out"' '[ "$(wc -l <"$work/out")" -eq 2 ]' \
	'jq -se ".[0].state == \"firing\" and .[1].state == \"resolved\" and .[0].leak and
		(.[1].leak | not) and .[0].pid == $child and .[0].comm == \"$grow_name\" and
		.[0].fingerprint == .[1].fingerprint and .[1].reason == \"the process has ended\" and
		.[0].limit_kb > 0" "$work/out" >/dev/null'
check "what it says of itself goes to stderr" all_of \
	'complains "the module is not loaded: reading plain /proc"' \
	'complains "watching 1 processes every "'

"$grow" 100 20 300 &
child=$!
mw watch --interval 20ms --exit-on-alert --comm "$grow_name"
check "--exit-on-alert, as a sentence" all_of 'exits 1' 'says "$grow_name (pid $child) leaks "' \
	'[ "$(wc -l <"$work/out")" -eq 1 ]'
wait "$child"

"$grow" 0 20 100 &
child=$!
mw watch --interval 20ms --duration 1800ms --json --pid "$child"
check "a process that does not grow makes no alert" all_of 'exits 0' '[ -z "$out" ]'
wait "$child"

for signal in TERM INT; do
	# A shell without job control starts what is in the background with SIGINT ignored.
	setsid env --default-signal=INT "$MEMWATCH" watch --interval 1h >"$work/out" 2>"$work/err" &
	pid=$!
	sleep 0.7
	kill -"$signal" "$pid"
	status=0
	wait "$pid" || status=$?
	check "SIG$signal ends it at once" exits 0
done
mw watch --pid 2147483647
check "a process that is not there" all_of 'exits 4' 'complains "no process has an id given by --pid"'

"$grow" 100 20 300 &
child=$!
status=0
"$MEMWATCH" watch --interval 20ms --duration 30s --pid "$child" >/dev/full 2>"$work/err" || status=$?
err=$(cat "$work/err") out=''
check "an alert that cannot be written is an error" all_of 'exits 4' \
	'complains "cannot write standard output: No space left on device"'
wait "$child"

# The module is unloaded and loaded under a running daemon.
host=$work/host
mkdir -p "$host/proc/memwatch" "$host/proc/12"
echo 'MemAvailable: 1000000 kB' >"$host/proc/meminfo"
echo '12 (x) S 1 1 1 0 -1 0 5 0 0 0 0 0 0 0 20 0 1 0 500 1000000 31 1' >"$host/proc/12/stat"
printf '# tgid start_ns comm rss_kb\n12 5000000000 x 124\n' >"$work/tasks"
cp "$work/tasks" "$host/proc/memwatch/tasks"
"$MEMWATCH" watch --interval 50ms --duration 3s --root "$host" >"$work/out" 2>"$work/err" &
pid=$!
sleep 0.8
rm "$host/proc/memwatch/tasks"
sleep 0.8
cp "$work/tasks" "$work/tasks.new"
mv "$work/tasks.new" "$host/proc/memwatch/tasks"
status=0
wait "$pid" || status=$?
out=$(cat "$work/out") err=$(cat "$work/err")
check "it survives the module's coming and going, and says so" all_of 'exits 0' '[ -z "$out" ]' \
	'[ "$(wc -l <"$work/err")" -eq 3 ]' 'complains "the module is not loaded: reading plain /proc"' \
	'complains "the module is there: reading /proc/memwatch from now on"'
finish

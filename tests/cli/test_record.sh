#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch record, and what analyze makes of its recordings.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build_grow

"$grow" 100 20 400 &
child=$!
mw record --interval 20ms --duration 6s --pid "$child" --output "$work/grow.csv"
# shellcheck disable=SC2034 # the conditions below use it
rounds=$(($(wc -l <"$work/grow.csv") - 1))
check "a process is recorded" all_of 'exits 0' '[ -z "$out" ]' '[ "$rounds" -gt 60 ]' \
	'[ "$rounds" -le 301 ]' 'complains "$rounds samples in $rounds rounds"'
check "without the module it says what that means" \
	complains "the module is not loaded: reading plain /proc"
wait "$child"
mw analyze "$work/grow.csv"
check "and its leak is found" all_of 'exits 1' 'says "$grow_name (pid $child) leaks "' '[ -z "$err" ]'
check "times are of the wall, to the millisecond" \
	awk -F, -v now="$(date +%s)" 'NR > 1 && ($1 !~ /^[0-9]+\.[0-9][0-9][0-9]$/ || now - $1 > 120 || now < $1 - 1) { bad = 1 }
		END { exit bad }' "$work/grow.csv"

"$grow" 1 20 40 &
child=$!
mw record --interval 50ms --pid "$child"
check "a recording ends with its processes" all_of 'exits 0' '[ "$(wc -l <"$work/out")" -gt 3 ]'
wait "$child"
mw record --pid "$child"
check "a process that is not there" all_of 'exits 4' 'complains "no process has an id given by --pid"'

mw record --interval 100ms --duration 300ms
check "all processes" all_of 'exits 0' 'says ",$(basename "$MEMWATCH"),"' 'says ",bash,"'
check "and what is no process" says ",[host],"
# Somebody else's test may have a process with a hostile name just now.
check "every line has every cell" awk -F, '/"/ { next } NR == 1 { cells = NF } NF != cells { bad = 1 } END { exit bad || cells < 18 }' "$work/out"

mkdir -p "$work/host/proc/12"
echo '12 (api) S 1 1 1 0 -1 0 5 0 0 0 0 0 0 0 20 0 1 0 500 1000000 90 1' >"$work/host/proc/12/stat"
printf 'VmRSS:\t360 kB\nRssAnon:\t100 kB\nRssFile:\t60 kB\nRssShmem:\t200 kB\nVmSwap:\t0 kB\n' >"$work/host/proc/12/status"
printf 'MemTotal: 9000 kB\nMemFree: 1000 kB\nMemAvailable: 2000 kB\nAnonPages: 1000 kB\nSUnreclaim: 500 kB\nPageTables: 100 kB\nKernelStack: 50 kB\nShmem: 200 kB\n' >"$work/host/proc/meminfo"
mw record --interval 50ms --duration 200ms --root "$work/host"
# shellcheck disable=SC2016 # awk's
check "what is unexplained is counted without the shared memory of the round" \
	awk -F, '$4 == "[host]" { seen++; if ($5 != 5150) bad = 1 } END { exit bad || seen < 2 }' "$work/out"
mw record --interval 50ms --duration 200ms --root "$work/host" --comm api
check "who asks for some gets these alone" all_of 'exits 0' 'says ",api,"' '! says "[host]"'

# A name with everything that CSV and /proc/PID/stat could stumble over.
odd=$'a) b\n",c'
cp "$grow" "$work/$odd"
"$work/$odd" 100 20 400 &
child=$!
mw record --interval 20ms --duration 6s --comm "$odd" --output "$work/odd.csv"
check "a hostile name is recorded" all_of 'exits 0' 'complains " samples in "'
mw analyze --json "$work/odd.csv"
check "and read again" all_of 'exits 1' '[ -z "$err" ]' \
	'jq -e ".comm == \"a) b\\n\\\",c\" and .leak" "$work/out" >/dev/null'
wait "$child"

# until_begun FILE: a busy machine takes its time to the first round.
until_begun() {
	for _ in $(seq 300); do
		[ "$(wc -l <"$1" 2>/dev/null || echo 0)" -lt 2 ] || break
		sleep 0.1
	done
	sleep 1
}

"$MEMWATCH" record --interval 50ms --output "$work/stopped.csv" 2>"$work/err" &
pid=$!
until_begun "$work/stopped.csv"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
err=$(cat "$work/err") out=''
check "SIGTERM ends a recording whole" all_of 'exits 0' 'complains " rounds"' \
	'[ "$(tail -c 1 "$work/stopped.csv" | od -An -tx1)" = " 0a" ]'
mw analyze "$work/stopped.csv"
check "and it can be read" exits 0

"$MEMWATCH" record --interval 50ms --output "$work/killed.csv" 2>/dev/null &
pid=$!
until_begun "$work/killed.csv"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
check "a recording that is killed holds whole rounds" \
	[ "$(tail -c 1 "$work/killed.csv" | od -An -tx1)" = " 0a" ]
finish

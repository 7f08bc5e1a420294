#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch drill: a leak that is known, and a file of alerts that names it or does not.
# (The limit by a control group, and the kill in it: tests/vm/test_drill.sh.)

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

alerts=$work/alerts.jsonl

# alert PID TICKS: as the daemon would tell of it.
alert() {
	printf '{"state":"firing","comm":"mw-drill","pid":%d,"start_ticks":%d,"class":"heap-growth","rate_kib_per_s":2000.5,"rate_low":1990,"rate_high":2010}\n' \
		"$1" "$2"
}

# drill ARGS...: in the background; $leaker and $ticks are its process, once it is there.
drill() {
	"$MEMWATCH" drill -a "$alerts" -l 512M -r 2M --timeout 60s "$@" >"$work/out" 2>"$work/err" &
	drill=$!
	leaker=
	for _ in $(seq 600); do
		leaker=$(sed -n 's/.*mw-drill (pid \([0-9]*\)).*/\1/p' "$work/err")
		[ -z "$leaker" ] || break
		sleep 0.05
	done
	ticks=$(sed 's/.*) //' "/proc/$leaker/stat" | cut -d' ' -f20)
}

# Not there any more, or about to be reaped by whoever inherited it.
is_gone() {
	! grep -Eqs '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$1/status"
}

ended() {
	status=0
	wait "$drill" || status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
}

printf '{"state":"firing","pid":1,"start_ticks":1}\n' >"$alerts"
drill --json
sleep 1
check "the process is named" all_of '[ "$(cat "/proc/$leaker/comm")" = mw-drill ]' \
	'[ "$(cat "/proc/$leaker/oom_score_adj")" = 1000 ]'
{
	echo 'not JSON'
	alert "$leaker" $((ticks + 1))
	alert $((leaker + 1)) "$ticks"
	alert "$leaker" "$ticks" | sed 's/firing/resolved/'
} >>"$alerts"
sleep 1
check "other alerts are not its own" kill -0 "$drill"
alert "$leaker" "$ticks" | head -c 60 >>"$alerts"
sleep 0.5
check "nor is half a line" kill -0 "$drill"
alert "$leaker" "$ticks" | tail -c +61 >>"$alerts"
ended
check "its own ends it" all_of 'exits 0' 'is_json "$work/out"' \
	'jq -e ".alerted and .end == \"stopped\" and .pid == $leaker and .alert_rate_kib_per_s == 2000.5 and
		.rate_kib_per_s == 2048 and .limit_kib == 524288 and .alert_after_s > 2 and
		.leaked_at_alert_kib > 2 * 2048 and .part_of_way < 0.1" "$work/out" >/dev/null'
check "and the process is gone" is_gone "$leaker"

rm "$alerts"
drill
sleep 0.5
alert "$leaker" "$ticks" >"$alerts"
ended
check "a file that comes later" all_of 'exits 0' 'says "ALERTED after"' 'says "heap-growth"'
drill
mv "$alerts" "$alerts.1"
echo '{}' >"$alerts"
sleep 0.5
alert "$leaker" "$ticks" >>"$alerts"
ended
check "one that is rotated" exits 0

drill --timeout 2s
ended
check "no alert before the timeout" all_of 'exits 1' 'says "NOT ALERTED"' 'says "The leak was ended after"'
drill
kill -INT "$drill"
ended
check "stopped by hand" all_of 'exits 1' 'is_gone "$leaker"'
drill
kill -KILL "$drill"
ended 2>/dev/null
sleep 0.3
check "killed, it takes the leak with it" is_gone "$leaker"

mw drill
check "no file to look at" all_of 'exits 2' 'complains "--alerts is missing"'
mw drill -a "$alerts" --shape zigzag
check "an unknown shape" all_of 'exits 2' 'complains "'\''zigzag'\'' is none of line, stairs, saw"'
mw drill -a "$alerts" --class slab
check "an unknown class" all_of 'exits 2' 'complains "heap, shared, threads"'
mw drill -a "$alerts" --limit 1024T
check "more than the host has" all_of 'exits 4' 'complains "give a smaller --limit"'
mw drill -a "$work" -l 64M
check "a file that cannot be read" all_of 'exits 4' 'complains "cannot read $work"'
finish

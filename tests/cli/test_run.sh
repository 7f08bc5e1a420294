#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch run: the command's own input, output and exit code, and the verdict.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build_grow

mw run -- true
check "a command that succeeds" all_of 'exits 0' '[ -z "$out" ]' 'complains "too short to judge"'
mw run -- sh -c 'exit 7'
check "its exit code is passed on" exits 7
mw run sh -c 'exit 8'
check "without --" exits 8
mw run -- sh -c 'kill -9 $$'
check "a command that is killed" exits 137
mw run -- sh -c 'kill -TERM $$'
check "a command that is ended" exits 143
mw run -- /no/such/command
check "a command that is not there" all_of 'exits 127' \
	'complains "cannot run '\''/no/such/command'\'': No such file or directory"'
mw run -- no-such-command-in-path
check "a command that is not in PATH" exits 127
mw run -- /etc/passwd
check "a command that is no program" all_of 'exits 126' 'complains "Permission denied"'
mw run -- --version
check "what follows -- is a command" exits 127

status=0
out=$(printf 'in\n' | "$MEMWATCH" run -- sh -c 'cat; echo err >&2; exit 3' 2>"$work/err") || status=$?
err=$(cat "$work/err")
check "input and output are the command's" all_of 'exits 3' '[ "$out" = in ]' 'complains "err"'

mw run -- sleep 0.2
check "without the module it says what that means" \
	all_of 'complains "the module is not loaded: reading plain /proc"' \
	'complains "insmod memwatch.ko"'

mw run --interval 20ms -- "$grow" 100 20 150
check "a program that leaks is found" all_of 'exits 5' 'complains "$grow_name (pid "' 'complains ") leaks "'
mw run --interval 20ms -- "$grow" 0 20 150
check "one that does not is not" all_of 'exits 5' 'complains "no leak found in "' \
	'[[ $err != *leaks* ]]'
mw run --interval 20ms --json -- "$grow" 100 20 150
tail -n +2 "$work/err" >"$work/json"
check "the verdict as JSON, on stderr" all_of 'exits 5' '[ -z "$out" ]' 'is_json "$work/json"' \
	'jq -e ".leak and .comm == \"$grow_name\" and .rate_kib_per_s > 2000 and .rate_kib_per_s < 8000" \
		"$work/json" >/dev/null'
mw run --interval 20ms -- sh -c "'$grow' 100 20 300; exit 6"
check "a child that leaks is found" all_of 'exits 6' 'complains "$grow_name (pid "' 'complains ") leaks "' \
	'complains "no leak found in "'
mw run --interval 20ms -- sh -c "('$grow' 100 20 300 &) ; sleep 6; exit 6"
check "an orphan that leaks is found" all_of 'exits 6' 'complains "$grow_name (pid "' 'complains ") leaks "'

# Signals are passed on, and those of the terminal are not sent twice.
"$MEMWATCH" run -- sh -c 'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.05; done' \
	>"$work/out" 2>"$work/err" &
pid=$!
for _ in $(seq 100); do
	grep -q ready "$work/out" && break
	sleep 0.05
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
out=$(cat "$work/out") err=$(cat "$work/err")
check "SIGTERM is passed on" all_of 'exits 9' 'says "term"'

status=0
"$MEMWATCH" run -- sh -c 'exit 7' 2>/dev/full || status=$?
check "the exit code survives a full stderr" exits 7
status=0
{ "$MEMWATCH" run -- sh -c 'sleep 0.3; exit 7'; echo $? >"$work/status"; } 2>&1 | true
status=$(cat "$work/status")
check "and a closed one" exits 7
status=0
(trap '' CHLD; exec "$MEMWATCH" run -- sh -c 'exit 7' 2>/dev/null) || status=$?
check "and a caller that ignores SIGCHLD" exits 7
finish

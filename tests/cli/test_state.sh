#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# What the daemon keeps and tells when things go wrong: kill -9 while an alert fires,
# a sink that is down meanwhile, a database that is corrupt, a disk that is full.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build_grow

# configure STATE LOG: a daemon that looks at the growing process alone.
configure() {
	cat >"$work/memwatch.yaml" <<-END
		sampling:
		  interval: 20ms
		selection:
		  include:
		    - comm: [$grow_name]
		state:
		  path: $1
		sinks:
		  - type: file
		    path: $2
		queue:
		  retry_min: 100ms
		  retry_max: 200ms
	END
}

start() {
	"$MEMWATCH" watch --config "$work/memwatch.yaml" --json >>"$work/out" 2>>"$work/err" &
	pid=$!
}

# until_true SECONDS COMMAND: returns whether it became so.
until_true() {
	local left=$(($1 * 10))
	shift
	while ! eval "$*"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.1
	done
}

stop() {
	status=0
	kill -TERM "$pid"
	wait "$pid" || status=$?
	err=$(cat "$work/err") out=$(cat "$work/out")
}

: >"$work/out"
: >"$work/err"

# --- kill -9, and a sink that is down ---------------------------------------------------------
configure "$work/state.db" "$work/none/log"
"$grow" 100 20 100000 &
child=$!
start
until_true 60 '[ -s "$work/out" ]'
until_true 10 'grep -q "sink file is down: " "$work/err"'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
start
sleep 0.5
kill -KILL "$pid"
wait "$pid" 2>/dev/null
kill "$child"
wait "$child" 2>/dev/null
mkdir "$work/none"
start
until_true 60 '[ -e "$work/none/log" ] && [ "$(wc -l <"$work/none/log")" -ge 2 ]'
stop
check "an alert that fired is resolved after kill -9, and told by a sink that was down" all_of 'exits 0' \
	'is_json "$work/none/log"' 'jq -se "
	.[0].state == \"firing\" and .[-1].state == \"resolved\" and .[0].pid == $child and
	.[0].fingerprint == .[-1].fingerprint and (map(.id) | unique | length) == 2 and
	.[-1].starts_s <= .[-1].ends_s" "$work/none/log" >/dev/null'
check "and both stand in the history" all_of 'mw history --state "$work/state.db" --alerts --json' \
	'jq -se "map(.state) == [\"firing\", \"resolved\"]" "$work/out" >/dev/null'

# --- a corrupt database under an alert that fires ------------------------------------------------
: >"$work/out"
: >"$work/err"
configure "$work/state.db" "$work/log"
"$grow" 100 20 100000 &
child=$!
start
until_true 60 '[ -s "$work/log" ]'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
# What stands in the log would heal it.
rm -f "$work/state.db-wal"
head -c 8192 /dev/urandom | dd of="$work/state.db" conv=notrunc 2>/dev/null
start
until_true 30 'grep -q "was corrupt: kept as " "$work/err"'
# Its state could be read and it stands, or it is found again.
until_true 10 '[ "$(wc -l <"$work/out")" -ge 2 ]'
kill "$child"
wait "$child" 2>/dev/null
until_true 60 'grep -q resolved "$work/log"'
stop
check "a corrupt database is kept aside, and its alert is told again" all_of 'exits 0' \
	'ls "$work"/state.db.corrupt-* >/dev/null' \
	'[ "$(jq -s "map(.fingerprint) | unique | length" "$work/log")" -eq 1 ]' \
	'[ "$(tail -1 "$work/log" | jq -r .state)" = resolved ]'

# --- what a detector has seen outlives the daemon ------------------------------------------------
# $sql FILE STATEMENT: into the state file, as nobody should.
cat >"$work/sql.c" <<'END'
#include <sqlite3.h>

int main(int argc, char **argv)
{
	sqlite3 *db;

	return argc != 3 || sqlite3_open(argv[1], &db) != SQLITE_OK ||
	       sqlite3_exec(db, argv[2], 0, 0, 0) != SQLITE_OK;
}
END
sql=$work/sql
cc -O1 -o "$sql" "$work/sql.c" -lsqlite3

# since_s: when the first alert of $work/out says that its growth began.
since_s() { head -1 "$work/out" | jq .since_s; }

# is_kept FILE KIND: whether a state of that kind is: none makes the statement fail.
is_kept() {
	"$sql" "$1" "SELECT CASE count(*) WHEN 0 THEN json('none') END FROM states WHERE kind = '$2'"
}

# restart SIGNAL [COMMAND]: a leak that is told when it is 8 s old; before that the daemon is ended
# by SIGNAL, COMMAND is run, and it is started again.
restart() {
	: >"$work/out"
	: >"$work/err"
	rm -f "$work"/young.db*
	configure "$work/young.db" "$work/log3"
	cat >>"$work/memwatch.yaml" <<-END
		policies:
		  - name: old
		    if: { duration_at_least: 8s }
	END
	"$grow" 100 20 100000 &
	child=$!
	start
	until_true 60 'is_kept "$work/young.db" detector'
	kill "-$1" "$pid"
	wait "$pid" 2>/dev/null
	eval "${2-}"
	# shellcheck disable=SC2034 # for the conditions of check
	restarted_s=$(date +%s)
	start
	until_true 60 '[ -s "$work/out" ]'
	kill "$child"
	wait "$child" 2>/dev/null
	stop
}

for signal in TERM KILL; do
	restart "$signal"
	check "after SIG$signal a detector goes on where it was" all_of 'exits 0' \
		'grep -q "1 processes are judged on from where an earlier run was" "$work/err"' \
		'awk -v since="$(since_s)" -v then="$restarted_s" "BEGIN { exit !(since > 0 && since < then) }"'
done
restart TERM "\"$sql\" \"$work/young.db\" \"INSERT INTO states VALUES('alert', 'x', 0, 'no alert');
	UPDATE states SET data = CASE kind WHEN 'detector' THEN
	substr(data, 1, 700) || zeroblob(length(data) - 700) ELSE zeroblob(9) END\""
check "one that is damaged is kept aside, said, and begun anew" all_of 'exits 0' \
	'grep -q "1 states of kind detector are damaged or of a newer memwatch: kept in the state file as detector.unread" "$work/err"' \
	'! grep -q "judged on" "$work/err"' 'grep -q "states of kind alert are damaged" "$work/err"' \
	'awk -v since="$(since_s)" -v then="$restarted_s" "BEGIN { exit !(since >= then - 1) }"'

# --- how long a condition has held outlives the daemon ---------------------------------------------
: >"$work/out"
: >"$work/err"
configure "$work/pending.db" "$work/log4"
sed -i "s|    path: $work/log4|&\n    pending: true|" "$work/memwatch.yaml"
cat >>"$work/memwatch.yaml" <<-END
	policies:
	  - name: patient
	    for: 4s
END
"$grow" 100 20 100000 &
child=$!
start
until_true 60 '[ -s "$work/log4" ]'
until_true 10 'is_kept "$work/pending.db" alert'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
start
until_true 60 'grep -q -e "-firing-" "$work/log4"'
kill "$child"
wait "$child" 2>/dev/null
stop
check "what was pending at kill -9 fires after its time, and is not pending anew" all_of 'exits 0' \
	'! grep -q "of an earlier run stand" "$work/err"' \
	'jq -se "(map(.id | split(\"-\")[1])[:2] == [\"pending\", \"firing\"]) and
	(map(.state)[:2] == [\"pending\", \"firing\"]) and
	.[1].time_s >= .[0].starts_s + 4" "$work/log4" >/dev/null'

# --- a disk that is full from the start, and has room later -----------------------------------------
mkdir "$work/disk"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=1m tmpfs "$work/disk" 2>/dev/null; then
	trap 'umount -l "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
	: >"$work/out"
	: >"$work/err"
	dd if=/dev/zero of="$work/disk/ballast" bs=4096 2>/dev/null
	configure "$work/disk/state.db" "$work/log2"
	"$grow" 100 20 100000 &
	child=$!
	start
	until_true 60 '[ -s "$work/log2" ]'
	check "a full disk keeps no alert back" all_of '[ -s "$work/log2" ]' \
		'grep -q "No space left on device" "$work/err"' 'kill -0 "$pid"'
	rm "$work/disk/ballast"
	until_true 60 'grep -q "takes writes again" "$work/err"'
	# What it has in memory it writes in the next round.
	until_true 60 'is_kept "$work/disk/state.db" alert'
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	kill "$child"
	wait "$child" 2>/dev/null
	start
	until_true 60 'grep -q resolved "$work/log2"'
	stop
	check "and when there is room the alert is kept" all_of 'exits 0' \
		'[ "$(jq -s "map(.fingerprint) | unique | length" "$work/log2")" -eq 1 ]' \
		'[ "$(tail -1 "$work/log2" | jq -r .state)" = resolved ]'
	umount -l "$work/disk"
else
	echo "ok - a full disk # SKIP needs root, to mount a small tmpfs"
fi
finish

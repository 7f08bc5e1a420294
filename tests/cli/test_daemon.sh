#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch watch as a daemon: its configuration, reload, policies and their actions, what
# holds alerts back, and what is left after kill -9. On a host of files whose process "api"
# grows by 2 MiB in each round.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

host=$work/host
config=$work/memwatch.yaml

# process PID COMM START ANON_PAGES
process() {
	mkdir -p "$host/proc/$1"
	printf '%s (%s) S 1 1 1 0 -1 0 5 0 0 0 0 0 0 0 20 0 1 0 %s 1000000 %s 1\n' "$1" "$2" "$3" \
		"$(($4 + 5))" >"$host/proc/$1/stat.new"
	printf 'VmRSS:\t%s kB\nRssAnon:\t%s kB\nRssFile:\t20 kB\nRssShmem:\t0 kB\nVmSwap:\t0 kB\n' \
		"$((4 * ($4 + 5)))" "$((4 * $4))" >"$host/proc/$1/status.new"
	printf '500 %s 5 1 0 100 0\n' "$(($4 + 5))" >"$host/proc/$1/statm.new"
	mv "$host/proc/$1/stat.new" "$host/proc/$1/stat"
	mv "$host/proc/$1/status.new" "$host/proc/$1/status"
	mv "$host/proc/$1/statm.new" "$host/proc/$1/statm"
}

new_host() {
	rm -rf "$host"
	mkdir -p "$host/proc/sys/kernel/random" "$host/sys/fs/cgroup/system.slice/api.service"
	echo 'MemAvailable: 1000000 kB' >"$host/proc/meminfo"
	echo first-boot >"$host/proc/sys/kernel/random/boot_id"
	pages=1000
	process 12 api 500 1000
	echo '0::/system.slice/api.service' >"$host/proc/12/cgroup"
	process 13 calm 600 1000
}

# grow_until FILE TEXT: the process grows until the text stands in the file, as long as a
# busy machine takes.
grow_until() {
	local steps
	for ((steps = 0; steps < 6000; steps++)); do
		pages=$((pages + 128))
		process 12 api 500 "$pages"
		[ -z "${also-}" ] || eval "$also"
		sleep 0.02
		! grep -qs -- "$2" "$1" || return 0
	done
	return 1
}

# grow STEPS: by so many steps.
grow() {
	local steps
	for ((steps = 0; steps < $1; steps++)); do
		pages=$((pages + 128))
		process 12 api 500 "$pages"
		sleep 0.02
	done
}

# begin: the daemon, in the background.
begin() {
	"$MEMWATCH" watch --interval 20ms --root "$host" --config "$config" --json \
		>>"$work/out" 2>>"$work/err" &
	pid=$!
}

# end [SIGNAL]: and its exit status.
end() {
	kill -"${1:-TERM}" "$pid" 2>/dev/null
	status=0
	wait "$pid" 2>/dev/null || status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
}

fresh() {
	: >"$work/out"
	: >"$work/err"
	new_host
}

# wait_for FILE TEXT: up to a minute.
wait_for() {
	for _ in $(seq 300); do
		! grep -qs -- "$2" "$1" || return 0
		sleep 0.2
	done
	return 1
}

# --- the configuration ---

cat >"$config" <<'END'
sampling:
  intervall: 5s
policies:
  - name: a
    if: { class: [heap] }
END
mw watch --check-config --config "$config"
check "--check-config says all errors with file, line and key" all_of 'exits 2' '[ -z "$out" ]' \
	'complains "$config:2: sampling.intervall: no such key; did you mean '\''interval'\''?"' \
	'[ "$(wc -l <"$work/err")" -eq 1 ]'
printf 'policies:\n- name: a\n  if: { class: [stairs] }\n- name: a\n' >"$config"
mw watch --check-config --config "$config"
check "and those of values" all_of 'exits 2' 'complains "$config:3: policies[0].if.class[0]: \"stairs\""' \
	'complains "$config:4: policies[1].name: \"a\""'
mw watch --config "$config" --duration 1s
check "a bad configuration is not started with" all_of 'exits 2' 'complains "$config:3: "'
mw watch --check-config --config "$work/none"
check "one that is not there" all_of 'exits 4' 'complains "cannot read $work/none: No such file"'
mw watch --check-config --config userspace/memwatch.yaml
check "the documented example is good" all_of 'exits 0' 'says "userspace/memwatch.yaml is good: "' \
	'[ -z "$err" ]'
{
	echo 'a: &a [x,x,x,x,x,x,x,x,x]'
	for c in ab bc cd de ef fg gh hi; do
		echo "${c:1}: &${c:1} [*${c:0:1},*${c:0:1},*${c:0:1},*${c:0:1},*${c:0:1},*${c:0:1}]"
	done
} >"$config"
mw watch --check-config --config "$config"
check "a bomb is an error" all_of 'exits 2' 'complains "anchors (&) and aliases (*) are not allowed"'

# --- policies and their actions ---

fresh
cat >"$config" <<END
policies:
  - name: big
    severity: critical
    if: { class: [heap-growth, rising-floor], rate_at_least: 1M/s, unit: [api.service] }
    then:
      snapshot: true
      run:
        command: [sh, -c, 'cat; env | grep ^MEMWATCH_ >$work/env', ignored]
  - name: never
    if: { rate_at_least: 100G/s }
  - name: shell
    then:
      log: false
      notify: []
      run: { shell: 'cat >$work/stdin; echo oops >&2; exit 3' }
  - name: slow
    then:
      log: false
      notify: [file]
      run: { command: [sleep, "100"], timeout: 100ms }
snapshots: { directory: $work/snapshots, max_samples: 5 }
sinks:
  - { type: file, path: $work/sink.jsonl }
  - { name: pager, type: file, path: $work/pager.jsonl }
END
mkdir "$work/snapshots"
begin
grow_until "$work/err" "'sleep' was ended after 0.1 s"
grow_until "$work/err" "ended with code 3"
grow_until "$work/sink.jsonl" '"rule":"slow"'
grow_until "$work/out" firing
grow 20
rm -r "$host/proc/12"
wait_for "$work/out" resolved
end
check "a policy fires for what it asks for, and for nothing else" all_of 'exits 0' \
	'jq -se "map(select(.state == \"firing\")) | length == 1 and .[0].rule == \"big\" and
		.[0].pid == 12 and .[0].rate_kib_per_s > 1024" "$work/out" >/dev/null'
check "a command has the alert in its environment" all_of \
	'grep -qx MEMWATCH_PID=12 "$work/env"' 'grep -qx MEMWATCH_COMM=api "$work/env"' \
	'grep -qx MEMWATCH_RULE=big "$work/env"' 'grep -qx MEMWATCH_UNIT=api.service "$work/env"' \
	'grep -qx MEMWATCH_STATE=firing "$work/env"' 'grep -qx MEMWATCH_SEVERITY=critical "$work/env"'
check "a line for the shell has it on its standard input" all_of \
	'jq -se "length == 1 and .[0].rule == \"shell\"" "$work/stdin" >/dev/null' \
	'complains "ended with code 3: oops"'
check "a command that takes too long is ended" complains "'sleep' was ended after 0.1 s"
check "a snapshot has the process's samples, and no more than asked for" all_of \
	'[ "$(cat "$work"/snapshots/memwatch-*-api-12.csv | wc -l)" -eq 6 ]' \
	'head -1 "$work"/snapshots/memwatch-*-api-12.csv | grep -q "^time_s,pid,"'
check "sinks are told what the policies say" all_of \
	'jq -se "map(select(.state == \"firing\").rule) | sort == [\"big\", \"slow\"]" "$work/sink.jsonl" >/dev/null' \
	'jq -se "map(select(.state == \"firing\").rule) == [\"big\"]" "$work/pager.jsonl" >/dev/null'

# --- reload ---

fresh
printf 'policies: [ { name: one, if: { comm: [nobody] } } ]\n' >"$config"
begin
wait_for "$work/err" 'watching 2 processes'
printf 'policies: [ { name: one, if: { comm: 5 } } ]\n' >"$config"
kill -HUP "$pid"
wait_for "$work/err" 'the old configuration stays in force'
check "a bad file is complained of, and the old one stays" all_of 'kill -0 "$pid"' \
	'grep -q "$config:1: policies\[0\].if.comm: has a single value, but needs a list" "$work/err"'
printf 'policies: [ { name: two, then: { log: true } } ]\nselection: { exclude: [ { comm: [calm] } ] }\n' >"$config"
kill -HUP "$pid"
wait_for "$work/err" 'the configuration was read again'
grow_until "$work/out" firing
end
check "SIGHUP takes a good one" all_of 'exits 0' 'says "\"rule\":\"two\""'

# --- systemd ---

cat >"$work/listen.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[1024];
	ssize_t len;

	strncpy(address.sun_path, argv[argc - 1], sizeof(address.sun_path) - 1);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return 1;
	while ((len = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
		printf("%.*s\n", (int)len, text);
		fflush(stdout);
		if (strncmp(text, "STOPPING", 8) == 0)
			break;
	}
	return 0;
}
END
cc -O1 -o "$work/listen" "$work/listen.c"
fresh
printf 'selection: { include: [ { comm: [nobody] } ] }\n' >"$config"
"$work/listen" "$work/notify" >"$work/told" &
listener=$!
wait_for_socket() {
	for _ in $(seq 100); do
		[ ! -S "$work/notify" ] || return 0
		sleep 0.1
	done
}
wait_for_socket
export NOTIFY_SOCKET=$work/notify
begin
wait_for "$work/told" WATCHDOG=1
kill -HUP "$pid"
wait_for "$work/told" RELOADING=1
end
unset NOTIFY_SOCKET
wait "$listener"
check "systemd is told when it is ready, reads its configuration, lives and stops" all_of 'exits 0' \
	'grep -qx READY=1 "$work/told"' 'grep -qx WATCHDOG=1 "$work/told"' \
	'grep -q ^MONOTONIC_USEC= "$work/told"' '[ "$(tail -1 "$work/told")" = STOPPING=1 ]'
check "and a host of which nobody is chosen is said once" \
	eval '[ "$(grep -c "watching 0 processes" "$work/err")" -eq 1 ]'

# --- what holds alerts back ---

fresh
today=$(date +%a | tr '[:upper:]' '[:lower:]')
yesterday=$(date -d yesterday +%a | tr '[:upper:]' '[:lower:]')
cat >"$config" <<END
quiet_hours:
  - { days: [$today, $yesterday], from: "00:00", to: "24:00" }
sinks: [ { type: file, path: $work/quiet.jsonl } ]
END
begin
grow 150
check "quiet hours hold an alert back" all_of '[ ! -s "$work/out" ]' '[ ! -s "$work/quiet.jsonl" ]'
printf 'quiet_hours: []\n' >"$config"
kill -HUP "$pid"
grow_until "$work/out" firing
check "and it is told when they are over" grep -q '"state":"firing"' "$work/out"
end INT

fresh
touch "$work/deployed"
printf 'maintenance: { files: [%s], hold: 1h }\n' "$work/deployed" >"$config"
# The process is as young as the deploy: it started as many ticks after boot as the machine has.
ticks=$(awk '{ printf "%d", $1 * 100 }' /proc/uptime)
begin
also="process 14 young $ticks \"\$pages\""
grow_until "$work/out" firing
also=
sleep 0.5
end
check "who was just deployed is given time, others are not" all_of 'says "\"comm\":\"api\""' \
	'! says "\"comm\":\"young\""' 'complains "deploy ($work/deployed): "'

# --- a service that is restarted before any of its lives can tell ---

fresh
cat >"$config" <<END
policies: [ { name: leak, if: { rate_at_least: 1K/d } } ]
END
begin
# In real time, so that a busy machine does not change the rate: 3 MiB/s for five seconds.
now_ms() { echo "$((${EPOCHREALTIME/./} / 1000))"; }
for start in {1001..1012}; do
	begun=$(now_ms)
	for ((since = 0; since < 5000; since = $(now_ms) - begun)); do
		process 20 worker "$start" "$((20000 + since * 3 / 4))"
		sleep 0.01
	done
	rm -r "$host/proc/20"
	! grep -q '"pid":0' "$work/out" || break
done
wait_for "$work/out" '"pid":0'
end
check "a leak that is restarted is one story" \
	eval 'jq -se "map(select(.state == \"firing\" and .pid == 0 and .comm == \"worker\")) | length == 1" "$work/out" >/dev/null'

# --- a restart ---

fresh
cat >"$config" <<END
state: { path: $work/state.db }
sinks: [ { type: file, path: $work/kept.jsonl } ]
END
begin
grow_until "$work/kept.jsonl" firing
sleep 0.3
end KILL
check "kill -9 is what it says" exits 137
begin
wait_for "$work/err" '1 alerts of an earlier run stand'
grow 100
sleep 0.5
check "a firing alert is not told again after it" \
	eval '[ "$(grep -c firing "$work/out")" -eq 1 ] && [ "$(grep -c firing "$work/kept.jsonl")" -eq 1 ]'
end KILL
rm -r "$host/proc/12"
begin
wait_for "$work/kept.jsonl" resolved
end
check "and is resolved when its process ended meanwhile" all_of 'exits 0' \
	'[ "$(grep -c resolved "$work/out")" -eq 1 ]' 'says "the process has ended"' \
	'jq -se "(map(.fingerprint) | unique | length) == 1" "$work/kept.jsonl" >/dev/null'
fresh
rm -f "$work"/state.db*
begin
grow_until "$work/out" firing
sleep 0.3
end KILL
echo second-boot >"$host/proc/sys/kernel/random/boot_id"
begin
wait_for "$work/out" resolved
end
check "the same pid and start after another boot is another process" all_of \
	'says "the host was restarted"'
mw watch --interval 20ms --root "$host" --config "$config" --duration 500ms
check "and that is told once" all_of 'exits 0' '[ -z "$out" ]'

# --- the history knows services ---

fresh
rm -f "$work"/state.db*
echo "state: { path: $work/state.db, resolution: 100ms }" >"$config"
begin
grow 150
end
mw history --state "$work/state.db" --families --json
check "history has a process by its service, and another by its name" all_of 'exits 0' \
	'jq -se "map(.family) | sort == [\"api.service\", \"calm\"]" "$work/out" >/dev/null'
mw history --state "$work/state.db" --family api.service --json
check "and shows those of a service alone" all_of 'exits 0' \
	'jq -se "map(.pid) == [12] and .[0].family == \"api.service\"" "$work/out" >/dev/null'
mw history --state "$work/state.db" --family calm --csv
check "their samples, too" all_of 'exits 0' '[ "$(wc -l <"$work/out")" -ge 2 ]' \
	'awk -F, "NR > 1 && \$2 != 13 { bad = 1 } END { exit bad }" "$work/out"'
mw history --state "$work/state.db" --family calm --alerts
check "alerts have no family" all_of 'exits 2' 'complains "--family is for processes"'

finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch check: what passes, what fails, and the table, JSON and XML that say so.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build_grow

# A process that holds 64 MiB and nothing else; and one whose memory comes and goes.
cat >"$work/hold.c" <<'END'
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t swing = argc > 1 ? (size_t)atoi(argv[1]) << 20 : 0;
	char *base = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *more = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(base, 1, 64 << 20);
	if (write(3, "ready", 5) != 5)
		argv[0] = NULL; /* nobody waits for it */
	for (int i = 0; i < 400; i++) {
		if (swing > 0 && i % 40 == 0)
			memset(more, 1, swing);
		if (swing > 0 && i % 40 == 20)
			madvise(more, swing, MADV_DONTNEED);
		usleep(20000);
	}
	return 0;
}
END
cc -O1 -o "$work/hold" "$work/hold.c"

# xml_says XPATH: of $work/junit.xml, whose counts must be those of its tests.
xml_says() {
	local suite=/testsuites/testsuite
	[ "$(xmllint --xpath "boolean(($1) and $suite/@tests = count($suite/testcase) and
		$suite/@failures = count($suite/testcase/failure) and
		$suite/@skipped = count($suite/testcase/skipped))" "$work/junit.xml")" = true ]
}

mw check --interval 50ms --duration 3s --junit "$work/junit.xml" -- "$work/hold"
check "a command that is steady passes, and is ended" all_of 'exits 0' '[ -z "$out" ]' \
	'complains "PASS after 3"' 'complains "hold "' 'xml_says "count(//testcase) = 4 and not(//failure)"'
check "its process is gone" all_of '! kill -0 "$(sed -n "s/^ *\([0-9]*\)  hold .*/\1/p" "$work/err")" 2>/dev/null'

mw check --interval 50ms --duration 6s --json --junit "$work/junit.xml" -- "$grow" 100 20 1000
printf '%s\n' "$err" | tail -n +2 >"$work/json"
check "one that grows fails" all_of 'exits 1' 'is_json "$work/json"' \
	'jq -e ".result == \"fail\" and .processes[0].comm == \"$grow_name\" and
		([.processes[0].faults[].fault] | index(\"growth\") != null) and
		.processes[0].growth_percent_per_min > 100 and
		.processes[0].growth_low <= .processes[0].growth_high" "$work/json" >/dev/null' \
	'xml_says "//testcase[failure and starts-with(@name, \"growth\")]"'
# It is told after 4 to 5 s; later on a busy machine, where it does not grow so evenly.
mw check --interval 50ms --duration 10s --max-growth 100000 --max-fluctuation 1000 -o "$work/table" \
	-- "$grow" 100 20 1000
check "what grows leaks, too, whatever growth is allowed" all_of 'exits 1' \
	'grep -q "leaks: " "$work/table"' '! grep -q " grows by " "$work/table"'

mw check --interval 50ms --duration 6s -- "$work/hold" 32
check "one that swings fails" all_of 'exits 1' 'complains " fluctuates by "' \
	'! complains " grows by "'
mw check --interval 50ms --duration 6s --max-fluctuation 90 -- "$work/hold" 32
check "unless that is allowed" all_of 'exits 0' 'complains "PASS"'

"$work/hold" 3>"$work/ready" &
pid=$!
for _ in $(seq 200); do
	[ ! -s "$work/ready" ] || break
	sleep 0.05
done
mw check --interval 50ms --duration 4s --pid "$pid"
check "a process that is there, table on stdout" all_of 'exits 0' 'says "PASS after 4"' \
	'says "hold "' 'kill -0 "$pid"'
mw check --interval 50ms --duration 30s --pid "$pid"
check "one that ends before the time fails" all_of 'exits 1' \
	'says "process $pid ended after"' 'says "FAIL"'
wait "$pid"
mw check --duration 4s --pid "$pid"
check "one that is not there" all_of 'exits 4' 'complains "there is no process $pid"'

mw check --interval 50ms -- sh -c "'$grow' 100 20 350 & '$work/hold'; wait"
check "a descendant that grows fails" all_of 'exits 1' 'complains "$grow_name (pid "'
mw check --interval 50ms -- sh -c "for i in 1 2 3; do sh -c 'exit 0'; sleep 0.1; done; exec '$work/hold'"
check "short-lived ones are not held to it" all_of 'exits 0' 'complains "PASS"'

mw check -- sh -c 'exit 7'
check "a command that fails" all_of 'exits 1' \
	'complains "the command failed: it ended with exit code 7"' 'complains "FAIL"'
mw check -- true
check "one that is over before anything was seen" all_of 'exits 3' 'complains "UNKNOWN"'
mw check -- no-such-command-in-path
check "one that is not there" exits 127
mw check -- /etc/passwd
check "one that is no program" exits 126

mw check
check "nothing to check" all_of 'exits 2' 'complains "no command to run, and no --pid"'
mw check --pid 1 -- true
check "both" all_of 'exits 2' 'complains "not both"'
mw check --max-growth 5% -- true
check "a percentage is a number" all_of 'exits 2' 'complains "--max-growth: percentage '\''5%'\''"'
mw check --max-growth -1 -- true
check "and none below 0" all_of 'exits 2' 'complains "between 0 and 1000000"'
mw check --duration 1m --warm-up 1m -- true
check "a warm-up that leaves nothing" all_of 'exits 2' 'complains "leaves nothing"'
mw check --junit /no/such/dir/x.xml -- true
check "a report that cannot be written" all_of 'exits 4' 'complains "/no/such/dir/x.xml"'
mw check -o /dev/full -- true
check "nor to a full disk" all_of 'exits 4' 'complains "/dev/full"'

cp "$work/hold" "$work/"'<&"'\''>'
mw check --interval 50ms --duration 3s --junit "$work/junit.xml" --json -- "$work/"'<&"'\''>'
printf '%s\n' "$err" | tail -n +2 >"$work/json"
check "a hostile name" all_of 'exits 0' 'is_json "$work/json"' \
	'xml_says "//testcase[starts-with(@classname, \"memwatch.<&\") and contains(@classname, \"'\''>\")]"'
finish

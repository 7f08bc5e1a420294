#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Help, version, and command lines that are wrong.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

mw --help
check "--help names every command" all_of 'exits 0' 'says "  status "' 'says "  watch "' \
	'says "  run "' 'says "  record "' 'says "  analyze "' '[ -z "$err" ]'
mw --version
check "--version" all_of 'exits 0' '[[ $out =~ ^memwatch\ [0-9]+\.[0-9]+\.[0-9]+$ ]]'
for command in status watch run record analyze; do
	mw "$command" --help
	check "$command --help has options, examples and exit codes" all_of 'exits 0' \
		'says "Usage: memwatch $command"' 'says "Options:"' 'says "Example"' \
		'says "Exit codes"' '[ -z "$err" ]'
	cp "$work/out" "$work/first"
	mw help "$command"
	check "help $command is the same" all_of 'exits 0' 'cmp -s "$work/out" "$work/first"'
	mw "$command" --no-such-option
	check "$command refuses an unknown option" all_of 'exits 2' \
		'complains "option '\''--no-such-option'\'' is unknown"' \
		'complains "Try '\''memwatch $command --help'\''."' '[ -z "$out" ]' \
		'[ "$(wc -l <"$work/err")" -eq 2 ]'
	mw "$command" -Z
	check "$command refuses an unknown letter" all_of 'exits 2' 'complains "unknown option '\''-Z'\''"'
done

mw
check "no command at all" all_of 'exits 2' 'complains "memwatch: a command is missing"'
mw wtach
check "an unknown command" all_of 'exits 2' 'complains "memwatch: unknown command '\''wtach'\''"'
mw help wtach
check "help for an unknown command" all_of 'exits 2' 'complains "unknown command"'
mw --jsno
check "an unknown option in front of the command" all_of 'exits 2' \
	'complains "unknown option '\''--jsno'\''"'
for command in status watch record; do
	mw "$command" surplus
	check "$command refuses an operand" all_of 'exits 2' \
		'complains "unexpected argument '\''surplus'\''"'
done
mw watch --interval
check "an option without its value" all_of 'exits 2' 'complains "option '\''--interval'\'' needs a value"'
mw watch --interval 10x
check "a duration with an unknown unit" all_of 'exits 2' \
	'complains "memwatch watch: --interval: duration '\''10x'\'' has an unknown unit; use ms, s, m, h or d"'
mw record --duration 0
check "a duration of nothing" all_of 'exits 2' \
	'complains "--duration: duration '\''0'\'' must be more than zero"'
mw watch --pid 12x
check "a pid that is none" all_of 'exits 2' \
	'complains "--pid: process id '\''12x'\'' is not a number"'
mw watch --pid 99999999999
check "a pid that is too large" all_of 'exits 2' 'complains "out of range"'
mw analyze --limit 2X /dev/null
check "a size with an unknown unit" all_of 'exits 2' \
	'complains "--limit: size '\''2X'\'' has an unknown unit; use K, M, G or T"'
mw analyze
check "analyze without a file" all_of 'exits 2' 'complains "no file to analyze"'
mw run
check "run without a command" all_of 'exits 2' 'complains "no command to run"'
mw watch --json=yes
check "a value for an option that has none" all_of 'exits 2' 'complains "takes no value"'

# What cannot be written is an error.
full() {
	status=0
	"$MEMWATCH" "$@" >/dev/full 2>"$work/err" || status=$?
	out='' err=$(cat "$work/err")
}
printf 'time_s,pid,start_ticks,comm,rss_kb\n1,2,3,sh,4\n' >"$work/one.csv"
full --help
check "--help to a full device" all_of 'exits 4' 'complains "cannot write standard output: No space left"'
full status
check "status to a full device" all_of 'exits 4' 'complains "cannot write standard output: No space left"'
full analyze "$work/one.csv"
check "analyze to a full device" all_of 'exits 4' 'complains "cannot write standard output: No space left"'
full record --duration 1s
check "record to a full device" all_of 'exits 4' 'complains "No space left"'
mw record --duration 1s --output /dev/full
check "record to a full file" all_of 'exits 4' 'complains "cannot write /dev/full: No space left on device"'
mw record --duration 1s --output /no/such/dir/file
check "record to a directory that is not there" all_of 'exits 4' \
	'complains "cannot create /no/such/dir/file: No such file or directory"'
mw record --root /no/such/host
check "a host that is not there" all_of 'exits 4' 'complains "cannot open /no/such/host/proc"'
finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: holds seconds of CPU against a bound
#
# memwatch analyze: verdicts, exit codes, and recordings that are broken.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

readonly HEADER='time_s,pid,start_ticks,comm,rss_kb'

# Two processes for 600 samples: `leaky` grows by 40 KiB a second, `calm` does not.
awk -v header="$HEADER" 'BEGIN {
	print header
	for (t = 0; t < 6000; t += 10) {
		printf "%d,812,99312,leaky,%d\n", t, 100000 + 40 * t
		printf "%d,813,99313,calm,%d\n", t, 100000 + (t % 70)
	}
}' >"$work/leak.csv"
grep -v leaky "$work/leak.csv" >"$work/calm.csv"

mw analyze "$work/leak.csv"
check "a leak is found" all_of 'exits 1' '[[ $out =~ 812\ +leaky\ +600\ +LEAK ]]' \
	'says "leaky (pid 812) leaks "' '[[ $out =~ 813\ +calm\ +600\ +no\ leak ]]' '[ -z "$err" ]' \
	'says "Leaks: 1 of 2 processes."'
check "there is no colour in a file" all_of '[[ $out != *$'\''\033'\''* ]]'
mw analyze "$work/calm.csv"
check "no leak" all_of 'exits 0' 'says "Leaks: 0 of 1 processes."' '[ -z "$err" ]'
mw analyze --json "$work/leak.csv"
check "JSON Lines, one a process life" all_of 'exits 1' 'is_json "$work/out"' \
	'[ "$(wc -l <"$work/out")" -eq 2 ]' \
	'jq -se "any(.pid == 812 and .leak and .samples == 600 and .start_ticks == 99312 and
		.rate_kib_per_s > 39 and .rate_kib_per_s < 41 and .first_alert_s > 0 and
		.limit_kb == null) and any(.pid == 813 and (.leak | not))" "$work/out" >/dev/null'
mw analyze --json --limit 1G "$work/leak.csv"
check "--limit gives a time to it" \
	all_of 'jq -se "any(.pid == 812 and .limit_kb == 1048576 and .time_to_limit_s > 17000 and
		.time_to_limit_s < 18000)" "$work/out" >/dev/null'
# A service that grows by 6 % in each life of an hour, and one that does not.
awk -v header="$HEADER" 'BEGIN {
	print header
	for (life = 0; life < 4; life++)
		for (t = 0; t < 3600; t += 10) {
			printf "%d,%d,%d,api,%d\n", life * 3620 + t, 100 + life, life, 80000 + 1.4 * t
			printf "%d,%d,%d,calm,%d\n", life * 3620 + t, 200 + life, life, 80000 + t % 70
		}
}' >"$work/restarts.csv"
mw analyze "$work/restarts.csv"
check "a leak that is restarted every hour is told of its family and its lives" all_of 'exits 1' \
	'says "Family api leaks 1.40 KiB/s"' 'says "in 4 lives in a row of 4"' \
	'says "Leaks: 4 of 8 processes."' '[[ $out != *"Family calm"* ]]'
mw analyze --json "$work/restarts.csv"
check "and each life has its verdict, told when the third had ended" all_of 'exits 1' \
	'[ "$(wc -l <"$work/out")" -eq 8 ]' \
	'jq -se "map(select(.leak)) | length == 4 and all(.comm == \"api\" and
		.first_alert_s >= 10830 and .class == \"heap-growth\" and
		.first_alert_s >= .since_s)" "$work/out" >/dev/null'
# A collected heap with a tooth of 2 h lives for 7 h, and again for 1.5: the same rise twice.
awk -v header="$HEADER" 'BEGIN {
	print header
	for (t = 0; t < 30600; t += 10)
		printf "%d,%d,%d,jvm,%d\n", t, t < 25200 ? 61 : 62, t < 25200 ? 1 : 2,
			100000 + 80000 * (t % 25200 % 7200) / 7200 + t * 37 % 200
}' >"$work/collected.csv"
mw analyze --json "$work/collected.csv"
check "what a life came back from is no news in the next" all_of 'exits 0' \
	'jq -se "(map(.first_alert_s != null) == [true, false]) and all(.leak == false)
		and (.[1].reason | endswith(\"; earlier lives gave as much back\"))" "$work/out" >/dev/null'
sed 's/,62,2,jvm,/,62,2,gc,/' "$work/collected.csv" >"$work/strangers.csv"
mw analyze --json "$work/strangers.csv"
check "but it is for a stranger" all_of 'exits 1' \
	'jq -se "map(.leak) == [true, false]" "$work/out" >/dev/null'
# A day of 1,000 processes, looked at every 10 s, takes less than 10 s: here a tenth of them, by the
# program that is installed (the one that is tested has sanitizers), in seconds of CPU.
awk -v header="$HEADER" 'BEGIN {
	srand(1)
	print header ",anon_kb"
	for (t = 0; t < 86400; t += 10)
		for (pid = 1; pid <= 100; pid++) {
			heap = 1000 * (100 + pid) + int(2000 * rand()) + (pid % 10 ? 0 : t / 10)
			printf "%d,%d,7,svc%d,%d,%d\n", t, pid, pid, heap + 4000, heap
		}
}' >"$work/day.csv"
took_ms=$(TIMEFORMAT='%U %S'; { time build/memwatch analyze "$work/day.csv" >"$work/out"; } 2>&1 |
	awk '{ print int(1000 * ($1 + $2)) }')
out=$(cat "$work/out")
echo "# a day of 100 processes: $took_ms ms"
check "a day of many processes does not take long" all_of "[ $took_ms -lt 1000 ]" \
	'says "Leaks: 10 of 100 processes."'
rm "$work/day.csv"

status=0
out=$("$MEMWATCH" analyze - <"$work/leak.csv" 2>"$work/err") || status=$?
check "standard input" all_of 'exits 1' 'says "leaky (pid 812) leaks "'
sed 's/$/\r/' "$work/leak.csv" >"$work/crlf.csv"
mw analyze "$work/crlf.csv"
check "CRLF line ends" all_of 'exits 1' '[ -z "$err" ]'
mw analyze "$work/calm.csv" "$work/leak.csv"
check "several files, each by itself" all_of 'exits 1' 'says "$work/calm.csv:"' 'says "$work/leak.csv:"'
status=0
out=$(cat "$work/calm.csv" "$work/leak.csv" | "$MEMWATCH" analyze - 2>&1 >/dev/null) || status=$?
check "joined files: the second goes back in time for one process" all_of 'exits 3' \
	'says "stdin:604: column time_s: value \"0\": earlier than 5990, the last time of process 813"'

# Broken lines are named, the rest is used.
{
	cat "$work/leak.csv"
	cat <<'END'
x,812,99312,leaky,5
7000,812,99312,leaky
7000,812,99312,"leaky,5
5,812,99312,leaky,5
7000,812,99312,leaky,-5
END
} >"$work/broken.csv"
mw analyze "$work/broken.csv"
cat >"$work/expected" <<END
$work/broken.csv:1202: column time_s: value "x": not a number
$work/broken.csv:1203: 4 cells where the header has 5
$work/broken.csv:1204: the quote is never closed
$work/broken.csv:1205: column time_s: value "5": earlier than 5990, the last time of process 812
$work/broken.csv:1206: column rss_kb: value "-5": negative
END
check "every broken line is named" all_of 'exits 3' 'diff "$work/err" "$work/expected" >&2'
check "and the rest judged" says "leaky (pid 812) leaks "

{ echo "$HEADER"; for i in $(seq 50); do echo "$i,x,1,a,1"; done; } >"$work/many.csv"
mw analyze "$work/many.csv"
check "complaints are bounded" all_of 'exits 3' '[ "$(wc -l <"$work/err")" -eq 21 ]' \
	'complains "many.csv: 30 more problems, not shown"'
echo 'time_s,pid,start_ticks,comm' >"$work/column.csv"
mw analyze "$work/column.csv"
check "a missing column" all_of 'exits 3' 'complains "column.csv:1: column rss_kb: missing from the header"'
mw analyze "$work/column.csv" "$work/leak.csv"
check "a file that cannot be used does not hide the next" all_of 'exits 3' 'says "leaky (pid 812) leaks "'
: >"$work/empty.csv"
mw analyze "$work/empty.csv"
check "an empty file" all_of 'exits 3' 'complains "empty.csv:1: there is no header line; the file is empty"'
echo "$HEADER" >"$work/header.csv"
mw analyze "$work/header.csv"
check "a header alone" all_of 'exits 0' 'complains "header.csv: no samples"'
mw analyze /no/such/file "$work/leak.csv"
check "a file that is not there" all_of 'exits 4' \
	'complains "cannot open /no/such/file: No such file or directory"' 'says "leaky (pid 812) leaks "'
mw analyze "$work"
check "a directory" all_of 'exits 4' 'complains "cannot read $work: Is a directory"'
head -c 300000 /dev/urandom >"$work/random.csv"
mw analyze "$work/random.csv"
check "random bytes" all_of 'exits 3' '[ -z "$out" ]'
{ echo "$HEADER"; head -c 300000 /dev/urandom; echo; echo '1,2,3,sh,4'; } >"$work/noise.csv"
mw analyze "$work/noise.csv"
check "random bytes behind a header" all_of 'exits 3' '[[ $out =~ 2\ +sh\ +1\ +too\ short ]]'

# Names that were chosen to hurt.
awk -v header="$HEADER" 'BEGIN {
	print header
	for (t = 0; t < 3000; t += 10)
		printf "%d,1,1,\"a) \"\"b\"\"\n\033[2J\377\",%d\n", t, 100000 + 40 * t
}' >"$work/names.csv"
mw analyze --json "$work/names.csv"
check "JSON is valid for any name" all_of 'exits 1' 'is_json "$work/out"' \
	'iconv -f UTF-8 -t UTF-8 "$work/out" >/dev/null' \
	'jq -e ".comm == \"a) \\\"b\\\"\\n\\u001b[2J\\ufffd\"" "$work/out" >/dev/null'
mw analyze "$work/names.csv"
check "and text leaves the terminal alone" all_of 'exits 1' '[[ $out != *$'\''\033'\''* ]]' \
	'says "a) \"b\"\\012\\033[2J\\377"'
finish

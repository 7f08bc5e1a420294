#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# memwatch diff: recordings of which the truth is known, before and after.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# recording NAME RATE FLOOR ALLOCS NOISE [SEED [COUNT]]: a process that grows by RATE KiB/s from
# FLOOR KiB, as a saw of 40 s and noise above its floor, and allocates ALLOCS pages a second.
recording() {
	awk -v name="$1" -v rate="$2" -v floor="$3" -v allocs="$4" -v noise="$5" -v seed="${6:-1}" -v count="${7:-600}" '
		BEGIN {
			srand(seed)
			if (!("HEADER" in ENVIRON))
				print "time_s,pid,start_ticks,comm,rss_kb,anon_kb,page_allocs"
			for (i = 0; i < count; i++)
				printf "%d,%d,%d,%s,%d,%d,%d\n", 1000 + i, seed + 10, 7, name, 900 + floor, floor + rate * i + i % 40 * 30 + rand() * noise, i * allocs + rand() * allocs
		}'
}

recording api 50 10000 2000 500 >"$work/leaks.csv"
recording api 0 10000 1000 500 2 >"$work/fixed.csv"
recording api 0 10000 1000 500 3 >"$work/again.csv"
recording api 20 10000 2000 500 4 >"$work/slower.csv"

mw diff "$work/leaks.csv" "$work/fixed.csv"
check "a fix is proven" all_of 'exits 0' 'says "api is fixed: it grew by "' \
	'says "Compared: 1. In one recording alone, or too short to compare: 0."'
mw diff --fixed "$work/leaks.csv" "$work/fixed.csv"
check "--fixed is content with it" exits 0
mw diff --json "$work/leaks.csv" "$work/fixed.csv"
check "with its numbers" all_of 'exits 0' 'is_json "$work/out"' 'jq -e "
	.comm == \"api\" and .outcome == \"fixed\" and
	(.rate_kib_per_s | .a > 45 and .a < 55 and .b > -5 and .b < 5 and .percent < -90 and
		.p < 0.001 and .significant and .a_low <= .a and .a <= .a_high) and
	(.floor_kb | .b > 10000 and .b < 10600 and .significant) and
	(.alloc_pages_per_s | .a > 1990 and .a < 2010 and .b > 995 and .b < 1005 and .significant) and
	.a.lives == 1 and .a.samples == 600 and .b.span_s == 599" "$work/out" >/dev/null'
mw diff "$work/fixed.csv" "$work/again.csv"
check "no difference is none" all_of 'exits 0' 'says "api             same "' '! says "*"'
mw diff --fixed "$work/fixed.csv" "$work/again.csv"
check "and nothing that --fixed is content with" exits 1
mw diff "$work/fixed.csv" "$work/leaks.csv"
check "worse is exit code 1" all_of 'exits 1' 'says "api is worse: "'
mw diff --json "$work/leaks.csv" "$work/slower.csv"
check "better is not fixed" all_of 'exits 0' 'jq -e ".outcome == \"better\"" "$work/out" >/dev/null'

# By chance: 20 pairs without a difference, none of which may be called one at 1e-4.
found=0
for seed in $(seq 20); do
	recording api 5 10000 1000 3000 "$seed" >"$work/one.csv"
	recording api 5 10000 1000 3000 "$((seed + 100))" >"$work/two.csv"
	mw diff --json --level 0.0001 "$work/one.csv" "$work/two.csv"
	jq -e '.outcome == "same"' "$work/out" >/dev/null || found=$((found + 1))
done
check "chance is not taken for a difference" [ "$found" -eq 0 ]

# Several processes of one name, others in one recording alone, and one that is too short.
{
	recording api 50 10000 2000 500 5
	HEADER=1 recording api 50 12000 2000 500 6
	HEADER=1 recording gone 5 1000 0 10 7
	HEADER=1 recording brief 5 1000 0 10 8 15
} >"$work/many.csv"
{
	recording api 0 10000 2000 500 9
	HEADER=1 recording brief 5 1000 0 10 8 15
} >"$work/few.csv"
mw diff --json --all "$work/many.csv" "$work/few.csv"
check "processes of one name are one" all_of 'exits 0' 'jq -se "
	(map({(.comm): .}) | add) as \$all |
	(\$all.api | .outcome == \"fixed\" and .a.lives == 2 and .b.lives == 1) and
	\$all.gone.outcome == \"only in A\" and
	(\$all.brief | .outcome == \"too short\" and .a.too_short == 1)" "$work/out" >/dev/null'
mw diff "$work/many.csv" "$work/few.csv"
check "what was not compared is counted" all_of 'exits 0' '! says gone' \
	'says "In one recording alone, or too short to compare: 2."'
mw diff --by-pid --json --all --pid 15 "$work/many.csv" "$work/few.csv"
check "--by-pid tells them apart" all_of 'exits 0' '[ "$(wc -l <"$work/out")" -eq 1 ]' \
	'jq -e ".pid == 15 and .outcome == \"only in A\"" "$work/out" >/dev/null'
mw diff --comm nothing "$work/many.csv" "$work/few.csv"
check "nothing to compare is said" all_of 'exits 0' 'complains "no samples of the processes that were asked for"'

# --- bad input ----------------------------------------------------------------------------------
{ cat "$work/leaks.csv"; echo 'x,1,2,api,3,4,5'; } >"$work/damaged.csv"
mw diff "$work/damaged.csv" "$work/fixed.csv"
check "a damaged line is said, the rest is used" all_of 'exits 3' 'says "api is fixed"' \
	'complains "damaged.csv:602: column time_s: value \"x\""'
mw diff "$work/none.csv" "$work/fixed.csv"
check "a file that is not there" all_of 'exits 4' 'complains "cannot open $work/none.csv: No such file"'
mw diff "$work" "$work/fixed.csv"
check "a read that fails" all_of 'exits 4' 'complains "cannot read $work: Is a directory"'
mw diff "$work/fixed.csv"
check "one recording is not enough" all_of 'exits 2' 'complains "give two recordings"'
mw diff --level 2 "$work/leaks.csv" "$work/fixed.csv"
check "a level that is none" all_of 'exits 2' "complains \"'2' is no chance\""
mw diff yesterday..now 1h..now
check "a time that is none" all_of 'exits 2' "complains \"'yesterday' is no moment\""
mw diff 1h..2h 1h..now
check "a span that ends before it begins" all_of 'exits 2' 'complains "ends before it begins"'
mw diff --state "$work/none.db" 2h..1h 1h..now
check "no history" all_of 'exits 4' 'complains "cannot open $work/none.db: No such file"'
: >"$work/empty.csv"
mw diff "$work/empty.csv" "$work/fixed.csv"
check "an empty file" exits 3
finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make bench` makes of what the guest says: a figure for what was measured, absence
# and its reason for what was not, and nothing of an earlier run.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

MW_TOP=$PWD
export MW_BENCH_OUT=$work/bench MW_BENCH_RUN=now
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

# said: what a guest says, of which bpftrace is missing and tracefs saw nothing.
said() {
	cat <<-END
		count none 1 fault 1000.0 999.0 1001.0 4 0
		count none 1 pipe 500.0 500.0 500.0 4 0
		progress memwatch
		count memwatch 1 fault 1020.0 1000.0 1200.0 4 0
		count memwatch 1 pipe 600.0 600.0 600.0 4 0
		saw memwatch 1 77
		count none 2 fault 1002.0 999.0 1001.0 4 0
		count none 2 pipe 520.0 500.0 500.0 4 0
		count memwatch 2 pipe 526.0 526.0 526.0 4 0
		saw memwatch 2 77
		count none 3 pipe 522.0 500.0 500.0 4 0
		progress bpftrace
		absent bpftrace bpftrace: exec: No such file, or "directory"
		progress tracefs
		count tracefs 1 fault 1300.0 1300.0 1300.0 4 0
		saw tracefs 1 0
		count none 4 fault 1002.0 999.0 1001.0 4 60
	END
}

# rows_of_now: the CSV of that.
rows_of_now() {
	csv_begin observers 6.12 6.12.1
	while IFS='|' read -r observer workload value spread n note; do
		csv_row "$observer" "$workload" - instructions op "$value" "$spread" "$n" "$note"
	done < <(said | awk -v operations='fault pipe' -v observers='none memwatch bpftrace tracefs memleak' \
		-f tests/bench/observers.awk)
}

report() {
	status=0
	tests/bench/report "$1" >"$work/out" 2>"$work/err" || status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
}

has_row() { grep -qF ",observers,$1" "$csv_file"; }

rows_of_now
out=$(cat "$csv_file")
check "the base is the mean of all bases, its spread that of the lowest and highest" \
	has_row 'none,fault,-,instructions,op,1001.3,0.20,3,idle 60 ms'
check "an observer adds to the base before and after it" \
	has_row 'memwatch,fault,-,instructions,op,1020.3,0.20,1,saw 154 events; rounds of 1000 to 1200'
# Of two turns of pipes the second has the closer bases: 520 and 522; 526 are 5 more.
check "of several turns the steadiest counts" has_row 'memwatch,pipe,-,instructions,op,519.0,0.38,2,'
check "a peer that does not start is absent with its reason" \
	has_row 'bpftrace,fault,-,instructions,op,-,-,0,bpftrace: exec: No such file; or ;directory;'
check "an observer that saw nothing is absent" \
	has_row 'tracefs,fault,-,instructions,op,-,-,0,it was attached but saw no event'
check "what the guest did not come to is absent" \
	has_row 'memleak,pipe,-,instructions,op,-,-,0,the guest ended before it was measured'
err=$(csv_row memleak pipe - instructions op - - 0 '' 2>&1)
status=$?
check "absence without a reason is no row" all_of 'exits 1' 'complains "neither a number nor a reason"'

report now
check "the report has what was measured" all_of 'exits 0' 'says "| memwatch | +1.90 % (19) |"'
check "and what was absent, and why" all_of 'says "| bpftrace | absent | absent |"' \
	'says "Absent: memleak, since the guest ended before it was measured."'
check "and what did not repeat" says 'Not steady: fault under memwatch, rounds of 1000 to 1200 instructions'
check "and goals that cannot be judged" says 'less added than bpftrace | 6.12 | at least 15 times | - | absent'
check "the plot is there" grep -q '<title>memwatch, fault: +1.90 %</title>' "$MW_BENCH_OUT/observers-6.12.svg"

# sizes_of_now: rows of the parts that go by sizes; a page fault of theirs is not the one above.
sizes_of_now() {
	csv_begin scale 6.12 6.12.1
	csv_row none fault-one processes=10 instructions op 900 0.1 2 ''
	csv_row memwatch fault-one processes=10 instructions op 1000 0.1 2 ''
	csv_row memwatch fault-one processes=10000 instructions op 1120 0.1 2 ''
	csv_row memwatch fault cpus=2 shared_line_writes op 0.5 - 1 ''
	csv_row memwatch fault cpus=2 line_moves op 0.25 - 1 ''
	csv_row memwatch memory ram_gib=1 memory bytes 1234567 - 1 'by arithmetic'
	csv_begin readers 6.12 6.12.1
	csv_row memwatch-tasks read-all processes=5000 instructions look 10000000 0.1 4 bytes=1
	csv_row proc-stat-statm read-all processes=5000 instructions look 123000000 0.1 4 bytes=1
	csv_row atop read-all processes=5000 instructions look - - 0 'it is not there'
	csv_begin reader host 6.1
	csv_row memwatch round processes=5000 cpu_ns round 8000000 - 12 x
	csv_row memwatch round processes=5000 rss bytes 9437184 - 12 x
	csv_begin reader 6.12 6.12.1
	csv_row memwatch round processes=5000 instructions round 30000000 - 12 x
	csv_row memwatch round processes=5000 rss bytes 5242880 - 12 x
	csv_row memwatch-plain round processes=5000 instructions round 20000000 - 12 x
	csv_row memwatch-plain round processes=5000 rss bytes 5242880 - 12 x
	echo 'now|means|6.12|no room' >"$CSV_DIR/means-6.12.failed"
	echo 'earlier|builtin|bench|no time' >"$CSV_DIR/builtin-bench.failed"
}
sizes_of_now
report now
check "goals that go by sizes" all_of \
	'says "stat and statm | 6.12 | at least 10 times | 12.3 times (10,000,000 and 123,000,000 instructions) | reached"' \
	'says "reader at 5,000 processes; every 10 s | host | under 0.1 % of a CPU | 0.080 % | reached"' \
	'says "| host | under 8 MiB | 9.0 MiB | missed"' \
	'says "with the module | 6.12 | under 0.1 % of a CPU | 0.120 % | missed by 0.020 points"' \
	'says "fault-one from 10 to 10,000 processes | 6.12 | flat within 10 % | 12.0 % (1,000 to 1,120) | missed"'
check "do not change those of one operation" says '| page fault and free; default settings | 6.12 | at most 2 % | +1.90 % | reached |'
check "tables of processes, processors, memory, looks and daemons" all_of \
	'says "| fault-one | memwatch | +100 (+11.11 %) |"' 'says "| fault | memwatch | 0.50 (0.250) |"' \
	'says "| ram_gib=1 | memory | 1,234,567 | by arithmetic |"' \
	'says "| memwatch-tasks | 10,000,000 ± 0.1 % (2,000) |"' 'says "Absent: atop, since it is not there."' \
	'says "| memwatch | 0.0800 %, 9.0 MiB |"' 'says "| memwatch | 30.00 million, 5.0 MiB |"'
check "a part that failed is absent with its reason" says 'Absent: means on 6.12, since it failed: no room'
lacks_earlier() { ! says 'builtin on bench'; }
check "and one of an earlier run is not told of" lacks_earlier

report later
check "rows of another run are refused" all_of 'exits 1' 'complains "of run now, not of later"'
check "and the earlier report is gone" [ ! -e "$MW_BENCH_OUT/RESULTS.md" ]

rm "$CSV_DIR"/*.csv
report now
check "without rows there is no report" all_of 'exits 1' 'complains "there are no rows"'

# A run of no part at all begins with empty hands.
rows_of_now
PARTS=none tests/bench/run >/dev/null 2>&1
check "a run throws away what an earlier one left" [ ! -e "$csv_file" ]
finish

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: leaker steady_noise known_pages
# times: rates over a few seconds
#
# The reader on the module: what it says is what the programs do, with the module
# and without it, and when the module goes away under it.

. /lib.sh

# cell FILE LINE COLUMN: of a CSV without quotes.
cell() {
	awk -F, -v line="$2" -v column="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR == line { print $at[column] }' "$1"
}

known_pages 5000 2>/dev/null >/tmp/held &
pid=$!
mw_wait_for 20 test -s /tmp/held

memwatch record --pid "$pid" --interval 200ms --duration 1s >/tmp/plain.csv 2>/tmp/plain.err
mw_equal "without the module record exits 0" "$?" 0
mw_equal "and knows RSS as /proc does" "$(cell /tmp/plain.csv 2 rss_kb)" "$(mw_proc_kb "$pid" VmRSS)"
mw_equal "but no page counts" "$(cell /tmp/plain.csv 2 page_allocs)" ""
mw_holds "and says on stderr that the module is not loaded" grep -qi 'module' /tmp/plain.err

mw_load
memwatch record --pid "$pid" --interval 200ms --duration 1s >/tmp/module.csv 2>/tmp/module.err
mw_equal "with the module record exits 0" "$?" 0
mw_equal "and knows RSS as /proc does" "$(cell /tmp/module.csv 2 rss_kb)" "$(mw_proc_kb "$pid" VmRSS)"
mw_equal "and page counts as the module does" \
	"$(cell /tmp/module.csv 2 page_allocs)" "$(mw_task "$pid" page_allocs)"
mw_holds "status reads" memwatch status
memwatch run -- sh -c 'exit 7' 2>/tmp/run.err
mw_equal "run passes the exit status on" "$?" 7

# The module goes away while watch runs: it goes on with /proc, and finds the leak.
steady_noise >/tmp/noise &
leaker --rate 2048 --duration 60 >/tmp/leaker &
leaker=$!
memwatch watch --interval 200ms --duration 30s --json >/tmp/alerts 2>/tmp/watch.err &
watch=$!
sleep 2
mw_unload
wait "$watch"
mw_equal "watch outlives the module" "$?" 0
mw_holds "and finds the leak all the same" grep -q "\"state\":\"firing\".*\"pid\":$leaker," /tmp/alerts
mw_equal "and accuses nobody else" "$(grep '"state":"firing"' /tmp/alerts | grep -vc "\"pid\":$leaker,")" 0
cat /tmp/watch.err /tmp/alerts
mw_end

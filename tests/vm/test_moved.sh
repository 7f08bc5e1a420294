# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# kernels: 6.1 6.12 7.x
# files: moved totals
#
# What the kernel's own threads do to a process's memory: huge pages that khugepaged made
# of small ones are its own, since it allocated them; pages that kcompactd moved stay whose
# they were. Nothing is lost either way. (In 5.10 such a fault does not set kcompactd going.)

. /lib.sh

KHUGEPAGED=/sys/kernel/mm/transparent_hugepage/khugepaged

vmstat() {
	awk -v key="$1" '$1 == key { n += $2 } END { print n + 0 }' /proc/vmstat
}

# user_pages COMM: user pages that all threads of this name own.
user_pages() {
	awk -v comm="$1" '
		/^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		index($at["comm"], comm) == 1 { n += $at["owned_user_pages"] }
		END { print n + 0 }' /proc/memwatch/tasks
}

# start MODE PAGES: moved, until it is ready. What it took before exec, as the shell's child,
# is its own until the CPU that it was on puts it on a list, and it may have left that CPU.
start() {
	: >/tmp/ready
	moved "$@" >/tmp/ready & pid=$!
	mw_wait_for 60 grep -q ready /tmp/ready
	totals drain
}

stop() {
	kill $pid
	wait $pid 2>/dev/null
	totals drain
}

# is_huge KIB
# shellcheck disable=SC2317 # called by mw_wait_for
is_huge() {
	[ "$(awk '$1 == "AnonHugePages:" { print $2 }' /proc/$pid/smaps_rollup)" = "$1" ]
}

# has_moved: somebody 500 pages since $migrated, after one more demand for huge pages.
# shellcheck disable=SC2317 # called by mw_wait_for
has_moved() {
	dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null
	[ $(($(vmstat pgmigrate_success) - migrated)) -gt 500 ]
}

echo 0 >/proc/sys/vm/compaction_proactiveness
mw_load

if [ -e $KHUGEPAGED/scan_sleep_millisecs ]; then
	echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
	echo 1000000 >$KHUGEPAGED/scan_sleep_millisecs
	offsets=$(totals quiet)
	before=$(user_pages khugepaged)
	start collapse 2048
	small=$(mw_task $pid owned_user_pages)
	mw_holds "they are small pages at first" is_huge 0
	kill -USR1 $pid
	echo 4096 >$KHUGEPAGED/pages_to_scan
	echo 10 >$KHUGEPAGED/scan_sleep_millisecs
	mw_wait_for 60 is_huge 8192
	echo 1000000 >$KHUGEPAGED/scan_sleep_millisecs
	mw_equal "four huge pages are khugepaged's, who allocated them" \
		$(($(user_pages khugepaged) - before)) 2048
	mw_equal "the process has as many fewer" $((small - $(mw_task $pid owned_user_pages))) 2048
	mw_equal "its RSS is the same, and its own" "$(mw_task $pid anon_kb)" "$(mw_proc_kb $pid RssAnon)"
	stop
	mw_equal "when it ends khugepaged has none of them" $(($(user_pages khugepaged) - before)) 0
	mw_holds "no page is lost" totals same $offsets
else
	mw_skip "huge pages are khugepaged's" "this kernel has none"
fi

# A fault that finds no huge page free leaves it to kcompactd to make one.
if [ -e $KHUGEPAGED/scan_sleep_millisecs ]; then
	echo 1000000 >$KHUGEPAGED/scan_sleep_millisecs
	offsets=$(totals quiet)
	before=$(user_pages kcompactd)
	start holes 42000
	small=$(mw_task $pid owned_user_pages)
	stalls=$(vmstat compact_stall)
	migrated=$(vmstat pgmigrate_success)
	compaction=$(($(vmstat compact_isolated) + migrated))
	echo defer >/sys/kernel/mm/transparent_hugepage/defrag
	echo always >/sys/kernel/mm/transparent_hugepage/enabled
	mw_wait_for 60 has_moved
	echo never >/sys/kernel/mm/transparent_hugepage/enabled
	sleep 1
	moved=$(($(vmstat pgmigrate_success) - migrated))
	mw_equal "nobody but kcompactd compacted" "$(vmstat compact_stall)" "$stalls"
	mw_equal "of $moved pages that it moved none is its own" \
		$(($(user_pages kcompactd) - before)) 0
	mw_equal "they are still whose they were" "$(mw_task $pid owned_user_pages)" "$small"
	compaction=$(($(vmstat compact_isolated) + $(vmstat pgmigrate_success) - compaction))
	stop
	mw_holds "and no page is lost" totals same $offsets "$compaction"
else
	mw_skip "kcompactd moves pages" "this kernel has no huge pages to make it"
fi
mw_unload
mw_end

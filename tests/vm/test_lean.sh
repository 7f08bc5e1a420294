# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: stress holder
# kernels: lean
#
# A kernel from which all was left out that can be (tests/kernels/lean.config): the module
# loads, status says of what is missing why, the columns that depend on it show -, and the
# rest counts right.

. /lib.sh

zone_column() {
	mw_column /proc/memwatch/fragmentation "$1" order 0
}

# hold PAGES: $! holds these and rests. It tells by a pipe: the page of a file that is removed
# is its own until a CPU's batch of pages for the LRU lists lets go of it.
hold() {
	mkfifo /tmp/held
	holder "$1" /files/holder 0 >/tmp/held &
	read -r _ </tmp/held
	rm /tmp/held
	mw_wait_for 20 grep -q '^State:.S' "/proc/$!/status"
}

mw_load slab=2
for name in mm_compaction_begin mm_compaction_end mm_vmscan_memcg_reclaim_begin \
	mm_vmscan_memcg_reclaim_end; do
	mw_equal "$name: status says that there is none" "$(mw_status "tracepoint.$name")" \
		"absent: this kernel has no such tracepoint"
done
for name in alloc_pages_bulk folio_migrate_flags kmem_cache_alloc_bulk kmem_cache_free_bulk; do
	mw_equal "$name: status says why it is not hooked" "$(mw_status "hook.$name")" \
		"absent: this kernel has no kprobes"
done
mw_equal "nothing else is missing" "$(grep -c '=absent: ' /proc/memwatch/status)" 8
mw_equal "all the rest is attached" \
	"$(grep -E '^(tracepoint|hook)\.' /proc/memwatch/status | grep -cvE '=(attached|absent: .*)$')" 0
mw_equal "a zone's compactions and the time that they take are -" \
	"$(zone_column compactions) $(zone_column stall_us)" "- -"
mw_equal "what else it counts of a zone is not" "$(zone_column alloc_failures)" 0
mw_equal "a process's stalls are told" "$(mw_task $$ stall_us)" 0

# Where a stack begins in its page decides on one page more or less.
echo 0 >/proc/sys/kernel/randomize_va_space
hold 1000
few=$!
hold 3000
pid=$!
mw_equal "RSS is the kernel's" "$(mw_task $pid rss_kb)" "$(mw_proc_kb $pid VmRSS)"
mw_equal "anonymous memory, too" "$(mw_task $pid anon_kb)" "$(mw_proc_kb $pid RssAnon)"
mw_equal "there is no swap" "$(mw_task $pid swap_kb)" 0
mw_equal "2000 pages more are 2000 user pages more" \
	$(($(mw_task $pid owned_user_pages) - $(mw_task $few owned_user_pages))) 2000
kill $few $pid
wait $few $pid 2>/dev/null
mw_equal "and nobody's when it is dead" \
	"$(mw_column /proc/memwatch/exited owned_user_pages tgid $pid)" 0
stress 4 3
mw_holds "slab caches are counted" grep -q '^task_struct ' /proc/memwatch/slab
mw_holds "and bytes of slab by process" [ "$(mw_task $$ slab_alloc_kb)" -gt 0 ]
mw_equal "no page is outside the map" "$(mw_status unmapped_allocs) $(mw_status unmapped_frees)" "0 0"
mw_unload
mw_load page_owner=0
mw_unload
mw_ok "it goes, and comes again without owners"
mw_end

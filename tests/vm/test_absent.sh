# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: stress
#
# What a kernel lacks: status says so and why, the columns that depend on it show -,
# and the rest counts. First what each kernel lacks indeed; then each tracepoint in
# turn, by without=, which is to the module as if the kernel lacked it.

. /lib.sh

# absent: names of what status calls absent
absent() {
	sed -nE 's/^(tracepoint|hook)\.([^=]*)=absent: .*/\2/p' /proc/memwatch/status | xargs
}

# zone_column NAME: of the first zone
zone_column() {
	mw_column /proc/memwatch/fragmentation "$1" order 0
}

# columns NAME...: of this shell
columns() {
	for name in "$@"; do
		mw_task $$ "$name"
	done | xargs
}

# are_numbers WORD...
are_numbers() {
	for word in "$@"; do
		case $word in
		'' | *[!0-9.-]* | -) return 1 ;;
		esac
	done
}

mw_load
case $(uname -r) in
5.10.*) lacks='alloc_pages_bulk' ;;
*) lacks= ;;
esac
mw_equal "this kernel lacks ${lacks:-nothing}" "$(absent)" "$lacks"
mw_equal "status says of each why" \
	"$(grep -c '=absent: this kernel has no such' /proc/memwatch/status)" "$(echo "$lacks" | wc -w)"
mw_equal "what it has is attached, but for slabs, which are off" \
	"$(grep -E '^(tracepoint|hook)\.' /proc/memwatch/status | grep -vE '=(attached|absent: )' |
		grep -vcE '\.(kmem_cache_[a-z_]*|kmalloc(_node)?|kfree|kfree_rcu_sheaf)=off$')" 0
mw_unload

# without NAMES: loaded without them; each is told of.
without() {
	mw_load "without=$1"
	for name in $(echo "$1" | tr , ' '); do
		mw_holds "without $name: status says so" \
			grep -q "\.$name=absent: left out by without=\$" /proc/memwatch/status
	done
}

# state TRACEPOINT
state() {
	mw_status "tracepoint.$1"
}

GOES_WITH='off: this kernel lacks another tracepoint that goes with it'

without mm_page_free
mw_equal "nor is the allocation counted" "$(state mm_page_alloc)" "$GOES_WITH"
mw_equal "and pages are -" \
	"$(columns page_allocs page_frees owned_user_pages owned_kernel_pages)" "- - - -"
mw_equal "and failed allocations of a zone" "$(zone_column alloc_failures)" -
mw_equal "and no function is hooked for them" \
	"$(grep -c 'alloc_pages_bulk\|migrat' /sys/kernel/debug/kprobes/list)" 0
# shellcheck disable=SC2046 # a word each
mw_holds "but RSS and its rates are numbers" are_numbers $(columns rss_kb growth60_kib_s)
mw_unload

without rss_stat
mw_equal "rates are -" "$(columns growth10_kib_s growth60_kib_s growth300_kib_s)" "- - -"
# shellcheck disable=SC2046
mw_holds "but RSS and pages are numbers" are_numbers $(columns rss_kb page_allocs)
mw_unload

without mm_vmscan_memcg_reclaim_begin
mw_equal "nor is its end counted" "$(state mm_vmscan_memcg_reclaim_end)" "$GOES_WITH"
mw_equal "but reclaim outside cgroups is" "$(state mm_vmscan_direct_reclaim_begin)" attached
# shellcheck disable=SC2046
mw_holds "and stalls are told" are_numbers $(columns stall_us)
mw_unload

without mm_compaction_end
mw_equal "a zone's compactions and stalls are -" "$(zone_column compactions) $(zone_column stall_us)" "- -"
# shellcheck disable=SC2046
mw_holds "but a process's stalls are told" are_numbers $(columns stall_us)
mw_unload

without mm_compaction_begin,mm_vmscan_direct_reclaim_begin,mm_vmscan_memcg_reclaim_end
mw_equal "a process's stalls are -" "$(columns stall_us)" -
mw_unload

without mm_page_alloc_extfrag
mw_equal "a zone's fallbacks are -" "$(zone_column fallbacks)" -
mw_unload

without alloc_pages_bulk,folio_migrate_flags
stress 2 1
# shellcheck disable=SC2046
mw_holds "pages are counted" are_numbers $(columns page_allocs owned_user_pages)
mw_unload

dmesg -c >/dev/null
mw_holds "a name that nobody knows is refused" \
	sh -c '! insmod /memwatch.ko without=mm_page_free,bogus 2>/dev/null'
mw_holds "with a sentence" sh -c 'dmesg | grep -q "memwatch: without=bogus: there is no such"'
mw_holds "and nothing is left" [ ! -e /proc/memwatch ]
mw_end

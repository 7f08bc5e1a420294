# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# Failed allocations are those that the kernel counts: huge pages that it was asked for and
# could not make, with a page map and without.

. /lib.sh

# The kernel's own count of huge pages that the page allocator refused.
refused() {
	awk '$1 == "htlb_buddy_alloc_fail" { print $2 }' /proc/vmstat
}

# zones: failed allocations of all zones, each of which has one line of order 0.
zones() {
	awk '
		/^#/ { sub(/^# */, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["order"] == 0 { sum += $at["alloc_failures"] }
		END { print sum + 0 }' /proc/memwatch/fragmentation
}

# want PAGES: what of them there can be.
want() {
	echo "$1" >/proc/sys/vm/nr_hugepages
	cat /proc/sys/vm/nr_hugepages
}

# Nobody else shall want huge ones.
echo never >/sys/kernel/mm/transparent_hugepage/enabled
for params in page_owner=1 page_owner=0; do
	mw_load "$params"
	mw_equal "$params: none has failed yet" "$(mw_status failed_allocs) $(zones)" "0 0"
	before=$(refused)
	most=$(want 100000)
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		want 100000 >/dev/null
	done
	failed=$(($(refused) - before))
	ours=$(mw_status failed_allocs)
	in_zones=$(zones)
	want 0 >/dev/null
	mw_holds "$params: $most huge pages are all that there are, and $failed failed" \
		[ "$failed" -ge 10 ]
	mw_equal "$params: as many have failed" "$ours" "$failed"
	mw_equal "$params: in the zones, too" "$in_zones" "$failed"
	mw_unload
done
mw_end

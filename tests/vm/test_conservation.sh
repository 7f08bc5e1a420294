# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: totals stress
# timeout: 600
#
# No page is lost and none is counted twice: the module's sums over all owners are
# the kernel's pgalloc and pgfree, between two quiet moments with heavy work between
# them to the page, and under load between the kernel's counts before and after.
# Compaction is kept out: its spare pages and failed migrations free pages that
# vmstat does not count.

. /lib.sh

compacted() {
	awk '$1 == "compact_isolated" || $1 == "pgmigrate_success" { n += $2 } END { print n }' /proc/vmstat
}

slab_pages() {
	awk '/^Slab:/ { print int($2 / 4) }' /proc/meminfo
}

# give_slabs_back: what caches hold of objects that are free.
give_slabs_back() {
	sync
	echo 2 >/proc/sys/vm/drop_caches
	for shrink in /sys/kernel/slab/*/shrink; do
		[ ! -e "$shrink" ] || echo 1 >"$shrink" 2>/dev/null
	done
	sleep 1
}

if [ "$KERNEL" != lean ]; then
	echo 0 >/proc/sys/vm/compaction_proactiveness
	echo never >/sys/kernel/mm/transparent_hugepage/enabled
fi

# Inodes and names of before the load, whose slabs are freed after it.
mkdir /tmp/before
file=0
while [ "$file" -lt 2000 ]; do
	: >"/tmp/before/$file"
	file=$((file + 1))
done
mw_load
offsets=$(totals quiet)
slabs=$(slab_pages)
rm -r /tmp/before
give_slabs_back
slabs=$((slabs - $(slab_pages)))
mw_holds "$slabs pages of slabs of before the load were freed" [ "$slabs" -gt 200 ]
mw_holds "they were known: the sums did not move" totals same $offsets
mw_unload

mw_load
# The janitor moves counts from the dead to [orphans]: not while tables are added up.
echo 'keep_exited 16384' >/proc/memwatch/config
offsets=$(totals quiet)
compacted=$(compacted)
mw_holds "nothing happened: the sums did not move" totals same $offsets

stress 8 12 &
sleep 1
mw_holds "8 workers on 2 CPUs: the sums are the kernel's at any time" totals busy 20 $offsets
wait
mw_equal "there was no compaction" "$(compacted)" "$compacted"
mw_holds "afterwards they are the kernel's to the page" totals same $offsets
mw_equal "no bulk allocation was missed" "$(mw_status missed.alloc_pages_bulk)" 0
mw_equal "no page is outside the map" "$(mw_status unmapped_allocs) $(mw_status unmapped_frees)" "0 0"

# Switched off and on under load, counting begins anew: with other offsets, for good.
# The second time everything is off: lives end and begin that nobody follows.
stress 8 6 &
sleep 1
echo 'pages 0' >/proc/memwatch/config
sleep 1
echo 'pages 1' >/proc/memwatch/config
for value in 0 1; do
	sleep 1
	for feature in pages growth stalls fragmentation; do
		echo "$feature $value" >/proc/memwatch/config
	done
	lives="${lives-} $(mw_status tracepoint.sched_process_exit)"
done
wait
mw_equal "lives were not followed for a while" "$lives" " off attached"
offsets=$(totals quiet)
stress 8 4
mw_holds "so they are after pages were off, and then everything" totals same $offsets
mw_unload
mw_end

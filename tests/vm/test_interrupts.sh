# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: packets totals
# timeout: 900
#
# What is allocated and freed in interrupts, often in the middle of another probe,
# is counted like the rest: packets over the loopback (40,000 here, with --append
# mw_packets=1000000 a million) and blocks of a disk leave no drift.

. /lib.sh

packets=$(mw_setting packets 40000)

mw_load
echo 'keep_exited 16384' >/proc/memwatch/config
echo 0 >/proc/sys/vm/compaction_proactiveness
offsets=$(totals quiet)

packets udp $((packets / 2)) &
packets tcp $((packets / 2))
wait
for run in 1 2 3; do
	dd if=/dev/nvme0n1 of=/dev/null bs=1M count=16 2>/dev/null
	dd if=/dev/zero of=/dev/nvme0n1 bs=64k count=64 seek=$((run * 64)) conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
done

case $KERNEL in
*-rt)
	# Interrupts are tasks, and the allocator's locks sleep: no page is taken or given in any
	# other.
	mw_equal "frees and allocations are those of tasks" \
		"$(mw_status nested.mm_page_free) $(mw_status nested.mm_page_alloc)" "0 0"
	mw_equal "[irq] allocated none" \
		"$(mw_column /proc/memwatch/tasks page_allocs comm '[irq]')" 0
	;;
*)
	mw_holds "frees came in interrupts ($(mw_status nested.mm_page_free) of $(mw_status events.mm_page_free))" \
		[ "$(mw_status nested.mm_page_free)" -gt 0 ]
	mw_holds "so did allocations ($(mw_status nested.mm_page_alloc) of $(mw_status events.mm_page_alloc))" \
		[ "$(mw_status nested.mm_page_alloc)" -gt 0 ]
	mw_holds "[irq] has what they allocated" \
		[ "$(mw_column /proc/memwatch/tasks page_allocs comm '[irq]')" -gt 0 ]
	;;
esac
mw_holds "$packets packets and 60 MiB of blocks: no page is lost" totals same $offsets
mw_equal "what was allocated in interrupts was freed, but for what drivers keep" \
	"$([ "$(mw_column /proc/memwatch/tasks owned_user_pages comm '[irq]')" -eq 0 ] && echo 0)" 0
mw_unload
mw_end

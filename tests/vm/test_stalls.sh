# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# Time in reclaim: of a process in a cgroup that is full all the time, against the
# kernel's own pressure counters; none without pressure.

. /lib.sh

group=/sys/fs/cgroup/tight

# exited_column PID COLUMN
exited_column() {
	mw_column /proc/memwatch/exited "$2" tgid "$1"
}

# shellcheck disable=SC2317 # called by mw_wait_for
has_exited() {
	grep -q "^$1 " /proc/memwatch/exited
}

vmstat() {
	awk -v key="$1" 'index($1, key) == 1 { n += $2 } END { print n + 0 }' /proc/vmstat
}

echo +memory >/sys/fs/cgroup/cgroup.subtree_control || mw_fail "no memory controller"
mkdir "$group"
mw_load

# Without pressure: the kernel says that nobody stalled.
before=$(vmstat allocstall)
dd if=/dev/nvme0n1 of=/dev/null bs=64k count=1600 2>/dev/null &
free=$!
wait
mw_wait_for 20 has_exited "$free"
mw_equal "nobody reclaimed while there was room" "$(vmstat allocstall)" "$before"
mw_equal "and no stall is told of who read 100 MiB then" "$(exited_column "$free" stall_us)" 0
mw_equal "nor of anybody else" "$(awk '!/^#/ { n += $22 } END { print n }' /proc/memwatch/tasks)" 0

# The same in a cgroup of 8 MiB, on one CPU: pressure is the mean of the CPUs on which a
# group had something to do, so that of a task that moves in the middle it tells half.
echo 3 >/proc/sys/vm/drop_caches
echo 8M >"$group/memory.max"
taskset 1 sh -c "echo \$\$ >$group/cgroup.procs; exec dd if=/dev/nvme0n1 of=/dev/null bs=64k count=1600" 2>/dev/null &
tight=$!
wait
mw_wait_for 20 has_exited "$tight"
stall=$(exited_column "$tight" stall_us)
scanned=$(awk '$1 == "pgscan_direct" || $1 == "pgscan" { print $2; exit }' "$group/memory.stat")
# Pressure is added up every 2 s.
sleep 3
pressure=
[ ! -e "$group/memory.pressure" ] ||
	pressure=$(sed -n 's/^some.*total=//p' "$group/memory.pressure")
mw_holds "the kernel scanned $scanned pages for it" [ "$scanned" -gt 1000 ]
mw_holds "and it stalled: $stall us" [ "$stall" -gt 0 ]
# Pressure is all of the time that it lacked memory; reclaim is a part of that. Both
# clocks are read some microseconds apart, once for each of at most that many stalls.
calls=$(mw_status events.mm_vmscan_memcg_reclaim_begin)
if [ -n "$pressure" ]; then
	mw_holds "no longer than the kernel's pressure says: $pressure us in $calls calls" \
		[ "$stall" -le $((pressure + pressure / 10 + 10 * calls)) ]
else
	mw_skip "no longer than the kernel's pressure says" "this kernel has no PSI"
fi
mw_equal "each stall that began has ended" "$calls" "$(mw_status events.mm_vmscan_memcg_reclaim_end)"
mw_equal "none was left out" "$(mw_status dropped.mm_vmscan_direct_reclaim_begin)" 0
rmdir "$group"
mw_unload
mw_end

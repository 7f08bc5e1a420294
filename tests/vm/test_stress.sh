# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: totals stress /usr/bin/stress-ng
# timeout: 900
#
# stress-ng with 8 workers on 2 CPUs: processes, pipes, memory, tmpfs, page cache,
# shared memory, and a cgroup that runs out of memory. 15 s here, with --append
# mw_seconds=60 a minute, as on the debug kernel: 15 s are 35 forks there (60 s beside three
# other guests 57), and the cgroup is not full. Afterwards no page is lost, and none belongs
# to the dead but for what the kernel keeps.

. /lib.sh

# vmstat KEY...: their sum.
vmstat() {
	for key in "$@"; do
		awk -v key="$key" '$1 == key { print $2 }' /proc/vmstat
	done | awk '{ n += $1 } END { print n + 0 }'
}

# dead COLUMN: its sum over exited.
dead() {
	awk -v column="$1" '
		/^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ n += $at[column] }
		END { print n + 0 }' /proc/memwatch/exited
}

slab_pages() {
	awk '/^Slab:/ { print int($2 / 4) }' /proc/meminfo
}

seconds=$(mw_setting seconds "$(mw_long 15)")

mw_quiet_console
echo 0 >/proc/sys/vm/compaction_proactiveness
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/tight /mnt
echo 24M >/sys/fs/cgroup/tight/memory.max
busybox mke2fs -F -m 0 -b 4096 /dev/nvme0n1 131072 >/dev/null || mw_fail "mke2fs"
mount -t ext2 /dev/nvme0n1 /mnt || mw_fail "mount: $(dmesg | tail -2)"

mw_load max_tasks=32762
echo 'keep_exited 16384' >/proc/memwatch/config
offsets=$(totals quiet)
compaction=$(vmstat compact_isolated pgmigrate_success)

# The kernel may end it with the others there: a worker's status says nothing.
sh -c 'echo $$ >/sys/fs/cgroup/tight/cgroup.procs
	exec stress-ng --quiet --timeout '"$seconds"' --vm 1 --vm-bytes 64M --vm-keep' &
stress-ng --quiet --timeout "$seconds" --fork 1 --pipe 1 --vm 1 --vm-bytes 48M --memfd 1 \
	--memfd-bytes 8M --hdd 1 --hdd-bytes 8M --temp-path /tmp &
(cd /mnt && exec stress-ng --quiet --timeout "$seconds" --temp-path /mnt --hdd 1 --hdd-bytes 16M --mmap 1 --mmap-bytes 16M --mmap-file) &
sleep 2
mw_holds "under load the sums are the kernel's" totals busy 10 $offsets
wait
killall -9 stress-ng 2>/dev/null
sleep 1

killed=$(awk '$1 == "oom_kill" { print $2 }' /sys/fs/cgroup/tight/memory.events)
mw_holds "the cgroup ran out of memory ($killed times)" [ "$killed" -gt 0 ]
mw_holds "there were processes ($(mw_status events.sched_process_fork) forks)" \
	[ "$(mw_status events.sched_process_fork)" -gt $((100 / $(mw_long 1))) ]
compaction=$(($(vmstat compact_isolated pgmigrate_success) - compaction))
# What compaction takes off the free lists and puts back is freed for tracepoints alone.
if [ "$compaction" -eq 0 ]; then
	mw_holds "no page is lost" totals same $offsets
else
	mw_holds "no page is lost; compaction touched $compaction" totals same $offsets "$compaction"
fi
mw_equal "no bulk allocation was missed" "$(mw_status missed.alloc_pages_bulk)" 0
mw_equal "no process lacked a slot" "$(mw_status slots_overflowed)" 0

mw_kernel_is_well

# Page cache belongs to whoever read it, dead or alive, until it is dropped.
sync
umount /mnt
rm -rf /tmp/* /dev/shm/*
echo 3 >/proc/sys/vm/drop_caches
for shrink in /sys/kernel/slab/*/shrink; do
	echo 1 >"$shrink" 2>/dev/null
done
mw_equal "the dead own no user page any more" "$(dead owned_user_pages)" 0
# Slabs that the living share with the dead, and two stacks of four pages that each
# CPU keeps for the next process.
mw_holds "their kernel pages ($(dead owned_kernel_pages)) are slab ($(slab_pages) in all) and kept stacks" \
	[ "$(dead owned_kernel_pages)" -le $(($(slab_pages) / 2 + 16)) ]
mw_unload
mw_end

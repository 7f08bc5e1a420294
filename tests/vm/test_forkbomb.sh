# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: totals forkbomb
# timeout: 600
#
# A fork bomb of 600 processes (--append mw_processes=N), held by pids.max and killed:
# against a table of 64 slots and against one of the default size. No page is lost, the
# small table says how many found no room, the large one has room for all and gives the
# slots back.

. /lib.sh

processes=$(mw_setting processes 600)
group=/sys/fs/cgroup/bomb

pids() {
	cat $group/pids.current
}

is_full() {
	[ "$(pids)" -ge "$processes" ]
}

is_empty() {
	[ "$(pids)" -eq 0 ]
}

# 5.10 has no cgroup.kill; there, who is killed must not make room for another.
stop_bomb() {
	if [ -e $group/cgroup.kill ]; then
		echo 1 >$group/cgroup.kill
	else
		echo 0 >$group/pids.max
	fi
	mw_tries=600
	until is_empty; do
		kill -9 $(cat $group/cgroup.procs) 2>/dev/null
		mw_tries=$((mw_tries - 1))
		[ "$mw_tries" -gt 0 ] || mw_fail "$(pids) processes of the bomb do not end"
		sleep 0.1
	done
}

# bomb COMM: until it is full, for 3 s, and until nobody is left; COMM stands for it in tasks.
bomb() {
	echo "$processes" >$group/pids.max
	sh -c "echo \$\$ >$group/cgroup.procs; exec forkbomb 300" &
	mw_wait_for 120 is_full
	sleep 3
	mw_holds "a fork bomb of $(pids) processes: tasks shows $1" grep -qF " $1 " /proc/memwatch/tasks
	stop_bomb
	wait
	sleep 1
}

echo 0 >/proc/sys/vm/compaction_proactiveness
echo never >/sys/kernel/mm/transparent_hugepage/enabled
echo +pids >/sys/fs/cgroup/cgroup.subtree_control
mkdir $group

mw_load max_tasks=64
offsets=$(totals quiet)
bomb '[overflow]'
mw_holds "a table of 64: $(mw_status slots_overflowed) found no room" [ "$(mw_status slots_overflowed)" -gt 0 ]
mw_equal "and it has not grown" "$(mw_status slots_max)" 64
mw_holds "not a page of the sum is lost" totals same $offsets
mw_unload

mw_load
offsets=$(totals quiet)
bomb forkbomb
mw_equal "the default table has room for all" "$(mw_status slots_overflowed)" 0
mw_equal "none of the bomb is thought to live" "$(grep -c forkbomb /proc/memwatch/tasks)" 0
mw_holds "not a page of the sum is lost" totals same $offsets
mw_unload
mw_end

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: totals holder
# timeout: 600
#
# The OOM killer, 3 times in a control group and 3 times for want of memory on the whole
# machine (--append mw_rounds=N): the victims own nothing any more, the sums are the
# kernel's, and the module goes on counting.

. /lib.sh

rounds=$(mw_setting rounds 3)

vmstat() {
	awk -v keys=" $* " 'index(keys, " " $1 " ") { n += $2 } END { print n + 0 }' /proc/vmstat
}

# owned COMM: user pages that the dead of this name own; nothing if exited has none.
owned() {
	awk -v comm="$1" '
		/^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["comm"] == comm { n += $at["owned_user_pages"]; found = 1 }
		END { if (found) print n + 0 }' /proc/memwatch/exited
}

# eat PAGES: a victim that cannot get as many.
eat() {
	sh -c 'echo 1000 >/proc/self/oom_score_adj; exec holder '"$1"' /memwatch.ko 0' >/dev/null 2>&1
}

mw_quiet_console
# Or the kernel refuses the address space of more than there is.
echo 1 >/proc/sys/vm/overcommit_memory
echo 0 >/proc/sys/vm/compaction_proactiveness
echo never >/sys/kernel/mm/transparent_hugepage/enabled
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/tight
echo 24M >/sys/fs/cgroup/tight/memory.max

mw_load
echo 'keep_exited 16384' >/proc/memwatch/config
offsets=$(totals quiet)
compaction=$(vmstat compact_isolated pgmigrate_success)
kills=$(vmstat oom_kill)

round=0
while [ "$round" -lt "$rounds" ]; do
	sh -c 'echo $$ >/sys/fs/cgroup/tight/cgroup.procs
		exec holder 16384 /memwatch.ko 0' >/dev/null 2>&1
	round=$((round + 1))
done
group_kills=$(awk '$1 == "oom_kill" { print $2 }' /sys/fs/cgroup/tight/memory.events)
mw_equal "a control group killed each of them" "$group_kills" "$rounds"
# A page on a CPU's way to the lists of reclaim outlives its process, if that died on another.
totals drain
mw_equal "they own nothing" "$(owned holder)" 0

total=$(awk '$1 == "MemTotal:" { print int($2 / 4) }' /proc/meminfo)
round=0
while [ "$round" -lt "$rounds" ]; do
	eat $((total + total / 4))
	round=$((round + 1))
done
mw_equal "the kernel killed as many for want of memory" $(($(vmstat oom_kill) - kills - group_kills)) "$rounds"
totals drain
mw_equal "they own nothing either" "$(owned holder)" 0
sleep 1
compaction=$(($(vmstat compact_isolated pgmigrate_success) - compaction))
mw_holds "no page is lost; compaction touched $compaction" totals same $offsets "$compaction"
mw_kernel_is_well
before=$(mw_status events.mm_page_alloc)
holder 512 /memwatch.ko 0 >/dev/null & holder_pid=$!
mw_wait_for 30 sh -c "[ \"\$(grep -c ' holder ' /proc/memwatch/tasks)\" -gt 0 ]"
mw_holds "it goes on counting" [ "$(mw_status events.mm_page_alloc)" -gt "$before" ]
kill $holder_pid
wait $holder_pid 2>/dev/null
mw_unload
mw_end

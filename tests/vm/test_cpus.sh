# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: totals stress
# timeout: 600
#
# A CPU goes offline and comes back, 10 times (--append mw_rounds=N), while 8 processes
# make it count: what it had counted and not yet folded in is not lost, and the sums are
# the kernel's, with it and without it.

. /lib.sh

readonly CPU=/sys/devices/system/cpu/cpu1/online

if [ ! -e $CPU ]; then
	echo "ok - no CPU can be taken offline here # skip"
	exit 0
fi
rounds=$(mw_setting rounds 10)
echo 0 >/proc/sys/vm/compaction_proactiveness
echo never >/sys/kernel/mm/transparent_hugepage/enabled
mw_load slab=1
echo 'keep_exited 16384' >/proc/memwatch/config
offsets=$(totals quiet)

stress 8 0 &
stress=$!
round=0
while [ "$round" -lt "$rounds" ]; do
	echo 0 >$CPU || mw_fail "the CPU does not go: $(dmesg | tail -1)"
	sleep 0.3
	cat /proc/memwatch/tasks /proc/memwatch/slab /proc/memwatch/status >/dev/null || mw_fail "unreadable without the CPU"
	echo 1 >$CPU || mw_fail "the CPU does not come back: $(dmesg | tail -1)"
	sleep 0.3
	round=$((round + 1))
done
mw_ok "a CPU went and came back $round times under load"
mw_holds "under load the sums are the kernel's" totals busy 10 $offsets
echo 0 >$CPU
kill $stress
wait $stress 2>/dev/null
killall -9 stress 2>/dev/null
sleep 1
mw_holds "without the CPU they are the kernel's to the page" totals same $offsets
mw_unload
mw_load
offsets=$(totals quiet)
stress 4 2
echo 1 >$CPU
stress 4 2
mw_holds "nor does a CPU that comes after the module lose any" totals same $offsets
mw_unload
mw_end

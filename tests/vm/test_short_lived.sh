# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: brief totals stress
# timeout: 600
#
# Processes too short for any poller, of which none may be missed: 2,000 here, with
# --append mw_processes=20000 as many as that. And a table that is far too small,
# which must not lose a page.

. /lib.sh

processes=$(mw_setting processes 2000)

mw_load max_tasks=32762
echo 'keep_exited 16384' >/proc/memwatch/config
echo 0 >/proc/sys/vm/compaction_proactiveness
offsets=$(totals quiet)
checked=$processes
[ "$checked" -le 10000 ] || checked=10000
mw_holds "$checked short processes, checked one by one" brief "$checked" checked
[ "$processes" -le "$checked" ] || brief $((processes - checked))
mw_equal "none of them lacked a slot" "$(mw_status slots_overflowed)" 0
mw_holds "their pages are all counted" totals same $offsets
mw_unload

# Some 60 kernel threads fill a table of 64 before anybody else comes.
mw_load max_tasks=64
offsets=$(totals quiet)
stress 8 5 &
sleep 1
mw_holds "[overflow] counts" [ "$(mw_column /proc/memwatch/tasks page_allocs comm '[overflow]')" -gt 0 ]
brief 200
wait
mw_holds "processes without a slot are counted" [ "$(mw_status slots_overflowed)" -gt 0 ]
mw_equal "the table is as large as asked for" "$(mw_status slots_max)" 64
mw_holds "and not a page of the sum is lost" totals same $offsets
mw_unload
mw_end
